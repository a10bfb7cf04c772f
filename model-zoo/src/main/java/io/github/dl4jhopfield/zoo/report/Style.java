package io.github.dl4jhopfield.zoo.report;

import java.util.Locale;

/**
 * The look of pages and figures: light, dark where the reader asks for it, light on paper. Shapes
 * carry their light colours as attributes too, for viewers that don't know custom properties.
 */
final class Style {
  /** Distinct also for most colour-blind readers (Okabe and Ito). */
  private static final int[] LIGHT = {
    0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x555555
  };

  private static final int[] DARK = {
    0x4DA3DC, 0xF0803C, 0x2FC49A, 0xE29CC4, 0xF0B840, 0x8CD0F4, 0xA8ADB3
  };

  /** How many colours there are; then they repeat. */
  static final int COLOURS = LIGHT.length;

  /** Colours of everything. */
  private static final String PALETTE =
      ":root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--quiet:#57606a;--rule:#d0d7de;"
          + "--grid:#e4e8ec;"
          + series(LIGHT)
          + "}\n@media screen and (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e4e8ec;"
          + "--quiet:#a3adb7;--rule:#3d454e;--grid:#2b323a;"
          + series(DARK)
          + "}.ink-picture{filter:invert(.88)}}\n";

  /** What is inside figures. */
  static final String FIGURE =
      PALETTE
          + "svg text{fill:var(--ink)}svg text.quiet{fill:var(--quiet)}"
          + "svg text.on{fill:var(--paper)}.letters text{fill:inherit}"
          + ".grid{stroke:var(--grid)}.axis{stroke:var(--quiet)}.line{stroke:var(--s)}"
          + ".fill{fill:var(--s)}.dot{fill:var(--s);stroke:var(--paper)}"
          + ".halo{stroke:var(--paper)}"
          + ".over{stroke:var(--ink)}.over-fill{fill:var(--ink)}"
          + classes();

  /** The ground of a figure that is a file of its own. */
  static final String PAPER = "svg{background:var(--paper)}";

  /** Pages. */
  static final String PAGE =
      FIGURE
          + """

          *{box-sizing:border-box}
          body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
          color:var(--ink);background:var(--paper);overflow-wrap:break-word}
          h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.2rem;margin-top:2rem}
          table{border-collapse:collapse;margin:1rem 0;max-width:100%}
          td,th{padding:.2rem .7rem;border-bottom:1px solid var(--rule);text-align:left;
          vertical-align:top}
          td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
          .warning{font-size:1.5rem;font-weight:700;line-height:1.3;padding:.6rem .8rem;
          border:3px solid #c62828;margin:.6rem 0}
          figure{margin:1rem 0}
          figcaption,caption{color:var(--quiet);font-size:.9rem;text-align:left}
          caption{padding-bottom:.3rem}
          svg{display:block;max-width:100%;height:auto}
          .narrow{display:none}
          @media screen and (max-width:767px){
          .wide{display:none}.narrow{display:block}
          body{margin:1rem auto}
          td,th{padding:.2rem .35rem;font-size:.9rem}
          table.many,table.many caption,table.many tbody,table.many tr,table.many td{display:block}
          table.many thead{display:block;position:absolute;width:1px;height:1px;overflow:hidden;
          clip-path:inset(50%)}
          table.many tr{border-bottom:1px solid var(--rule);padding:.4rem 0}
          table.many td,table.many td.n{display:flex;justify-content:space-between;gap:1rem;
          border:0;padding:.05rem 0;text-align:right;overflow-wrap:anywhere}
          table.many td::before{content:attr(data-label);color:var(--quiet);text-align:left}
          td.text,th.text{overflow-wrap:anywhere}
          }
          @media print{
          @page{margin:15mm}
          body{font-size:10.5pt;max-width:none;margin:0;padding:0}
          figure,tr,table.short{break-inside:avoid}
          h1,h2,caption{break-after:avoid}
          thead{display:table-header-group}
          svg{max-height:240mm}
          }
          """;

  private Style() {}

  /** Attributes of a shape whose outline has the colour of a series. */
  static String line(int series, double width) {
    return String.format(
        Locale.ROOT,
        "class=\"line s%d\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\""
            + " stroke-linejoin=\"round\"",
        series % COLOURS,
        hex(LIGHT[series % COLOURS]),
        Svg.number(width));
  }

  /** Attributes of a shape that is filled with the colour of a series. */
  static String fill(int series) {
    return String.format(
        "class=\"fill s%d\" fill=\"%s\"", series % COLOURS, hex(LIGHT[series % COLOURS]));
  }

  /** Attributes of a marker in the colour of a series. */
  static String dot(int series) {
    return String.format(
        "class=\"dot s%d\" fill=\"%s\" stroke=\"#fff\"",
        series % COLOURS, hex(LIGHT[series % COLOURS]));
  }

  /** The light colour of a series as 0xRRGGBB. */
  static int rgb(int series) {
    return LIGHT[series % COLOURS];
  }

  private static String hex(int rgb) {
    return String.format("#%06X", rgb);
  }

  private static String series(int[] colours) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < colours.length; i++) {
      text.append("--c").append(i).append(':').append(hex(colours[i])).append(';');
    }
    return text.toString();
  }

  private static String classes() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < COLOURS; i++) {
      text.append(".s").append(i).append("{--s:var(--c").append(i).append(")}");
    }
    return text.toString();
  }
}
