package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines over a pair of linear axes, drawn as SVG: no fonts of the machine are needed, so that it
 * works on a server without any.
 */
public final class LinePlot implements SvgFigure {
  private static final int WIDTH = 520;
  private static final int HEIGHT = 460;
  private static final int LEFT = 60;
  private static final int TOP = 16;
  private static final int RIGHT = 16;
  private static final int BOTTOM = 52;
  private static final int TICKS = 5;

  private record Line(String name, double[] x, double[] y, String style) {}

  private final String xLabel;
  private final String yLabel;
  private final double xMin;
  private final double xMax;
  private final double yMin;
  private final double yMax;
  private final List<Line> lines = new ArrayList<>();

  /** An empty plot over the given ranges. */
  public LinePlot(
      String xLabel, double xMin, double xMax, String yLabel, double yMin, double yMax) {
    if (!(xMin < xMax) || !(yMin < yMax)) {
      throw new IllegalArgumentException(
          "expected ranges with the lower end first, found ["
              + xMin
              + ", "
              + xMax
              + "] and ["
              + yMin
              + ", "
              + yMax
              + "]");
    }
    this.xLabel = xLabel;
    this.yLabel = yLabel;
    this.xMin = xMin;
    this.xMax = xMax;
    this.yMin = yMin;
    this.yMax = yMax;
  }

  /** Adds a main line. */
  public LinePlot line(String name, double[] x, double[] y) {
    return add(name, x, y, "stroke=\"#0550ae\" stroke-width=\"2.5\"");
  }

  /** Adds a thin line behind, such as one fold of several; without a name it is not in the key. */
  public LinePlot thin(String name, double[] x, double[] y) {
    return add(name, x, y, "stroke=\"#8c959f\" stroke-width=\"1\" stroke-opacity=\"0.6\"");
  }

  /** Adds a dashed line of reference. */
  public LinePlot dashed(String name, double[] x, double[] y) {
    return add(name, x, y, "stroke=\"#57606a\" stroke-width=\"1\" stroke-dasharray=\"5 4\"");
  }

  private LinePlot add(String name, double[] x, double[] y, String style) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "expected as many x as y, found " + x.length + " and " + y.length);
    }
    lines.add(new Line(name, x.clone(), y.clone(), style));
    return this;
  }

  private double px(double x) {
    return LEFT + (x - xMin) / (xMax - xMin) * (WIDTH - LEFT - RIGHT);
  }

  private double py(double y) {
    return HEIGHT - BOTTOM - (y - yMin) / (yMax - yMin) * (HEIGHT - TOP - BOTTOM);
  }

  @Override
  public String toSvg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                + " role=\"img\" aria-label=\"%s over %s\" font-family=\"sans-serif\" font-size=\"13\">",
            WIDTH,
            HEIGHT,
            WIDTH,
            HEIGHT,
            HtmlReport.escape(yLabel),
            HtmlReport.escape(xLabel)));
    for (int tick = 0; tick <= TICKS; tick++) {
      double x = xMin + (xMax - xMin) * tick / TICKS;
      double y = yMin + (yMax - yMin) * tick / TICKS;
      stroke(svg, px(x), py(yMin), px(x), py(yMax));
      stroke(svg, px(xMin), py(y), px(xMax), py(y));
      text(svg, px(x), HEIGHT - BOTTOM + 18, "middle", number(x));
      text(svg, LEFT - 6, py(y) + 4, "end", number(y));
    }
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", xLabel);
    svg.append(
        String.format(
            Locale.ROOT,
            "<text transform=\"translate(16 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>",
            (TOP + HEIGHT - BOTTOM) / 2.0,
            HtmlReport.escape(yLabel)));
    for (Line line : lines) {
      svg.append("<polyline fill=\"none\" ").append(line.style()).append(" points=\"");
      for (int i = 0; i < line.x().length; i++) {
        svg.append(
            String.format(
                Locale.ROOT, "%s%.1f,%.1f", i == 0 ? "" : " ", px(line.x()[i]), py(line.y()[i])));
      }
      svg.append("\"/>");
    }
    double key = HEIGHT - BOTTOM - 14;
    for (int i = lines.size() - 1; i >= 0; i--) {
      Line line = lines.get(i);
      if (!line.name().isEmpty()) {
        svg.append(
            String.format(
                Locale.ROOT,
                "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" %s/>",
                WIDTH - RIGHT - 210,
                WIDTH - RIGHT - 180,
                key - 4,
                key - 4,
                line.style()));
        text(svg, WIDTH - RIGHT - 172, key, "start", line.name());
        key -= 20;
      }
    }
    return svg.append("</svg>").toString();
  }

  private static void stroke(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#d8dee4\"/>",
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
            x,
            y,
            anchor,
            HtmlReport.escape(text)));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.1f", value);
  }
}
