package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.MaskedInputs;
import io.github.dl4jhopfield.keras.layers.SharedVertex;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;

/** The DL4J layers and vertices of a network under construction, and the network made of them. */
final class NetworkParts {

  /** A DL4J layer or vertex with its inputs, not yet built. */
  record Part(String name, Layer layer, GraphVertex vertex, List<String> inputs) {}

  private final String label;
  private final DataType dataType;
  private final TrainingConfig.Optimizer optimizer;
  private final Map<String, Part> parts = new LinkedHashMap<>();

  /**
   * @param label of the file, for messages
   */
  NetworkParts(String label, DataType dataType, TrainingConfig.Optimizer optimizer) {
    this.label = label;
    this.dataType = dataType;
    this.optimizer = optimizer;
  }

  /** Adds a part. */
  void put(String name, Layer layer, GraphVertex vertex, List<String> inputs) {
    if (layer != null) {
      layer.setLayerName(name);
    }
    if (parts.put(name, new Part(name, layer, vertex, inputs)) != null) {
      throw new KerasImportException(label + ": two layers would have the name \"" + name + "\"");
    }
  }

  /** The part of that name, or null. */
  Part get(String name) {
    return parts.get(name);
  }

  /** Puts a layer in the place of the part of that name. */
  void replace(String name, Layer layer) {
    Part before = parts.get(name);
    layer.setLayerName(name);
    parts.put(name, new Part(name, layer, null, before.inputs()));
  }

  Collection<Part> all() {
    return parts.values();
  }

  /** Whether a part takes the result of that name. */
  boolean isTaken(String name) {
    return parts.values().stream().anyMatch(p -> p.inputs().contains(name));
  }

  private NeuralNetConfiguration.Builder base() {
    return new NeuralNetConfiguration.Builder()
        .dataType(dataType)
        .seed(0)
        .updater(optimizer.updater().clone())
        .gradientNormalization(optimizer.clipping())
        .gradientNormalizationThreshold(optimizer.clippedTo());
  }

  private GraphVertex asVertex(String name, Layer layer, GraphVertex vertex) {
    if (layer != null) {
      layer.setLayerName(name);
      return new LayerVertex(base().layer(layer).build(), null);
    }
    return ready(name, vertex);
  }

  private GraphVertex ready(String name, GraphVertex vertex) {
    if (vertex instanceof SameDiffVertex v) {
      v.setName(name);
      v.applyGlobalConfig(base());
    }
    return vertex;
  }

  /** A layer or vertex that takes masks after its inputs. */
  GraphVertex masked(String name, Layer layer, GraphVertex vertex, List<Integer> maskOf) {
    return new MaskedInputs(asVertex(name, layer, vertex), maskOf);
  }

  /**
   * A layer or vertex whose parameters are used elsewhere too.
   *
   * @param owner name of the part that has them; null if it is this one
   */
  GraphVertex shared(String name, Layer layer, GraphVertex vertex, String owner) {
    return new SharedVertex(asVertex(name, layer, vertex), owner);
  }

  /** Takes away what no output needs: DL4J refuses a graph with loose ends. */
  void prune(Collection<String> outputs, Collection<String> keep) {
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(outputs);
    open.addAll(keep);
    while (!open.isEmpty()) {
      String name = open.pop();
      Part p = parts.get(name);
      if (needed.add(name) && p != null) {
        open.addAll(p.inputs());
        if (p.vertex() instanceof SharedVertex s && s.owner() != null) {
          open.add(s.owner());
        }
      }
    }
    parts.keySet().retainAll(needed);
  }

  /** Whether the parts are layers in a row. */
  private boolean isChain(List<String> inputs, List<String> outputs) {
    if (inputs.size() != 1 || outputs.size() != 1 || parts.isEmpty()) {
      return false;
    }
    String at = inputs.get(0);
    for (Part p : parts.values()) {
      if (p.layer() == null || p.inputs().size() != 1 || !p.inputs().get(0).equals(at)) {
        return false;
      }
      at = p.name();
    }
    return at.equals(outputs.get(0));
  }

  /**
   * Makes the network.
   *
   * @param sequential whether a row of layers becomes a MultiLayerNetwork
   */
  Model build(List<String> inputs, List<String> outputs, boolean sequential) {
    if (sequential && isChain(inputs, outputs)) {
      NeuralNetConfiguration.ListBuilder list = base().list();
      // DL4J would guess sizes from the first layer
      list.overrideNinUponBuild(false);
      for (Part p : parts.values()) {
        list.layer(p.layer());
      }
      MultiLayerNetwork network =
          new MultiLayerNetwork(list.validateOutputLayerConfig(false).build());
      network.init();
      return network;
    }
    ComputationGraphConfiguration.GraphBuilder graph = base().graphBuilder();
    graph.addInputs(inputs);
    // an input that no layer takes
    graph.allowDisconnected(true);
    for (Part p : parts.values()) {
      String[] ins = p.inputs().toArray(new String[0]);
      if (p.layer() != null) {
        graph.addLayer(p.name(), p.layer(), ins);
      } else {
        graph.addVertex(p.name(), ready(p.name(), p.vertex()), ins);
      }
    }
    graph.setOutputs(outputs.toArray(new String[0]));
    graph.validateOutputLayerConfig(false);
    ComputationGraph network = new ComputationGraph(graph.build());
    network.init();
    return network;
  }
}
