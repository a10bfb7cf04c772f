package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.PoolingInputs;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.java.PlainAssociation;
import io.github.dl4jhopfield.ops.java.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Hopfield pooling of {@link PoolingInputs}: state patterns retrieve from stored patterns that are
 * projections of x. Natively stored patterns and values are never made: each state pattern is
 * mapped to the features of x, and what it retrieves is mapped after. The Java path makes them.
 *
 * <p>Inputs: x [B, S, F], q [B or 1, L, H, d], then of key and value each the weight [F, H d] and,
 * as the flags say, bias, and gain and shift; then mask and factor. Integer arguments: -1, flags
 * (bit 0 layer norm, 1 bias, 2 gain and shift, 3 mask, 4 factor), ordinal of the separation,
 * whether at most. Floating: eps of the layer norm, beta, alpha or p or k. Output: [B, L, H, dv].
 */
public final class Pooling extends HopfieldOp {
  public static final String NAME = "hopfield_pooling";
  private static final int MASK = 3;
  private static final int FACTOR = 4;
  private static final int FIRST_PARAMETER = 2;

  public Pooling() {}

  public Pooling(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  /** The integer arguments of a call. */
  public static long[] iArgs(
      Separation s, boolean normalise, boolean bias, boolean affine, boolean mask, boolean factor) {
    long flags =
        ProjectionOp.flags(normalise, bias, affine)
            | (mask ? 1 << MASK : 0)
            | (factor ? 1 << FACTOR : 0);
    return new long[] {-1, flags, s.getKind().ordinal(), s.isAtMost() ? 1 : 0};
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 1;
  }

  /** x, q and the parameters: the inputs that have a gradient. */
  private static int differentiable(HopfieldOp op) {
    return FIRST_PARAMETER + 2 * ProjectionOp.each(op);
  }

  private static INDArray mask(HopfieldOp op, OpArgs args) {
    return op.flag(MASK) ? args.input(differentiable(op)) : null;
  }

  private static INDArray factor(HopfieldOp op, OpArgs args) {
    return op.flag(FACTOR) ? args.input(differentiable(op) + (op.flag(MASK) ? 1 : 0)) : null;
  }

  /** Sizes of a call. */
  private record Sizes(
      long batch, long heads, long queries, long stored, long features, long width, long depth) {

    long[] scores() {
      return new long[] {batch, heads, queries, stored};
    }

    long[] out() {
      return new long[] {batch, queries, heads, depth};
    }
  }

  private static long checkProjection(HopfieldOp op, OpArgs args, int first, String role) {
    return ProjectionOp.checkParameters(op, args, first, what -> role + " " + what);
  }

  private static Sizes check(HopfieldOp op, OpArgs args) {
    INDArray x = op.floating(args, 0, "x");
    if (x.rank() != 3 || x.size(2) < 1) {
      throw op.bad("x", "rank 3, [B, S, F] with a feature at least", Arrays.toString(x.shape()));
    }
    INDArray q = op.typed("q", args.input(1), x, "x");
    boolean fits = q.rank() == 4 && (q.size(0) == 1 || q.size(0) == x.size(0));
    if (!fits || q.size(1) < 1 || q.size(2) < 1 || q.size(3) < 1) {
      throw op.bad(
          "q",
          "[B, L, H, d] with B " + x.size(0) + " as x, or 1, and at least one of each",
          Arrays.toString(q.shape()));
    }
    if (op.flag(ProjectionOp.NORMALISE)) {
      ProjectionOp.checkEps(op, args.tArgs()[0]);
    }
    long heads = q.size(2);
    long keys = checkProjection(op, args, FIRST_PARAMETER, "key");
    if (keys != heads * q.size(3)) {
      throw op.bad(
          "key weight",
          heads * q.size(3) + " columns, H d of q " + Arrays.toString(q.shape()),
          keys);
    }
    long values = checkProjection(op, args, FIRST_PARAMETER + ProjectionOp.each(op), "value");
    if (values < 1 || values % heads != 0) {
      throw op.bad("value weight", "a multiple of " + heads + " columns, one share a head", values);
    }
    Sizes n =
        new Sizes(x.size(0), heads, q.size(1), x.size(1), x.size(2), q.size(3), values / heads);
    if (op.flag(MASK)) {
      op.checkMask(mask(op, args), n.scores());
    }
    if (op.flag(FACTOR)) {
      op.checkBroadcast("factor", op.typed("factor", factor(op, args), x, "x"), n.scores());
    }
    return n;
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    return List.of(check(this, args).out());
  }

  // ---------------------------------------------------------------- in Java

  /** The two ops that a call is made of, in double. */
  private static final class Composed {
    private final Sizes n;
    private final OpArgs projection;
    private final INDArray k;
    private final INDArray v;
    private final PlainAssociation association;

    Composed(HopfieldOp op, OpArgs args, Sizes n) {
      this.n = n;
      INDArray mask = mask(op, args);
      INDArray[] inputs = new INDArray[1 + 2 * ProjectionOp.each(op)];
      inputs[0] = visible(args.input(0), mask, n);
      System.arraycopy(args.inputs(), FIRST_PARAMETER, inputs, 1, inputs.length - 1);
      projection =
          new OpArgs(
              inputs,
              ProjectionOp.iArgs(
                  op.flag(ProjectionOp.NORMALISE),
                  op.flag(ProjectionOp.BIAS),
                  op.flag(ProjectionOp.AFFINE),
                  2),
              new double[] {args.tArgs()[0]});
      k = Nd4j.create(DataType.DOUBLE, n.batch(), n.stored(), n.heads() * n.width());
      v = Nd4j.create(DataType.DOUBLE, n.batch(), n.stored(), n.heads() * n.depth());
      filled(new ProjectionOp()).runInJava(projection, new INDArray[] {k, v});
      association =
          new PlainAssociation(
              new PlainAssociation.Sizes(
                  (int) n.batch(),
                  (int) n.heads(),
                  (int) n.queries(),
                  (int) n.stored(),
                  (int) n.width(),
                  (int) n.depth()),
              new PlainAssociation.Rule(
                  Separation.Kind.values()[(int) args.iArgs()[2]],
                  args.tArgs()[2],
                  args.iArgs()[3] != 0,
                  LagrangianUnit.Kind.NONE,
                  0.0,
                  0.0,
                  0,
                  MedianScope.ROW,
                  false,
                  new long[] {0},
                  new double[] {-1}),
              new PlainAssociation.Inputs(
                  args.input(1),
                  heads(k),
                  heads(v),
                  mask,
                  null,
                  null,
                  null,
                  null,
                  args.tArgs()[1],
                  null,
                  null,
                  factor(op, args)));
    }

    /** x with zeros in place of stored patterns that are hidden from all. */
    private static INDArray visible(INDArray x, INDArray mask, Sizes n) {
      if (mask == null) {
        return x;
      }
      INDArray copy = x.dup('c');
      Rows rows = Rows.of(mask, n.scores(), 3);
      boolean[] row = new boolean[(int) n.stored()];
      double[] zeros = new double[(int) n.features()];
      Rows patterns = Rows.of(copy, 2);
      for (long b = 0; b < n.batch(); b++) {
        boolean[] seen = new boolean[row.length];
        for (long i = 0; i < n.heads() * n.queries(); i++) {
          rows.readMask(b * n.heads() * n.queries() + i, row);
          for (int j = 0; j < row.length; j++) {
            seen[j] |= row[j];
          }
        }
        for (int j = 0; j < row.length; j++) {
          if (!seen[j]) {
            patterns.write(b * n.stored() + j, zeros);
          }
        }
      }
      patterns.written();
      return copy;
    }

    private HopfieldOp filled(HopfieldOp op) {
      op.addIArgument(projection.iArgs());
      op.addTArgument(projection.tArgs());
      return op;
    }

    private INDArray heads(INDArray flat) {
      return flat.reshape('c', n.batch(), n.stored(), n.heads(), flat.size(2) / n.heads());
    }

    void forward(INDArray out) {
      association.forward(out, null, null);
    }

    /**
     * @param outputs gradients of x, q and the parameters
     */
    void backward(INDArray gradOut, INDArray[] outputs) {
      INDArray gradK = k.like();
      INDArray gradV = v.like();
      association.backward(
          gradOut,
          null,
          new PlainAssociation.Gradients(outputs[1], heads(gradK), heads(gradV), null, null, null));
      List<INDArray> inputs = new ArrayList<>(List.of(projection.inputs()));
      inputs.add(gradK);
      inputs.add(gradV);
      List<INDArray> to = new ArrayList<>(List.of(outputs));
      to.remove(1);
      filled(new ProjectionOp.Bp())
          .runInJava(
              new OpArgs(inputs.toArray(new INDArray[0]), projection.iArgs(), projection.tArgs()),
              to.toArray(new INDArray[0]));
    }
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    Sizes n = check(this, args);
    if (n.stored() == 0) {
      outputs[0].assign(0);
      return;
    }
    new Composed(this, args, n).forward(outputs[0]);
  }

  private static void selfTestArguments(HopfieldOp op) {
    op.addInputArgument(numbers(1.3, 2, 4, 3), numbers(0.8, 1, 2, 2, 2));
    for (int width : new int[] {4, 6}) {
      op.addInputArgument(
          numbers(0.7 * width, 3, width),
          numbers(0.9 * width, width),
          numbers(1.1 * width, 3),
          numbers(1.7 * width, 1, 3));
    }
    op.addInputArgument(Nd4j.createFromArray(true, true, false, true), numbers(2.1, 2, 2, 2, 4));
    op.addIArgument(iArgs(Separation.entmax15(), true, true, true, true, true));
    op.addTArgument(1e-5, 0.7, 1.5);
  }

  @Override
  protected void fillSelfTest() {
    selfTestArguments(this);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(List.of(args()));
    inputs.add(gradients.get(0));
    SDVariable[] grads =
        new Bp(sameDiff, inputs.toArray(new SDVariable[0]), iArgs(), tArgs()).outputVariables();
    List<SDVariable> result = new ArrayList<>(List.of(grads));
    for (int input = differentiable(this); input < args().length; input++) {
      result.add(noGradient(input)); // mask and factor
    }
    return result;
  }

  /**
   * Gradient of {@link Pooling}: its inputs, then the gradient of the output; outputs the gradients
   * of x, q and every parameter, in the order of the inputs.
   */
  public static final class Bp extends HopfieldOp {
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
      return differentiable(this);
    }

    private INDArray gradient(OpArgs args) {
      return args.input(differentiable(this) + (flag(MASK) ? 1 : 0) + (flag(FACTOR) ? 1 : 0));
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      Sizes n = check(this, args);
      INDArray g = typed("gradient", gradient(args), args.input(0), "x");
      if (!Arrays.equals(g.shape(), n.out())) {
        throw bad("gradient", Arrays.toString(n.out()), Arrays.toString(g.shape()));
      }
      List<long[]> shapes = new ArrayList<>();
      for (int i = 0; i < getNumOutputs(); i++) {
        shapes.add(args.input(i).shape());
      }
      return shapes;
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      Sizes n = check(this, args);
      if (n.batch() == 0 || n.stored() == 0) {
        for (INDArray output : outputs) {
          if (!output.isEmpty()) {
            output.assign(0);
          }
        }
        return;
      }
      new Composed(this, args, n).backward(gradient(args), outputs);
    }

    @Override
    protected void fillSelfTest() {
      selfTestArguments(this);
      addInputArgument(numbers(0.4, 2, 2, 2, 3));
    }
  }
}
