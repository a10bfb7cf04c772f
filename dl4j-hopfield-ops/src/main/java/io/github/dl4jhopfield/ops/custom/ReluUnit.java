package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.RowLagrangian;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The ReLU Lagrangian unit: D(x) = max(x, 0) and D'(x) = 1[x &gt; 0] (Ota et al., AISTATS 2023).
 * Inputs: x, mask where the flags say so. Integer arguments: axis, flags (bit 0 mask). Outputs: D,
 * D', both like x.
 */
public final class ReluUnit extends MaskedOp {
  public static final String NAME = "hopfield_relu_unit";

  public ReluUnit() {}

  public ReluUnit(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}}));
    addIArgument(-1, 0);
  }

  @Override
  public int getNumOutputs() {
    return 2;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    axis(x, args.iArgs()[0]);
    checkMask(args, 1, x);
    return List.of(x.shape(), x.shape());
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray x = args.input(0);
    int axis = axis(x, args.iArgs()[0]);
    Rows mask = mask(args, 1, x, axis);
    Rows d = Rows.of(outputs[0], axis);
    Rows keep = Rows.of(outputs[1], axis);
    RowLagrangian.relu(Rows.of(x, axis), mask, d, keep);
    d.written();
    keep.written();
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable gradX =
        new Bp(
                sameDiff,
                new SDVariable[] {outputVariables()[1], gradients.get(0)},
                iArgs(),
                tArgs())
            .outputVariable();
    return masked() ? List.of(gradX, noGradient(1)) : List.of(gradX);
  }

  /** Gradient of {@link ReluUnit}: inputs D' and the gradient of D. */
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
          Nd4j.createFromArray(new double[][] {{1, 0, 1}, {0, 1, 0}}),
          Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}}));
      addIArgument(-1, 0);
    }

    @Override
    public int getNumOutputs() {
      return 1;
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray keep = floating(args, 0, "kept");
      axis(keep, args.iArgs()[0]);
      checkLike("gradient of D", args.input(1), "kept", keep);
      return List.of(keep.shape());
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      int axis = axis(args.input(0), args.iArgs()[0]);
      Rows gradX = Rows.of(outputs[0], axis);
      RowLagrangian.reluBackward(Rows.of(args.input(0), axis), Rows.of(args.input(1), axis), gradX);
      gradX.written();
    }
  }
}
