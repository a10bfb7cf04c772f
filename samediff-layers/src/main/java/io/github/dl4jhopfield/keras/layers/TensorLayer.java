package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * Base of the layers of this package: no parameters, weights start glorot_uniform, the same in
 * training, unless said otherwise.
 */
public abstract class TensorLayer extends MendedSameDiffLayer {

  private Map<String, List<Regularization>> regularisedParameters;

  protected TensorLayer() {}

  /** Terms of single parameters, in place of those of all weights or biases; null: none. */
  public Map<String, List<Regularization>> getRegularisedParameters() {
    return regularisedParameters;
  }

  /** Sets {@link #getRegularisedParameters}. */
  public void setRegularisedParameters(Map<String, List<Regularization>> terms) {
    this.regularisedParameters = terms;
  }

  /** Adds the terms of one parameter. */
  public void regularise(String parameter, List<Regularization> terms) {
    if (regularisedParameters == null) {
      regularisedParameters = new LinkedHashMap<>();
    }
    regularisedParameters.put(parameter, terms);
  }

  @Override
  public List<Regularization> getRegularizationByParam(String parameter) {
    return regularisedParameters == null
        ? super.getRegularizationByParam(parameter)
        : regularisedParameters.get(parameter);
  }

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
