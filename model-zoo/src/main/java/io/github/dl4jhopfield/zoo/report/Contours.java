package io.github.dl4jhopfield.zoo.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Levels of a function that is known on a grid, for {@link XyPlot#contours}. */
public final class Contours {
  private Contours() {}

  /**
   * Levels at equal shares of the values, by marching squares.
   *
   * @param values of the grid, row by row
   * @param columns of the grid
   * @param levels how many
   * @return segments, each column, row, column, row: 0 is the middle of the first column or row
   */
  public static List<double[]> of(double[] values, int columns, int levels) {
    if (columns < 1 || values.length % columns != 0) {
      throw new IllegalArgumentException(
          "expected rows of " + columns + " values, found " + values.length + " values");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    List<double[]> segments = new ArrayList<>();
    for (int level = 1; level <= levels; level++) {
      double at = sorted[(int) ((long) sorted.length * level / (levels + 1))];
      for (int r = 0; r + 1 < values.length / columns; r++) {
        for (int c = 0; c + 1 < columns; c++) {
          cell(values, columns, r, c, at, segments);
        }
      }
    }
    return segments;
  }

  private static void cell(
      double[] values, int columns, int r, int c, double level, List<double[]> segments) {
    double[] v = {
      values[r * columns + c],
      values[r * columns + c + 1],
      values[(r + 1) * columns + c + 1],
      values[(r + 1) * columns + c]
    };
    double[][] corner = {{c, r}, {c + 1, r}, {c + 1, r + 1}, {c, r + 1}};
    double[] first = null;
    for (int k = 0; k < 4; k++) {
      int next = (k + 1) % 4;
      if (v[k] < level == v[next] < level) {
        continue;
      }
      double t = (level - v[k]) / (v[next] - v[k]);
      double[] at = {
        corner[k][0] + t * (corner[next][0] - corner[k][0]),
        corner[k][1] + t * (corner[next][1] - corner[k][1])
      };
      if (first == null) {
        first = at;
      } else {
        segments.add(new double[] {first[0], first[1], at[0], at[1]});
        first = null;
      }
    }
  }
}
