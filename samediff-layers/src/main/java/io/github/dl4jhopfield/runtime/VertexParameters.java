package io.github.dl4jhopfield.runtime;

import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters of a vertex as a layer that never runs: DL4J's weight noise takes parameters from
 * layers only.
 */
final class VertexParameters extends MendedSameDiffLayer {

  private static final long serialVersionUID = 1L;

  private final transient SDVertexParams params;

  private VertexParameters(SDVertexParams params) {
    this.params = params;
  }

  /** A layer that holds these arrays, not copies. */
  static MendedLayer holding(
      SDVertexParams names, Map<String, INDArray> parameters, DataType type) {
    VertexParameters config = new VertexParameters(names);
    config.defineParameters(config.getLayerParams());
    NeuralNetConfiguration holder = new NeuralNetConfiguration();
    holder.setLayer(config);
    MendedLayer layer = new MendedLayer(holder, type);
    layer.setParamTable(parameters);
    return layer;
  }

  @Override
  public void defineParameters(SDLayerParams into) {
    into.clear();
    params.getParamShapes().forEach((name, shape) -> define(into, name, shape));
  }

  private void define(SDLayerParams into, String name, long[] shape) {
    if (params.isWeightParam(name)) {
      into.addWeightParam(name, shape);
    } else {
      into.addBiasParam(name, shape);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> table) {
    throw new UnsupportedOperationException("the vertex initialises its parameters");
  }

  @Override
  public SDVariable define(GraphContext context) {
    throw new UnsupportedOperationException("the vertex defines its graph");
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    throw new UnsupportedOperationException("the vertex has an output type");
  }
}
