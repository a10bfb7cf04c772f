package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Switch;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.RowChain;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequential k-subsets: SparseMAP over subsets of a chain, with a score w_i for choosing i and i +
 * 1 together (Santos et al., ICML 2024, section 4.3). A masked entry is never chosen and breaks the
 * chain.
 */
public final class SequentialKSubsets extends HopfieldOp {
  public static final String NAME = "hopfield_sequential_k_subsets";
  private static final OpDeclaration.Builder D = OpDeclaration.along(NAME);
  public static final Input X = D.input("x", Type.FLOATING, "any");
  public static final Input EDGES =
      D.input("edgeScores", Type.LIKE, "broadcasts to x with length n - 1 along the axis");
  public static final Input MASK = D.optional("mask", Type.MASK, "broadcasts to x", 0);
  public static final Switch AT_MOST = D.either("at most");
  public static final Num K = D.number("k", Range.K);
  static final Output Y = D.output("y", X);
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B =
      OpDeclaration.gradientOf(DECLARATION).add(X).add(EDGES);
  private static final Input GRADIENT = B.input("gradient of y", Type.LIKE, "like x");
  private static final Output GRADIENT_X = B.add(MASK).gradient(X);
  private static final Output GRADIENT_EDGES = B.gradient(EDGES);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public SequentialKSubsets() {
    super(DECLARATION);
  }

  /** Checks what the op and its gradient share; gives the shape of the couplings. */
  private static long[] check(HopfieldOp op, OpArgs args) {
    INDArray x = args.get(X);
    int axis = op.axis(x, args.axis());
    long[] couplings = x.shape().clone();
    couplings[axis] = Math.max(0, couplings[axis] - 1);
    if (couplings[axis] > 0) {
      op.checkBroadcast("edgeScores", args.get(EDGES), couplings);
    }
    op.checkMask(args.get(MASK), x.shape());
    return couplings;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    check(this, args);
    return super.outputShapes(args);
  }

  /** Reads rows of scores, couplings and mask. */
  private static final class Reader {
    final Rows x;
    final Rows edges;
    final Rows mask;
    final double[] scores;
    final double[] couplings;
    final boolean[] keep;

    Reader(HopfieldOp op, OpArgs args) {
      INDArray in = args.get(X);
      int axis = op.axis(in, args.axis());
      long[] shape = check(op, args);
      x = Rows.of(in, axis);
      edges = shape[axis] == 0 ? null : Rows.of(args.get(EDGES), shape, axis);
      mask = maskRows(args.get(MASK), in, axis);
      scores = new double[x.length()];
      couplings = new double[Math.max(0, x.length() - 1)];
      keep = new boolean[x.length()];
    }

    RowChain solve(OpArgs args, long row) {
      x.read(row, scores);
      if (edges != null) {
        edges.read(row, couplings);
      }
      readMask(mask, row, keep);
      return new RowChain(scores, couplings, keep, x.length(), args.get(K), args.is(AT_MOST));
    }
  }

  /** A chain of one entry has no couplings. */
  @Override
  public boolean nothingIn(OpArgs args) {
    return args.get(X).isEmpty();
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    Rows y = Rows.of(args.get(Y, outputs), axis(args.get(X), args.axis()));
    int n = y.length();
    Rows.forEach(
        y.count(),
        (int) Math.min(Integer.MAX_VALUE, n * 64L),
        () -> {
          Reader reader = new Reader(this, args);
          double[] to = new double[n];
          return row -> {
            reader.solve(args, row).weights(to);
            y.write(row, to);
          };
        });
    y.written();
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return OpCall.<INDArray>of(DECLARATION)
        .axis(-1)
        .with(X, Nd4j.createFromArray(new double[][] {{1, 0.8, -0.3, 0.4}, {2, 1.7, 0.1, 1.9}}))
        .with(EDGES, Nd4j.createFromArray(0.3, -0.2, 0.6))
        .with(K, 2);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return gradients(new Bp(), and(List.of(arg(X), arg(EDGES), gradients.get(0)), MASK));
  }

  /** Gradient of {@link SequentialKSubsets}. */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      check(this, args);
      checkLike("gradient of y", args.get(GRADIENT), "x", args.get(X));
      return super.outputShapes(args);
    }

    @Override
    public boolean nothingIn(OpArgs args) {
      return args.get(X).isEmpty();
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      INDArray x = args.get(X);
      int axis = axis(x, args.axis());
      Rows gradY = Rows.of(args.get(GRADIENT), axis);
      Rows gradX = Rows.of(args.get(GRADIENT_X, outputs), axis);
      INDArray gradEdges = args.get(GRADIENT_EDGES, outputs);
      int n = gradX.length();
      long rows = gradX.count();
      double[][] perRow =
          new double[Rows.arrayLength("rows with a gradient of their own", rows)]
              [Math.max(0, n - 1)];
      Rows.forEach(
          rows,
          (int) Math.min(Integer.MAX_VALUE, n * 64L),
          () -> {
            Reader reader = new Reader(this, args);
            double[] g = new double[n];
            double[] gx = new double[n];
            return row -> {
              gradY.read(row, g);
              reader.solve(args, row).backward(g, gx, perRow[(int) row]);
              gradX.write(row, gx);
            };
          });
      gradX.written();
      long[] couplings = x.shape().clone();
      couplings[axis] = n - 1;
      if (n > 1) {
        Rows.sumRowsTo(gradEdges, perRow, couplings, axis);
      } else if (!gradEdges.isEmpty()) {
        gradEdges.assign(0);
      }
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      return OpCall.<INDArray>of(GRADIENT_DECLARATION)
          .axis(-1)
          .with(X, Nd4j.createFromArray(new double[][] {{1, 0.8, -0.3, 0.4}, {2, 1.7, 0.1, 1.9}}))
          .with(EDGES, Nd4j.createFromArray(0.3, -0.2, 0.6))
          .with(GRADIENT, Nd4j.createFromArray(new double[][] {{1, -2, 0.5, 2}, {3, 1, 2, -1}}))
          .with(K, 2);
    }
  }
}
