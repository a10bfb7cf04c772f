package io.github.dl4jhopfield.ops.internal.java;

import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The sequence embedding and its gradients in plain Java, in double: the definition that the native
 * kernel is held against. Residues pick rows of the weight, so no one-hot array is made.
 */
public final class SequenceMaxima {
  private static final int RESIDUES = 20;
  private static final int POSITION_FEATURES = 3;
  private static final double SCALE = 1.0507009873554804934193349852946;
  private static final double ALPHA = 1.6732632423543772848170429916717;
  private static final int PARTS = 16;

  private final int kernel;
  private final int features;
  private final int channels;
  private final int sequences;
  private final int extent;
  private final boolean positions;
  private final double[] weight;
  private final double[] bias;
  private final double[] scale;
  private final byte[][] codes;

  /**
   * @param scale a number for each sequence, or null
   * @param extent length that shorter sequences are padded to, 0 for none
   */
  public SequenceMaxima(
      INDArray weight,
      INDArray bias,
      INDArray residues,
      INDArray scale,
      boolean positions,
      int extent) {
    this.kernel = (int) weight.size(0);
    this.features = (int) weight.size(1);
    this.channels = (int) weight.size(2);
    this.sequences = (int) residues.size(0);
    this.extent = extent;
    this.positions = positions;
    this.weight = numbers(weight);
    this.bias = numbers(bias);
    this.scale = scale == null ? null : numbers(scale);
    this.codes = codes(residues);
  }

  private static double[] numbers(INDArray array) {
    INDArray flat = array.reshape('c', new long[] {1, array.length()});
    double[] to = new double[(int) array.length()];
    Rows.of(flat, 1).read(0, to);
    return to;
  }

  private static byte[][] codes(INDArray residues) {
    Rows rows = Rows.of(residues, 1);
    byte[][] codes = new byte[(int) rows.count()][];
    double[] row = new double[rows.length()];
    for (int i = 0; i < codes.length; i++) {
      rows.read(i, row);
      int n = 0;
      while (n < row.length && isResidue(row[n])) {
        n++;
      }
      byte[] sequence = new byte[n];
      for (int j = 0; j < row.length; j++) {
        if (j < n) {
          sequence[j] = (byte) row[j];
        } else if (isResidue(row[j])) {
          throw new IllegalArgumentException(
              "sequence embedding: sequence "
                  + i
                  + " ends at residue "
                  + n
                  + ", but residue "
                  + j
                  + " follows");
        }
      }
      codes[i] = sequence;
    }
    return codes;
  }

  private static boolean isResidue(double code) {
    return code >= 0 && code < RESIDUES;
  }

  /** Feature 0 (start), 1 (middle) or 2 (end) of residue j of n. */
  static double positionFeature(int f, int j, int n) {
    double t = n > 1 ? 2 * Math.abs(0.5 - (double) j / (n - 1)) : 1;
    boolean first = j < (n + 1) / 2;
    if (f == 1) {
      return 1 - t;
    }
    return first == (f == 0) ? t : 0;
  }

  /** The maxima of one sequence over its positions, before SELU. */
  private void maxima(int sequence, double[] z, int[] best) {
    byte[] code = codes[sequence];
    int n = code.length;
    int last = Math.max(Math.max(n, extent), kernel) - kernel;
    double factor = scale == null ? 1 : scale[sequence];
    double[] value = new double[channels];
    for (int p = 0; p <= last; p++) {
      System.arraycopy(bias, 0, value, 0, channels);
      for (int k = 0; k < kernel && p + k < n; k++) {
        add(value, (k * features + code[p + k]) * channels, factor);
        for (int f = 0; positions && f < POSITION_FEATURES; f++) {
          add(value, (k * features + RESIDUES + f) * channels, positionFeature(f, p + k, n));
        }
      }
      for (int c = 0; c < channels; c++) {
        if (p == 0 || value[c] > z[c] || Double.isNaN(value[c])) {
          z[c] = value[c];
          best[c] = p;
        }
      }
    }
  }

  private void add(double[] value, int row, double factor) {
    for (int c = 0; c < channels; c++) {
      value[c] += factor * weight[row + c];
    }
  }

  /** Writes the embeddings, [sequences, channels]. */
  public void forward(INDArray out) {
    Rows y = Rows.of(out, 1);
    Rows.forEach(
        sequences,
        64 * channels,
        () -> {
          double[] z = new double[channels];
          int[] best = new int[channels];
          return i -> {
            maxima((int) i, z, best);
            for (int c = 0; c < channels; c++) {
              z[c] = SCALE * (z[c] > 0 ? z[c] : ALPHA * Math.expm1(z[c]));
            }
            y.write(i, z);
          };
        });
    y.written();
  }

  /** Writes the gradients of weight and bias. */
  public void backward(INDArray gradient, INDArray gradWeight, INDArray gradBias) {
    Rows g = Rows.of(gradient, 1);
    double[][] weights = new double[PARTS][];
    double[][] biases = new double[PARTS][];
    IntStream.range(0, PARTS)
        .parallel()
        .forEach(
            part -> {
              weights[part] = new double[weight.length];
              biases[part] = new double[channels];
              int begin = (int) ((long) sequences * part / PARTS);
              int end = (int) ((long) sequences * (part + 1) / PARTS);
              part(g, begin, end, weights[part], biases[part]);
            });
    for (int part = 1; part < PARTS; part++) {
      for (int i = 0; i < weight.length; i++) {
        weights[0][i] += weights[part][i];
      }
      for (int c = 0; c < channels; c++) {
        biases[0][c] += biases[part][c];
      }
    }
    write(gradWeight, weights[0]);
    write(gradBias, biases[0]);
  }

  private void part(Rows gradient, int begin, int end, double[] toWeight, double[] toBias) {
    double[] z = new double[channels];
    double[] d = new double[channels];
    int[] best = new int[channels];
    for (int i = begin; i < end; i++) {
      maxima(i, z, best);
      gradient.read(i, d);
      int n = codes[i].length;
      double factor = scale == null ? 1 : scale[i];
      for (int c = 0; c < channels; c++) {
        double slope = d[c] * SCALE * (z[c] > 0 ? 1 : ALPHA * Math.exp(z[c]));
        toBias[c] += slope;
        for (int k = 0; k < kernel && best[c] + k < n; k++) {
          int j = best[c] + k;
          toWeight[(k * features + codes[i][j]) * channels + c] += factor * slope;
          for (int f = 0; positions && f < POSITION_FEATURES; f++) {
            toWeight[(k * features + RESIDUES + f) * channels + c] +=
                positionFeature(f, j, n) * slope;
          }
        }
      }
    }
  }

  private static void write(INDArray array, double[] values) {
    int last = (int) array.size(array.rank() - 1);
    Rows rows = Rows.of(array, array.rank() - 1);
    double[] row = new double[last];
    for (int i = 0; i < rows.count(); i++) {
      System.arraycopy(values, i * last, row, 0, last);
      rows.write(i, row);
    }
    rows.written();
  }
}
