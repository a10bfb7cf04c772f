package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** An activation function on arrays of any rank; softmax over the last axis. */
public class TensorActivation extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private String function;
  @JsonProperty private double alpha;

  /** For JSON. */
  TensorActivation() {}

  /**
   * @param function one of {@link SdActivations#NAMES}
   * @param alpha slope of leaky_relu, scale of elu
   */
  public TensorActivation(String function, double alpha) {
    this.function = function;
    this.alpha = alpha;
  }

  /** Name of its function. */
  public String function() {
    return function;
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable x = c.input(INPUT);
    SDVariable y = SdActivations.apply(c.sd(), function, alpha, x, x.getShape().length);
    return y == x ? c.sd().identity(x) : y;
  }
}
