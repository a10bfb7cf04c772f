package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.java.RowLagrangian;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The partial forgetting unit: D(x) = x where x &gt; t, else b; D'(x) = 1[x &gt; t]; t = mu +
 * sigma<sup>2</sup> noise (Ota et al., AISTATS 2023). Inputs: x, then mask and noise [one standard
 * normal number a median scope] where the flags say so. Integer arguments: axis, flags (bit 0 mask,
 * 1 noise), mu is a median, bias is the threshold, median scope. Floating: mu, bias, sigma.
 * Outputs: D, D', both like x.
 */
public final class PfuUnit extends MaskedOp {
  public static final String NAME = "hopfield_pfu_unit";
  private static final int NOISE = 1;

  public PfuUnit() {}

  public PfuUnit(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  /** Integer arguments of a call. */
  public static long[] iArgs(LagrangianUnit unit, boolean mask, boolean noise, int axis) {
    return new long[] {
      axis,
      (mask ? 1 : 0) | (noise ? 1 << NOISE : 0),
      unit.getMu() == null ? 1 : 0,
      unit.getBias() == null ? 1 : 0,
      unit.getMedianScope().ordinal()
    };
  }

  /** Floating arguments of a call. */
  public static double[] tArgs(LagrangianUnit unit) {
    return new double[] {
      unit.getMu() == null ? 0 : unit.getMu(),
      unit.getBias() == null ? 0 : unit.getBias(),
      unit.getSigma()
    };
  }

  private static RowLagrangian.Pfu pfu(OpArgs args) {
    INDArray x = args.input(0);
    return new RowLagrangian.Pfu(
        args.iArgs()[2] != 0 ? null : args.tArgs()[0],
        args.iArgs()[3] != 0 ? null : args.tArgs()[1],
        args.tArgs()[2],
        MedianScope.values()[(int) args.iArgs()[4]],
        x.rank() == 1 ? 1 : x.size(0),
        x.dataType() != DataType.DOUBLE);
  }

  /**
   * A sample is an index of the first dimension, so rows must not run along it where samples count.
   */
  private static void checkScope(HopfieldOp op, OpArgs args, INDArray x, int axis) {
    boolean sample = args.iArgs()[4] == MedianScope.SAMPLE.ordinal();
    if (sample && x.rank() > 1 && axis == 0) {
      throw op.bad(
          "axis", "another than the first dimension, which numbers the samples of the median", 0);
    }
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}));
    addIArgument(-1, 0, 1, 1, 1);
    addTArgument(0, 0, 0.01);
  }

  @Override
  public int getNumOutputs() {
    return 2;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    int axis = axis(x, args.iArgs()[0]);
    checkScope(this, args, x, axis);
    checkMask(args, 1, x);
    if (flag(NOISE)) {
      INDArray noise = args.input(masked() ? 2 : 1);
      long rows = x.size(axis) == 0 ? 0 : x.length() / x.size(axis);
      long groups = pfu(args).groups(rows);
      if (noise == null || noise.dataType() != x.dataType() || noise.length() != groups) {
        throw bad(
            "noise",
            x.dataType() + " array of " + groups + " numbers, one a median scope",
            noise == null ? "none" : noise.dataType() + " array of " + noise.length());
      }
    }
    return List.of(x.shape(), x.shape());
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray x = args.input(0);
    int axis = axis(x, args.iArgs()[0]);
    Rows mask = mask(args, 1, x, axis);
    double[] noise = flag(NOISE) ? args.input(masked() ? 2 : 1).dup('c').data().asDouble() : null;
    Rows d = Rows.of(outputs[0], axis);
    Rows keep = Rows.of(outputs[1], axis);
    RowLagrangian.pfu(Rows.of(x, axis), mask, pfu(args), noise, d, keep);
    d.written();
    keep.written();
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] inputs = withMask(1, arg(0), outputVariables()[1], gradients.get(0));
    List<SDVariable> result = new ArrayList<>();
    result.add(new Bp(sameDiff, inputs, iArgs(), tArgs()).outputVariable());
    for (int i = 1; i < args().length; i++) {
      result.add(noGradient(i));
    }
    return result;
  }

  /**
   * Gradient of {@link PfuUnit}: inputs x, D', the gradient of D, and the mask where there is one.
   */
  public static final class Bp extends MaskedOp {
    public Bp() {}

    public Bp(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
      super(sameDiff, inputs, iArgs, tArgs);
    }

    @Override
    public String opName() {
      return NAME + "_bp";
    }

    @Override
    protected void fillSelfTest() {
      addInputArgument(
          Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}),
          Nd4j.createFromArray(new double[][] {{1, 0, 1}, {0, 1, 0}}),
          Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}}));
      addIArgument(-1, 0, 1, 1, 1);
      addTArgument(0, 0, 0.01);
    }

    @Override
    public int getNumOutputs() {
      return 1;
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray x = floating(args, 0, "x");
      int axis = axis(x, args.iArgs()[0]);
      checkScope(this, args, x, axis);
      checkLike("kept", args.input(1), "x", x);
      checkLike("gradient of D", args.input(2), "x", x);
      checkMask(args, 3, x);
      return List.of(x.shape());
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      INDArray x = args.input(0);
      int axis = axis(x, args.iArgs()[0]);
      Rows gradX = Rows.of(outputs[0], axis);
      RowLagrangian.pfuBackward(
          Rows.of(x, axis),
          mask(args, 3, x, axis),
          pfu(args),
          Rows.of(args.input(1), axis),
          Rows.of(args.input(2), axis),
          gradX);
      gradX.written();
    }
  }
}
