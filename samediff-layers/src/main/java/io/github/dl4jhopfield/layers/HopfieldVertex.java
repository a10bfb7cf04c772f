package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.List;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hopfield association with three inputs, in this order: stored patterns [B, storedPatternSize, S],
 * state patterns [B, nIn, L], pattern projection [B, patternProjectionSize, S] (NCW; NWC likewise);
 * output [B, nOut, L]. Optionally a fourth input, the association mask.
 *
 * <p>The mask of the stored patterns keeps padded ones from being retrieved; the mask of the state
 * patterns goes on with the output; the mask of the pattern projection is not used.
 *
 * <p>Source as {@link Hopfield}; hflayers' {@code Hopfield} with three inputs.
 */
public class HopfieldVertex extends HopfieldVertexBase {

  private static final long serialVersionUID = 1L;

  /** For JSON. */
  protected HopfieldVertex() {}

  protected HopfieldVertex(Builder builder) {
    super(builder);
  }

  @Override
  AssociationCore core() {
    return new AssociationCore(AssociationCore.Kind.ASSOCIATION, getAssociation());
  }

  @Override
  List<String> patternInputs() {
    return List.of(STORED, STATE, PROJECTION);
  }

  @Override
  long depth(String input) {
    return switch (input) {
      case STORED -> core().storedSize();
      case STATE -> getAssociation().nIn;
      default -> core().projectionSize();
    };
  }

  @Override
  public SDVariable define(GraphContext context) {
    PatternInput state = in(STATE);
    return state.turned(
        new AssociationGraph(core(), context)
            .define(in(STORED), state, in(PROJECTION), maskInput()));
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
    checkTypes(vertexInputs);
    return InputType.recurrent(
        core().outputSize(),
        ((InputType.InputTypeRecurrent) vertexInputs[1]).getTimeSeriesLength(),
        getRnnFormat());
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] maskArrays, MaskState currentMaskState, int minibatchSize) {
    return mask(maskArrays, 1, currentMaskState);
  }

  /** Builds a {@link HopfieldVertex}. */
  public static class Builder extends HopfieldVertexBase.Builder<Builder> {

    /** The vertex. */
    public HopfieldVertex build() {
      return new HopfieldVertex(this);
    }
  }
}
