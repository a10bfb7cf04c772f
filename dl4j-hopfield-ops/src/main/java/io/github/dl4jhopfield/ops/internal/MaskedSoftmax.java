package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.java.RowSeparations;

/**
 * y_i = exp(beta x_i) / sum_j exp(beta x_j) over the unmasked entries (Ramsauer et al., ICLR 2021,
 * equation 3).
 */
public final class MaskedSoftmax extends PlainSeparation {
  public static final String NAME = "hopfield_masked_softmax";
  public static final OpDeclaration DECLARATION = plain(NAME);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public MaskedSoftmax() {
    super(DECLARATION, RowSeparations::softmax, Bp::new);
  }

  /** Gradient of {@link MaskedSoftmax}. */
  public static final class Bp extends PlainGradient {
    public Bp() {
      super(GRADIENT_DECLARATION, RowSeparations::softmaxBackward);
    }
  }
}
