package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Base of the layers of this package: no parameters, weights start glorot_uniform, the same in
 * training, unless said otherwise.
 */
public abstract class TensorLayer extends MendedSameDiffLayer {

  protected TensorLayer() {}

  @Override
  public void defineParameters(SDLayerParams params) {
    // none
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    GlorotUniform.initialise(params, getLayerParams());
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  /** Input types say too little for arrays of any rank; sizes are given to the constructors. */
  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }
}
