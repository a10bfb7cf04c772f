package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A dense layer between any axes: y = f(x W + b) with the product in Einstein's notation,
 * "abc,cd->abd", as Keras's EinsumDense. Parameters W of the second operand's shape and b, of the
 * result's rank without the batch, with a 1 for each axis along which it does not differ.
 */
public class EinsumDense extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private String equation;
  @JsonProperty private long[] kernel;
  @JsonProperty private long[] bias;
  @JsonProperty private String function;

  /** For JSON. */
  EinsumDense() {}

  /**
   * @param equation without an ellipsis
   * @param bias null: none
   * @param function one of {@link SdActivations#NAMES}
   */
  public EinsumDense(String equation, long[] kernel, long[] bias, String function) {
    new Einsum(equation);
    this.equation = equation;
    this.kernel = kernel.clone();
    this.bias = bias == null ? null : bias.clone();
    this.function = function;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("W", kernel);
    if (bias != null) {
      long[] full = new long[bias.length + 1];
      full[0] = 1;
      System.arraycopy(bias, 0, full, 1, bias.length);
      params.addBiasParam("b", full);
    }
  }

  @Override
  public SDVariable define(GraphContext c) {
    Einsum einsum = new Einsum(equation);
    SDVariable y =
        einsum.apply(
            c,
            "product",
            c.input(INPUT),
            call -> call.input(INPUT).shape(),
            c.param("W"),
            call -> kernel);
    if (bias != null) {
      y = y.add(c.param("b"));
    }
    return SdActivations.apply(c.sd(), function, y, einsum.result().length());
  }
}
