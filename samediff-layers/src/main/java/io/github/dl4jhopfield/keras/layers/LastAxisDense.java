package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.DirectInference;
import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Dense layer on the last axis: y = f(x W + b), x [..., nIn] of any rank from 2, y [..., nOut].
 *
 * <p>Parameters W [nIn, nOut], b [1, nOut]. Keras's Dense on rank 3 and TimeDistributed(Dense);
 * DL4J's DenseLayer is wrong there. A mask changes nothing, as in Keras.
 */
public class LastAxisDense extends TensorLayer implements DirectInference {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long nIn;
  @JsonProperty private long nOut;
  @JsonProperty private boolean hasBias;
  @JsonProperty private String function;

  /** For JSON. */
  LastAxisDense() {}

  /**
   * @param function one of {@link SdActivations#NAMES}
   */
  public LastAxisDense(long nIn, long nOut, boolean hasBias, String function) {
    this.nIn = nIn;
    this.nOut = nOut;
    this.hasBias = hasBias;
    this.function = function;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("W", nIn, nOut);
    if (hasBias) {
      params.addBiasParam("b", 1, nOut);
    }
  }

  /** Name of its function. */
  public String function() {
    return function;
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable x = c.input(INPUT);
    SDVariable bias = hasBias ? c.param("b") : null;
    DenseActivation inOnePass = SdActivations.ofDense(function);
    SDHopfield ops = SDHopfield.of(c.sd());
    if (inOnePass != null) {
      return ops.dense(x, c.param("W"), bias, inOnePass);
    }
    SDVariable y = ops.dense(x, c.param("W"), bias, DenseActivation.NONE);
    return SdActivations.apply(c.sd(), function, y, x.getShape().length);
  }

  @Override
  public Supplier<INDArray> inference(
      Map<String, INDArray> inputs, Map<String, INDArray> masks, Map<String, INDArray> params) {
    DenseActivation inOnePass = SdActivations.ofDense(function);
    return inOnePass == null
        ? null
        : () ->
            NDHopfield.ops().dense(inputs.get(INPUT), params.get("W"), params.get("b"), inOnePass);
  }
}
