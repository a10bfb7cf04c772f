package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.layers.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Layer normalisation over the last axis (Ba, Kiros and Hinton 2016): y = gamma (x - mean) /
 * sqrt(variance + epsilon) + beta, x [..., size] of any rank from 2.
 *
 * <p>Parameters gamma [1, size] and beta [1, size], each optional.
 */
public class LastAxisNormalization extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long size;
  @JsonProperty private double epsilon;
  @JsonProperty private boolean scale;
  @JsonProperty private boolean centre;

  /** For JSON. */
  LastAxisNormalization() {}

  public LastAxisNormalization(long size, double epsilon, boolean scale, boolean centre) {
    this.size = size;
    this.epsilon = epsilon;
    this.scale = scale;
    this.centre = centre;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    if (scale) {
      params.addBiasParam("gamma", 1, size);
    }
    if (centre) {
      params.addBiasParam("beta", 1, size);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach((name, value) -> value.assign(name.equals("gamma") ? 1 : 0));
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable x = c.input(INPUT);
    int rank = x.getShape().length;
    SDVariable flat = rank == 2 ? x : sd.reshape(x, -1, size);
    SDVariable centred = flat.sub(flat.mean(true, 1));
    SDVariable variance = centred.mul(centred).mean(true, 1);
    SDVariable y = centred.div(sd.math().sqrt(variance.add(epsilon)));
    if (scale) {
      y = y.mul(c.param("gamma"));
    }
    if (centre) {
      y = y.add(c.param("beta"));
    }
    return rank == 2 ? y : sd.reshape(y, c.shape("y", call -> call.input(INPUT).shape()));
  }
}
