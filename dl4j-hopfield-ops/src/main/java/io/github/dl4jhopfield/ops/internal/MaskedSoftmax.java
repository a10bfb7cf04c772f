package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.java.RowScores;
import io.github.dl4jhopfield.ops.internal.java.RowSeparations;

/**
 * y_i = exp(beta x_i) / sum_j exp(beta x_j) over the unmasked entries (Ramsauer et al., ICLR 2021,
 * equation 3).
 */
public final class MaskedSoftmax extends SeparationOp {
  public static final String NAME = "hopfield_masked_softmax";
  public static final OpDeclaration DECLARATION = plain(NAME);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public MaskedSoftmax() {
    super(DECLARATION, Bp::new);
  }

  @Override
  protected void separate(OpArgs args, RowScores row, double parameter, double[] y) {
    RowSeparations.softmax(row, y);
  }

  /** Gradient of {@link MaskedSoftmax}. */
  public static final class Bp extends Gradient {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ) {
      RowSeparations.softmaxBackward(y, g, n, gradZ);
    }
  }
}
