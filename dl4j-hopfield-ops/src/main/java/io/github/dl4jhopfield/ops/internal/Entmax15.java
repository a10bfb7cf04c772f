package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.java.RowSeparations;

/** 1.5-entmax of beta x (Peters, Niculae and Martins, ACL 2019). */
public final class Entmax15 extends PlainSeparation {
  public static final String NAME = "hopfield_entmax15";
  public static final OpDeclaration DECLARATION = plain(NAME);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public Entmax15() {
    super(DECLARATION, (row, y) -> RowSeparations.entmax(row, 1.5, y), Bp::new);
  }

  /** Gradient of {@link Entmax15}. */
  public static final class Bp extends PlainGradient {
    public Bp() {
      super(
          GRADIENT_DECLARATION,
          (y, g, n, gradZ) -> RowSeparations.entmaxBackward(y, g, n, 1.5, gradZ));
    }
  }
}
