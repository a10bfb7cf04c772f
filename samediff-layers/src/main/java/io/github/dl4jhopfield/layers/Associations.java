package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.MendedLayer;
import io.github.dl4jhopfield.runtime.MendedVertex;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Looks into a trained network: which stored pattern each state pattern retrieves. No second model
 * is needed; the network is not changed.
 *
 * <p>Associations are [B, H, L, S], heads apart, before dropout, at the last update step; S counts
 * the zero pattern where the layer adds one. Rows sum to 1 (softmax and its kin), or to less with a
 * Lagrangian unit. Projected patterns are [B, H, S, P]. For {@link HopfieldLayer}, whose stored
 * patterns are the same for all samples, B is 1 and L counts the state patterns of all samples one
 * after the other, unless update steps stop early.
 */
public final class Associations {

  private Associations() {}

  /** Associations of layer {@code layer} for a network input. */
  public static INDArray of(MultiLayerNetwork network, int layer, INDArray input) {
    return of(network, layer, input, null);
  }

  /**
   * Associations of layer {@code layer} for a network input.
   *
   * @param mask feature mask [B, T], 1 where there is a pattern; null: none
   */
  public static INDArray of(MultiLayerNetwork network, int layer, INDArray input, INDArray mask) {
    return inspect(network, layer, input, mask, AssociationCore.ASSOCIATION);
  }

  /**
   * Associations of layer {@code layer} after {@code step} update steps: 0 is the first
   * association. A head that stopped before keeps its last one.
   *
   * @throws IllegalArgumentException if the layer has fewer steps
   */
  public static INDArray atStep(
      MultiLayerNetwork network, int layer, INDArray input, INDArray mask, int step) {
    return inspect(network, layer, input, mask, AssociationCore.ASSOCIATION + "-" + step);
  }

  /** As the method of this name for a layer, of a layer or vertex of a graph. */
  public static INDArray atStep(
      ComputationGraph graph, String vertex, INDArray[] inputs, INDArray[] masks, int step) {
    return inspect(graph, vertex, inputs, masks, AssociationCore.ASSOCIATION + "-" + step);
  }

  /** Associations of a {@link HopfieldDecoderVertex} with its target. */
  public static INDArray ofTarget(
      ComputationGraph graph, String vertex, INDArray[] inputs, INDArray[] masks) {
    return inspect(
        graph, vertex, inputs, masks, TransformerCore.SELF + AssociationCore.ASSOCIATION);
  }

  /** Associations of a {@link HopfieldDecoderVertex} with its memory. */
  public static INDArray ofMemory(
      ComputationGraph graph, String vertex, INDArray[] inputs, INDArray[] masks) {
    return inspect(
        graph, vertex, inputs, masks, TransformerCore.CROSS + AssociationCore.ASSOCIATION);
  }

  /** Projected patterns of layer {@code layer} for a network input. */
  public static INDArray projectedPatterns(
      MultiLayerNetwork network, int layer, INDArray input, INDArray mask) {
    return inspect(network, layer, input, mask, AssociationCore.PROJECTED);
  }

  /** Associations of a layer or vertex of a graph; masks null or one for each input. */
  public static INDArray of(
      ComputationGraph graph, String vertex, INDArray[] inputs, INDArray[] masks) {
    return inspect(graph, vertex, inputs, masks, AssociationCore.ASSOCIATION);
  }

  /** Projected patterns of a layer or vertex of a graph; masks null or one for each input. */
  public static INDArray projectedPatterns(
      ComputationGraph graph, String vertex, INDArray[] inputs, INDArray[] masks) {
    return inspect(graph, vertex, inputs, masks, AssociationCore.PROJECTED);
  }

  static INDArray inspect(
      MultiLayerNetwork network, int layer, INDArray input, INDArray mask, String what) {
    return inspect(network, layer, input, mask, List.of(what)).get(what);
  }

  static Map<String, INDArray> inspect(
      MultiLayerNetwork network, int layer, INDArray input, INDArray mask, List<String> what) {
    MendedLayer runtime = hopfield(network.getLayer(layer), "layer " + layer);
    INDArray in = input;
    synchronized (network) {
      INDArray at = mask;
      try {
        if (mask != null) {
          network.setLayerMaskArrays(mask, null);
        }
        if (layer > 0) {
          List<INDArray> activations = network.feedForwardToLayer(layer - 1, input, false);
          in = activations.get(layer);
        }
        InputPreProcessor pre = network.getLayerWiseConfigurations().getInputPreProcess(layer);
        if (pre != null) {
          in = pre.preProcess(in, (int) input.size(0), LayerWorkspaceMgr.noWorkspaces());
        }
        if (mask != null) {
          at = runtime.getMaskArray();
        }
      } finally {
        network.clearLayerMaskArrays();
      }
      return runtime.inspect(in, at, names(what, runtime.config().innerNames()));
    }
  }

  static INDArray inspect(
      ComputationGraph graph, String vertex, INDArray[] inputs, INDArray[] masks, String what) {
    return inspect(graph, vertex, inputs, masks, List.of(what)).get(what);
  }

  static Map<String, INDArray> inspect(
      ComputationGraph graph,
      String vertex,
      INDArray[] inputs,
      INDArray[] masks,
      List<String> what) {
    GraphVertex found = graph.getVertex(vertex);
    if (found == null) {
      throw new IllegalArgumentException("The graph has no vertex \"" + vertex + "\"");
    }
    synchronized (graph) {
      if (masks != null) {
        graph.setLayerMaskArrays(masks, null);
      }
      try {
        // a vertex lets go of its masks when it has run
        INDArray[] own =
            found instanceof MendedVertex v && v.masks() != null ? v.masks().clone() : null;
        Map<String, INDArray> all = graph.feedForward(inputs, false);
        List<String> from = graph.getConfiguration().getVertexInputs().get(vertex);
        INDArray[] in = from.stream().map(all::get).toArray(INDArray[]::new);
        if (found instanceof MendedVertex v) {
          return v.inspect(in, own, names(what, v.innerNames()));
        }
        MendedLayer runtime = hopfield(graph.getLayer(vertex), "vertex \"" + vertex + "\"");
        return runtime.inspect(
            in[0], runtime.getMaskArray(), names(what, runtime.config().innerNames()));
      } finally {
        graph.clearLayerMaskArrays();
      }
    }
  }

  private static List<String> names(List<String> what, List<String> known) {
    for (String name : what) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException("No inner value \"" + name + "\"; there are " + known);
      }
    }
    return what;
  }

  private static MendedLayer hopfield(Layer layer, String where) {
    Layer inner = layer instanceof FrozenLayer frozen ? frozen.getInsideLayer() : layer;
    if (inner instanceof MendedLayer mended) {
      return mended;
    }
    throw new IllegalArgumentException(
        where + " is no Hopfield layer but a " + inner.getClass().getSimpleName());
  }
}
