package io.github.dl4jhopfield.zoo.report;

import java.util.List;
import java.util.Map;

/**
 * A small table of results, for a console or a report.
 *
 * @param title one line above it
 * @param columns column headers
 * @param rows cells; each row as long as {@code columns}
 */
public record ResultTable(String title, List<String> columns, List<List<String>> rows) {
  /** Copies and checks the lengths. */
  public ResultTable {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<String> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "table \""
                + title
                + "\": expected rows of "
                + columns.size()
                + " cells, found "
                + row.size());
      }
    }
  }

  /** A row for each of the named values. */
  public static ResultTable ofValues(String title, String kind, Map<String, ?> values) {
    return new ResultTable(
        title,
        List.of(kind, "value"),
        values.entrySet().stream().map(e -> List.of(e.getKey(), text(e.getValue()))).toList());
  }

  /** A fraction with the digits that people read; all of them are in the JSON. */
  private static String text(Object value) {
    return value instanceof Double number && number != Math.rint(number)
        ? Numbers.of(number)
        : value.toString();
  }

  /** The table in plain text: columns aligned, numbers to the right, lines ended by {@code \n}. */
  public String toText() {
    int[] widths = new int[columns.size()];
    boolean[] numeric = new boolean[columns.size()];
    for (int c = 0; c < widths.length; c++) {
      widths[c] = columns.get(c).length();
      numeric[c] = isNumeric(c);
      for (List<String> row : rows) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    StringBuilder text = new StringBuilder();
    if (!title.isEmpty()) {
      text.append(title).append('\n');
    }
    line(text, columns, widths, numeric);
    for (List<String> row : rows) {
      line(text, row, widths, numeric);
    }
    return text.toString();
  }

  /**
   * Whether the cells of a column are numbers, perhaps with something after a blank; some may be
   * empty or a dash.
   */
  public boolean isNumeric(int column) {
    boolean any = false;
    for (List<String> row : rows) {
      String cell = row.get(column);
      if (cell.isEmpty() || cell.equals("-")) {
        continue;
      }
      if (!cell.matches("[-+]?[0-9][0-9.,]*([eE][-+]?[0-9]+)?( .*)?")) {
        return false;
      }
      any = true;
    }
    return any;
  }

  private static void line(
      StringBuilder text, List<String> cells, int[] widths, boolean[] numeric) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < widths.length; c++) {
      String pad = " ".repeat(widths[c] - cells.get(c).length());
      line.append(c == 0 ? "" : "  ");
      line.append(numeric[c] ? pad + cells.get(c) : cells.get(c) + pad);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
