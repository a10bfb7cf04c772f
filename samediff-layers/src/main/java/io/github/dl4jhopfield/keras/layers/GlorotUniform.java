package io.github.dl4jhopfield.keras.layers;

import java.util.Map;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Starting parameters where Keras's default is {@code glorot_uniform}: a weight [..., inputs,
 * outputs] within sqrt(6 / (fan in + fan out)), the leading dimensions counted in both fans; biases
 * 0.
 */
final class GlorotUniform {

  private GlorotUniform() {}

  static void initialise(Map<String, INDArray> params, SDLayerParams declared) {
    params.forEach(
        (name, p) -> {
          if (declared.isBiasParam(name)) {
            p.assign(0);
            return;
          }
          long inputs = p.size(-2);
          long outputs = p.size(-1);
          long fans = p.length() / (inputs * outputs) * (inputs + outputs);
          double limit = Math.sqrt(6.0 / fans);
          p.assign(Nd4j.rand(p.shape()).castTo(p.dataType()).muli(2 * limit).subi(limit));
        });
  }
}
