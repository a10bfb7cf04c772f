package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowScores;
import io.github.dl4jhopfield.ops.internal.java.RowSeparations;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * alpha-entmax of beta x for any alpha from 1 on (Peters, Niculae and Martins, ACL 2019). Alpha as
 * an input is one number a row or broadcast over rows and has a gradient (Correia et al., EMNLP
 * 2019); rows whose alpha is below 1 or NaN give NaN.
 */
public final class Entmax extends SeparationOp {
  public static final String NAME = "hopfield_entmax";
  private static final OpDeclaration.Builder D = declare(NAME);
  public static final Input ALPHA = D.optional("alpha", Type.LIKE, "one number a row", 2);
  public static final Num ALPHA_NUMBER = D.number("alpha", Range.ALPHA, ALPHA);
  public static final OpDeclaration DECLARATION = complete(D);
  public static final OpDeclaration GRADIENT_DECLARATION = gradientOf(DECLARATION, ALPHA);

  public Entmax() {
    super(DECLARATION, Bp::new);
  }

  @Override
  protected OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
    return call.with(ALPHA_NUMBER, 1.3);
  }

  @Override
  protected Input parameter() {
    return ALPHA;
  }

  @Override
  protected void separate(OpArgs args, RowScores row, double parameter, double[] y) {
    double alpha = args.has(ALPHA) ? parameter : args.get(ALPHA_NUMBER);
    RowSeparations.entmax(row, alpha, y);
  }

  /** Gradient of {@link Entmax}. */
  public static final class Bp extends Gradient {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected Input parameter() {
      return ALPHA;
    }

    @Override
    protected OpCall<INDArray> selfTestArguments(OpCall<INDArray> call) {
      return call.with(ALPHA_NUMBER, 1.3);
    }

    @Override
    protected void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ) {
      RowSeparations.entmaxBackward(
          y, g, n, args.has(ALPHA) ? parameter : args.get(ALPHA_NUMBER), gradZ);
    }

    @Override
    protected double parameterGradient(
        OpArgs args, double[] y, double[] g, int n, double parameter) {
      return RowSeparations.entmaxAlphaGradient(y, g, n, parameter);
    }
  }
}
