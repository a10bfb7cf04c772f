package io.github.dl4jhopfield.zoo.report;

/** A figure as an SVG image. */
public interface SvgFigure {
  /** The {@code svg} element, fit for an HTML page and, with its namespace, for a file. */
  String toSvg();
}
