package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** An {@link Operation} on one input. */
public class OperationLayer extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private Operation operation;

  /** For JSON. */
  OperationLayer() {}

  public OperationLayer(Operation operation) {
    if (operation.inputs() != 1) {
      throw new IllegalArgumentException(
          operation.name() + ": expected one input, found " + operation.inputs());
    }
    this.operation = operation;
  }

  @Override
  public SDVariable define(GraphContext c) {
    return operation.define(c, INPUT);
  }
}
