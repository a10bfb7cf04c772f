package io.github.dl4jhopfield.zoo.report;

import java.util.List;

/**
 * Rows of pictures with a label for each row and a title for each column; where they don't fit
 * beside each other, a row's pictures go on below, each with its title.
 */
public final class PictureGrid implements Figure {
  private static final int SIDE = 76;
  private static final int GAP = 8;

  private final String title;
  private final List<String> rowLabels;
  private final List<String> columnTitles;
  private final List<Picture[]> rows;

  /**
   * @param rows pictures; null, or a shorter row, leaves cells empty
   */
  public PictureGrid(
      String title, List<String> rowLabels, List<String> columnTitles, List<Picture[]> rows) {
    if (rowLabels.size() != rows.size()
        || rows.stream().anyMatch(row -> row.length > columnTitles.size())) {
      throw new IllegalArgumentException(
          "expected a label for each of "
              + rows.size()
              + " rows and a title for each column, found "
              + rowLabels.size()
              + " and "
              + columnTitles.size());
    }
    this.title = title;
    this.rowLabels = List.copyOf(rowLabels);
    this.columnTitles = List.copyOf(columnTitles);
    this.rows = rows.stream().map(Picture[]::clone).toList();
  }

  @Override
  public Drawing draw(int width) {
    Svg svg = new Svg();
    double top = svg.title(title, width);
    double labels = Svg.widest(rowLabels) + 10;
    int columns = Math.max(1, columnTitles.size());
    double titled = Math.min(Svg.widest(columnTitles), SIDE + 40.0);
    double cell = (width - labels) / columns;
    if (cell >= 44 && cell >= titled) {
      return table(svg, width, top, labels, Math.min(cell, Math.max(SIDE + GAP, titled + GAP)));
    }
    return flowing(svg, width, top);
  }

  private Drawing table(Svg svg, int width, double start, double labels, double cell) {
    for (int c = 0; c < columnTitles.size(); c++) {
      svg.quiet(labels + c * cell, start + 13, "start", columnTitles.get(c));
    }
    double top = start + Svg.LEADING + 2;
    double side = Math.min(SIDE, cell - GAP);
    for (int r = 0; r < rows.size(); r++) {
      svg.text(0, top + side / 2 + 4.5, "start", rowLabels.get(r));
      for (int c = 0; c < rows.get(r).length; c++) {
        picture(svg, rows.get(r)[c], labels + c * cell, top, side);
      }
      top += side + GAP;
    }
    return svg.drawing(width, top);
  }

  private Drawing flowing(Svg svg, int width, double start) {
    double needed = Math.max(SIDE, Math.min(Svg.widest(columnTitles), 110)) + GAP;
    int across = Math.max(1, (int) ((width + GAP) / needed));
    double cell = (double) width / across;
    double top = start;
    for (int r = 0; r < rows.size(); r++) {
      svg.text(0, top + 14, "start", "font-weight=\"bold\"", Svg.fit(rowLabels.get(r), width));
      top += Svg.LEADING + 4;
      int count = rows.get(r).length;
      for (int c = 0; c < count; c++) {
        double x = c % across * cell;
        svg.quiet(x, top + 13, "start", Svg.fit(columnTitles.get(c), cell - 4));
        picture(svg, rows.get(r)[c], x, top + Svg.LEADING, SIDE);
        if (c % across == across - 1 || c == count - 1) {
          top += Svg.LEADING + SIDE + GAP;
        }
      }
      top += 4;
    }
    return svg.drawing(width, top);
  }

  private static void picture(Svg svg, Picture picture, double x, double y, double side) {
    if (picture == null) {
      return;
    }
    double scale = side / Math.max(picture.height(), picture.width());
    double width = picture.width() * scale;
    double height = picture.height() * scale;
    svg.raw(picture.image(x, y, width, height));
    svg.element(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" class=\"grid\" fill=\"none\""
            + " stroke=\"#e4e8ec\"/>",
        x - 0.5, y - 0.5, width + 1, height + 1);
  }

  @Override
  public String description() {
    return (title.isEmpty() ? "Pictures" : title)
        + ": a row for each of "
        + String.join("; ", rowLabels)
        + ". Columns: "
        + String.join(", ", columnTitles)
        + ".";
  }
}
