package io.github.dl4jhopfield.keras;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which array of the file goes into which parameter of the network, and the copying. */
final class WeightCopies {

  private record Copy(String vertex, MappedLayer.Weight weight, SavedArray array) {}

  private final List<Copy> copies = new ArrayList<>();
  private final Map<String, Map<String, Double>> constants = new HashMap<>();

  void add(String vertex, MappedLayer.Weight weight, SavedArray array) {
    copies.add(new Copy(vertex, weight, array));
  }

  /** Parameters of a vertex that Keras does not have and that keep a value. */
  void constants(String vertex, Map<String, Double> values) {
    constants.computeIfAbsent(vertex, k -> new HashMap<>()).putAll(values);
  }

  /** The vertices that are filled. */
  Set<String> vertices() {
    Set<String> names = new HashSet<>(constants.keySet());
    copies.stream().filter(c -> c.weight().parameter() != null).forEach(c -> names.add(c.vertex()));
    return names;
  }

  private static Map<String, INDArray> parameters(Model model, String vertex) {
    if (model instanceof MultiLayerNetwork n) {
      return n.getLayer(vertex).paramTable();
    }
    return ((ComputationGraph) model).getVertex(vertex).paramTable(false);
  }

  /**
   * Copies; every parameter of every vertex has to be filled once.
   *
   * @param all names of the network's vertices
   * @param label of the file, for messages
   */
  void into(Model model, List<String> all, String label) {
    Set<String> filled = new HashSet<>();
    for (Copy c : copies) {
      if (c.weight().parameter() != null) {
        copy(model, c, label);
        if (!filled.add(c.vertex() + "/" + c.weight().parameter())) {
          throw new IllegalStateException(
              c.vertex() + " " + c.weight().parameter() + " is filled twice");
        }
      }
    }
    constants.forEach(
        (vertex, values) ->
            values.forEach(
                (key, value) -> {
                  parameters(model, vertex).get(key).assign(value);
                  filled.add(vertex + "/" + key);
                }));
    List<String> empty = new ArrayList<>();
    for (String name : all) {
      for (String key : parameters(model, name).keySet()) {
        if (!filled.contains(name + "/" + key)) {
          empty.add(name + " " + key);
        }
      }
    }
    if (!empty.isEmpty()) {
      throw new KerasImportException(
          label + ": no weight of the file fills these parameters: " + empty);
    }
  }

  private static void copy(Model model, Copy c, String label) {
    MappedLayer.Weight w = c.weight();
    Map<String, INDArray> table = parameters(model, c.vertex());
    INDArray parameter = table.get(w.parameter());
    if (parameter == null) {
      throw new IllegalStateException(
          c.vertex() + " has no parameter " + w.parameter() + ", only " + table.keySet());
    }
    INDArray flat = c.array().array();
    INDArray value = w.change().apply(flat.reshape('c', w.shape()));
    if (value.length() != parameter.length()) {
      throw new IllegalStateException(
          c.vertex()
              + " "
              + w.parameter()
              + ": "
              + Arrays.toString(value.shape())
              + " does not fit "
              + Arrays.toString(parameter.shape()));
    }
    if (!Arrays.equals(value.shape(), parameter.shape())) {
      value = value.dup('c').reshape('c', parameter.shape());
    }
    String place = label + ": " + c.array().place();
    parameter.assign(SavedArray.narrowed(value, parameter.dataType(), place));
    // not left to the garbage collector, which knows nothing of how large they are
    if (flat.closeable()) {
      flat.close();
    }
  }
}
