package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.EagerOp;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Puts an array into a larger one filled with a number, or takes a part of it: along each axis
 * entry i goes to place offset + stride i, if there is such a place. Padding, cropping, and the
 * zeros between the entries of a transposed convolution.
 */
final class Placement extends EagerOp {

  /** Where the entries of an axis of that size go: offset, stride, size of the result. */
  interface Where {
    long[] of(int axis, long size);
  }

  private final Where where;
  private final double fill;
  private final boolean back;

  private Placement(SameDiff sd, Where where, double fill, boolean back, SDVariable... in) {
    super(sd, 1, in);
    this.where = where;
    this.fill = fill;
    this.back = back;
  }

  static SDVariable of(SameDiff sd, SDVariable x, double fill, Where where) {
    return new Placement(sd, where, fill, false, x).outputVariable();
  }

  @Override
  protected long[][] shapes(INDArray[] in) {
    if (back) {
      return new long[][] {in[1].shape()};
    }
    long[] shape = in[0].shape().clone();
    for (int d = 0; d < shape.length; d++) {
      shape[d] = where.of(d, shape[d])[2];
    }
    return new long[][] {shape};
  }

  @Override
  protected void run(INDArray[] in, INDArray[] out) {
    INDArray small = back ? out[0] : in[0];
    INDArray large = back ? in[0] : out[0];
    long[] shape = small.shape();
    INDArrayIndex[] ofSmall = new INDArrayIndex[shape.length];
    INDArrayIndex[] ofLarge = new INDArrayIndex[shape.length];
    long[] counts = new long[shape.length];
    for (int d = 0; d < shape.length; d++) {
      long[] w = where.of(d, shape[d]);
      long first = w[0] >= 0 ? 0 : (-w[0] + w[1] - 1) / w[1];
      long last = Math.min(shape[d] - 1, Math.floorDiv(w[2] - 1 - w[0], w[1]));
      counts[d] = Math.max(0, last - first + 1);
      long to = w[0] + first * w[1];
      ofSmall[d] = NDArrayIndex.interval(first, first + counts[d]);
      ofLarge[d] =
          w[1] == 1
              ? NDArrayIndex.interval(to, to + counts[d])
              : NDArrayIndex.interval(to, w[1], to + (counts[d] - 1) * w[1] + 1);
    }
    boolean all = Arrays.equals(counts, out[0].shape());
    if (!all) {
      out[0].assign(back ? 0 : fill);
    }
    if (Arrays.stream(counts).allMatch(n -> n > 0)) {
      INDArray from = (back ? large.get(ofLarge) : small.get(ofSmall)).dup('c');
      INDArray to = back ? small.get(ofSmall) : large.get(ofLarge);
      to.assign(from.reshape('c', to.shape()));
    }
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> g) {
    return List.of(new Placement(sameDiff, where, 0, true, g.get(0), arg(0)).outputVariable());
  }
}
