package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowBudget;
import io.github.dl4jhopfield.ops.internal.java.RowScores;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Constrained sparsemax: the projection of x onto the simplex with an upper bound for each entry
 * (Malaviya, Ferreira and Martins, ACL 2018). Where the bounds allow less than 1 in total, y =
 * upper.
 */
public final class ConstrainedSparsemax extends HopfieldOp {
  public static final String NAME = "hopfield_constrained_sparsemax";
  private static final OpDeclaration.Builder D = OpDeclaration.along(NAME);
  public static final Input X = D.input("x", Type.FLOATING, "any");
  public static final Input UPPER = D.input("upper", Type.LIKE, "like x");
  public static final Input MASK = D.optional("mask", Type.MASK, "broadcasts to x", 0);
  static final Output Y = D.output("y", X);
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B = OpDeclaration.gradientOf(DECLARATION);
  private static final Input Y_IN = B.input("y", Type.FLOATING, "any");
  private static final Input GRADIENT = B.add(UPPER).input("gradient of y", Type.LIKE, "like y");
  private static final Output GRADIENT_X = B.add(MASK).gradient(X, Y_IN, null);
  private static final Output GRADIENT_UPPER = B.gradient(UPPER);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public ConstrainedSparsemax() {
    super(DECLARATION);
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return OpCall.<INDArray>of(DECLARATION)
        .axis(-1)
        .with(X, Nd4j.createFromArray(new double[][] {{1, 0.8, -0.3}, {2, 2, 0.1}}))
        .with(UPPER, Nd4j.createFromArray(new double[][] {{0.3, 1, 0.5}, {0.2, 0.3, 0.1}}));
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = args.get(X);
    axis(x, args.axis());
    checkLike("upper", args.get(UPPER), "x", x);
    checkMask(args.get(MASK), x.shape());
    return super.outputShapes(args);
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    INDArray in = args.get(X);
    int axis = axis(in, args.axis());
    Rows x = Rows.of(in, axis);
    Rows upper = Rows.of(args.get(UPPER), axis);
    Rows mask = maskRows(args.get(MASK), in, axis);
    Rows y = Rows.of(args.get(Y, outputs), axis);
    int n = x.length();
    Rows.forEach(
        x.count(),
        n,
        () -> {
          RowScores scores = new RowScores(n);
          double[] u = new double[n];
          double[] to = new double[n];
          return row -> {
            x.read(row, scores.scores());
            upper.read(row, u);
            readMask(mask, row, scores.keep());
            RowBudget.constrained(scores, u, to);
            y.write(row, to);
          };
        });
    y.written();
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> always = List.of(outputVariable(), arg(UPPER), gradients.get(0));
    return gradients(new Bp(), and(always, MASK));
  }

  /** Gradient of {@link ConstrainedSparsemax}. */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      return OpCall.<INDArray>of(GRADIENT_DECLARATION)
          .axis(-1)
          .with(Y_IN, Nd4j.createFromArray(new double[][] {{0.3, 0.7, 0}, {0.2, 0.3, 0.1}}))
          .with(UPPER, Nd4j.createFromArray(new double[][] {{0.3, 1, 0.5}, {0.2, 0.3, 0.1}}))
          .with(GRADIENT, exampleGradient());
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray y = args.get(Y_IN);
      axis(y, args.axis());
      checkLike("upper", args.get(UPPER), "y", y);
      checkLike("gradient of y", args.get(GRADIENT), "y", y);
      checkMask(args.get(MASK), y.shape());
      return super.outputShapes(args);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      INDArray out = args.get(Y_IN);
      int axis = axis(out, args.axis());
      Rows y = Rows.of(out, axis);
      Rows upper = Rows.of(args.get(UPPER), axis);
      Rows gradY = Rows.of(args.get(GRADIENT), axis);
      Rows mask = maskRows(args.get(MASK), out, axis);
      Rows gradX = Rows.of(args.get(GRADIENT_X, outputs), axis);
      Rows gradUpper = Rows.of(args.get(GRADIENT_UPPER, outputs), axis);
      int n = y.length();
      Rows.forEach(
          y.count(),
          n,
          () -> {
            double[] p = new double[n];
            double[] u = new double[n];
            double[] g = new double[n];
            double[] gx = new double[n];
            double[] gu = new double[n];
            boolean[] keep = new boolean[n];
            return row -> {
              y.read(row, p);
              upper.read(row, u);
              gradY.read(row, g);
              readMask(mask, row, keep);
              RowBudget.constrainedBackward(p, u, keep, g, n, gx, gu);
              gradX.write(row, gx);
              gradUpper.write(row, gu);
            };
          });
      gradX.written();
      gradUpper.written();
    }
  }
}
