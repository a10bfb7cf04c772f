package io.github.dl4jhopfield.keras.layers;

import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A vertex around another whose layer, parameters and gradients it has as its own. */
abstract class VertexOwning extends VertexAround {

  private static final long serialVersionUID = 1L;

  final GraphVertex inner;

  VertexOwning(
      ComputationGraph graph, String name, int index, DataType dataType, GraphVertex inner) {
    super(graph, name, index, dataType);
    this.inner = inner;
  }

  @Override
  final GraphVertex inner() {
    return inner;
  }

  @Override
  public void setInputVertices(VertexIndices[] vertices) {
    super.setInputVertices(vertices);
    inner.setInputVertices(vertices);
  }

  @Override
  public void setOutputVertices(VertexIndices[] vertices) {
    super.setOutputVertices(vertices);
    inner.setOutputVertices(vertices);
  }

  @Override
  public boolean hasLayer() {
    return inner.hasLayer();
  }

  @Override
  public Layer getLayer() {
    return inner.getLayer();
  }

  @Override
  public void setLayerAsFrozen() {
    inner.setLayerAsFrozen();
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray view) {
    inner.setBackpropGradientsViewArray(view);
  }

  @Override
  public Map<String, INDArray> paramTable(boolean backprop) {
    return inner.paramTable(backprop);
  }

  @Override
  public long numParams() {
    return inner.numParams();
  }

  @Override
  public INDArray params() {
    return inner.params();
  }

  @Override
  public INDArray getGradientsViewArray() {
    return inner.getGradientsViewArray();
  }

  @Override
  public TrainingConfig getConfig() {
    return inner.getConfig();
  }

  @Override
  public boolean updaterDivideByMinibatch(String name) {
    return inner.updaterDivideByMinibatch(name);
  }
}
