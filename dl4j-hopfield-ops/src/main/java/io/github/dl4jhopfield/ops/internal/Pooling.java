package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.PoolingInputs;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.SeparationArgument;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Type;
import io.github.dl4jhopfield.ops.internal.java.PlainAssociation;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Hopfield pooling of {@link PoolingInputs}: state patterns retrieve from stored patterns that are
 * projections of x. Natively stored patterns and values are never made: each state pattern is
 * mapped to the features of x, and what it retrieves is mapped after. The Java path makes them.
 */
public final class Pooling extends HopfieldOp {
  public static final String NAME = "hopfield_pooling";
  private static final OpDeclaration.Builder D = OpDeclaration.of(NAME, -1);
  public static final Flag NORMALISE = D.flag("layer norm", 0);
  private static final Flag BIASED = D.flag("bias", 1);
  private static final Flag AFFINE = D.flag("gain and shift", 2);
  public static final Input X = D.input("x", Type.FLOATING, "[B, S, F]");
  public static final Input Q = D.input("q", Type.LIKE, "[B or 1, L, H, d]");
  public static final Input KEY_WEIGHT = D.input("key weight", Type.LIKE, "[F, H d]");
  public static final Input KEY_BIAS = D.input("key bias", Type.LIKE, "[H d]", BIASED);
  public static final Input KEY_GAIN = D.input("key gain", Type.LIKE, "[F]", AFFINE);
  public static final Input KEY_SHIFT = D.input("key shift", Type.LIKE, "[F]", AFFINE);
  public static final Input VALUE_WEIGHT = D.input("value weight", Type.LIKE, "[F, H dv]");
  public static final Input VALUE_BIAS = D.input("value bias", Type.LIKE, "[H dv]", BIASED);
  public static final Input VALUE_GAIN = D.input("value gain", Type.LIKE, "[F]", AFFINE);
  public static final Input VALUE_SHIFT = D.input("value shift", Type.LIKE, "[F]", AFFINE);
  public static final Input MASK = D.optional("mask", Type.MASK, "broadcasts to [B, H, L, S]", 3);
  public static final Input FACTOR =
      D.optional("factor", Type.LIKE, "broadcasts to [B, H, L, S]", 4);
  public static final Num EPS = D.number("eps", Range.NOT_NEGATIVE);
  public static final Num BETA = D.number("beta", Range.FINITE);
  public static final SeparationArgument SEPARATION = D.separation();
  static final Output OUT = D.output("out", "[B, L, H, dv]");
  public static final OpDeclaration DECLARATION = D.build();

  private static final OpDeclaration.Builder B =
      OpDeclaration.gradientOf(DECLARATION).inputsOfForward();
  private static final Input GRADIENT = B.input("gradient", Type.LIKE, "like out");
  private static final Output GRADIENT_X = B.gradient(X);
  private static final Output GRADIENT_Q = B.gradient(Q);
  private static final List<Output> GRADIENTS =
      List.of(
          B.gradient(KEY_WEIGHT),
          B.gradient(KEY_BIAS),
          B.gradient(KEY_GAIN),
          B.gradient(KEY_SHIFT),
          B.gradient(VALUE_WEIGHT),
          B.gradient(VALUE_BIAS),
          B.gradient(VALUE_GAIN),
          B.gradient(VALUE_SHIFT));
  public static final OpDeclaration GRADIENT_DECLARATION = B.build();

  public Pooling() {
    super(DECLARATION);
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

  private static ProjectionOp.Parameters key(OpArgs args) {
    return new ProjectionOp.Parameters(
        args.get(KEY_WEIGHT), args.get(KEY_BIAS), args.get(KEY_GAIN), args.get(KEY_SHIFT));
  }

  private static ProjectionOp.Parameters value(OpArgs args) {
    return new ProjectionOp.Parameters(
        args.get(VALUE_WEIGHT), args.get(VALUE_BIAS), args.get(VALUE_GAIN), args.get(VALUE_SHIFT));
  }

  private static Sizes check(HopfieldOp op, OpArgs args) {
    INDArray x = args.get(X);
    if (x.rank() != 3 || x.size(2) < 1) {
      throw op.bad("x", "rank 3, [B, S, F] with a feature at least", Arrays.toString(x.shape()));
    }
    INDArray q = args.get(Q);
    boolean fits = q.rank() == 4 && (q.size(0) == 1 || q.size(0) == x.size(0));
    if (!fits || q.size(1) < 1 || q.size(2) < 1 || q.size(3) < 1) {
      throw op.bad(
          "q",
          "[B, L, H, d] with B " + x.size(0) + " as x, or 1, and at least one of each",
          Arrays.toString(q.shape()));
    }
    long heads = q.size(2);
    long keys = ProjectionOp.checkParameters(op, x, key(args), what -> "key " + what);
    if (keys != heads * q.size(3)) {
      throw op.bad(
          "key weight",
          heads * q.size(3) + " columns, H d of q " + Arrays.toString(q.shape()),
          keys);
    }
    long values = ProjectionOp.checkParameters(op, x, value(args), what -> "value " + what);
    if (values < 1 || values % heads != 0) {
      throw op.bad("value weight", "a multiple of " + heads + " columns, one share a head", values);
    }
    Sizes n =
        new Sizes(x.size(0), heads, q.size(1), x.size(1), x.size(2), q.size(3), values / heads);
    op.checkMask(args.get(MASK), n.scores());
    if (args.has(FACTOR)) {
      op.checkBroadcast("factor", args.get(FACTOR), n.scores());
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

    Composed(OpArgs args, Sizes n) {
      this.n = n;
      INDArray mask = args.get(MASK);
      OpCall<INDArray> both = OpCall.of(ProjectionOp.DECLARATION);
      both.with(ProjectionOp.X, visible(args.get(X), mask, n));
      for (ProjectionOp.Parameters p : List.of(key(args), value(args))) {
        both.with(ProjectionOp.WEIGHT, p.weight())
            .with(ProjectionOp.BIAS, p.bias())
            .with(ProjectionOp.GAIN, p.gain())
            .with(ProjectionOp.SHIFT, p.shift());
      }
      both.with(ProjectionOp.NORMALISE, args.is(NORMALISE))
          .with(ProjectionOp.COUNT, 2)
          .with(ProjectionOp.EPS, args.get(EPS));
      projection = OpArgs.of(both);
      OpArgs.SeparationValue separation = args.get(SEPARATION);
      k = Nd4j.create(DataType.DOUBLE, n.batch(), n.stored(), n.heads() * n.width());
      v = Nd4j.create(DataType.DOUBLE, n.batch(), n.stored(), n.heads() * n.depth());
      new ProjectionOp().runInJava(projection, new INDArray[] {k, v});
      association =
          new PlainAssociation(
              PlainAssociation.Sizes.of(
                  n.batch(), n.heads(), n.queries(), n.stored(), n.width(), n.depth()),
              PlainAssociation.Rule.retrieval(
                  separation.kind(), separation.parameter(), separation.atMost()),
              new PlainAssociation.Inputs(
                  args.get(Q),
                  heads(k),
                  heads(v),
                  mask,
                  null,
                  null,
                  null,
                  null,
                  args.get(BETA),
                  null,
                  null,
                  args.get(FACTOR)));
    }

    /** x with zeros in place of stored patterns that are hidden from all. */
    private static INDArray visible(INDArray x, INDArray mask, Sizes n) {
      if (mask == null) {
        return x;
      }
      INDArray copy = x.dup('c');
      Rows rows = Rows.of(mask, n.scores(), 3);
      boolean[] row = new boolean[Rows.arrayLength("stored patterns", n.stored())];
      double[] zeros = new double[Rows.arrayLength("features", n.features())];
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

    private INDArray heads(INDArray flat) {
      return flat.reshape('c', n.batch(), n.stored(), n.heads(), flat.size(2) / n.heads());
    }

    void forward(INDArray out) {
      association.forward(out, null, null);
    }

    /** Writes the gradients of x, q and the parameters. */
    void backward(OpArgs args, INDArray[] outputs) {
      INDArray gradK = k.like();
      INDArray gradV = v.like();
      association.backward(
          args.get(GRADIENT),
          null,
          new PlainAssociation.Gradients(
              args.get(GRADIENT_Q, outputs), heads(gradK), heads(gradV), null, null, null));
      List<INDArray> inputs = new ArrayList<>(List.of(projection.inputs()));
      inputs.add(gradK);
      inputs.add(gradV);
      List<INDArray> to = new ArrayList<>(List.of(args.get(GRADIENT_X, outputs)));
      for (Output gradient : GRADIENTS) {
        if (args.get(gradient, outputs) != null) {
          to.add(args.get(gradient, outputs));
        }
      }
      new ProjectionOp.Bp()
          .runInJava(
              new OpArgs(
                  ProjectionOp.GRADIENT_DECLARATION,
                  inputs.toArray(new INDArray[0]),
                  projection.iArgs(),
                  projection.tArgs()),
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
    new Composed(args, n).forward(outputs[0]);
  }

  private static OpCall<INDArray> selfTestCall(OpDeclaration declaration) {
    return OpCall.<INDArray>of(declaration)
        .with(X, numbers(1.3, 2, 4, 3))
        .with(Q, numbers(0.8, 1, 2, 2, 2))
        .with(KEY_WEIGHT, numbers(0.7 * 4, 3, 4))
        .with(KEY_BIAS, numbers(0.9 * 4, 4))
        .with(KEY_GAIN, numbers(1.1 * 4, 3))
        .with(KEY_SHIFT, numbers(1.7 * 4, 1, 3))
        .with(VALUE_WEIGHT, numbers(0.7 * 6, 3, 6))
        .with(VALUE_BIAS, numbers(0.9 * 6, 6))
        .with(VALUE_GAIN, numbers(1.1 * 6, 3))
        .with(VALUE_SHIFT, numbers(1.7 * 6, 1, 3))
        .with(MASK, Nd4j.createFromArray(true, true, false, true))
        .with(FACTOR, numbers(2.1, 2, 2, 2, 4))
        .with(NORMALISE, true)
        .with(EPS, 1e-5)
        .with(BETA, 0.7)
        .with(SEPARATION, Separation.entmax15());
  }

  @Override
  protected OpCall<INDArray> selfTestCall() {
    return selfTestCall(DECLARATION);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    return gradients(new Bp(), argsAnd(gradients));
  }

  /** Gradient of {@link Pooling}. */
  public static final class Bp extends HopfieldOp {
    public Bp() {
      super(GRADIENT_DECLARATION);
    }

    @Override
    protected List<long[]> outputShapes(OpArgs args) {
      checkShape("gradient", args.get(GRADIENT), check(this, args).out());
      return super.outputShapes(args);
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
      new Composed(args, n).backward(args, outputs);
    }

    @Override
    protected OpCall<INDArray> selfTestCall() {
      return Pooling.selfTestCall(GRADIENT_DECLARATION).with(GRADIENT, numbers(0.4, 2, 2, 2, 3));
    }
  }
}
