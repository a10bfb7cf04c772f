package io.github.dl4jhopfield.zoo.report;

import java.util.Locale;

/**
 * A figure laid out for a width.
 *
 * @param width in CSS pixels
 * @param height in CSS pixels
 * @param content SVG elements
 */
public record Drawing(int width, int height, String content) {

  /** The drawing as an {@code svg} element that starts with {@code head}. */
  String svg(String head, String description) {
    return String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " role=\"img\" aria-label=\"%s\" font-family=\"system-ui,sans-serif\""
            + " font-size=\"13\">%s%s</svg>",
        width,
        height,
        width,
        height,
        HtmlReport.escape(description),
        head,
        content);
  }
}
