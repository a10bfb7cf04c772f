package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Choice;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.SeparationArgument;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Switch;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.PlainAssociation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The fused Hopfield association of {@link Association}: natively block by block, so that memory
 * does not grow with queries times stored patterns, and computed again in the backward pass.
 *
 * <p>The saved states are a vector that the native backward pass takes up instead of running the
 * update steps again; the Java path leaves it 0 and runs them.
 *
 * <p>A query with nothing to attend to gives zeros, forward and backward; a score of -inf counts as
 * masked; NaN in the scores of a query gives NaN in its results.
 */
public final class HopfieldAssociation extends HopfieldOp {
  public static final String NAME = "hopfield_association";
  private static final OpDeclaration.Builder D = OpDeclaration.of(NAME, 0);
  public static final Input Q = D.input("q", Type.FLOATING, "[B or 1, L, H, d]");
  public static final Input K = D.input("k", Type.LIKE, "[B or 1, S, H, d]");
  public static final Input V = D.input("v", Type.LIKE, "[B or 1, S, H, dv]");
  public static final Input MASK = D.optional("mask", Type.MASK, "broadcasts to [B, H, L, S]", 0);
  public static final Input ADDITIVE =
      D.optional("additiveMask", Type.LIKE, "broadcasts to [B, H, L, S]", 1);
  public static final Input PADDING =
      D.optional("storedPadding", Type.MASK, "broadcasts to [B, S]", 2);
  public static final Input QUERY_MASK =
      D.optional("queryMask", Type.MASK, "broadcasts to [B, L]", 3);
  public static final Input BETA = D.optional("beta", Type.LIKE, "one number, or [H]", 4);
  public static final Input ALPHA = D.optional("alpha", Type.LIKE, "one number, or [H]", 5);
  public static final Input NOISE =
      D.optional("noise", Type.LIKE, "[T + 1, groups], one number a step and median scope", 6);
  private static final Flag WITH_WEIGHTS = D.flag("weights", 7);
  private static final Flag WITH_STEPS = D.flag("steps", 8);
  private static final Flag ADDITIVE_GRADIENT = D.flag("gradient of the additive mask", 9);
  private static final Flag WITH_SAVED = D.flag("saved states", 10);
  private static final Num BETA_NUMBER = D.number("beta", Range.FINITE, BETA);
  private static final SeparationArgument SEPARATION = D.separation();
  private static final Choice<LagrangianUnit.Kind> UNIT = D.choice("unit", WireCodes.UNIT);
  private static final Switch MU_IS_MEDIAN = D.either("mu is a median");
  private static final Switch BIAS_IS_THRESHOLD = D.either("bias is the threshold");
  private static final Choice<MedianScope> MEDIAN_SCOPE =
      D.choice("median scope", WireCodes.MEDIAN_SCOPE);
  private static final Choice<Association.StopScope> STOP_SCOPE =
      D.choice("stop scope", WireCodes.STOP_SCOPE);
  private static final Num MU = D.number("mu", Range.FINITE);
  private static final Num BIAS = D.number("bias", Range.FINITE);
  private static final Num SIGMA = D.number("sigma", Range.NOT_NEGATIVE);
  static final Output OUT = D.output("out", "[B, L, H, dv]");
  static final Output WEIGHTS = D.output("weights", "[B, H, L, S]", WITH_WEIGHTS);
  static final Output STEPS = D.output("steps", "[B, H]", WITH_STEPS);
  static final Output SAVED = D.output("saved states", "a vector", WITH_SAVED);
  public static final OpDeclaration DECLARATION =
      D.integerList("update steps, one or one a head")
          .numberList("eps of the early stop, one or one a head")
          .build();

  private static final OpDeclaration.Builder B =
      OpDeclaration.gradientOf(DECLARATION).inputsOfForward();
  private static final Input GRADIENT = B.input("gradient of out", Type.LIKE, "like out");
  private static final Input GRADIENT_WEIGHTS =
      B.input("gradient of weights", Type.LIKE, "like weights", WITH_WEIGHTS);
  private static final Input SAVED_IN =
      B.input("saved states", Type.LIKE, "as the forward op gave them", WITH_SAVED);
  private static final Output GRADIENT_Q = B.gradient(Q);
  private static final Output GRADIENT_K = B.gradient(K);
  private static final Output GRADIENT_V = B.gradient(V);
  private static final Output GRADIENT_ADDITIVE = B.gradient(ADDITIVE, ADDITIVE, ADDITIVE_GRADIENT);
  private static final Output GRADIENT_BETA = B.gradient(BETA);
  private static final Output GRADIENT_ALPHA = B.gradient(ALPHA);
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public HopfieldAssociation() {
    super(DECLARATION);
  }

  /** Adds the options to a call. */
  public static <T> OpCall<T> with(OpCall<T> call, Association o, boolean additive) {
    LagrangianUnit unit = o.getLagrangianUnit();
    long[] steps = Arrays.stream(o.getUpdateSteps()).asLongStream().toArray();
    return call.with(WITH_WEIGHTS, o.isWeights())
        .with(WITH_STEPS, o.isSteps())
        .with(ADDITIVE_GRADIENT, additive && o.isAdditiveMaskGradient())
        .with(WITH_SAVED, o.isSavedStates())
        .with(BETA_NUMBER, o.getBeta())
        .with(SEPARATION, o.getSeparation())
        .with(UNIT, unit.getKind())
        .with(MU_IS_MEDIAN, unit.getMu() == null)
        .with(BIAS_IS_THRESHOLD, unit.getBias() == null)
        .with(MEDIAN_SCOPE, unit.getMedianScope())
        .with(STOP_SCOPE, o.getStopScope())
        .with(MU, unit.getMu() == null ? 0 : unit.getMu())
        .with(BIAS, unit.getBias() == null ? 0 : unit.getBias())
        .with(SIGMA, unit.getSigma())
        .integerList(steps)
        .numberList(o.getUpdateStepsEps());
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
    INDArray q = patterns(op, args, Q);
    INDArray k = patterns(op, args, K);
    INDArray v = patterns(op, args, V);
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

  private static INDArray patterns(HopfieldOp op, OpArgs args, Input input) {
    INDArray a = args.get(input);
    if (a.rank() != 4) {
      throw op.bad(input.name(), "rank 4, " + input.shape(), Arrays.toString(a.shape()));
    }
    return a;
  }

  /** Checks all inputs that the two ops share. */
  private static Sizes check(HopfieldOp op, OpArgs args) {
    Sizes n = sizes(op, args);
    checkBroadcast(op, args, MASK, n.scores());
    checkBroadcast(op, args, ADDITIVE, n.scores());
    checkBroadcast(op, args, PADDING, n.batch(), n.stored());
    checkBroadcast(op, args, QUERY_MASK, n.batch(), n.queries());
    perHead(op, args, BETA, n.heads());
    INDArray alpha = perHead(op, args, ALPHA, n.heads());
    if (alpha != null) {
      Separation.Kind kind = args.get(SEPARATION).kind();
      if (kind != Separation.Kind.LEARNED_ENTMAX) {
        throw op.bad("alpha", "none for " + kind, "an array");
      }
      for (double a : alpha.dup('c').data().asDouble()) {
        if (!(a >= 1)) {
          throw op.bad("alpha", "numbers of at least 1", a);
        }
      }
    }
    checkCount(op, "updateSteps", args.integerList().length, n.heads());
    checkCount(op, "updateStepsEps", args.numberList().length, n.heads());
    if (args.has(NOISE)) {
      checkNoise(op, args, n);
    }
    return n;
  }

  private static void checkBroadcast(HopfieldOp op, OpArgs args, Input input, long... shape) {
    if (args.has(input)) {
      op.checkBroadcast(input.name(), args.get(input), shape);
    }
  }

  private static INDArray perHead(HopfieldOp op, OpArgs args, Input input, long heads) {
    INDArray array = args.get(input);
    if (array != null && array.length() != 1 && (array.rank() != 1 || array.length() != heads)) {
      throw op.bad(
          input.name(),
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
    INDArray noise = args.get(NOISE);
    long most = -1;
    boolean bounded = true;
    for (long steps : args.integerList()) {
      most = Math.max(most, steps);
      bounded &= steps >= 0;
    }
    long groups =
        switch (args.get(MEDIAN_SCOPE)) {
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

  private static PlainAssociation plain(OpArgs args, Sizes n) {
    OpArgs.SeparationValue separation = args.get(SEPARATION);
    return new PlainAssociation(
        PlainAssociation.Sizes.of(
            n.batch(), n.heads(), n.queries(), n.stored(), n.width(), n.depth()),
        new PlainAssociation.Rule(
            separation.kind(),
            separation.parameter(),
            separation.atMost(),
            args.get(UNIT),
            args.is(MU_IS_MEDIAN) ? null : args.get(MU),
            args.is(BIAS_IS_THRESHOLD) ? null : args.get(BIAS),
            args.get(SIGMA),
            args.get(MEDIAN_SCOPE),
            args.get(STOP_SCOPE) == Association.StopScope.BATCH,
            args.integerList(),
            args.numberList()),
        new PlainAssociation.Inputs(
            args.get(Q),
            args.get(K),
            args.get(V),
            args.get(MASK),
            args.get(ADDITIVE),
            args.get(PADDING),
            args.get(QUERY_MASK),
            args.get(BETA),
            args.get(BETA_NUMBER),
            args.get(ALPHA),
            args.get(NOISE),
            null));
  }

  @Override
  protected List<long[]> outputShapes(OpArgs args) {
    Sizes n = check(this, args);
    List<long[]> shapes = new ArrayList<>(List.of(n.out()));
    if (args.is(WITH_WEIGHTS)) {
      shapes.add(n.scores());
    }
    if (args.is(WITH_STEPS)) {
      shapes.add(new long[] {n.batch(), n.heads()});
    }
    if (args.is(WITH_SAVED)) {
      shapes.add(new long[] {saved(this, args, n)});
    }
    return shapes;
  }

  /** Length of the saved states: state patterns of each update step, and steps taken. */
  private static long saved(HopfieldOp op, OpArgs args, Sizes n) {
    DataType type = args.get(Q).dataType();
    if (type.width() < 4) {
      throw op.bad("savedStates", "data type FLOAT or DOUBLE", type);
    }
    long most = 0;
    for (long steps : args.integerList()) {
      if (steps < 0) {
        throw op.bad("savedStates", "a bounded number of update steps", steps);
      }
      most = Math.max(most, steps);
    }
    return n.batch() * n.heads() * (most * n.queries() * n.width() + 1);
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return selfTestCall(DECLARATION);
  }

  /** Two samples, two heads, two steps, sparse weights, a mask. */
  private static OpCall<INDArray> selfTestCall(OpDeclaration declaration) {
    Association o =
        Association.builder()
            .separation(Separation.entmax15())
            .beta(0.7)
            .updateSteps(2)
            .updateStepsEps(-1)
            .withWeights()
            .build();
    return with(OpCall.<INDArray>of(declaration), o, false)
        .with(Q, numbers(3, 2, 2, 2, 3))
        .with(K, numbers(5, 2, 4, 2, 3))
        .with(V, numbers(7, 1, 4, 2, 2))
        .with(MASK, Nd4j.createFromArray(true, true, false, true));
  }

  @Override
  public void runInJava(OpArgs args, INDArray[] outputs) {
    plain(args, check(this, args))
        .forward(args.get(OUT, outputs), args.get(WEIGHTS, outputs), args.get(STEPS, outputs));
    if (args.is(WITH_SAVED)) {
      args.get(SAVED, outputs).assign(0);
    }
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    OpArgs call = args(null);
    List<SDVariable> more = new ArrayList<>();
    more.add(gradients.get(0));
    if (call.is(WITH_WEIGHTS)) {
      more.add(gradients.get(1));
    }
    if (call.is(WITH_SAVED)) {
      more.add(outputVariables()[getNumOutputs() - 1]);
    }
    return gradients(new Bp(), argsAnd(more));
  }

  /** Gradient of {@link HopfieldAssociation}. */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      return HopfieldAssociation.selfTestCall(GRADIENT_DECLARATION)
          .with(GRADIENT, numbers(11, 2, 2, 2, 2))
          .with(GRADIENT_WEIGHTS, numbers(13, 2, 2, 2, 4));
    }

    private void checkGiven(OpArgs args, Input input, long... shape) {
      if (args.has(input)) {
        checkShape(input.name(), args.get(input), shape);
      }
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      Sizes n = check(this, args);
      checkGiven(args, GRADIENT, n.out());
      checkGiven(args, GRADIENT_WEIGHTS, n.scores());
      if (args.is(WITH_SAVED)) {
        checkGiven(args, SAVED_IN, saved(this, args, n));
      }
      return super.outputShapes(args);
    }

    @Override
    public void runInJava(OpArgs args, INDArray[] outputs) {
      plain(args, check(this, args))
          .backward(
              args.get(GRADIENT),
              args.get(GRADIENT_WEIGHTS),
              new PlainAssociation.Gradients(
                  args.get(GRADIENT_Q, outputs),
                  args.get(GRADIENT_K, outputs),
                  args.get(GRADIENT_V, outputs),
                  args.get(GRADIENT_ADDITIVE, outputs),
                  args.get(GRADIENT_BETA, outputs),
                  args.get(GRADIENT_ALPHA, outputs)));
    }
  }
}
