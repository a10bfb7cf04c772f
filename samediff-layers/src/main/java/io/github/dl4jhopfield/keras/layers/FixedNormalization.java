package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Batch normalisation that keeps its statistics, in training too, as a Keras BatchNormalization
 * with {@code trainable=False} does: y = gamma (x - mean) / sqrt(var + epsilon) + beta, x [...,
 * size] of any rank from 2.
 *
 * <p>Parameters gamma, beta, mean, var [1, size]. DL4J's BatchNormalization always differentiates
 * through the statistics of the batch.
 */
public class FixedNormalization extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long size;
  @JsonProperty private double epsilon;

  /** For JSON. */
  FixedNormalization() {}

  public FixedNormalization(long size, double epsilon) {
    this.size = size;
    this.epsilon = epsilon;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    for (String name : new String[] {"gamma", "beta", "mean", "var"}) {
      params.addBiasParam(name, 1, size);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach(
        (name, value) -> value.assign(name.equals("gamma") || name.equals("var") ? 1 : 0));
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable spread = c.sd().math().sqrt(c.param("var").add(epsilon));
    return c.input(INPUT)
        .sub(c.param("mean"))
        .mul(c.param("gamma").div(spread))
        .add(c.param("beta"));
  }
}
