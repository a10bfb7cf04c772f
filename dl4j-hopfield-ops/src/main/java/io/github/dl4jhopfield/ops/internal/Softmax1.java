package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.java.RowSeparations;

/**
 * y_i = exp(beta x_i) / (1 + sum_j exp(beta x_j)) over the unmasked entries: a row may attend to
 * nothing (Hu et al., Outlier-Efficient Hopfield Layers, ICML 2024, equation 2.2).
 */
public final class Softmax1 extends PlainSeparation {
  public static final String NAME = "hopfield_softmax1";
  public static final OpDeclaration DECLARATION = plain(NAME);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public Softmax1() {
    super(DECLARATION, RowSeparations::softmax1, Bp::new);
  }

  /** Gradient of {@link Softmax1}. */
  public static final class Bp extends PlainGradient {
    public Bp() {
      super(GRADIENT_DECLARATION, RowSeparations::softmaxBackward);
    }
  }
}
