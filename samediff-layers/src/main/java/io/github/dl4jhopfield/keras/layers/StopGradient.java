package io.github.dl4jhopfield.keras.layers;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hands its input on and gives it a gradient of zeros. It stands before embeddings: theirs is null,
 * with which ComputationGraph cannot train what comes before them.
 */
public class StopGradient extends GraphVertex {

  private static final long serialVersionUID = 1L;

  @Override
  public GraphVertex clone() {
    return new StopGradient();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof StopGradient;
  }

  @Override
  public int hashCode() {
    return StopGradient.class.hashCode();
  }

  @Override
  public long numParams(boolean backprop) {
    return 0;
  }

  @Override
  public int minVertexInputs() {
    return 1;
  }

  @Override
  public int maxVertexInputs() {
    return 1;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... types) {
    return types[0];
  }

  @Override
  public MemoryReport getMemoryReport(InputType... types) {
    return new LayerMemoryReport.Builder(null, StopGradient.class, types[0], types[0])
        .standardMemory(0, 0)
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(0, 0)
        .build();
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int idx,
      INDArray paramsView,
      boolean initializeParams,
      DataType dataType) {
    return new Runtime(graph, name, idx, dataType);
  }

  /** The vertex at run time. */
  static final class Runtime extends BaseGraphVertex {

    private static final long serialVersionUID = 1L;

    Runtime(ComputationGraph graph, String name, int index, DataType dataType) {
      super(graph, name, index, null, null, dataType);
    }

    @Override
    public boolean hasLayer() {
      return false;
    }

    @Override
    public Layer getLayer() {
      return null;
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr manager) {
      return manager.dup(ArrayType.ACTIVATIONS, inputs[0]);
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr manager) {
      INDArray x = inputs[0];
      INDArray zeros = manager.create(ArrayType.ACTIVATION_GRAD, x.dataType(), x.shape(), 'c');
      return new Pair<>(null, new INDArray[] {zeros});
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray view) {
      if (view != null) {
        throw new IllegalArgumentException("StopGradient has no parameters");
      }
    }

    @Override
    public Map<String, INDArray> paramTable(boolean backprop) {
      return Map.of();
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArrays(
        INDArray[] masks, MaskState state, int minibatch) {
      return masks == null || masks.length == 0 ? null : new Pair<>(masks[0], state);
    }

    @Override
    public String toString() {
      return "StopGradient(" + Arrays.toString(getInputVertices()) + ")";
    }
  }
}
