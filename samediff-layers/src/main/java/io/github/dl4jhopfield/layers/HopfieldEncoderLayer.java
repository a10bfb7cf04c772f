package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Transformer encoder block with a Hopfield association in place of attention:
 *
 * <pre>
 *   x1 = LN(x + association(x))       y = LN(x1 + f(x1 W1 + b1) W2 + b2)
 * </pre>
 *
 * <p>Input [B, nIn, T] (NCW) or [B, T, nIn] (NWC), output of the same shape. A feature mask [B, T]
 * keeps padded steps from being retrieved; it goes on to the next layer. {@link
 * HopfieldEncoderVertex} takes an association mask too.
 *
 * <p>Source: Ramsauer et al., ICLR 2021, appendix; Vaswani et al., Attention Is All You Need, 2017,
 * section 3.1 (normalisation after the residual connection); hflayers' {@code
 * HopfieldEncoderLayer}, from which the output, its gradients, the defaults (width 2048, dropout
 * 0.1, relu) and the starting weights are. An association whose output depth is not nIn is refused.
 */
public class HopfieldEncoderLayer extends HopfieldBase {

  private static final long serialVersionUID = 1L;

  private FeedForwardOptions feedForward = new FeedForwardOptions();

  /** For JSON. */
  protected HopfieldEncoderLayer() {}

  protected HopfieldEncoderLayer(Builder builder) {
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
  TransformerCore core() {
    return TransformerCore.encoder(getAssociation(), feedForward);
  }

  @Override
  public SDVariable define(GraphContext context) {
    PatternInput in = in();
    return in.turned(core().new Graph(context, in).define(null, (String) null));
  }

  @Override
  public HopfieldEncoderLayer clone() {
    HopfieldEncoderLayer copy = (HopfieldEncoderLayer) super.clone();
    copy.feedForward = feedForward.copy();
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && feedForward.equals(((HopfieldEncoderLayer) other).feedForward);
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + feedForward.hashCode();
  }

  @Override
  public String toString() {
    return super.toString() + " " + feedForward;
  }

  /** Builds a {@link HopfieldEncoderLayer}. */
  public static class Builder extends HopfieldBase.Builder<Builder>
      implements FeedForwardBuilder<Builder> {

    private final FeedForwardOptions feedForward = new FeedForwardOptions();

    @Override
    public FeedForwardOptions feedForward() {
      return feedForward;
    }

    @Override
    @SuppressWarnings("unchecked")
    public HopfieldEncoderLayer build() {
      return new HopfieldEncoderLayer(this);
    }
  }
}
