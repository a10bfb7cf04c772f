package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.keras.layers.LastAxisDense;
import io.github.dl4jhopfield.keras.layers.MultiHeadAttention;
import io.github.dl4jhopfield.keras.layers.PatchProjection;
import io.github.dl4jhopfield.keras.layers.StepConvolution;
import io.github.dl4jhopfield.keras.layers.TensorLayer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Dense, convolution and attention layers start as in Keras: glorot_uniform, biases 0. */
class StartingWeightsTest {

  @Test
  void dense() {
    check(new LastAxisDense(40, 60, true, "linear"), 40, 60);
  }

  @Test
  void patches() {
    check(new PatchProjection(4, 5, 3, 30, true, "linear"), 4 * 5 * 3, 30);
  }

  @Test
  void steps() {
    check(new StepConvolution(20, 30, 5, 1, 1, "valid", true, "linear"), 5 * 20, 5 * 30);
  }

  @Test
  void attention() {
    MultiHeadAttention layer = new MultiHeadAttention(30, 40, 50, 3, 20, 25, 35, true, false);
    Map<String, INDArray> params = ones(layer.getVertexParams());
    layer.initializeParameters(params);
    assertThat(params).hasSize(8);
    within(params.get("Wq"), 30, 60);
    within(params.get("Wv"), 40, 75);
    within(params.get("Wk"), 50, 60);
    within(params.get("Wo"), 75, 35);
    for (String bias : new String[] {"bq", "bk", "bv", "bo"}) {
      assertThat(params.get(bias).amaxNumber().doubleValue()).as(bias).isZero();
    }
  }

  private static void check(TensorLayer layer, long fanIn, long fanOut) {
    Map<String, INDArray> params = ones(layer.getLayerParams());
    layer.initializeParameters(params);
    assertThat(params).hasSize(2);
    within(params.get("W"), fanIn, fanOut);
    assertThat(params.get("b").amaxNumber().doubleValue()).isZero();
  }

  private static Map<String, INDArray> ones(SDLayerParams declared) {
    Nd4j.getRandom().setSeed(7);
    Map<String, INDArray> params = new LinkedHashMap<>();
    declared
        .getParamShapes()
        .forEach((name, shape) -> params.put(name, Nd4j.ones(DataType.DOUBLE, shape)));
    return params;
  }

  /** There are more than 1000, so that the largest is near the bound and the mean near 0. */
  private static void within(INDArray weights, long fanIn, long fanOut) {
    double bound = Math.sqrt(6.0 / (fanIn + fanOut));
    assertThat(weights.amaxNumber().doubleValue()).isBetween(0.99 * bound, bound);
    assertThat(weights.meanNumber().doubleValue()).isBetween(-0.1 * bound, 0.1 * bound);
  }
}
