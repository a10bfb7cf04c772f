package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.RowBudget;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * k-subsets of beta x: weights in [0, 1] that sum to k, or to at most k; SparseMAP over subsets of
 * k elements (Santos et al., ICML 2024, equation 17). With no more than k entries to choose from,
 * all get 1. Integer arguments: axis, flags, at most. Floating arguments: beta, k.
 */
public final class KSubsets extends SeparationOp {
  public static final String NAME = "hopfield_k_subsets";

  public KSubsets() {}

  public KSubsets(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  protected long[] selfTestIArgs() {
    return new long[] {0};
  }

  @Override
  protected double[] selfTestTArgs() {
    return new double[] {2};
  }

  @Override
  protected void checkOwn(OpArgs args, int axisLength) {
    if (!(args.tArgs()[1] >= 1)) {
      throw bad("k", "a number of at least 1", args.tArgs()[1]);
    }
  }

  @Override
  protected void separate(
      OpArgs args, double[] z, boolean[] keep, int n, double parameter, double[] y) {
    RowBudget.kSubsets(z, keep, n, args.tArgs()[1], args.iArgs()[2] != 0, y);
  }

  @Override
  protected Gradient gradient(
      SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    return new Bp(sameDiff, inputs, iArgs, tArgs);
  }

  /** Gradient of {@link KSubsets}. */
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
      double epsilon =
          switch (args.input(0).dataType()) {
            case DOUBLE -> Math.ulp(1.0);
            default -> Math.ulp(1f);
          };
      RowBudget.kSubsetsBackward(y, g, n, args.tArgs()[1], args.iArgs()[2] != 0, epsilon, gradZ);
    }

    @Override
    protected long[] selfTestIArgs() {
      return new long[] {0};
    }

    @Override
    protected double[] selfTestTArgs() {
      return new double[] {2};
    }
  }
}
