package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.Checks;
import io.github.dl4jhopfield.ops.java.RowSeparations;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * normmax of beta x: the separation whose regulariser is the p-norm (Blondel, Martins and Niculae,
 * JMLR 2020, section 4.4). Floating arguments: beta, p.
 */
public final class Normmax extends SeparationOp {
  public static final String NAME = "hopfield_normmax";

  public Normmax() {}

  public Normmax(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  protected double[] selfTestTArgs() {
    return new double[] {3};
  }

  @Override
  protected void checkOwn(OpArgs args, int axisLength) {
    Checks.p(NAME, args.tArgs()[1]);
  }

  @Override
  protected void separate(
      OpArgs args, double[] z, boolean[] keep, int n, double parameter, double[] y) {
    RowSeparations.normmax(z, keep, n, args.tArgs()[1], y);
  }

  @Override
  protected Gradient gradient(
      SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    return new Bp(sameDiff, inputs, iArgs, tArgs);
  }

  /** Gradient of {@link Normmax}. */
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
      RowSeparations.normmaxBackward(y, g, n, args.tArgs()[1], gradZ);
    }

    @Override
    protected double[] selfTestTArgs() {
      return new double[] {3};
    }
  }
}
