package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A learned class token before a sequence: x [batch, time, features] to [batch, 1 + time,
 * features].
 */
public class PrependToken extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private long features;

  /** For JSON. */
  PrependToken() {}

  public PrependToken(long features) {
    this.features = features;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("token", 1, 1, features);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    INDArray p = params.get("token");
    p.assign(Nd4j.randn(p.shape()).castTo(p.dataType()).muli(0.02));
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable ones =
        c.feed(
            "ones",
            c.dataType(),
            new long[] {-1, 1},
            call -> Nd4j.ones(call.dataType(), call.input(INPUT).size(0), 1));
    SDVariable tokens = ones.mmul(sd.reshape(c.param("token"), 1, features));
    SDVariable steps =
        sd.reshape(
            tokens, c.shape("steps", call -> new long[] {call.input(INPUT).size(0), 1, features}));
    return sd.concat(1, steps, c.input(INPUT));
  }
}
