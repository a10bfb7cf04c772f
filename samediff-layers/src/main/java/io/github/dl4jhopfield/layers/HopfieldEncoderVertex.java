package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * {@link HopfieldEncoderLayer} as a vertex: one input [B, nIn, T] (NCW; NWC likewise), and with
 * {@code associationMaskInput} a second, the association mask [B, T, T] or [B, H, T, T] that is
 * added to the scores (for example -infinity above the diagonal for a causal encoder). The mask of
 * the first input hides padded steps and goes on.
 */
public class HopfieldEncoderVertex extends TransformerVertex {

  private static final long serialVersionUID = 1L;

  /** For JSON. */
  protected HopfieldEncoderVertex() {}

  protected HopfieldEncoderVertex(Builder builder) {
    super(builder);
  }

  @Override
  TransformerCore core() {
    return TransformerCore.encoder(getAssociation(), getFeedForward());
  }

  @Override
  List<String> patternInputs() {
    return List.of(STATE);
  }

  @Override
  long depth(String input) {
    return getAssociation().nIn;
  }

  @Override
  public SDVariable define(GraphContext context) {
    PatternInput in = in(STATE);
    return in.turned(core().new Graph(context, in).define(null, maskInput()));
  }

  /** Builds a {@link HopfieldEncoderVertex}. */
  public static class Builder extends TransformerVertex.Builder<Builder> {

    /** The vertex. */
    public HopfieldEncoderVertex build() {
      return new HopfieldEncoderVertex(this);
    }
  }
}
