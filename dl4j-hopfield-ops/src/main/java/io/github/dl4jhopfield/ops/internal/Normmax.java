package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.java.RowScores;
import io.github.dl4jhopfield.ops.internal.java.RowSeparations;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * normmax of beta x: the separation whose regulariser is the p-norm (Blondel, Martins and Niculae,
 * JMLR 2020, section 4.4).
 */
public final class Normmax extends SeparationOp {
  public static final String NAME = "hopfield_normmax";
  private static final OpDeclaration.Builder D = declare(NAME);
  public static final Num P = D.number("p", Range.P);
  public static final OpDeclaration DECLARATION = complete(D);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, null);

  public Normmax() {
    super(DECLARATION, Bp::new);
  }

  @Override
  protected OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
    return call.with(P, 3);
  }

  @Override
  protected void separate(OpArgs args, RowScores row, double parameter, double[] y) {
    RowSeparations.normmax(row, args.get(P), y);
  }

  /** Gradient of {@link Normmax}. */
  public static final class Bp extends Gradient {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
      return call.with(P, 3);
    }

    @Override
    protected void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ) {
      RowSeparations.normmaxBackward(y, g, n, args.get(P), gradZ);
    }
  }
}
