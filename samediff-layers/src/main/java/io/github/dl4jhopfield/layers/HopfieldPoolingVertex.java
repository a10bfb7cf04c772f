package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.List;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hopfield pooling with two inputs: stored patterns [B, storedPatternSize, S] and pattern
 * projection [B, patternProjectionSize, S] (NCW; NWC likewise); output [B, quantity * nOut]. nIn is
 * the depth of the trained state patterns. The mask of the stored patterns is used; no mask goes
 * on.
 */
public class HopfieldPoolingVertex extends HopfieldVertexBase {

  private static final long serialVersionUID = 1L;

  /** For JSON. */
  protected HopfieldPoolingVertex() {}

  protected HopfieldPoolingVertex(Builder builder) {
    super(builder);
  }

  @Override
  AssociationCore core() {
    return new AssociationCore(AssociationCore.Kind.POOLING, getAssociation());
  }

  @Override
  List<String> patternInputs() {
    return List.of(STORED, PROJECTION);
  }

  @Override
  long depth(String input) {
    return input.equals(STORED) ? core().storedSize() : core().projectionSize();
  }

  @Override
  public SDVariable define(GraphContext context) {
    return new AssociationGraph(core(), context)
        .define(in(STORED), null, in(PROJECTION), maskInput());
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
    checkTypes(vertexInputs);
    return InputType.feedForward(getAssociation().quantity * core().outputSize());
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] maskArrays, MaskState currentMaskState, int minibatchSize) {
    return null;
  }

  /** Builds a {@link HopfieldPoolingVertex}. */
  public static class Builder extends HopfieldVertexBase.Builder<Builder>
      implements PoolingBuilder<Builder> {

    /** The vertex. */
    public HopfieldPoolingVertex build() {
      return new HopfieldPoolingVertex(this);
    }
  }
}
