package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The residues of {@link SequenceRows} as features of each position, for embeddings that are
 * composed: one-hot times what the count gives, and where in its sequence a residue lies. They are
 * fed, since no gradient goes there.
 *
 * @param width most residues of a sequence
 * @param columns numbers of a row
 * @param positions whether three features say where a residue lies
 */
record ResidueFeatures(int width, int columns, boolean positions) {
  private static final int RESIDUES = 20;

  /** Features of a position. */
  int depth() {
    return RESIDUES + (positions ? 3 : 0);
  }

  /**
   * [N, padded, depth], zeros from the end of a sequence on.
   *
   * @param padded positions, at least the width
   */
  SDVariable features(GraphContext c, int padded) {
    return c.random(
        "features", c.dataType(), new long[] {-1, padded, depth()}, call -> values(call, padded));
  }

  private INDArray values(GraphContext.Call call, int padded) {
    float[] rows = rows(call);
    int n = rows.length / columns;
    // counts keep the digits of a network of doubles
    double[] scale =
        call.input(MendedSameDiffLayer.INPUT)
            .dup('c')
            .reshape('c', n, columns)
            .getColumn(width)
            .castTo(DataType.DOUBLE)
            .toDoubleVector();
    double[] values = new double[Math.multiplyExact(n * padded, depth())];
    for (int i = 0; i < n; i++) {
      int length = length(rows, i);
      for (int j = 0; j < length; j++) {
        int at = (i * padded + j) * depth();
        values[at + (int) rows[i * columns + j]] = scale[i];
        if (positions) {
          double t = length > 1 ? 2 * Math.abs(0.5 - (double) j / (length - 1)) : 1;
          boolean first = j < (length + 1) / 2;
          values[at + RESIDUES] = first ? t : 0;
          values[at + RESIDUES + 1] = 1 - t;
          values[at + RESIDUES + 2] = first ? 0 : t;
        }
      }
    }
    return Nd4j.createFromArray(values).castTo(call.dataType()).reshape('c', n, padded, depth());
  }

  private float[] rows(GraphContext.Call call) {
    INDArray x = call.input(MendedSameDiffLayer.INPUT);
    return x.castTo(DataType.FLOAT).dup('c').reshape(new long[] {x.length()}).toFloatVector();
  }

  /** Residues of each sequence of a call. */
  int[] lengths(GraphContext.Call call) {
    float[] rows = rows(call);
    int[] lengths = new int[rows.length / columns];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = length(rows, i);
    }
    return lengths;
  }

  private int length(float[] rows, int sequence) {
    int length = 0;
    while (length < width && rows[sequence * columns + length] >= 0) {
      length++;
    }
    return length;
  }
}
