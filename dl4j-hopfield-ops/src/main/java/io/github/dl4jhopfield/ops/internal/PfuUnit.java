package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Choice;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Switch;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowLagrangian;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The partial forgetting unit: D(x) = x where x &gt; t, else b; D'(x) = 1[x &gt; t]; t = mu +
 * sigma<sup>2</sup> noise (Ota et al., AISTATS 2023).
 */
public final class PfuUnit extends HopfieldOp {
  public static final String NAME = "hopfield_pfu_unit";
  private static final OpDeclaration.Builder D = OpDeclaration.along(NAME);
  public static final Input X = D.input("x", Type.FLOATING, "any");
  public static final Input MASK = D.optional("mask", Type.MASK, "broadcasts to x", 0);
  public static final Input NOISE =
      D.optional("noise", Type.LIKE, "one standard normal number a median scope", 1);
  private static final Switch MU_IS_MEDIAN = D.either("mu is a median");
  private static final Switch BIAS_IS_THRESHOLD = D.either("bias is the threshold");
  private static final Choice<MedianScope> SCOPE = D.choice("median scope", WireCodes.MEDIAN_SCOPE);
  private static final Num MU = D.number("mu", Range.FINITE);
  private static final Num BIAS = D.number("bias", Range.FINITE);
  private static final Num SIGMA = D.number("sigma", Range.NOT_NEGATIVE);
  static final Output VALUES = D.output("values", X);
  static final Output KEPT = D.output("kept", X);
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B = OpDeclaration.gradientOf(DECLARATION).add(X);
  private static final Input KEPT_IN = B.input("kept", Type.LIKE, "like x");
  private static final Input GRADIENT = B.input("gradient of values", Type.LIKE, "like x");
  private static final Output GRADIENT_X = B.add(MASK).gradient(X);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public PfuUnit() {
    super(DECLARATION);
  }

  /** Adds what a PFU adds to a call. */
  public static <T> OpCall<T> with(OpCall<T> call, LagrangianUnit unit) {
    return call.with(MU_IS_MEDIAN, unit.getMu() == null)
        .with(BIAS_IS_THRESHOLD, unit.getBias() == null)
        .with(SCOPE, unit.getMedianScope())
        .with(MU, unit.getMu() == null ? 0 : unit.getMu())
        .with(BIAS, unit.getBias() == null ? 0 : unit.getBias())
        .with(SIGMA, unit.getSigma());
  }

  private static RowLagrangian.Pfu pfu(OpArgs args) {
    INDArray x = args.get(X);
    return new RowLagrangian.Pfu(
        args.is(MU_IS_MEDIAN) ? null : args.get(MU),
        args.is(BIAS_IS_THRESHOLD) ? null : args.get(BIAS),
        args.get(SIGMA),
        args.get(SCOPE),
        x.rank() == 1 ? 1 : x.size(0),
        x.dataType() != DataType.DOUBLE);
  }

  /**
   * A sample is an index of the first dimension, so rows must not run along it where samples count.
   */
  private static void checkScope(HopfieldOp op, OpArgs args, INDArray x, int axis) {
    boolean sample = args.get(SCOPE) == MedianScope.SAMPLE;
    if (sample && x.rank() > 1 && axis == 0) {
      throw op.bad(
          "axis", "another than the first dimension, which numbers the samples of the median", 0);
    }
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return with(OpCall.<INDArray>of(DECLARATION), LagrangianUnit.pfu())
        .axis(-1)
        .with(X, exampleRows());
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = args.get(X);
    int axis = axis(x, args.axis());
    checkScope(this, args, x, axis);
    checkMask(args.get(MASK), x.shape());
    if (args.has(NOISE)) {
      INDArray noise = args.get(NOISE);
      long rows = x.size(axis) == 0 ? 0 : x.length() / x.size(axis);
      long groups = pfu(args).groups(rows);
      if (noise.length() != groups) {
        throw bad(
            "noise",
            groups + " numbers, one a median scope",
            noise.length() + " of shape " + Arrays.toString(noise.shape()));
      }
    }
    return super.outputShapes(args);
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray x = args.get(X);
    int axis = axis(x, args.axis());
    Rows mask = maskRows(args.get(MASK), x, axis);
    double[] noise = args.has(NOISE) ? args.get(NOISE).dup('c').data().asDouble() : null;
    Rows d = Rows.of(outputs[0], axis);
    Rows keep = Rows.of(outputs[1], axis);
    RowLagrangian.pfu(Rows.of(x, axis), mask, pfu(args), noise, d, keep);
    d.written();
    keep.written();
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable kept = outputVariables()[1];
    return gradients(new Bp(), and(List.of(arg(X), kept, gradients.get(0)), MASK));
  }

  /** Gradient of {@link PfuUnit}. */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      INDArray kept = Nd4j.createFromArray(new double[][] {{1, 0, 1}, {0, 1, 0}});
      INDArray g = exampleGradient();
      return PfuUnit.with(OpCall.<INDArray>of(GRADIENT_DECLARATION), LagrangianUnit.pfu())
          .axis(-1)
          .with(X, exampleRows())
          .with(KEPT_IN, kept)
          .with(GRADIENT, g);
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray x = args.get(X);
      int axis = axis(x, args.axis());
      checkScope(this, args, x, axis);
      checkLike("kept", args.get(KEPT_IN), "x", x);
      checkLike("gradient of values", args.get(GRADIENT), "x", x);
      checkMask(args.get(MASK), x.shape());
      return super.outputShapes(args);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      INDArray x = args.get(X);
      int axis = axis(x, args.axis());
      Rows gradX = Rows.of(args.get(GRADIENT_X, outputs), axis);
      RowLagrangian.pfuBackward(
          Rows.of(x, axis),
          maskRows(args.get(MASK), x, axis),
          pfu(args),
          Rows.of(args.get(KEPT_IN), axis),
          Rows.of(args.get(GRADIENT), axis),
          gradX);
      gradX.written();
    }
  }
}
