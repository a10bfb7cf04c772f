package io.github.dl4jhopfield.keras.layers;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A vertex at run time that hands what it is given on to another, in whose place it stands. */
abstract class VertexAround extends BaseGraphVertex {

  private static final long serialVersionUID = 1L;

  VertexAround(ComputationGraph graph, String name, int index, DataType dataType) {
    super(graph, name, index, null, null, dataType);
  }

  abstract GraphVertex inner();

  @Override
  public void setInput(int number, INDArray input, LayerWorkspaceMgr manager) {
    super.setInput(number, input, manager);
    inner().setInput(number, input, manager);
  }

  @Override
  public void setEpsilon(INDArray epsilon) {
    super.setEpsilon(epsilon);
    inner().setEpsilon(epsilon);
  }

  @Override
  public void clear() {
    super.clear();
    inner().clear();
  }

  @Override
  public void clearVertex() {
    clear();
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] maskArrays, MaskState currentMaskState, int minibatchSize) {
    return inner().feedForwardMaskArrays(maskArrays, currentMaskState, minibatchSize);
  }
}
