package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.RowBudget;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Constrained sparsemax: the projection of x onto the simplex with an upper bound for each entry
 * (Malaviya, Ferreira and Martins, ACL 2018). Inputs: x, upper [shape of x], mask where the flags
 * say so. Integer arguments: axis, flags (bit 0 mask). Output: y like x. Where the bounds allow
 * less than 1 in total, y = upper.
 */
public final class ConstrainedSparsemax extends MaskedOp {
  public static final String NAME = "hopfield_constrained_sparsemax";

  public ConstrainedSparsemax() {}

  public ConstrainedSparsemax(
      SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(
        Nd4j.createFromArray(new double[][] {{1, 0.8, -0.3}, {2, 2, 0.1}}),
        Nd4j.createFromArray(new double[][] {{0.3, 1, 0.5}, {0.2, 0.3, 0.1}}));
    addIArgument(-1, 0);
  }

  @Override
  public int getNumOutputs() {
    return 1;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    axis(x, args.iArgs()[0]);
    checkLike("upper", args.input(1), "x", x);
    checkMask(args, 2, x);
    return List.of(x.shape());
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray in = args.input(0);
    int axis = axis(in, args.iArgs()[0]);
    Rows x = Rows.of(in, axis);
    Rows upper = Rows.of(args.input(1), axis);
    Rows mask = mask(args, 2, in, axis);
    Rows y = Rows.of(outputs[0], axis);
    int n = x.length();
    Rows.forEach(
        x.count(),
        n,
        (begin, end) -> {
          double[] z = new double[n];
          double[] u = new double[n];
          double[] to = new double[n];
          boolean[] keep = new boolean[n];
          for (long row = begin; row < end; row++) {
            x.read(row, z);
            upper.read(row, u);
            readMask(mask, row, keep);
            RowBudget.constrained(z, keep, n, u, to);
            y.write(row, to);
          }
        });
    y.written();
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] inputs = withMask(2, outputVariable(), arg(1), gradients.get(0));
    SDVariable[] gradient = new Bp(sameDiff, inputs, iArgs(), tArgs()).outputVariables();
    return masked()
        ? List.of(gradient[0], gradient[1], noGradient(2))
        : List.of(gradient[0], gradient[1]);
  }

  /**
   * Gradient of {@link ConstrainedSparsemax}: inputs y, upper, gradient of y, mask; outputs the
   * gradients of x and upper.
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
          Nd4j.createFromArray(new double[][] {{0.3, 0.7, 0}, {0.2, 0.3, 0.1}}),
          Nd4j.createFromArray(new double[][] {{0.3, 1, 0.5}, {0.2, 0.3, 0.1}}),
          Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}}));
      addIArgument(-1, 0);
    }

    @Override
    public int getNumOutputs() {
      return 2;
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray y = floating(args, 0, "y");
      axis(y, args.iArgs()[0]);
      checkLike("upper", args.input(1), "y", y);
      checkLike("gradient of y", args.input(2), "y", y);
      checkMask(args, 3, y);
      return List.of(y.shape(), y.shape());
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      INDArray out = args.input(0);
      int axis = axis(out, args.iArgs()[0]);
      Rows y = Rows.of(out, axis);
      Rows upper = Rows.of(args.input(1), axis);
      Rows gradY = Rows.of(args.input(2), axis);
      Rows mask = mask(args, 3, out, axis);
      Rows gradX = Rows.of(outputs[0], axis);
      Rows gradUpper = Rows.of(outputs[1], axis);
      int n = y.length();
      Rows.forEach(
          y.count(),
          n,
          (begin, end) -> {
            double[] p = new double[n];
            double[] u = new double[n];
            double[] g = new double[n];
            double[] gx = new double[n];
            double[] gu = new double[n];
            boolean[] keep = new boolean[n];
            for (long row = begin; row < end; row++) {
              y.read(row, p);
              upper.read(row, u);
              gradY.read(row, g);
              readMask(mask, row, keep);
              RowBudget.constrainedBackward(p, u, keep, g, n, gx, gu);
              gradX.write(row, gx);
              gradUpper.write(row, gu);
            }
          });
      gradX.written();
      gradUpper.written();
    }
  }
}
