package io.github.dl4jhopfield.keras.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A layer or vertex whose masks come from the graph itself: after its own inputs it has one more
 * for each mask, [batch, time], 1 = keep.
 *
 * <p>DL4J's masks are given with the data; Keras computes them from it (Embedding with mask_zero,
 * Masking). With masks as values of the graph, a network imported from Keras needs nothing but its
 * inputs, and nothing is lost by save, load or parallel training.
 */
public class MaskedInputs extends GraphVertex {

  private static final long serialVersionUID = 1L;

  @JsonProperty private GraphVertex inner;
  @JsonProperty private List<Integer> maskOf;

  /** For JSON. */
  MaskedInputs() {}

  /**
   * @param maskOf for each mask, the number of the input that it belongs to
   */
  public MaskedInputs(GraphVertex inner, List<Integer> maskOf) {
    this.inner = inner;
    this.maskOf = new ArrayList<>(maskOf);
  }

  /** What the masks are for. */
  public GraphVertex inner() {
    return inner;
  }

  @Override
  public GraphVertex clone() {
    return new MaskedInputs(inner.clone(), maskOf);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof MaskedInputs m && m.inner.equals(inner) && m.maskOf.equals(maskOf);
  }

  @Override
  public int hashCode() {
    return 31 * inner.hashCode() + maskOf.hashCode();
  }

  @Override
  public long numParams(boolean backprop) {
    return inner.numParams(backprop);
  }

  @Override
  public int minVertexInputs() {
    return inner.minVertexInputs() + maskOf.size();
  }

  @Override
  public int maxVertexInputs() {
    return minVertexInputs();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... types) {
    return inner.getOutputType(layerIndex, Arrays.copyOf(types, types.length - maskOf.size()));
  }

  @Override
  public MemoryReport getMemoryReport(InputType... types) {
    return inner.getMemoryReport(Arrays.copyOf(types, types.length - maskOf.size()));
  }

  @Override
  public void setDataType(DataType dataType) {
    inner.setDataType(dataType);
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int idx,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    return new Runtime(
        graph,
        name,
        idx,
        dataType,
        inner.instantiate(graph, name, idx, paramsView, initializeParams, dataType),
        maskOf);
  }

  /** The vertex at run time: hands its masks over before each pass. */
  static final class Runtime extends VertexOwning {

    private static final long serialVersionUID = 1L;

    private final List<Integer> maskOf;

    Runtime(
        ComputationGraph graph,
        String name,
        int index,
        DataType dataType,
        org.deeplearning4j.nn.graph.vertex.GraphVertex inner,
        List<Integer> maskOf) {
      super(graph, name, index, dataType, inner);
      this.maskOf = maskOf;
    }

    private int own() {
      return inputs.length - maskOf.size();
    }

    @Override
    public void setInputVertices(VertexIndices[] vertices) {
      super.setInputVertices(vertices);
      inner.setInputVertices(Arrays.copyOf(vertices, vertices.length - maskOf.size()));
    }

    @Override
    public void setInput(int number, INDArray input, LayerWorkspaceMgr manager) {
      if (number < own()) {
        super.setInput(number, input, manager);
      } else {
        inputs[number] = input;
      }
    }

    private void handMasksOver() {
      INDArray[] masks = new INDArray[own()];
      for (int i = 0; i < maskOf.size(); i++) {
        masks[maskOf.get(i)] = inputs[own() + i];
      }
      inner.feedForwardMaskArrays(masks, MaskState.Active, (int) inputs[0].size(0));
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr manager) {
      handMasksOver();
      return inner.doForward(training, manager);
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr manager) {
      handMasksOver();
      Pair<Gradient, INDArray[]> result = inner.doBackward(tbptt, manager);
      INDArray[] all = Arrays.copyOf(result.getSecond(), inputs.length);
      for (int i = own(); i < all.length; i++) {
        all[i] =
            manager.create(ArrayType.ACTIVATION_GRAD, inputs[i].dataType(), inputs[i].shape(), 'c');
      }
      return new Pair<>(result.getFirst(), all);
    }

    /** The masks are inputs; those that DL4J hands on are not for this vertex. */
    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArrays(
        INDArray[] maskArrays, MaskState currentMaskState, int minibatchSize) {
      return null;
    }

    @Override
    public String toString() {
      return "MaskedInputs(" + inner + ")";
    }
  }
}
