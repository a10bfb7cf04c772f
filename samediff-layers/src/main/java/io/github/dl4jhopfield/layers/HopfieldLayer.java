package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hopfield lookup: the input retrieves from trained stored patterns.
 *
 * <p>Input [B, nIn, T] (NCW), [B, T, nIn] (NWC) or [B, nIn]; output the same with nOut. A feature
 * mask has nothing to hide here and goes on to the next layer.
 *
 * <p>Source: Ramsauer et al., ICLR 2021, section 3; hflayers' {@code HopfieldLayer}. The rank-2
 * input is an addition, and so is the default depth of separate targets (that of the stored
 * patterns).
 */
public class HopfieldLayer extends HopfieldBase {

  private static final long serialVersionUID = 1L;

  /** For JSON. */
  protected HopfieldLayer() {}

  protected HopfieldLayer(Builder builder) {
    super(builder);
  }

  @Override
  AssociationCore core() {
    return new AssociationCore(AssociationCore.Kind.LOOKUP, getAssociation());
  }

  @Override
  public SDVariable define(GraphContext context) {
    SDVariable y = new AssociationGraph(core(), context).define(null, in(), null, null);
    if (context.input(INPUT).getShape().length == 2) {
      return y.reshape(-1, core().outputSize());
    }
    return in().turned(y);
  }

  @Override
  long inputSize(InputType inputType) {
    return inputType != null && inputType.getType() == InputType.Type.FF
        ? ((InputType.InputTypeFeedForward) inputType).getSize()
        : super.inputSize(inputType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType != null && inputType.getType() == InputType.Type.FF
        ? InputType.feedForward(core().outputSize())
        : super.getOutputType(layerIndex, inputType);
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return inputType.getType() == InputType.Type.FF
        ? null
        : super.getPreProcessorForInputType(inputType);
  }

  @Override
  public void validateInput(INDArray input) {
    if (input.rank() == 2) {
      checkDepth(input, 1);
    } else {
      super.validateInput(input);
    }
  }

  /** Builds a {@link HopfieldLayer}. */
  public static class Builder extends HopfieldBase.Builder<Builder>
      implements LookupBuilder<Builder> {

    @Override
    @SuppressWarnings("unchecked")
    public HopfieldLayer build() {
      return new HopfieldLayer(this);
    }
  }
}
