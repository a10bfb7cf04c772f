package io.github.dl4jhopfield.layers;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the encoder and decoder vertices share: the first input gives the output's shape. */
public abstract class TransformerVertex extends HopfieldVertexBase {

  private FeedForwardOptions feedForward = new FeedForwardOptions();

  /** For JSON. */
  protected TransformerVertex() {}

  protected TransformerVertex(Builder<?> builder) {
    super(builder);
    feedForward = builder.feedForward().copy();
  }

  /** The options of the feed-forward part. */
  public FeedForwardOptions getFeedForward() {
    return feedForward;
  }

  /** For JSON. */
  public void setFeedForward(FeedForwardOptions feedForward) {
    this.feedForward = feedForward;
  }

  @Override
  abstract TransformerCore core();

  @Override
  boolean asLongAsStored(String input) {
    return false;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... vertexInputs) {
    checkTypes(vertexInputs);
    return InputType.recurrent(
        core().outputSize(),
        ((InputType.InputTypeRecurrent) vertexInputs[0]).getTimeSeriesLength(),
        getRnnFormat());
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArrays(
      INDArray[] maskArrays, MaskState currentMaskState, int minibatchSize) {
    return mask(maskArrays, 0, currentMaskState);
  }

  @Override
  public TransformerVertex clone() {
    TransformerVertex copy = (TransformerVertex) super.clone();
    copy.feedForward = feedForward.copy();
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && feedForward.equals(((TransformerVertex) other).feedForward);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + feedForward.hashCode();
  }

  @Override
  public String toString() {
    return super.toString() + " " + feedForward;
  }

  /** Builder of the two. */
  public abstract static class Builder<T extends Builder<T>> extends HopfieldVertexBase.Builder<T>
      implements FeedForwardBuilder<T> {

    private final FeedForwardOptions feedForward = new FeedForwardOptions();

    @Override
    public FeedForwardOptions feedForward() {
      return feedForward;
    }
  }
}
