package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.DirectInference;
import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keras's merging layers on two or more arrays, with broadcasting: add, subtract, multiply,
 * average, maximum, minimum, concatenate (along an axis), and "mask", the first input with the
 * steps zeroed that the second, a mask [batch, time], leaves out.
 */
public class MergeTensors extends TensorVertex implements DirectInference {

  private static final long serialVersionUID = 1L;

  @JsonProperty private String operation;
  @JsonProperty private int axis;
  @JsonProperty private int count;

  /** For JSON. */
  MergeTensors() {}

  /**
   * @param axis of concatenate, counted with the batch as 0
   */
  public MergeTensors(String operation, int axis) {
    this(operation, axis, 2);
  }

  /**
   * @param count number of inputs
   */
  public MergeTensors(String operation, int axis, int count) {
    this.operation = operation;
    this.axis = axis;
    this.count = count;
  }

  @Override
  protected String[] inputNames() {
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = "x" + i;
    }
    return names;
  }

  @Override
  protected TensorVertex copy() {
    return new MergeTensors(operation, axis, count);
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable[] x = new SDVariable[count];
    for (int i = 0; i < count; i++) {
      x[i] = c.input("x" + i);
    }
    if (operation.equals("concatenate")) {
      return sd.concat(axis, x);
    }
    if (operation.equals("mask")) {
      return x[0].mul(sd.expandDims(x[1], 2));
    }
    SDVariable y = x[0];
    for (int i = 1; i < count; i++) {
      y = pair(sd, y, x[i]);
    }
    return operation.equals("average") ? y.div(count) : y;
  }

  private SDVariable pair(SameDiff sd, SDVariable a, SDVariable b) {
    switch (operation) {
      case "add":
      case "average":
        return a.add(b);
      case "subtract":
        return a.sub(b);
      case "multiply":
        return a.mul(b);
      case "maximum":
        return sd.max(a, b);
      case "minimum":
        return sd.min(a, b);
      default:
        throw new IllegalStateException("Unknown merge: " + operation);
    }
  }

  /** Sums of two arrays of one shape: the residual connections of transformers. */
  @Override
  public Supplier<INDArray> inference(
      Map<String, INDArray> inputs, Map<String, INDArray> masks, Map<String, INDArray> params) {
    INDArray a = inputs.get("x0");
    INDArray b = inputs.get("x1");
    return operation.equals("add") && count == 2 && a.equalShapes(b) ? () -> a.add(b) : null;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof MergeTensors m
        && super.equals(o)
        && m.operation.equals(operation)
        && m.axis == axis
        && m.count == count;
  }

  @Override
  public int hashCode() {
    return (super.hashCode() * 31 + operation.hashCode()) * 31 + axis;
  }
}
