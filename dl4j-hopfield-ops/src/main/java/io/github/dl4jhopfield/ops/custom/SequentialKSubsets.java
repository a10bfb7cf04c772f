package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.java.RowChain;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequential k-subsets: SparseMAP over subsets of a chain, with a score w_i for choosing i and i +
 * 1 together (Santos et al., ICML 2024, section 4.3). Inputs: x, edge scores [broadcast to x with
 * length n - 1 along the axis], mask where the flags say so. Integer arguments: axis, flags (bit 0
 * mask), at most. Floating: k. Output: y like x. A masked entry is never chosen and breaks the
 * chain.
 */
public final class SequentialKSubsets extends MaskedOp {
  public static final String NAME = "hopfield_sequential_k_subsets";

  public SequentialKSubsets() {}

  public SequentialKSubsets(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 1;
  }

  /** Checks what the op and its gradient share; gives the shape of the couplings. */
  private static long[] check(MaskedOp op, OpArgs args, INDArray x, int maskIndex) {
    int axis = op.axis(x, args.iArgs()[0]);
    INDArray edges = args.input(1);
    if (edges == null || edges.dataType() != x.dataType()) {
      throw op.bad(
          "edgeScores", x.dataType() + " array", edges == null ? "none" : edges.dataType());
    }
    long[] couplings = x.shape().clone();
    couplings[axis] = Math.max(0, couplings[axis] - 1);
    if (couplings[axis] > 0) {
      op.checkBroadcast("edgeScores", edges, couplings);
    }
    op.checkMask(args, maskIndex, x);
    if (!(args.tArgs()[0] >= 1)) {
      throw op.bad("k", "a number of at least 1", args.tArgs()[0]);
    }
    return couplings;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    INDArray x = floating(args, 0, "x");
    check(this, args, x, 2);
    return List.of(x.shape());
  }

  /** Reads rows of scores, couplings and mask. */
  private static final class Reader {
    final Rows x;
    final Rows edges;
    final Rows mask;
    final double[] scores;
    final double[] couplings;
    final boolean[] keep;

    Reader(MaskedOp op, OpArgs args, int maskIndex) {
      INDArray in = args.input(0);
      int axis = op.axis(in, args.iArgs()[0]);
      long[] shape = check(op, args, in, maskIndex);
      x = Rows.of(in, axis);
      edges = shape[axis] == 0 ? null : Rows.of(args.input(1), shape, axis);
      mask = op.mask(args, maskIndex, in, axis);
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
      return new RowChain(
          scores, couplings, keep, x.length(), args.tArgs()[0], args.iArgs()[2] != 0);
    }
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    Rows y = Rows.of(outputs[0], axis(args.input(0), args.iArgs()[0]));
    int n = y.length();
    Rows.forEach(
        y.count(),
        n * 64,
        (begin, end) -> {
          Reader reader = new Reader(this, args, 2);
          double[] to = new double[n];
          for (long row = begin; row < end; row++) {
            reader.solve(args, row).weights(to);
            y.write(row, to);
          }
        });
    y.written();
  }

  @Override
  protected void fillSelfTest() {
    addInputArgument(
        Nd4j.createFromArray(new double[][] {{1, 0.8, -0.3, 0.4}, {2, 1.7, 0.1, 1.9}}),
        Nd4j.createFromArray(0.3, -0.2, 0.6));
    addIArgument(-1, 0, 0);
    addTArgument(2);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable[] inputs = withMask(2, arg(0), arg(1), gradients.get(0));
    SDVariable[] gradient = new Bp(sameDiff, inputs, iArgs(), tArgs()).outputVariables();
    return masked()
        ? List.of(gradient[0], gradient[1], noGradient(2))
        : List.of(gradient[0], gradient[1]);
  }

  /**
   * Gradient of {@link SequentialKSubsets}: inputs x, edge scores, gradient of y, mask; outputs the
   * gradients of x and edge scores.
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
    public int getNumOutputs() {
      return 2;
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      INDArray x = floating(args, 0, "x");
      check(this, args, x, 3);
      checkLike("gradient of y", args.input(2), "x", x);
      return List.of(x.shape(), args.input(1).shape());
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      INDArray x = args.input(0);
      int axis = axis(x, args.iArgs()[0]);
      Rows gradY = Rows.of(args.input(2), axis);
      Rows gradX = Rows.of(outputs[0], axis);
      int n = gradX.length();
      long rows = gradX.count();
      double[][] perRow = new double[Math.toIntExact(rows)][Math.max(0, n - 1)];
      Rows.forEach(
          rows,
          n * 64,
          (begin, end) -> {
            Reader reader = new Reader(this, args, 3);
            double[] g = new double[n];
            double[] gx = new double[n];
            for (long row = begin; row < end; row++) {
              gradY.read(row, g);
              reader.solve(args, row).backward(g, gx, perRow[(int) row]);
              gradX.write(row, gx);
            }
          });
      gradX.written();
      long[] couplings = x.shape().clone();
      couplings[axis] = n - 1;
      if (n > 1) {
        Rows.sumRowsTo(outputs[1], perRow, couplings, axis);
      } else {
        outputs[1].assign(0);
      }
    }

    @Override
    protected void fillSelfTest() {
      addInputArgument(
          Nd4j.createFromArray(new double[][] {{1, 0.8, -0.3, 0.4}, {2, 1.7, 0.1, 1.9}}),
          Nd4j.createFromArray(0.3, -0.2, 0.6),
          Nd4j.createFromArray(new double[][] {{1, -2, 0.5, 2}, {3, 1, 2, -1}}));
      addIArgument(-1, 0, 0);
      addTArgument(2);
    }
  }
}
