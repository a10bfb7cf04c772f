package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Hopfield self-association: each time step retrieves from all time steps of its sample.
 *
 * <p>Input [B, nIn, T] (NCW) or [B, T, nIn] (NWC), output the same with nOut. A feature mask [B, T]
 * keeps padded steps from being retrieved; it goes on to the next layer. A sample with every step
 * masked retrieves zeros (hflayers gives NaN), so that its output is the output bias.
 *
 * <p>Source: Ramsauer et al., Hopfield Networks is All You Need, ICLR 2021, equation 10; hflayers'
 * {@code Hopfield} with one input. Differences: the stop of update steps looks at each sample by
 * default ({@link UpdateStepScope}), beta by head is by head, {@code concat_bias_pattern} (which
 * does nothing in hflayers) does not exist. {@link HopfieldVertex} takes three inputs.
 */
public class Hopfield extends HopfieldBase {

  private static final long serialVersionUID = 1L;

  /** For JSON. */
  protected Hopfield() {}

  protected Hopfield(Builder builder) {
    super(builder);
  }

  @Override
  AssociationCore core() {
    return new AssociationCore(AssociationCore.Kind.ASSOCIATION, getAssociation());
  }

  @Override
  public SDVariable define(GraphContext context) {
    PatternInput in = in();
    return in.turned(new AssociationGraph(core(), context).define(in, in, in, null));
  }

  /** Builds a {@link Hopfield}. */
  public static class Builder extends HopfieldBase.Builder<Builder> {

    @Override
    @SuppressWarnings("unchecked")
    public Hopfield build() {
      return new Hopfield(this);
    }
  }
}
