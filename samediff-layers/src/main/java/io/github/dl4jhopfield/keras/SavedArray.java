package io.github.dl4jhopfield.keras;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One array of a Keras file: its name and shape, known without reading its values.
 *
 * @param name path within its layer, without ":0": "kernel", "query/kernel", "vars/0"
 * @param place where it is in the file, for messages
 * @param shape as saved
 * @param values reads it, checked against the size of the file
 */
record SavedArray(String name, String place, long[] shape, Values values) {

  /** Reads the values in C order: a float[], or a double[] where the file has doubles. */
  interface Values {
    Object read();
  }

  /** The values as a flat array of the file's type. */
  INDArray array() {
    Object flat = values.read();
    return flat instanceof float[] f
        ? Nd4j.createFromArray(f)
        : Nd4j.createFromArray((double[]) flat);
  }

  /**
   * Values in the type of the network that takes them.
   *
   * @param place where they were saved, for messages
   * @throws KerasImportException if one is beyond that type's range
   */
  static INDArray narrowed(INDArray values, DataType type, String place) {
    if (type == values.dataType()) {
      return values;
    }
    if (type != DataType.DOUBLE && values.length() > 0) {
      double largest = values.amaxNumber().doubleValue();
      if (Math.abs(largest) > Float.MAX_VALUE) {
        throw new KerasImportException(
            place
                + " holds "
                + (values.maxNumber().doubleValue() == largest ? largest : -largest)
                + ", more than "
                + type
                + " can: import with KerasImportOptions dataType(DataType.DOUBLE)");
      }
    }
    return values.castTo(type);
  }

  long length() {
    long n = 1;
    for (long d : shape) {
      n = Math.multiplyExact(n, d);
    }
    return n;
  }
}
