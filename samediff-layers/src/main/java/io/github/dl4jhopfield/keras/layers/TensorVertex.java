package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.MendedSameDiffVertex;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Base of the vertices of this package: weights start glorot_uniform, unless said otherwise. */
public abstract class TensorVertex extends MendedSameDiffVertex {

  protected TensorVertex() {}

  /** Names of the inputs. */
  protected abstract String[] inputNames();

  /** A copy of the options of the subclass. */
  protected abstract TensorVertex copy();

  /** Adds weight and bias parameters; none by default. */
  protected void defineParameters(SDVertexParams params) {
    // none
  }

  @Override
  public final void defineParametersAndInputs(SDVertexParams params) {
    params.defineInputs(inputNames());
    defineParameters(params);
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    GlorotUniform.initialise(params, getVertexParams());
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  @Override
  public GraphVertex clone() {
    TensorVertex c = copy();
    copyInto(c);
    return c;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
    return vertexInputs[0];
  }

  /** Masks do not pass: an importer hands them to those that need them as inputs. */
  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] maskArrays, MaskState currentMaskState, int minibatchSize) {
    return null;
  }
}
