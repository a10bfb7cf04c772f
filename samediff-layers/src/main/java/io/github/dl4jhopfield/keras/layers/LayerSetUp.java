package io.github.dl4jhopfield.keras.layers;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What DL4J asks of {@code instantiate}, for layers whose runtime is a subclass of DL4J's own. */
final class LayerSetUp {
  private LayerSetUp() {}

  /** Gives a layer at run time its place, its parameters and its listeners. */
  static <L extends Layer> L ready(
      L layer,
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize) {
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(parameters);
    layer.setParamTable(conf.getLayer().initializer().init(conf, parameters, initialize));
    layer.setConf(conf);
    return layer;
  }
}
