package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDIndex;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
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
  private final ResidueFeatures residues;
  private final int kernelSize;
  private final int layers;

  ComposedEmbedding(GraphContext c, ResidueFeatures residues, int kernelSize, int layers) {
    this.c = c;
    this.sd = c.sd();
    this.residues = residues;
    this.kernelSize = kernelSize;
    this.layers = layers;
  }

  /** Residues that a position of the last convolution sees. */
  private int field() {
    return layers * (kernelSize - 1) + 1;
  }

  /** Residues of a padded row. */
  private int padded() {
    return Math.max(residues.width(), field());
  }

  /** [N, kernels]. */
  SDVariable embedded() {
    SDVariable x = residues.features(c, padded());
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

  /** 0 at the positions of each sequence, far below at the others: [N, positions, 1]. */
  private SDVariable hidden(int positions) {
    return c.random(
        "hidden",
        c.dataType(),
        new long[] {-1, positions, 1},
        call -> {
          int[] lengths = residues.lengths(call);
          double[] values = new double[lengths.length * positions];
          for (int i = 0; i < lengths.length; i++) {
            int own = Math.max(1, lengths[i] - field() + 1);
            for (int p = own; p < positions; p++) {
              values[i * positions + p] = HIDDEN;
            }
          }
          return Nd4j.createFromArray(values)
              .castTo(call.dataType())
              .reshape('c', lengths.length, positions, 1);
        });
  }
}
