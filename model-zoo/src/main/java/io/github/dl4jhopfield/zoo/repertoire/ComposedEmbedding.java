package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import org.nd4j.autodiff.samediff.SDIndex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Several convolutions with SELU and the maximum over positions, composed of products: each window
 * is one row. Positions whose windows reach past the end of a sequence are left out, but for the
 * first of a sequence that is shorter than a window.
 */
final class ComposedEmbedding {
  private static final double HIDDEN = -1e30;

  private final GraphContext c;
  private final SameDiff sd;
  private final int width;
  private final int kernelSize;
  private final int layers;
  private final boolean positionFeatures;

  ComposedEmbedding(
      GraphContext c, int width, int kernelSize, int layers, boolean positionFeatures) {
    this.c = c;
    this.sd = c.sd();
    this.width = width;
    this.kernelSize = kernelSize;
    this.layers = layers;
    this.positionFeatures = positionFeatures;
  }

  /** Residues that a position of the last convolution sees. */
  private int field() {
    return layers * (kernelSize - 1) + 1;
  }

  /** Residues of a padded row. */
  private int padded() {
    return Math.max(width, field());
  }

  /** [N, kernels]. */
  SDVariable embedded() {
    SDVariable x = features();
    for (int i = 0; i < layers; i++) {
      x = convolution(sd, x, c.param("W" + i), c.param("b" + i), kernelSize);
    }
    return sd.max(x.add(hidden(padded() - field() + 1)), 1);
  }

  /**
   * SELU of one convolution: [N, P, depth] to [N, P - k + 1, kernels], P being at least k.
   *
   * @param weight [k * depth, kernels]
   */
  static SDVariable convolution(
      SameDiff sd, SDVariable x, SDVariable weight, SDVariable bias, int kernelSize) {
    SDVariable[] taps = new SDVariable[kernelSize];
    for (int k = 0; k < kernelSize; k++) {
      // from k to k - kernelSize + 1 before the end
      int cut = kernelSize - 1 - k;
      taps[k] =
          x.get(
              SDIndex.all(),
              cut == 0 ? SDIndex.interval(k, null) : SDIndex.interval(k, -cut),
              SDIndex.all());
    }
    SDVariable windows = kernelSize == 1 ? x : sd.concat(2, taps);
    return sd.nn().selu(SDHopfield.of(sd).dense(windows, weight, bias, DenseActivation.NONE));
  }

  /** One-hot residues times scale, and position features: [N, padded, F]. */
  private SDVariable features() {
    int features = positionFeatures ? 23 : 20;
    return c.random(
        "features", c.dataType(), new long[] {-1, padded(), features}, this::featuresOf);
  }

  private INDArray featuresOf(GraphContext.Call call) {
    INDArray x = call.input(MendedSameDiffLayer.INPUT);
    int features = positionFeatures ? 23 : 20;
    int n = (int) (x.size(0) * x.size(1));
    float[] rows =
        x.castTo(DataType.FLOAT).dup('c').reshape(new long[] {n * (width + 1L)}).toFloatVector();
    INDArray scales =
        x.dup('c').reshape('c', n, width + 1L).getColumn(width).castTo(DataType.DOUBLE);
    double[] scale = scales.toDoubleVector();
    double[] values = new double[Math.multiplyExact(n * padded(), features)];
    for (int i = 0; i < n; i++) {
      int length = length(rows, i);
      for (int j = 0; j < length; j++) {
        int at = (i * padded() + j) * features;
        values[at + (int) rows[i * (width + 1) + j]] = scale[i];
        if (positionFeatures) {
          double t = length > 1 ? 2 * Math.abs(0.5 - (double) j / (length - 1)) : 1;
          boolean first = j < (length + 1) / 2;
          values[at + 20] = first ? t : 0;
          values[at + 21] = 1 - t;
          values[at + 22] = first ? 0 : t;
        }
      }
    }
    return Nd4j.createFromArray(values).castTo(call.dataType()).reshape('c', n, padded(), features);
  }

  private int length(float[] rows, int sequence) {
    int length = 0;
    while (length < width && rows[sequence * (width + 1) + length] >= 0) {
      length++;
    }
    return length;
  }

  /** 0 at the positions of each sequence, far below at the others: [N, positions, 1]. */
  private SDVariable hidden(int positions) {
    return c.random(
        "hidden",
        c.dataType(),
        new long[] {-1, positions, 1},
        call -> {
          INDArray x = call.input(MendedSameDiffLayer.INPUT);
          int n = (int) (x.size(0) * x.size(1));
          float[] rows =
              x.castTo(DataType.FLOAT)
                  .dup('c')
                  .reshape(new long[] {n * (width + 1L)})
                  .toFloatVector();
          double[] values = new double[n * positions];
          for (int i = 0; i < n; i++) {
            int own = Math.max(1, length(rows, i) - field() + 1);
            for (int p = own; p < positions; p++) {
              values[i * positions + p] = HIDDEN;
            }
          }
          return Nd4j.createFromArray(values).castTo(call.dataType()).reshape('c', n, positions, 1);
        });
  }
}
