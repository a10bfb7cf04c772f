package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.SharedVertex;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which inputs of a network are token ids. DL4J's embedding takes them to int without a look: an id
 * of 2^32 + 1 would be token 1, and NaN token 0.
 */
final class TokenInputs {

  private TokenInputs() {}

  /** For each input of the network whether it ends in an embedding. */
  static boolean[] of(Model model) {
    if (model instanceof MultiLayerNetwork net) {
      return new boolean[] {isEmbedding(net.getLayerWiseConfigurations().getConf(0).getLayer())};
    }
    ComputationGraphConfiguration conf = ((ComputationGraph) model).getConfiguration();
    Set<String> ids = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    conf.getVertices()
        .forEach(
            (name, vertex) -> {
              if (isEmbedding(vertex)) {
                open.add(name);
              }
            });
    Map<String, List<String>> inputs = conf.getVertexInputs();
    while (!open.isEmpty()) {
      for (String from : inputs.getOrDefault(open.pop(), List.of())) {
        if (ids.add(from)) {
          open.push(from);
        }
      }
    }
    List<String> names = conf.getNetworkInputs();
    boolean[] result = new boolean[names.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = ids.contains(names.get(i));
    }
    return result;
  }

  private static boolean isEmbedding(GraphVertex vertex) {
    GraphVertex v = vertex instanceof SharedVertex shared ? shared.inner() : vertex;
    return v instanceof LayerVertex layer && isEmbedding(layer.getLayerConf().getLayer());
  }

  private static boolean isEmbedding(Layer layer) {
    return layer instanceof EmbeddingSequenceLayer || layer instanceof EmbeddingLayer;
  }

  /**
   * Refuses what is no token id; whether an id is in the vocabulary, the embedding checks itself.
   *
   * @param what the input in words
   * @throws IllegalArgumentException that names the input and the value
   */
  static void check(String what, INDArray ids) {
    if (ids.isEmpty()) {
      return;
    }
    INDArray flat = ids.dup('c').reshape(ids.length());
    boolean whole = !flat.dataType().isFPType();
    for (long i = 0; i < flat.length(); i++) {
      double id = whole ? flat.getLong(i) : flat.getDouble(i);
      if (!(id >= Integer.MIN_VALUE && id <= Integer.MAX_VALUE)) {
        throw new IllegalArgumentException(
            what
                + ": expected token ids, found "
                + (whole && flat.dataType() != DataType.UINT64 ? "" + flat.getLong(i) : "" + id));
      }
    }
  }
}
