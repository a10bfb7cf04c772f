package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hopfield pooling: trained state patterns retrieve from the time steps (instances of a bag), which
 * gives a fixed-size output.
 *
 * <p>Input [B, nIn, T] (NCW) or [B, T, nIn] (NWC), output [B, quantity * nOut]. A feature mask [B,
 * T] leaves padded steps out, and ends here. A sample with every step masked retrieves zeros.
 *
 * <p>Source: Ramsauer et al., ICLR 2021, section 3; hflayers' {@code HopfieldPooling}, whose {@code
 * batch_first=False} flattens the wrong dimension and does not exist here.
 */
public class HopfieldPooling extends HopfieldBase {

  private static final long serialVersionUID = 1L;

  /** For JSON. */
  protected HopfieldPooling() {}

  protected HopfieldPooling(Builder builder) {
    super(builder);
  }

  @Override
  AssociationCore core() {
    return new AssociationCore(AssociationCore.Kind.POOLING, getAssociation());
  }

  @Override
  public SDVariable define(GraphContext context) {
    PatternInput in = in();
    return new AssociationGraph(core(), context).define(in, null, in, null);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    inputSize(inputType);
    if (calledFrom(LastTimeStep.class)) {
      throw LayerChecks.wrong(
          owner(), "its output has no time steps, of which LastTimeStep could take the last");
    }
    return InputType.feedForward(getAssociation().quantity * core().outputSize());
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray maskArray, MaskState currentMaskState, int minibatchSize) {
    return null;
  }

  /** Builds a {@link HopfieldPooling}. */
  public static class Builder extends HopfieldBase.Builder<Builder>
      implements PoolingBuilder<Builder> {

    @Override
    @SuppressWarnings("unchecked")
    public HopfieldPooling build() {
      return new HopfieldPooling(this);
    }
  }
}
