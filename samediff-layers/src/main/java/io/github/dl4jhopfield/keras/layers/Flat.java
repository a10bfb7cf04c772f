package io.github.dl4jhopfield.keras.layers;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays as Java arrays in C order, and back. */
final class Flat {

  private Flat() {}

  static float[] floats(INDArray a) {
    return a.castTo(DataType.FLOAT).dup('c').reshape(a.length()).toFloatVector();
  }

  static double[] doubles(INDArray a) {
    return a.castTo(DataType.DOUBLE).dup('c').reshape(a.length()).toDoubleVector();
  }

  static void put(INDArray into, float[] values) {
    into.assign(Nd4j.createFromArray(values).castTo(into.dataType()).reshape('c', into.shape()));
  }

  static void put(INDArray into, double[] values) {
    into.assign(Nd4j.createFromArray(values).castTo(into.dataType()).reshape('c', into.shape()));
  }
}
