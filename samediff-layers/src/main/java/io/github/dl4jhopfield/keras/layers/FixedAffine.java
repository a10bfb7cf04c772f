package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Standardising of features with statistics found before training, Keras's Normalization: (x -
 * mean) / max(sqrt(var), 1e-7), or back. Parameters mean and var, of x's rank without the batch,
 * with a 1 for each axis along which they do not differ; training leaves them as they are.
 */
public class FixedAffine extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long[] shape;
  @JsonProperty private boolean invert;

  /** For JSON. */
  FixedAffine() {}

  public FixedAffine(long[] shape, boolean invert) {
    this.shape = shape.clone();
    this.invert = invert;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    long[] full = new long[shape.length + 1];
    full[0] = 1;
    System.arraycopy(shape, 0, full, 1, shape.length);
    params.addBiasParam("mean", full);
    params.addBiasParam("var", full);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.forEach((name, value) -> value.assign(name.equals("var") ? 1 : 0));
  }

  @Override
  public boolean trainable(String parameter) {
    return false;
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable root = c.sd().math().sqrt(c.param("var"));
    SDVariable deviation = c.sd().max(root, root.mul(0).add(1e-7));
    return invert
        ? c.input(INPUT).mul(deviation).add(c.param("mean"))
        : c.input(INPUT).sub(c.param("mean")).div(deviation);
  }
}
