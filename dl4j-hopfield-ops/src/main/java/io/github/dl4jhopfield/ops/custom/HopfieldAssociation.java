package io.github.dl4jhopfield.ops.custom;

import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.java.PlainAssociation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The fused Hopfield association of {@link Association}: natively block by block, so that memory
 * does not grow with queries times stored patterns, and computed again in the backward pass.
 *
 * <p>Inputs: q [B, L, H, d], k [B, S, H, d], v [B, S, H, dv] (B or 1 each), then, as the flags say,
 * mask, additive mask, stored padding, query mask, beta, alpha, noise (see {@link
 * io.github.dl4jhopfield.ops.AssociationInputs}). Integer arguments: 0, flags (bits in this order,
 * then 7 weights, 8 steps, 9 gradient of the additive mask, 10 saved states), ordinals of the
 * separation, whether at most, of the unit, mu is a median, bias is the threshold, ordinals of
 * median scope and stop scope, update steps (one, or one a head). Floating: beta, alpha or p or k,
 * mu, bias, sigma, eps of the early stop (one, or one a head). Outputs: out [B, L, H, dv], weights
 * [B, H, L, S], steps [B, H], saved states (a vector that the native backward pass takes up instead
 * of running the update steps again; the Java path leaves it 0 and runs them).
 *
 * <p>A query with nothing to attend to gives zeros, forward and backward; a score of -inf counts as
 * masked; NaN in the scores of a query gives NaN in its results.
 */
public final class HopfieldAssociation extends HopfieldOp {
  public static final String NAME = "hopfield_association";

  /** The optional inputs, in their order, and what else is wanted: bits of the flags. */
  public static final int MASK = 0;

  public static final int ADDITIVE = 1;
  public static final int PADDING = 2;
  public static final int QUERY_MASK = 3;
  public static final int BETA = 4;
  public static final int ALPHA = 5;
  public static final int NOISE = 6;
  static final int WEIGHTS = 7;
  static final int STEPS = 8;
  static final int ADDITIVE_GRADIENT = 9;
  static final int SAVED = 10;

  private static final int FIRST_OPTIONAL = 3;
  private static final int FIRST_STEP = 9;
  private static final int FIRST_EPS = 5;

  public HopfieldAssociation() {}

  public HopfieldAssociation(SameDiff sameDiff, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    super(sameDiff, inputs, iArgs, tArgs);
  }

  /**
   * Integer arguments of a call.
   *
   * @param given whether each optional input, by its bit, is there
   */
  public static long[] iArgs(Association o, boolean[] given) {
    long flags = 0;
    for (int i = 0; i < given.length; i++) {
      flags |= given[i] ? 1L << i : 0;
    }
    flags |= o.isWeights() ? 1L << WEIGHTS : 0;
    flags |= o.isSteps() ? 1L << STEPS : 0;
    flags |= given[ADDITIVE] && o.isAdditiveMaskGradient() ? 1L << ADDITIVE_GRADIENT : 0;
    flags |= o.isSavedStates() ? 1L << SAVED : 0;
    LagrangianUnit unit = o.getLagrangianUnit();
    int[] steps = o.getUpdateSteps();
    long[] iArgs = new long[FIRST_STEP + steps.length];
    iArgs[1] = flags;
    iArgs[2] = o.getSeparation().getKind().ordinal();
    iArgs[3] = o.getSeparation().isAtMost() ? 1 : 0;
    iArgs[4] = unit.getKind().ordinal();
    iArgs[5] = unit.getMu() == null ? 1 : 0;
    iArgs[6] = unit.getBias() == null ? 1 : 0;
    iArgs[7] = unit.getMedianScope().ordinal();
    iArgs[8] = o.getStopScope().ordinal();
    for (int i = 0; i < steps.length; i++) {
      iArgs[FIRST_STEP + i] = steps[i];
    }
    return iArgs;
  }

  /** Floating arguments of a call. */
  public static double[] tArgs(Association o) {
    Separation s = o.getSeparation();
    LagrangianUnit unit = o.getLagrangianUnit();
    double[] eps = o.getUpdateStepsEps();
    double[] tArgs = new double[FIRST_EPS + eps.length];
    tArgs[0] = o.getBeta();
    tArgs[1] = s.parameter();
    tArgs[2] = unit.getMu() == null ? 0 : unit.getMu();
    tArgs[3] = unit.getBias() == null ? 0 : unit.getBias();
    tArgs[4] = unit.getSigma();
    System.arraycopy(eps, 0, tArgs, FIRST_EPS, eps.length);
    return tArgs;
  }

  /** Sizes of a call. */
  private record Sizes(long batch, long heads, long queries, long stored, long width, long depth) {
    long[] q() {
      return new long[] {batch, queries, heads, width};
    }

    long[] k() {
      return new long[] {batch, stored, heads, width};
    }

    long[] v() {
      return new long[] {batch, stored, heads, depth};
    }

    long[] out() {
      return new long[] {batch, queries, heads, depth};
    }

    long[] scores() {
      return new long[] {batch, heads, queries, stored};
    }
  }

  /** Checks q, k and v. */
  private static Sizes sizes(HopfieldOp op, OpArgs args) {
    INDArray q = patterns(op, args, 0, "q", "[B, L, H, d]");
    INDArray k = patterns(op, args, 1, "k", "[B, S, H, d]");
    INDArray v = patterns(op, args, 2, "v", "[B, S, H, dv]");
    long batch = 1;
    for (INDArray a : List.of(q, k, v)) {
      batch = a.size(0) != 1 ? a.size(0) : batch;
    }
    Sizes n = new Sizes(batch, q.size(2), q.size(1), k.size(1), q.size(3), v.size(3));
    if (n.width() < 1 || n.depth() < 1 || n.heads() < 1) {
      throw op.bad(
          "q and v",
          "at least one head of width 1 or more",
          Arrays.toString(q.shape()) + " and " + Arrays.toString(v.shape()));
    }
    op.checkBroadcast("q", q, n.q());
    op.checkBroadcast("k", k, n.k());
    op.checkBroadcast("v", v, n.v());
    return n;
  }

  private static INDArray patterns(
      HopfieldOp op, OpArgs args, int index, String name, String shape) {
    INDArray a = op.floating(args, index, name);
    if (a.rank() != 4) {
      throw op.bad(name, "rank 4, " + shape, Arrays.toString(a.shape()));
    }
    if (a.dataType() != args.input(0).dataType()) {
      throw op.bad(name, "data type " + args.input(0).dataType() + " as q", a.dataType());
    }
    return a;
  }

  /** Place of an optional input among the inputs, or -1. */
  private static int place(HopfieldOp op, int flag) {
    if (!op.flag(flag)) {
      return -1;
    }
    int at = FIRST_OPTIONAL;
    for (int i = 0; i < flag; i++) {
      at += op.flag(i) ? 1 : 0;
    }
    return at;
  }

  private static int optionalInputs(HopfieldOp op) {
    int n = 0;
    for (int i = MASK; i <= NOISE; i++) {
      n += op.flag(i) ? 1 : 0;
    }
    return n;
  }

  private static INDArray optional(HopfieldOp op, OpArgs args, int flag) {
    int at = place(op, flag);
    return at < 0 ? null : args.input(at);
  }

  /** Checks all inputs that the two ops share. */
  private static Sizes check(HopfieldOp op, OpArgs args) {
    Sizes n = sizes(op, args);
    checkFlags(op, "mask", optional(op, args, MASK), op.flag(MASK), n.scores());
    checkFlags(
        op,
        "storedPadding",
        optional(op, args, PADDING),
        op.flag(PADDING),
        new long[] {n.batch(), n.stored()});
    checkFlags(
        op,
        "queryMask",
        optional(op, args, QUERY_MASK),
        op.flag(QUERY_MASK),
        new long[] {n.batch(), n.queries()});
    if (op.flag(ADDITIVE)) {
      INDArray additive =
          op.typed("additiveMask", optional(op, args, ADDITIVE), args.input(0), "q");
      op.checkBroadcast("additiveMask", additive, n.scores());
    }
    perHead(op, args, BETA, "beta", n.heads());
    INDArray alpha = perHead(op, args, ALPHA, "alpha", n.heads());
    if (alpha != null) {
      if (args.iArgs()[2] != Separation.Kind.LEARNED_ENTMAX.ordinal()) {
        throw op.bad(
            "alpha", "none for " + Separation.Kind.values()[(int) args.iArgs()[2]], "an array");
      }
      for (double a : alpha.dup('c').data().asDouble()) {
        if (!(a >= 1)) {
          throw op.bad("alpha", "numbers of at least 1", a);
        }
      }
    }
    checkCount(op, "updateSteps", args.iArgs().length - FIRST_STEP, n.heads());
    checkCount(op, "updateStepsEps", args.tArgs().length - FIRST_EPS, n.heads());
    if (op.flag(NOISE)) {
      checkNoise(op, args, n);
    }
    return n;
  }

  private static void checkFlags(
      HopfieldOp op, String name, INDArray array, boolean given, long[] shape) {
    if (!given) {
      return;
    }
    if (array == null) {
      throw op.bad(name, "an array", "none");
    }
    if (array.dataType() == DataType.UTF8 || array.dataType() == DataType.COMPRESSED) {
      throw op.bad(name, "a boolean or numeric array", array.dataType());
    }
    op.checkBroadcast(name, array, shape);
  }

  private static INDArray perHead(HopfieldOp op, OpArgs args, int flag, String name, long heads) {
    if (!op.flag(flag)) {
      return null;
    }
    INDArray array = op.typed(name, optional(op, args, flag), args.input(0), "q");
    if (array.length() != 1 && (array.rank() != 1 || array.length() != heads)) {
      throw op.bad(
          name,
          "one number or [" + heads + "], one a head",
          "shape " + Arrays.toString(array.shape()));
    }
    return array;
  }

  private static void checkCount(HopfieldOp op, String name, int found, long heads) {
    if (found != 1 && found != heads) {
      throw op.bad(name, "one number or " + heads + ", one a head", found + " numbers");
    }
  }

  private static void checkNoise(HopfieldOp op, OpArgs args, Sizes n) {
    INDArray noise = op.typed("noise", optional(op, args, NOISE), args.input(0), "q");
    long most = -1;
    boolean bounded = true;
    for (int i = FIRST_STEP; i < args.iArgs().length; i++) {
      most = Math.max(most, args.iArgs()[i]);
      bounded &= args.iArgs()[i] >= 0;
    }
    long groups =
        switch (MedianScope.values()[(int) args.iArgs()[7]]) {
          case TENSOR -> 1;
          case SAMPLE -> n.batch();
          case ROW -> n.batch() * n.heads() * n.queries();
        };
    if (!bounded) {
      throw op.bad("noise", "none with an unbounded number of update steps", "an array");
    }
    if (noise.length() != (most + 1) * groups) {
      throw op.bad(
          "noise",
          "[" + (most + 1) + ", " + groups + "], one number a step and median scope",
          Arrays.toString(noise.shape()));
    }
  }

  private static PlainAssociation plain(HopfieldOp op, OpArgs args, Sizes n) {
    long[] iArgs = args.iArgs();
    double[] tArgs = args.tArgs();
    return new PlainAssociation(
        new PlainAssociation.Sizes(
            (int) n.batch(),
            (int) n.heads(),
            (int) n.queries(),
            (int) n.stored(),
            (int) n.width(),
            (int) n.depth()),
        new PlainAssociation.Rule(
            Separation.Kind.values()[(int) iArgs[2]],
            tArgs[1],
            iArgs[3] != 0,
            LagrangianUnit.Kind.values()[(int) iArgs[4]],
            iArgs[5] != 0 ? null : tArgs[2],
            iArgs[6] != 0 ? null : tArgs[3],
            tArgs[4],
            MedianScope.values()[(int) iArgs[7]],
            iArgs[8] == Association.StopScope.BATCH.ordinal(),
            Arrays.copyOfRange(iArgs, FIRST_STEP, iArgs.length),
            Arrays.copyOfRange(tArgs, FIRST_EPS, tArgs.length)),
        new PlainAssociation.Inputs(
            args.input(0),
            args.input(1),
            args.input(2),
            optional(op, args, MASK),
            optional(op, args, ADDITIVE),
            optional(op, args, PADDING),
            optional(op, args, QUERY_MASK),
            optional(op, args, BETA),
            tArgs[0],
            optional(op, args, ALPHA),
            optional(op, args, NOISE),
            null));
  }

  @Override
  public String opName() {
    return NAME;
  }

  @Override
  public int getNumOutputs() {
    return 1 + (flag(WEIGHTS) ? 1 : 0) + (flag(STEPS) ? 1 : 0) + (flag(SAVED) ? 1 : 0);
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    Sizes n = check(this, args);
    if (args.inputs().length != FIRST_OPTIONAL + optionalInputs(this)) {
      throw bad("inputs", FIRST_OPTIONAL + optionalInputs(this) + " arrays", args.inputs().length);
    }
    List<long[]> shapes = new ArrayList<>(List.of(n.out()));
    if (flag(WEIGHTS)) {
      shapes.add(n.scores());
    }
    if (flag(STEPS)) {
      shapes.add(new long[] {n.batch(), n.heads()});
    }
    if (flag(SAVED)) {
      shapes.add(new long[] {saved(this, args, n)});
    }
    return shapes;
  }

  /** Length of the saved states: state patterns of each update step, and steps taken. */
  private static long saved(HopfieldOp op, OpArgs args, Sizes n) {
    if (args.input(0).dataType().width() < 4) {
      throw op.bad("savedStates", "data type FLOAT or DOUBLE", args.input(0).dataType().toString());
    }
    long most = 0;
    for (int i = FIRST_STEP; i < args.iArgs().length; i++) {
      if (args.iArgs()[i] < 0) {
        throw op.bad("savedStates", "a bounded number of update steps", args.iArgs()[i]);
      }
      most = Math.max(most, args.iArgs()[i]);
    }
    return n.batch() * n.heads() * (most * n.queries() * n.width() + 1);
  }

  @Override
  protected void fillSelfTest() {
    selfTestArguments(this);
  }

  /** Two samples, two heads, two steps, sparse weights, a mask. */
  private static void selfTestArguments(HopfieldOp op) {
    INDArray q = numbers(3, 2, 2, 2, 3);
    INDArray k = numbers(5, 2, 4, 2, 3);
    INDArray v = numbers(7, 1, 4, 2, 2);
    INDArray mask = Nd4j.createFromArray(true, true, false, true);
    op.addInputArgument(q, k, v, mask);
    boolean[] given = new boolean[NOISE + 1];
    given[MASK] = true;
    Association o =
        Association.builder()
            .separation(Separation.entmax15())
            .beta(0.7)
            .updateSteps(2)
            .updateStepsEps(-1)
            .withWeights()
            .build();
    op.addIArgument(iArgs(o, given));
    op.addTArgument(tArgs(o));
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    PlainAssociation plain = plain(this, args, check(this, args));
    int next = 1;
    INDArray weights = flag(WEIGHTS) ? outputs[next++] : null;
    plain.forward(outputs[0], weights, flag(STEPS) ? outputs[next] : null);
    if (flag(SAVED)) {
      outputs[outputs.length - 1].assign(0);
    }
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    List<SDVariable> inputs = new ArrayList<>(List.of(args()));
    inputs.add(gradients.get(0));
    if (flag(WEIGHTS)) {
      inputs.add(gradients.get(1));
    }
    if (flag(SAVED)) {
      inputs.add(outputVariables()[getNumOutputs() - 1]);
    }
    SDVariable[] grads =
        new Bp(sameDiff, inputs.toArray(new SDVariable[0]), iArgs(), tArgs()).outputVariables();
    List<SDVariable> result = new ArrayList<>(List.of(grads).subList(0, FIRST_OPTIONAL));
    int next = FIRST_OPTIONAL;
    for (int i = MASK; i <= NOISE; i++) {
      if (flag(i)) {
        boolean differentiable =
            i == BETA || i == ALPHA || i == ADDITIVE && flag(ADDITIVE_GRADIENT);
        result.add(differentiable ? grads[next++] : noGradient(place(this, i)));
      }
    }
    return result;
  }

  /**
   * Gradient of {@link HopfieldAssociation}: its inputs, the gradient of out and, with the flags,
   * that of the weights and the saved states. Outputs: gradients of q, k, v, then of the additive
   * mask, beta and alpha where they are inputs.
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
      return FIRST_OPTIONAL
          + (flag(ADDITIVE_GRADIENT) ? 1 : 0)
          + (flag(BETA) ? 1 : 0)
          + (flag(ALPHA) ? 1 : 0);
    }

    @Override
    protected void fillSelfTest() {
      selfTestArguments(this);
      addInputArgument(numbers(11, 2, 2, 2, 2), numbers(13, 2, 2, 2, 4));
    }

    private INDArray gradient(OpArgs args, int index, String name, long[] shape) {
      INDArray g = typed(name, args.input(index), args.input(0), "q");
      if (!Arrays.equals(g.shape(), shape)) {
        throw bad(name, Arrays.toString(shape), Arrays.toString(g.shape()));
      }
      return g;
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      Sizes n = check(this, args);
      int first = FIRST_OPTIONAL + optionalInputs(this);
      gradient(args, first, "gradient of out", n.out());
      if (flag(WEIGHTS)) {
        gradient(args, first + 1, "gradient of weights", n.scores());
      }
      if (flag(SAVED)) {
        int at = first + (flag(WEIGHTS) ? 2 : 1);
        gradient(args, at, "saved states", new long[] {saved(this, args, n)});
      }
      List<long[]> shapes = new ArrayList<>();
      for (int i = 0; i < FIRST_OPTIONAL; i++) {
        shapes.add(args.input(i).shape());
      }
      for (int flag : new int[] {ADDITIVE, BETA, ALPHA}) {
        if (flag(flag == ADDITIVE ? ADDITIVE_GRADIENT : flag)) {
          shapes.add(optional(this, args, flag).shape());
        }
      }
      return shapes;
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      int first = FIRST_OPTIONAL + optionalInputs(this);
      int next = FIRST_OPTIONAL;
      INDArray additive = flag(ADDITIVE_GRADIENT) ? outputs[next++] : null;
      INDArray beta = flag(BETA) ? outputs[next++] : null;
      INDArray alpha = flag(ALPHA) ? outputs[next] : null;
      plain(this, args, check(this, args))
          .backward(
              args.input(first),
              flag(WEIGHTS) ? args.input(first + 1) : null,
              new PlainAssociation.Gradients(
                  outputs[0], outputs[1], outputs[2], additive, beta, alpha));
    }
  }
}
