package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** An {@link Operation} on one or more inputs. */
public class OperationVertex extends TensorVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private Operation operation;

  /** For JSON. */
  OperationVertex() {}

  public OperationVertex(Operation operation) {
    this.operation = operation;
  }

  /** What it does. */
  public Operation operation() {
    return operation;
  }

  @Override
  protected String[] inputNames() {
    String[] names = new String[operation.inputs()];
    for (int i = 0; i < names.length; i++) {
      names[i] = "x" + i;
    }
    return names;
  }

  @Override
  protected TensorVertex copy() {
    return new OperationVertex(operation);
  }

  @Override
  public SDVariable define(GraphContext c) {
    return operation.define(c, inputNames());
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof OperationVertex v && super.equals(o) && v.operation.equals(operation);
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + operation.hashCode();
  }
}
