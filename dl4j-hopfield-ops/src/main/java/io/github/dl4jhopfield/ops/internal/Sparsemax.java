package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.java.RowSeparations;

/** The Euclidean projection of beta x onto the simplex (Martins and Astudillo, ICML 2016). */
public final class Sparsemax extends PlainSeparation {
  public static final String NAME = "hopfield_sparsemax";
  public static final OpDeclaration DECLARATION = plain(NAME);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public Sparsemax() {
    super(DECLARATION, (row, y) -> RowSeparations.entmax(row, 2, y), Bp::new);
  }

  /** Gradient of {@link Sparsemax}. */
  public static final class Bp extends PlainGradient {
    public Bp() {
      super(
          GRADIENT_DECLARATION,
          (y, g, n, gradZ) -> RowSeparations.entmaxBackward(y, g, n, 2, gradZ));
    }
  }
}
