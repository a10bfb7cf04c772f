package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowLagrangian;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The ReLU Lagrangian unit: D(x) = max(x, 0) and D'(x) = 1[x &gt; 0] (Ota et al., AISTATS 2023).
 */
public final class ReluUnit extends HopfieldOp {
  public static final String NAME = "hopfield_relu_unit";
  private static final OpDeclaration.Builder D = OpDeclaration.along(NAME);
  public static final Input X = D.input("x", Type.FLOATING, "any");
  public static final Input MASK = D.optional("mask", Type.MASK, "broadcasts to x", 0);
  static final Output VALUES = D.output("values", X);
  static final Output KEPT = D.output("kept", X);
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B = OpDeclaration.gradientOf(DECLARATION);
  private static final Input KEPT_IN = B.input("kept", Type.FLOATING, "any");
  private static final Input GRADIENT = B.input("gradient of values", Type.LIKE, "like kept");
  private static final Output GRADIENT_X = B.gradient(X, KEPT_IN, null);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public ReluUnit() {
    super(DECLARATION);
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return OpCall.<INDArray>of(DECLARATION).axis(-1).with(X, exampleRows());
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = args.get(X);
    axis(x, args.axis());
    checkMask(args.get(MASK), x.shape());
    return super.outputShapes(args);
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray x = args.get(X);
    int axis = axis(x, args.axis());
    Rows mask = maskRows(args.get(MASK), x, axis);
    Rows d = Rows.of(outputs[0], axis);
    Rows keep = Rows.of(outputs[1], axis);
    RowLagrangian.relu(Rows.of(x, axis), mask, d, keep);
    d.written();
    keep.written();
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return gradients(new Bp(), List.of(outputVariables()[1], gradients.get(0)));
  }

  /** Gradient of {@link ReluUnit}. */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      INDArray kept = Nd4j.createFromArray(new double[][] {{1, 0, 1}, {0, 1, 0}});
      INDArray g = exampleGradient();
      return OpCall.<INDArray>of(GRADIENT_DECLARATION)
          .axis(-1)
          .with(KEPT_IN, kept)
          .with(GRADIENT, g);
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray keep = args.get(KEPT_IN);
      axis(keep, args.axis());
      checkLike("gradient of values", args.get(GRADIENT), "kept", keep);
      return super.outputShapes(args);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      int axis = axis(args.get(KEPT_IN), args.axis());
      Rows gradX = Rows.of(args.get(GRADIENT_X, outputs), axis);
      RowLagrangian.reluBackward(
          Rows.of(args.get(KEPT_IN), axis), Rows.of(args.get(GRADIENT), axis), gradX);
      gradX.written();
    }
  }
}
