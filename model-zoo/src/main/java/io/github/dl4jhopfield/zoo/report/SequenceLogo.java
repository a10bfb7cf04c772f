package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A sequence logo (Schneider and Stephens 1990): at each position of a motif the letters, as high
 * as their weight, the largest on top. Letters are coloured by chemistry: green polar, violet
 * neutral amides, blue basic, red acidic, black hydrophobic residues.
 */
public final class SequenceLogo implements Figure {
  private static final int HEIGHT = 110;
  private static final int WIDEST_LETTER = 44;
  private static final int NARROWEST_LETTER = 26;

  /** Height of a capital of a sans-serif font, of its size. */
  private static final double CAPITAL = 0.725;

  private final String title;
  private final String unit;
  private final List<Map<Character, Double>> positions;

  /**
   * @param unit what the height of a letter is, such as bits
   * @param positions the letters of each position with their heights; those not above 0 are left
   *     out
   */
  public SequenceLogo(String title, String unit, List<Map<Character, Double>> positions) {
    if (positions.isEmpty()) {
      throw new IllegalArgumentException("expected at least one position, found none");
    }
    this.title = title;
    this.unit = unit;
    this.positions = positions.stream().map(SequenceLogo::sorted).toList();
  }

  /**
   * The logo of letter frequencies, each position as high as its information: log2 of the number of
   * letters less the entropy.
   *
   * @param alphabet the letters
   * @param frequencies by position and letter, each position with sum 1
   */
  public static SequenceLogo ofFrequencies(
      String title, String alphabet, List<double[]> frequencies) {
    List<Map<Character, Double>> positions = new ArrayList<>();
    for (double[] position : frequencies) {
      if (position.length != alphabet.length()) {
        throw new IllegalArgumentException(
            "expected "
                + alphabet.length()
                + " frequencies at each position, found "
                + position.length);
      }
      double bits = Math.log(alphabet.length()) / Math.log(2);
      for (double p : position) {
        bits += p > 0 ? p * Math.log(p) / Math.log(2) : 0;
      }
      Map<Character, Double> letters = new LinkedHashMap<>();
      for (int i = 0; i < position.length; i++) {
        letters.put(alphabet.charAt(i), position[i] * Math.max(0, bits));
      }
      positions.add(letters);
    }
    return new SequenceLogo(title, "bits", positions);
  }

  /** Smallest first, so that the largest comes on top; equal ones by letter. */
  private static Map<Character, Double> sorted(Map<Character, Double> letters) {
    Map<Character, Double> sorted = new LinkedHashMap<>();
    letters.entrySet().stream()
        .filter(e -> e.getValue() > 0 && Double.isFinite(e.getValue()))
        .sorted(
            Map.Entry.<Character, Double>comparingByValue()
                .thenComparing(Map.Entry.<Character, Double>comparingByKey().reversed()))
        .forEach(e -> sorted.put(e.getKey(), e.getValue()));
    return sorted;
  }

  @Override
  public Drawing draw(int width) {
    Svg svg = new Svg();
    double top = svg.title(title, width);
    if (!unit.isEmpty()) {
      top += Svg.LEADING;
      svg.quiet(0, top - 5, "start", unit);
    }
    double most =
        positions.stream()
            .mapToDouble(p -> p.values().stream().mapToDouble(v -> v).sum())
            .max()
            .orElse(1);
    Axis.Scale scale = Axis.linear(unit).from(0).scale(0, most > 0 ? most : 1, 4, List.of());
    double left = Svg.widest(scale.labels()) + 10;
    int perRow = Math.max(1, Math.min(positions.size(), (int) ((width - left) / NARROWEST_LETTER)));
    double letter = Math.min(WIDEST_LETTER, (width - left) / perRow);
    double unitHeight = HEIGHT / scale.high();
    for (int start = 0; start < positions.size(); start += perRow) {
      double bottom = top + 8 + HEIGHT;
      int end = Math.min(positions.size(), start + perRow);
      for (int i = 0; i < scale.ticks().size(); i++) {
        double y = bottom - scale.ticks().get(i) * unitHeight;
        svg.grid(left, y, left + (end - start) * letter, y);
        svg.text(left - 6, y + 4.5, "end", scale.labels().get(i));
      }
      svg.raw("<g class=\"letters\" font-weight=\"bold\">");
      for (int p = start; p < end; p++) {
        double x = left + (p - start) * letter;
        double y = bottom;
        for (Map.Entry<Character, Double> one : positions.get(p).entrySet()) {
          double height = one.getValue() * unitHeight;
          if (height >= 0.75) {
            letter(svg, one.getKey(), x + 1, y, letter - 2, height);
          }
          y -= height;
        }
      }
      svg.raw("</g>");
      for (int p = start; p < end; p++) {
        svg.quiet(
            left + (p - start + 0.5) * letter, bottom + 17, "middle", Integer.toString(p + 1));
      }
      svg.axis(left, bottom, left + (end - start) * letter, bottom);
      top = bottom + 26;
    }
    return svg.drawing(width, top);
  }

  private static void letter(
      Svg svg, char letter, double x, double y, double width, double height) {
    int colour = colour(letter);
    // The length of the text is given, so that letters are as wide in every font.
    svg.element(
        "<g %s><text transform=\"translate(%s %s) scale(1 %s)\" font-size=\"%s\" textLength=\"%s\""
            + " lengthAdjust=\"spacingAndGlyphs\">%s</text></g>",
        colour < 0 ? "class=\"over-fill\" fill=\"#1b1f24\"" : Style.fill(colour),
        x,
        y,
        String.format(Locale.ROOT, "%.4f", height / (width * CAPITAL)),
        width,
        width,
        HtmlReport.escape(String.valueOf(letter)));
  }

  private static int colour(char letter) {
    if ("GSTYC".indexOf(letter) >= 0) {
      return 2;
    }
    if ("QN".indexOf(letter) >= 0) {
      return 3;
    }
    if ("KRH".indexOf(letter) >= 0) {
      return 0;
    }
    return "DE".indexOf(letter) >= 0 ? 1 : -1;
  }

  @Override
  public String description() {
    StringBuilder text = new StringBuilder(title.isEmpty() ? "Sequence logo" : title);
    text.append(": ").append(positions.size()).append(" positions; largest letters first, ");
    for (int p = 0; p < positions.size(); p++) {
      List<Character> letters = new ArrayList<>(positions.get(p).keySet());
      text.append(p == 0 ? "" : ", ").append(p + 1).append(' ');
      StringBuilder here = new StringBuilder();
      for (int i = letters.size() - 1; i >= Math.max(0, letters.size() - 3); i--) {
        here.append(letters.get(i));
      }
      text.append(here.isEmpty() ? "none" : here);
    }
    return text.append('.').toString();
  }
}
