package io.github.dl4jhopfield.zoo.vision;

import java.util.function.DoubleUnaryOperator;

/**
 * Antialiased resizing of one dimension: each output is a weighted mean of the inputs under a
 * filter that is widened where it shrinks. The filters and their widths are Pillow's ({@code
 * Image.resize}), which PyTorch's {@code interpolate(antialias=True)} shares.
 */
enum Resampling {
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
}
