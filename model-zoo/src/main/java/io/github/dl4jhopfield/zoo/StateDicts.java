package io.github.dl4jhopfield.zoo;

import io.github.dl4jhopfield.layers.HflayersWeights;
import io.github.dl4jhopfield.layers.HopfieldBase;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** State dicts of hopfield-layers for the Hopfield layers of a network. */
public final class StateDicts {
  private StateDicts() {}

  /**
   * The arrays of all Hopfield layers, each name with the layer's index and a dot in front, as in
   * PyTorch's {@code Sequential}.
   *
   * @throws IllegalArgumentException if the network has none
   */
  public static Map<String, INDArray> of(MultiLayerNetwork network) {
    Map<String, INDArray> all = new LinkedHashMap<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = inner(network.getLayer(i));
      if (layer.conf().getLayer() instanceof HopfieldBase hopfield) {
        String prefix = i + ".";
        HflayersWeights.of(hopfield)
            .stateDict(layer.paramTable())
            .forEach((name, array) -> all.put(prefix + name, array));
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a network with a Hopfield layer that has weights, found none");
    }
    return all;
  }

  /**
   * Puts a state dict into a layer.
   *
   * @throws IllegalArgumentException if the layer is not there or no Hopfield layer, or the state
   *     dict is not one of its configuration
   */
  public static void load(MultiLayerNetwork network, int index, Map<String, INDArray> stateDict) {
    if (index < 0 || index >= network.getnLayers()) {
      throw new IllegalArgumentException(
          "layer: expected 0 to " + (network.getnLayers() - 1) + ", found " + index);
    }
    Layer layer = inner(network.getLayer(index));
    if (!(layer.conf().getLayer() instanceof HopfieldBase hopfield)) {
      throw new IllegalArgumentException(
          "layer "
              + index
              + ": expected a Hopfield layer, found "
              + layer.conf().getLayer().getClass().getSimpleName());
    }
    HflayersWeights.of(hopfield).parameters(stateDict).forEach(layer::setParam);
  }

  private static Layer inner(Layer layer) {
    return layer instanceof FrozenLayer frozen ? frozen.getInsideLayer() : layer;
  }
}
