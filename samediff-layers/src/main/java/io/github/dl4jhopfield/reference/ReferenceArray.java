package io.github.dl4jhopfield.reference;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An array of a reference file.
 *
 * @param shape of the array; empty for a number
 * @param dtype NumPy's name of the type
 * @param data in C order; NaN and infinities as they are, bools as 0 and 1
 */
public record ReferenceArray(long[] shape, String dtype, double[] data) {

  /** Whether its numbers are fractions. */
  public boolean isFloating() {
    return dtype.startsWith("float");
  }

  /**
   * As an array of {@code floating} if the reference is floating, else of its own whole-number
   * type.
   */
  public INDArray toArray(DataType floating) {
    DataType type = isFloating() ? floating : dtype.equals("bool") ? DataType.BOOL : DataType.LONG;
    INDArray doubles =
        shape.length == 0
            ? Nd4j.scalar(data[0])
            : data.length == 0
                ? Nd4j.create(DataType.DOUBLE, shape)
                : Nd4j.createFromArray(data).reshape('c', shape);
    return doubles.castTo(type);
  }

  /** The same with each element rounded to the nearest float. */
  ReferenceArray rounded() {
    if (!isFloating()) {
      return this;
    }
    double[] rounded = new double[data.length];
    for (int i = 0; i < data.length; i++) {
      rounded[i] = (float) data[i];
    }
    return new ReferenceArray(shape, dtype, rounded);
  }
}
