package io.github.dl4jhopfield.zoo.vision;

import java.util.function.DoubleUnaryOperator;

/**
 * Antialiased resizing of one dimension: each output is a weighted mean of the inputs under a
 * filter that is widened where it shrinks. The filters and their widths are Pillow's ({@code
 * Image.resize}), which PyTorch's {@code interpolate(antialias=True)} shares.
 */
enum Resampling {
  /** The input in whose area the middle of the output lies. */
  NEAREST(0, null),
  /** Triangle. */
  BILINEAR(1, x -> x < 1 ? 1 - x : 0),
  /** Keys' cubic with a = -0.5. */
  BICUBIC(2, Resampling::cubic),
  /** Windowed sinc of three lobes. */
  LANCZOS(3, x -> x < 3 ? sinc(x) * sinc(x / 3) : 0),
  /** Mean of what an output covers. */
  BOX(0.5, x -> x <= 0.5 ? 1 : 0),
  /** Windowed sinc of one lobe. */
  HAMMING(1, x -> x < 1 ? sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)) : 0);

  private final double support;
  private final DoubleUnaryOperator filter;

  Resampling(double support, DoubleUnaryOperator filter) {
    this.support = support;
    this.filter = filter;
  }

  private static double cubic(double x) {
    double a = -0.5;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }

  /**
   * Weights of one output.
   *
   * @param from first input that has weight
   * @param weights of that input and those after it; their sum is 1
   */
  record Taps(int from, double[] weights) {}

  /** The weights of each output where {@code in} inputs become {@code out} outputs. */
  Taps[] taps(int in, int out) {
    Taps[] taps = new Taps[out];
    double scale = (double) in / out;
    double stretch = Math.max(scale, 1);
    double reach = support * stretch;
    for (int i = 0; i < out; i++) {
      double centre = (i + 0.5) * scale;
      int from = Math.max(0, (int) (centre - reach + 0.5));
      int to = Math.min(in, (int) (centre + reach + 0.5));
      double[] weights = new double[to - from];
      double sum = 0;
      for (int k = 0; k < weights.length; k++) {
        weights[k] = filter.applyAsDouble(Math.abs((k + from - centre + 0.5) / stretch));
        sum += weights[k];
      }
      for (int k = 0; k < weights.length; k++) {
        weights[k] /= sum;
      }
      taps[i] = new Taps(from, weights);
    }
    return taps;
  }

  /**
   * Resizes rows x columns of values with {@code depth} numbers each.
   *
   * @param values [rows, columns, depth], flat
   * @return [newRows, newColumns, depth], flat
   */
  double[] resize(double[] values, int rows, int columns, int depth, int newRows, int newColumns) {
    double[] wide = columns == newColumns ? values : new double[rows * newColumns * depth];
    Taps[] across = taps(columns, newColumns);
    for (int r = 0; r < rows && columns != newColumns; r++) {
      for (int c = 0; c < newColumns; c++) {
        Taps t = across[c];
        for (int k = 0; k < t.weights().length; k++) {
          int source = (r * columns + t.from() + k) * depth;
          int target = (r * newColumns + c) * depth;
          for (int d = 0; d < depth; d++) {
            wide[target + d] += t.weights()[k] * values[source + d];
          }
        }
      }
    }
    if (rows == newRows) {
      return wide;
    }
    double[] result = new double[newRows * newColumns * depth];
    Taps[] down = taps(rows, newRows);
    int line = newColumns * depth;
    for (int r = 0; r < newRows; r++) {
      Taps t = down[r];
      for (int k = 0; k < t.weights().length; k++) {
        int source = (t.from() + k) * line;
        for (int i = 0; i < line; i++) {
          result[r * line + i] += t.weights()[k] * wide[source + i];
        }
      }
    }
    return result;
  }

  /** Bits after the point of Pillow's weights of bytes. */
  private static final int FRACTION = 22;

  /**
   * Resizes bytes as Pillow does, to the last bit: first along the columns, then along the rows,
   * with weights of {@value #FRACTION} bits after the point, rounded to bytes after each.
   *
   * @param values [rows, columns, depth], flat
   * @return [newRows, newColumns, depth], flat; the same array where the size stays
   */
  byte[] resize(byte[] values, int rows, int columns, int depth, int newRows, int newColumns) {
    if (this == NEAREST) {
      return nearest(values, rows, columns, depth, newRows, newColumns);
    }
    byte[] wide = values;
    if (columns != newColumns) {
      wide = new byte[Math.multiplyExact(rows * newColumns, depth)];
      across(values, rows, columns, depth, newColumns, wide);
    }
    if (rows == newRows) {
      return wide;
    }
    byte[] result = new byte[Math.multiplyExact(newRows * newColumns, depth)];
    down(wide, rows, newColumns * depth, newRows, result);
    return result;
  }

  private void across(
      byte[] values, int rows, int columns, int depth, int newColumns, byte[] result) {
    Taps[] taps = taps(columns, newColumns);
    int[][] weights = fixed(taps);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < newColumns; c++) {
        int first = (r * columns + taps[c].from()) * depth;
        for (int d = 0; d < depth; d++) {
          int sum = 1 << FRACTION - 1;
          int at = first + d;
          for (int weight : weights[c]) {
            sum += weight * (values[at] & 0xff);
            at += depth;
          }
          result[(r * newColumns + c) * depth + d] = clipped(sum);
        }
      }
    }
  }

  private void down(byte[] values, int rows, int line, int newRows, byte[] result) {
    Taps[] taps = taps(rows, newRows);
    int[][] weights = fixed(taps);
    int[] sums = new int[line];
    for (int r = 0; r < newRows; r++) {
      java.util.Arrays.fill(sums, 1 << FRACTION - 1);
      for (int k = 0; k < weights[r].length; k++) {
        int weight = weights[r][k];
        int from = (taps[r].from() + k) * line;
        for (int i = 0; i < line; i++) {
          sums[i] += weight * (values[from + i] & 0xff);
        }
      }
      for (int i = 0; i < line; i++) {
        result[r * line + i] = clipped(sums[i]);
      }
    }
  }

  private static int[][] fixed(Taps[] taps) {
    int[][] weights = new int[taps.length][];
    for (int i = 0; i < taps.length; i++) {
      double[] exact = taps[i].weights();
      weights[i] = new int[exact.length];
      for (int k = 0; k < exact.length; k++) {
        double scaled = exact[k] * (1 << FRACTION);
        weights[i][k] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
      }
    }
    return weights;
  }

  private static byte clipped(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> FRACTION));
  }

  private static byte[] nearest(
      byte[] values, int rows, int columns, int depth, int newRows, int newColumns) {
    int[] fromRow = nearest(rows, newRows);
    int[] fromColumn = nearest(columns, newColumns);
    byte[] result = new byte[Math.multiplyExact(newRows * newColumns, depth)];
    for (int r = 0; r < newRows; r++) {
      for (int c = 0; c < newColumns; c++) {
        System.arraycopy(
            values,
            (fromRow[r] * columns + fromColumn[c]) * depth,
            result,
            (r * newColumns + c) * depth,
            depth);
      }
    }
    return result;
  }

  private static int[] nearest(int in, int out) {
    int[] from = new int[out];
    double step = (double) in / out;
    double at = step * 0.5;
    for (int i = 0; i < out; i++) {
      from[i] = Math.min(in - 1, (int) at);
      at += step; // summed, as in Pillow: its roundings decide where the middle is on an edge
    }
    return from;
  }
}
