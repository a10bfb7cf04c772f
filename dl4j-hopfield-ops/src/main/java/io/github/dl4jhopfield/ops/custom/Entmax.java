package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.Checks;
import io.github.dl4jhopfield.ops.java.RowSeparations;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * alpha-entmax of beta x for any alpha from 1 on (Peters, Niculae and Martins, ACL 2019). Floating
 * arguments: beta, alpha. Alpha as an input is one number a row or broadcast over rows and has a
 * gradient (Correia et al., EMNLP 2019); rows whose alpha is below 1 or NaN give NaN.
 */
public final class Entmax extends SeparationOp {
  public static final String NAME = "hopfield_entmax";

  public Entmax() {}

  public Entmax(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  protected double[] selfTestTArgs() {
    return new double[] {1.3};
  }

  @Override
  protected String parameterName() {
    return "alpha";
  }

  @Override
  protected void checkOwn(OpArgs args, int axisLength) {
    if (!flag(PARAMETER)) {
      Checks.alpha(NAME, args.tArgs()[1]);
    }
  }

  @Override
  protected void separate(
      OpArgs args, double[] z, boolean[] keep, int n, double parameter, double[] y) {
    double alpha = flag(PARAMETER) ? parameter : args.tArgs()[1];
    if (!(alpha >= 1)) {
      java.util.Arrays.fill(y, 0, n, Double.NaN);
      return;
    }
    RowSeparations.entmax(z, keep, n, alpha, y);
  }

  @Override
  protected Gradient gradient(
      SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    return new Bp(sameDiff, inputs, iArgs, tArgs);
  }

  /** Gradient of {@link Entmax}. */
  public static final class Bp extends Gradient {
    public Bp() {}

    public Bp(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
      super(sameDiff, inputs, iArgs, tArgs);
    }

    @Override
    public String opName() {
      return NAME + "_bp";
    }

    @Override
    protected void backward(
        OpArgs args, double[] y, double[] g, int n, double parameter, double[] gradZ) {
      RowSeparations.entmaxBackward(y, g, n, flag(PARAMETER) ? parameter : args.tArgs()[1], gradZ);
    }

    @Override
    protected double[] selfTestTArgs() {
      return new double[] {1.3};
    }

    @Override
    protected double parameterGradient(
        OpArgs args, double[] y, double[] g, int n, double parameter) {
      return RowSeparations.entmaxAlphaGradient(y, g, n, parameter);
    }
  }
}
