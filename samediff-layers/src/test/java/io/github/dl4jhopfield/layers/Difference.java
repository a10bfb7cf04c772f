package io.github.dl4jhopfield.layers;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The error measure of the tests. */
final class Difference {

  private Difference() {}

  /** Largest difference, over the larger of 1 and the reference's largest value. */
  static double of(INDArray ours, INDArray reference) {
    if (!java.util.Arrays.equals(ours.shape(), reference.shape())) {
      return Double.POSITIVE_INFINITY;
    }
    double worst = 0;
    double largest = 1;
    double[] a = ours.dup('c').castTo(DataType.DOUBLE).data().asDouble();
    double[] b = reference.dup('c').castTo(DataType.DOUBLE).data().asDouble();
    for (int i = 0; i < b.length; i++) {
      double d = Math.abs(a[i] - b[i]);
      worst = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(worst, d);
      largest = Math.max(largest, Math.abs(b[i]));
    }
    return worst / largest;
  }
}
