package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.runtime.GraphContext;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * DeepRC's attention network without its last layer: dense layers with SELU over each sequence's
 * embedding, whose output is the stored pattern of the sequence. A feature that is always 1 is
 * added, so that the state pattern of the pooling after it, which is the weight of the original's
 * last layer, has that layer's bias too.
 *
 * <p>Input [B, S, nIn] (NWC), output [B, S, units + 1]. Parameters W0 [nIn, units], b0 [1, units],
 * W1 [units, units] and so on; weights start N(0, 1 / inputs), biases 0.
 *
 * <p>Source: Widrich et al., NeurIPS 2020, section 3; ml-jku/DeepRC.
 */
public class SequenceKeys extends MendedSameDiffLayer {
  private static final long serialVersionUID = 1L;

  @JsonProperty private int nIn;
  @JsonProperty private int units;
  @JsonProperty private int layers;

  /** For JSON. */
  SequenceKeys() {}

  /**
   * @param nIn features of an embedding
   * @param units of each layer
   * @param layers at least 1
   */
  public SequenceKeys(int nIn, int units, int layers) {
    this.nIn = nIn;
    this.units = units;
    this.layers = layers;
  }

  @Override
  protected void validate() {
    if (nIn < 1 || units < 1 || layers < 1) {
      throw new IllegalArgumentException(
          "SequenceKeys \""
              + getLayerName()
              + "\": expected nIn, units and layers of at least 1, found "
              + nIn
              + ", "
              + units
              + " and "
              + layers);
    }
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.clear();
    for (int i = 0; i < layers; i++) {
      params.addWeightParam("W" + i, i == 0 ? nIn : units, units);
      params.addBiasParam("b" + i, 1, units);
    }
  }

  @Override
  public void initializeParameters(Map<String, INDArray> params) {
    for (int i = 0; i < layers; i++) {
      start(params, i, params.get("W" + i).size(0));
    }
  }

  /** Starts a layer: weights N(0, 1 / inputs), biases 0. */
  static void start(Map<String, INDArray> params, int layer, double inputs) {
    INDArray w = params.get("W" + layer);
    w.assign(Nd4j.randn(w.dataType(), w.shape()).muli(1 / Math.sqrt(inputs)));
    params.get("b" + layer).assign(0);
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable x = c.input(INPUT);
    for (int i = 0; i < layers; i++) {
      x =
          c.sd()
              .nn()
              .selu(
                  SDHopfield.of(c.sd())
                      .dense(x, c.param("W" + i), c.param("b" + i), DenseActivation.NONE));
    }
    SDVariable one =
        c.zeros(
                "one",
                3,
                call -> new long[] {call.input(INPUT).size(0), call.input(INPUT).size(1), 1})
            .add(1);
    return c.sd().concat(2, x, one);
  }

  @Override
  public boolean differsInTraining() {
    return false;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType instanceof InputType.InputTypeRecurrent r && r.getSize() == nIn) {
      return InputType.recurrent(units + 1L, r.getTimeSeriesLength(), RNNFormat.NWC);
    }
    throw new IllegalArgumentException(
        "SequenceKeys \""
            + getLayerName()
            + "\": expected a recurrent input (NWC) of "
            + nIn
            + " features, found "
            + inputType);
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int minibatchSize) {
    return new Pair<>(mask, state);
  }
}
