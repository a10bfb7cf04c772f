package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.java.RowScores;
import io.github.dl4jhopfield.ops.internal.java.RowSeparations;

/** The Euclidean projection of beta x onto the simplex (Martins and Astudillo, ICML 2016). */
public final class Sparsemax extends SeparationOp {
  public static final String NAME = "hopfield_sparsemax";
  public static final OpDeclaration DECLARATION = plain(NAME);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public Sparsemax() {
    super(DECLARATION, Bp::new);
  }

  @Override
  protected void separate(OpArgs args, RowScores row, double parameter, double[] y) {
    RowSeparations.entmax(row, 2, y);
  }

  /** Gradient of {@link Sparsemax}. */
  public static final class Bp extends Gradient {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ) {
      RowSeparations.entmaxBackward(y, g, n, 2, gradZ);
    }
  }
}
