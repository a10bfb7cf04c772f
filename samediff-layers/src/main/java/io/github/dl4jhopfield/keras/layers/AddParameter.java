package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Learned position embedding: y = x + position, x [batch, time, features]. */
public class AddParameter extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long time;
  @JsonProperty private long features;

  /** For JSON. */
  AddParameter() {}

  public AddParameter(long time, long features) {
    this.time = time;
    this.features = features;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("position", 1, time, features);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    INDArray p = params.get("position");
    p.assign(Nd4j.randn(p.shape()).castTo(p.dataType()).muli(0.02));
  }

  @Override
  public SDVariable define(GraphContext c) {
    return c.input(INPUT).add(c.param("position"));
  }
}
