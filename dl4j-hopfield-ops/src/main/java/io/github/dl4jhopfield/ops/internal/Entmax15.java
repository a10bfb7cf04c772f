package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.java.RowScores;
import io.github.dl4jhopfield.ops.internal.java.RowSeparations;

/** 1.5-entmax of beta x (Peters, Niculae and Martins, ACL 2019). */
public final class Entmax15 extends SeparationOp {
  public static final String NAME = "hopfield_entmax15";
  public static final OpDeclaration DECLARATION = plain(NAME);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public Entmax15() {
    super(DECLARATION, Bp::new);
  }

  @Override
  protected void separate(OpArgs args, RowScores row, double parameter, double[] y) {
    RowSeparations.entmax(row, 1.5, y);
  }

  /** Gradient of {@link Entmax15}. */
  public static final class Bp extends Gradient {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ) {
      RowSeparations.entmaxBackward(y, g, n, 1.5, gradZ);
    }
  }
}
