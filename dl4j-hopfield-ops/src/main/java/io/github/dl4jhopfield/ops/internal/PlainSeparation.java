package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.java.RowScores;
import java.util.function.Supplier;

/** Base of the separations that depend on beta x alone. */
abstract class PlainSeparation extends SeparationOp {
  /** The weights of one row. */
  interface Weights {
    void of(RowScores row, double[] y);
  }

  /** The gradient of one row with respect to beta x. */
  interface Slopes {
    void of(double[] y, double[] g, int n, double[] gradZ);
  }

  private final Weights weights;

  PlainSeparation(OpDeclaration declaration, Weights weights, Supplier<Gradient> gradient) {
    super(declaration, gradient);
    this.weights = weights;
  }

  @Override
  protected final void separate(OpArgs args, RowScores row, double parameter, double[] y) {
    weights.of(row, y);
  }

  /** Base of their gradient ops. */
  abstract static class PlainGradient extends Gradient {
    private final Slopes slopes;

    PlainGradient(OpDeclaration declaration, Slopes slopes) {
      super(declaration);
      this.slopes = slopes;
    }

    @Override
    protected final void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ) {
      slopes.of(y, g, n, gradZ);
    }
  }
}
