package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A learned factor for each feature, x [..., size] times gamma [1, size]: the LayerScale of
 * ConvNeXt (Touvron et al. 2021). Starts at {@code initial}.
 */
public class ScaleParameter extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long size;
  @JsonProperty private double initial;

  /** For JSON. */
  ScaleParameter() {}

  public ScaleParameter(long size, double initial) {
    this.size = size;
    this.initial = initial;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("gamma", 1, size);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.get("gamma").assign(initial);
  }

  @Override
  public SDVariable define(GraphContext c) {
    return c.input(INPUT).mul(c.param("gamma"));
  }
}
