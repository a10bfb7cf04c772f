package io.github.dl4jhopfield.zoo.files;

import io.github.dl4jhopfield.layers.HflayersWeights;
import io.github.dl4jhopfield.layers.HopfieldBase;
import io.github.dl4jhopfield.layers.HopfieldVertexBase;
import io.github.dl4jhopfield.runtime.MendedVertex;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * State dicts of hopfield-layers for the Hopfield layers and vertices of a network. Layers of a
 * MultiLayerNetwork go by their index, those of a ComputationGraph by their name.
 */
public final class StateDicts {

  /** A Hopfield layer or vertex. */
  private record Module(
      String name,
      HflayersWeights weights,
      Map<String, INDArray> parameters,
      BiConsumer<String, INDArray> setParameter) {}

  private StateDicts() {}

  /**
   * The arrays of all Hopfield layers and vertices, each name with the layer's index or name and a
   * dot in front, as in PyTorch's {@code Sequential}.
   *
   * @throws IllegalArgumentException if the network has none
   */
  public static Map<String, INDArray> of(Model network) {
    Map<String, INDArray> all = new LinkedHashMap<>();
    for (Module module : modules(network)) {
      module
          .weights()
          .stateDict(module.parameters())
          .forEach((name, array) -> all.put(module.name() + "." + name, array));
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a network with a Hopfield layer that has weights, found none");
    }
    return all;
  }

  /**
   * Puts a state dict into a layer or vertex.
   *
   * @param name of a graph's layer or vertex; index of a MultiLayerNetwork's layer
   * @throws IllegalArgumentException if no Hopfield layer has that name, or the state dict is not
   *     one of its configuration
   */
  public static void load(Model network, String name, Map<String, INDArray> stateDict) {
    List<Module> modules = modules(network);
    Module module =
        modules.stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "layer: expected a Hopfield layer, one of "
                            + modules.stream().map(Module::name).toList()
                            + ", found "
                            + name));
    module.weights().parameters(stateDict).forEach(module.setParameter());
  }

  private static List<Module> modules(Model network) {
    List<Module> modules = new ArrayList<>();
    if (network instanceof MultiLayerNetwork net) {
      for (int i = 0; i < net.getnLayers(); i++) {
        layer(Integer.toString(i), net.getLayer(i), modules);
      }
      return modules;
    }
    ComputationGraph graph = (ComputationGraph) network;
    for (GraphVertex vertex : graph.getVertices()) {
      String name = vertex.getVertexName();
      if (vertex.hasLayer()) {
        layer(name, vertex.getLayer(), modules);
      } else if (graph.getConfiguration().getVertices().get(name)
          instanceof HopfieldVertexBase hopfield) {
        modules.add(
            new Module(
                name,
                HflayersWeights.of(hopfield),
                vertex.paramTable(false),
                ((MendedVertex) vertex)::setParam));
      }
    }
    return modules;
  }

  private static void layer(String name, Layer outer, List<Module> modules) {
    Layer layer = outer instanceof FrozenLayer frozen ? frozen.getInsideLayer() : outer;
    if (layer.conf().getLayer() instanceof HopfieldBase hopfield) {
      modules.add(
          new Module(name, HflayersWeights.of(hopfield), layer.paramTable(), layer::setParam));
    }
  }
}
