package io.github.dl4jhopfield.zoo.report;

/**
 * Something to see: a plot, a grid of pictures, several of them. It is laid out anew for each width
 * that it is asked for, so that text keeps its size and nothing has to be scrolled sideways: a page
 * shows one layout on a phone and another on a screen. Drawn as SVG, without fonts or graphics
 * libraries of the machine; colours follow the reader's light or dark setting.
 */
public interface Figure {
  /** Width of a figure on a screen and on paper, in CSS pixels. */
  int WIDE = 720;

  /** Width of a figure on a phone of 390 pixels. */
  int NARROW = 350;

  /**
   * The figure laid out for a width.
   *
   * @param width in CSS pixels, at least 240
   */
  Drawing draw(int width);

  /** What the figure shows, in words, for those who don't see it. */
  String description();

  /** The figure as the {@code svg} element of a page, whose style must be {@link HtmlReport}'s. */
  default String toSvg(int width) {
    return draw(width).svg("", description());
  }

  /** The figure as an SVG file of its own, with its style in it. */
  default String toSvgFile() {
    Drawing drawing = draw(WIDE);
    return new Drawing(
                drawing.width() + 24,
                drawing.height() + 20,
                "<g transform=\"translate(12 8)\">" + drawing.content() + "</g>")
            .svg("<style>" + Style.FIGURE + Style.PAPER + "</style>", description())
        + "\n";
  }
}
