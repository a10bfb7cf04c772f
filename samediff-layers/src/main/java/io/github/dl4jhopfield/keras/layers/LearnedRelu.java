package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keras's PReLU: max(x, 0) - alpha max(-x, 0), alpha learned, of the input's shape without the
 * batch, 1 on shared axes.
 */
public class LearnedRelu extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long[] alphaShape;

  /** For JSON. */
  LearnedRelu() {}

  public LearnedRelu(long... alphaShape) {
    this.alphaShape = alphaShape.clone();
  }

  private long[] withBatch() {
    long[] shape = new long[alphaShape.length + 1];
    shape[0] = 1;
    System.arraycopy(alphaShape, 0, shape, 1, alphaShape.length);
    return shape;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("alpha", withBatch());
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    params.get("alpha").assign(0);
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable x = c.input(INPUT);
    return sd.nn().relu(x, 0).sub(sd.nn().relu(x.neg(), 0).mul(c.param("alpha")));
  }

  @Override
  public String toString() {
    return "LearnedRelu(" + Arrays.toString(alphaShape) + ")";
  }
}
