package io.github.dl4jhopfield.zoo.report;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** A table of cells, the darker the larger their value, with the values in them where they fit. */
public final class HeatMap implements Figure {
  private static final int LARGEST_CELL = 56;
  private static final int CELLS_IN_WORDS = 30;

  private final String title;
  private final String rowTitle;
  private final List<String> rows;
  private final String columnTitle;
  private final List<String> columns;
  private final double[][] values;
  private final double low;
  private final double high;
  private String[][] texts;

  /**
   * @param rowTitle what the rows are
   * @param rows a label for each row
   * @param columnTitle what the columns are
   * @param columns a label for each column
   * @param values by row and column; NaN leaves a cell empty
   * @param low value of the palest cell
   * @param high value of the darkest cell
   */
  public HeatMap(
      String title,
      String rowTitle,
      List<String> rows,
      String columnTitle,
      List<String> columns,
      double[][] values,
      double low,
      double high) {
    this.title = title;
    this.rowTitle = rowTitle;
    this.rows = List.copyOf(rows);
    this.columnTitle = columnTitle;
    this.columns = List.copyOf(columns);
    this.values = new double[values.length][];
    this.low = low;
    this.high = high;
    this.texts = texts(values);
    if (values.length != rows.size() || rows.isEmpty() || columns.isEmpty() || !(low < high)) {
      throw new IllegalArgumentException(
          "expected values in "
              + rows.size()
              + " rows and a range, found "
              + values.length
              + " rows and "
              + low
              + " to "
              + high);
    }
    for (int r = 0; r < values.length; r++) {
      if (values[r].length != columns.size()) {
        throw new IllegalArgumentException(
            "row \""
                + rows.get(r)
                + "\": expected "
                + columns.size()
                + " values, found "
                + values[r].length);
      }
      this.values[r] = values[r].clone();
    }
  }

  /**
   * How often each class was taken for each: rows are true classes, columns predicted ones; shades
   * are shares of the row, numbers are counts.
   *
   * @param counts by true and predicted class
   */
  public static HeatMap confusion(String title, List<String> classes, long[][] counts) {
    double[][] shares = new double[counts.length][];
    String[][] texts = new String[counts.length][];
    for (int r = 0; r < counts.length; r++) {
      long all = Arrays.stream(counts[r]).sum();
      shares[r] =
          Arrays.stream(counts[r]).mapToDouble(n -> all == 0 ? 0 : (double) n / all).toArray();
      texts[r] = Arrays.stream(counts[r]).mapToObj(n -> Numbers.of(n)).toArray(String[]::new);
    }
    HeatMap map =
        new HeatMap(title, "true class", classes, "predicted class", classes, shares, 0, 1);
    map.texts = texts;
    return map;
  }

  private static String[][] texts(double[][] values) {
    return Arrays.stream(values)
        .map(
            row ->
                Arrays.stream(row)
                    .mapToObj(v -> Double.isNaN(v) ? "" : Numbers.of(Math.rint(v * 1000) / 1000))
                    .toArray(String[]::new))
        .toArray(String[][]::new);
  }

  @Override
  public Drawing draw(int width) {
    Svg svg = new Svg();
    double top = svg.title(title, width);
    svg.quiet(
        0, top + 13, "start", Svg.fit("rows: " + rowTitle + ", columns: " + columnTitle, width));
    top += 24;
    double left = Math.min(Svg.widest(rows) + 8, width * 0.3);
    double cell = Math.min(LARGEST_CELL, (width - left - 2) / columns.size());
    boolean slanted = Svg.widest(columns) > cell - 4;
    if (slanted) { // the last heading leans out over the last column
      double lean = Math.min(Svg.widest(columns) * 0.72, 78);
      cell = Math.min(cell, (width - left - lean - 6) / (columns.size() - 0.5));
    }
    double tall = Math.min(cell, Math.max(cell * 0.6, 24));
    double head = slanted ? Math.min(Svg.widest(columns) * 0.72 + 12, 90) : Svg.LEADING;
    boolean named = cell >= 11;
    for (int c = 0; c < columns.size() && named; c++) {
      double x = left + (c + 0.5) * cell;
      if (slanted) {
        svg.text(
            x + 4,
            top + head - 4,
            "start",
            String.format(
                java.util.Locale.ROOT,
                "transform=\"rotate(-45 %s %s)\"",
                Svg.number(x + 4),
                Svg.number(top + head - 4)),
            Svg.fit(columns.get(c), 110));
      } else {
        svg.text(x, top + head - 5, "middle", columns.get(c));
      }
    }
    top += named ? head : 0;
    boolean written =
        Arrays.stream(texts).flatMap(Arrays::stream).mapToDouble(Svg::width).max().orElse(0)
            <= cell - 2;
    for (int r = 0; r < rows.size(); r++) {
      double y = top + r * tall;
      if (tall >= 11) {
        svg.text(left - 6, y + tall / 2 + 4.5, "end", Svg.fit(rows.get(r), left - 8));
      }
      for (int c = 0; c < columns.size(); c++) {
        double x = left + c * cell;
        if (Double.isNaN(values[r][c])) {
          continue;
        }
        double share = Math.max(0, Math.min(1, (values[r][c] - low) / (high - low)));
        svg.element(
            "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" %s fill-opacity=\"%s\"/>",
            x + 0.5, y + 0.5, cell - 1, tall - 1, Style.fill(0), 0.04 + 0.96 * share);
        if (written) {
          svg.text(
              x + cell / 2,
              y + tall / 2 + 4.5,
              "middle",
              share > 0.55 ? "class=\"on\" fill=\"#fff\"" : "",
              texts[r][c]);
        }
      }
    }
    return svg.drawing(width, top + rows.size() * tall + 6);
  }

  @Override
  public String description() {
    StringBuilder text = new StringBuilder(title.isEmpty() ? "Heat map" : title);
    text.append(": ").append(rowTitle).append(" in rows, ").append(columnTitle);
    text.append(" in columns. ");
    if (rows.size() * columns.size() <= CELLS_IN_WORDS) {
      IntFunction<String> row = r -> rows.get(r) + ": " + String.join(", ", texts[r]);
      text.append(String.join("; ", IntStream.range(0, rows.size()).mapToObj(row).toList()));
    } else {
      int[] most = {0, 0};
      for (int r = 0; r < rows.size(); r++) {
        for (int c = 0; c < columns.size(); c++) {
          if (values[r][c] > values[most[0]][most[1]]) {
            most = new int[] {r, c};
          }
        }
      }
      text.append(rows.size()).append(" x ").append(columns.size()).append(" cells, largest ");
      text.append(rows.get(most[0])).append(" / ").append(columns.get(most[1])).append(": ");
      text.append(texts[most[0]][most[1]]);
    }
    return text.append('.').toString();
  }
}
