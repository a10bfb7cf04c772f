package io.github.dl4jhopfield.zoo.report;

import java.util.List;
import java.util.Locale;

/** Horizontal bars with a label on the left and the value on the right, drawn as SVG. */
public final class BarChart implements SvgFigure {
  private static final int WIDTH = 560;
  private static final int LEFT = 130;
  private static final int RIGHT = 60;
  private static final int ROW = 20;

  private final List<String> labels;
  private final double[] values;
  private final double max;

  /**
   * @param labels one for each bar
   * @param values from 0 to {@code max}
   * @param max value of a bar of full length
   */
  public BarChart(List<String> labels, double[] values, double max) {
    if (labels.size() != values.length || !(max > 0)) {
      throw new IllegalArgumentException(
          "expected a label for each value and a positive maximum, found "
              + labels.size()
              + " labels, "
              + values.length
              + " values, maximum "
              + max);
    }
    this.labels = List.copyOf(labels);
    this.values = values.clone();
    this.max = max;
  }

  @Override
  public String toSvg() {
    int height = ROW * values.length + 6;
    StringBuilder svg =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                    + " height=\"%d\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">",
                WIDTH,
                height,
                WIDTH,
                height));
    for (int i = 0; i < values.length; i++) {
      double length = Math.max(0, Math.min(1, values[i] / max)) * (WIDTH - LEFT - RIGHT);
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text><rect x=\"%d\" y=\"%d\""
                  + " width=\"%.1f\" height=\"%d\" fill=\"#0550ae\"/><text x=\"%.1f\" y=\"%d\">%.3f</text>",
              LEFT - 8,
              i * ROW + 16,
              HtmlReport.escape(labels.get(i)),
              LEFT,
              i * ROW + 4,
              length,
              ROW - 5,
              LEFT + length + 6,
              i * ROW + 16,
              values[i]));
    }
    return svg.append("</svg>").toString();
  }
}
