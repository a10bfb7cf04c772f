package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.DirectInference;
import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Layer normalisation over the last axis (Ba, Kiros and Hinton 2016): y = gamma (x - mean) /
 * sqrt(variance + epsilon) + beta, x [..., size] of any rank from 2.
 *
 * <p>Parameters gamma [1, size] and beta [1, size], each optional.
 */
public class LastAxisNormalization extends TensorLayer implements DirectInference {

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
    SDHopfield ops = SDHopfield.of(c.sd());
    SDVariable x = c.input(INPUT);
    if (!scale && !centre) {
      return ops.layerNorm(x, null, null, epsilon, -1);
    }
    return ops.layerNorm(
        x, vector(c, "gamma", scale, 1), vector(c, "beta", centre, 0), epsilon, -1);
  }

  private SDVariable vector(GraphContext c, String name, boolean there, double otherwise) {
    return there
        ? c.sd().reshape(c.param(name), size)
        : c.sd().constant(name, Nd4j.valueArrayOf(new long[] {size}, otherwise, c.dataType()));
  }

  @Override
  public Supplier<INDArray> inference(
      Map<String, INDArray> inputs, Map<String, INDArray> masks, Map<String, INDArray> params) {
    if (scale != centre) {
      return null;
    }
    INDArray gamma = scale ? params.get("gamma").reshape(size) : null;
    INDArray beta = scale ? params.get("beta").reshape(size) : null;
    return () -> NDHopfield.ops().layerNorm(inputs.get(INPUT), gamma, beta, epsilon, -1);
  }
}
