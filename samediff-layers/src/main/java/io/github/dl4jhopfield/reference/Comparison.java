package io.github.dl4jhopfield.reference;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The error measure of the reference files, over any number of arrays: max|ours - reference| /
 * max(1, max|reference|), the worst of all.
 */
final class Comparison {
  private double worst;
  private String where;
  private String problem;
  private boolean nonFinite;
  private boolean otherShape;

  /** Compares each expected array with ours of the same name; a missing one is a failure. */
  <T> void compare(
      String kind,
      Map<String, T> expected,
      Map<String, INDArray> ours,
      Function<T, double[]> values,
      Function<T, long[]> shape) {
    expected.forEach(
        (name, array) -> {
          String label = kind.isEmpty() ? name : kind + " of " + name;
          INDArray our = ours.get(name);
          if (our == null || array == null) {
            fail(label, "expected " + label + ", found none");
          } else if (!Arrays.equals(shape.apply(array), our.shape())) {
            for (double value : doubles(our)) {
              nonFinite |= !Double.isFinite(value);
            }
            otherShape = true;
            fail(
                label,
                "expected "
                    + label
                    + " of shape "
                    + Arrays.toString(shape.apply(array))
                    + ", found "
                    + Arrays.toString(our.shape()));
          } else {
            compare(label, values.apply(array), doubles(our));
          }
        });
  }

  /** The elements in C order. */
  static double[] doubles(INDArray array) {
    if (array.isEmpty()) {
      return new double[0];
    }
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }

  private void compare(String label, double[] expected, double[] ours) {
    double largest = 1;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      nonFinite |= !Double.isFinite(ours[i]);
      if (Double.isFinite(expected[i]) && Double.isFinite(ours[i])) {
        largest = Math.max(largest, Math.abs(expected[i]));
        difference = Math.max(difference, Math.abs(expected[i] - ours[i]));
      } else if (Double.compare(expected[i], ours[i]) != 0) {
        difference = Double.POSITIVE_INFINITY;
      }
    }
    double error = difference / largest;
    if (where == null || error > worst) {
      worst = error;
      where = label;
    }
  }

  private void fail(String label, String message) {
    worst = Double.POSITIVE_INFINITY;
    where = label;
    if (problem == null) {
      problem = message;
    }
  }

  double worst() {
    return worst;
  }

  /** The array with the worst error; null if none was compared. */
  String where() {
    return where;
  }

  /** What is missing or of another shape; null if everything could be compared. */
  String problem() {
    return problem;
  }

  /** Whether an array of ours has another shape than the reference's. */
  boolean otherShape() {
    return otherShape;
  }

  /** Whether something that we computed is NaN or infinite. */
  boolean nonFinite() {
    return nonFinite;
  }
}
