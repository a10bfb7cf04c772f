package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.layers.GraphContext;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
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
    SDVariable ones =
        c.feed(
            "ones",
            c.dataType(),
            new long[] {-1, 1, 1},
            call -> Nd4j.ones(call.dataType(), call.input(INPUT).size(0), 1, 1));
    return c.sd().concat(1, ones.mul(c.param("token")), c.input(INPUT));
  }
}
