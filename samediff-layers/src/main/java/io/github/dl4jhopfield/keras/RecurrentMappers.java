package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.ShapeChange;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** LSTM and SimpleRNN. */
final class RecurrentMappers {

  private RecurrentMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("LSTM", i -> recurrent(i, true));
    m.put("SimpleRNN", i -> recurrent(i, false));
  }

  private static IActivation activation(KerasLayerInfo i, String key) {
    String name = CoreMappers.activationName(i, key);
    IActivation a = CoreMappers.elementwiseActivation(name);
    if (a == null) {
      throw i.error("the activation " + name + " is not supported in a recurrent layer");
    }
    return a;
  }

  private static MappedLayer recurrent(KerasLayerInfo i, boolean lstm) {
    i.requireRank(3);
    for (String off : new String[] {"go_backwards", "stateful", "return_state", "time_major"}) {
      if (i.flag(off, false)) {
        throw i.error("option " + off + " is not supported");
      }
    }
    if (i.hasMask()) {
      throw i.error("masks are not supported in recurrent layers");
    }
    long nIn = i.features(0);
    int n = i.size("units");
    boolean bias = i.flag("use_bias", true);
    BaseRecurrentLayer.Builder<?> b =
        lstm
            ? new LSTM.Builder().gateActivationFunction(activation(i, "recurrent_activation"))
            : new SimpleRnn.Builder();
    b.nIn(nIn).nOut(n).activation(activation(i, "activation")).dataFormat(RNNFormat.NWC);
    BaseRecurrentLayer layer = b.build();
    long time = i.inputShape()[0];
    int gates = lstm ? 4 : 1;
    boolean sequences = i.flag("return_sequences", false);
    MappedLayer m = sequences ? MappedLayer.of(layer, time, n) : MappedLayer.of(layer, n);
    if (!sequences) {
      m.then(new ShapeChange(ShapeChange.Kind.LAST));
    }
    m.nested("**/kernel", "cell/vars/0", "W", w -> gates(w, lstm), nIn, gates * n);
    m.nested("**/recurrent_kernel", "cell/vars/1", "RW", w -> gates(w, lstm), n, gates * n);
    if (bias) {
      m.nested("**/bias", "cell/vars/2", "b", w -> gates(w.reshape(1, gates * n), lstm), gates * n);
    } else {
      m.constant("b", 0);
    }
    if (i.number("dropout", 0) > 0 || i.number("recurrent_dropout", 0) > 0) {
      m.note("The dropout inside \"" + i.name() + "\" (training only) is left out.");
    }
    return m;
  }

  /**
   * Keras orders the gates input, forget, candidate, output; DL4J candidate, forget, output, input.
   */
  private static INDArray gates(INDArray w, boolean lstm) {
    if (!lstm) {
      return w;
    }
    long n = w.size(1) / 4;
    INDArray[] g = new INDArray[4];
    for (int k = 0; k < 4; k++) {
      g[k] = w.get(NDArrayIndex.all(), NDArrayIndex.interval(k * n, (k + 1) * n));
    }
    return Nd4j.concat(1, g[2], g[1], g[3], g[0]);
  }
}
