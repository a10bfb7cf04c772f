package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One operation on arrays with the batch first, as a Keras model has them between its layers
 * ({@code x + y}, {@code x[:, 0]}, {@code ops.mean(x, axis=1)}): one of a fixed list of names, its
 * operands (inputs or constants) and its numbers. Nothing of it is code. Axes are counted with the
 * batch as 0. Comparisons give 1 and 0.
 *
 * <p>Names: those of {@link #BINARY}, {@link #UNARY}, {@link #REDUCTIONS} and {@link #OTHERS}, and
 * the activations of {@link SdActivations#NAMES}.
 */
public final class Operation {

  /** Of two operands, which are broadcast as in NumPy. */
  public static final Set<String> BINARY =
      Set.of(
          "add",
          "subtract",
          "multiply",
          "divide",
          "power",
          "maximum",
          "minimum",
          "floor_divide",
          "mod",
          "squared_difference",
          "greater",
          "greater_equal",
          "less",
          "less_equal",
          "equal",
          "not_equal",
          "logical_and",
          "logical_or");

  /** Of each entry. */
  public static final Set<String> UNARY =
      Set.of(
          "identity",
          "stop_gradient",
          "negative",
          "absolute",
          "square",
          "sqrt",
          "rsqrt",
          "reciprocal",
          "exp",
          "expm1",
          "log",
          "log1p",
          "log2",
          "log10",
          "sin",
          "cos",
          "tan",
          "sinh",
          "cosh",
          "arctan",
          "arcsinh",
          "erf",
          "sign",
          "floor",
          "ceil",
          "round",
          "truncate",
          "logical_not",
          "zeros_like",
          "ones_like");

  /** Over axes, all but the batch's. */
  public static final Set<String> REDUCTIONS =
      Set.of(
          "mean",
          "sum",
          "max",
          "min",
          "prod",
          "var",
          "std",
          "logsumexp",
          "norm",
          "any",
          "all",
          "argmax",
          "argmin");

  /** The rest. */
  public static final Set<String> OTHERS =
      Set.of(
          "clip",
          "rectify",
          "softmax",
          "log_softmax",
          "l2_normalize",
          "cumsum",
          "reshape",
          "transpose",
          "slice",
          "flip",
          "roll",
          "repeat",
          "tile",
          "pad",
          "take",
          "broadcast_to",
          "space_to_depth",
          "depth_to_space",
          "concatenate",
          "stack",
          "matmul",
          "einsum",
          "where",
          "one_hot",
          "resize",
          "bias_add",
          "mask_steps",
          "all_steps");

  /** A constant operand. */
  public static final class Constant {
    @JsonProperty private long[] shape;
    @JsonProperty private double[] values;

    /** For JSON. */
    Constant() {}

    public Constant(long[] shape, double... values) {
      this.shape = shape.clone();
      this.values = values.clone();
    }

    /** Its shape, [] for a number. */
    public long[] shape() {
      return shape.clone();
    }

    INDArray array(DataType type, int rank) {
      long[] full = new long[rank];
      Arrays.fill(full, 1);
      System.arraycopy(shape, 0, full, rank - shape.length, shape.length);
      return Nd4j.createFromArray(values).castTo(type).reshape('c', full);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Constant c
          && Arrays.equals(c.shape, shape)
          && Arrays.equals(c.values, values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(shape) * 31 + Arrays.hashCode(values);
    }
  }

  @JsonProperty private String name;

  /** Of each operand, the number of the input, or -1 - the number of the constant. */
  @JsonProperty private int[] operands;

  @JsonProperty private List<Constant> constants = new ArrayList<>();
  @JsonProperty private long[] sizes = {};
  @JsonProperty private double[] numbers = {};
  @JsonProperty private boolean keepDims;
  @JsonProperty private String text;

  /** For JSON. */
  Operation() {}

  private Operation(String name, int... operands) {
    this.name = name;
    this.operands = operands.clone();
  }

  /** On the first {@code inputs} inputs. */
  public static Operation of(String name, int inputs) {
    int[] operands = new int[inputs];
    Arrays.setAll(operands, i -> i);
    return new Operation(name, operands);
  }

  /** On these operands: numbers of inputs, or -1 - k for the constant k. */
  public static Operation on(String name, int... operands) {
    return new Operation(name, operands);
  }

  /** Adds a constant. */
  public Operation constant(Constant c) {
    constants.add(c);
    return this;
  }

  /** Sets axes, a shape, or what else is whole numbers. */
  public Operation sizes(long... s) {
    sizes = s.clone();
    return this;
  }

  /** Sets real numbers: bounds of clip. */
  public Operation numbers(double... n) {
    numbers = n.clone();
    return this;
  }

  /** Keeps reduced axes as 1. */
  public Operation keepDims(boolean keep) {
    keepDims = keep;
    return this;
  }

  /** Sets an equation or kind. */
  public Operation text(String t) {
    text = t;
    return this;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Operand number k: the number of an input, or -1 - the number of a constant. */
  public int operand(int k) {
    return operands[k];
  }

  /** Its constants. */
  public List<Constant> constants() {
    return List.copyOf(constants);
  }

  /** The shape of a slice of that shape, -1 where a size is not known. */
  public static long[] sliced(long[] in, long[] parts) {
    return Moves.sliced(in, parts);
  }

  /** The shape of a product in Einstein's notation. */
  public static long[] product(String equation, long[] left, long[] right) {
    return new Einsum(equation).shape(left, right);
  }

  /** An equation with letters for its ellipsis. */
  public static String withoutEllipsis(String equation, int rankOfLeft) {
    return Einsum.withoutEllipsis(equation, rankOfLeft);
  }

  /** How many inputs it takes. */
  public int inputs() {
    return Math.max(1, Arrays.stream(operands).max().orElse(0) + 1);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Operation p
        && p.name.equals(name)
        && Arrays.equals(p.operands, operands)
        && p.constants.equals(constants)
        && Arrays.equals(p.sizes, sizes)
        && Arrays.equals(p.numbers, numbers)
        && p.keepDims == keepDims
        && Objects.equals(p.text, text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, Arrays.hashCode(operands), constants, Arrays.hashCode(sizes));
  }

  // --- the graph ----------------------------------------------------------------------------

  /**
   * @param inputNames of the context
   */
  SDVariable define(GraphContext c, String... inputNames) {
    SameDiff sd = c.sd();
    int rank = 0;
    for (int o : operands) {
      rank = Math.max(rank, rank(c, o, inputNames));
    }
    SDVariable[] x = new SDVariable[operands.length];
    for (int i = 0; i < x.length; i++) {
      int o = operands[i];
      x[i] =
          o >= 0
              ? c.input(inputNames[o])
              : sd.constant("constant" + i, constants.get(-1 - o).array(c.dataType(), rank(c, o)));
    }
    if (BINARY.contains(name)) {
      return binary(c, full(sd, x[0], rank), full(sd, x[1], rank));
    }
    if (UNARY.contains(name)) {
      return unary(c, x[0]);
    }
    if (REDUCTIONS.contains(name)) {
      return reduce(c, x[0], rank);
    }
    if (OTHERS.contains(name)) {
      return other(c, x, rank, inputNames);
    }
    return SdActivations.apply(sd, name, x[0], rank);
  }

  private int rank(GraphContext c, int operand, String... inputNames) {
    return operand >= 0
        ? c.input(inputNames[operand]).getShape().length
        : constants.get(-1 - operand).shape.length;
  }

  /** With axes of size 1 before the others. */
  private static SDVariable full(SameDiff sd, SDVariable x, int rank) {
    SDVariable y = x;
    for (int r = x.getShape().length; r < rank; r++) {
      y = sd.expandDims(y, 0);
    }
    return y;
  }

  private SDVariable binary(GraphContext c, SDVariable a, SDVariable b) {
    SameDiff sd = c.sd();
    switch (name) {
      case "add":
        return a.add(b);
      case "subtract":
        return a.sub(b);
      case "multiply":
        return a.mul(b);
      case "divide":
        return a.div(b);
      case "power":
        return power(sd, a, b);
      case "maximum":
        return sd.max(a, b);
      case "minimum":
        return sd.min(a, b);
      case "floor_divide":
        return sd.math().floor(a.div(b));
      case "mod":
        return a.sub(sd.math().floor(a.div(b)).mul(b));
      case "squared_difference":
        return sd.math().square(a.sub(b));
      case "greater":
        return a.gt(b).castTo(c.dataType());
      case "greater_equal":
        return a.gte(b).castTo(c.dataType());
      case "less":
        return a.lt(b).castTo(c.dataType());
      case "less_equal":
        return a.lte(b).castTo(c.dataType());
      case "equal":
        return a.eq(b).castTo(c.dataType());
      case "not_equal":
        return a.neq(b).castTo(c.dataType());
      case "logical_and":
        return a.neq(0).castTo(c.dataType()).mul(b.neq(0).castTo(c.dataType()));
      case "logical_or":
        return sd.max(a.neq(0).castTo(c.dataType()), b.neq(0).castTo(c.dataType()));
      default:
        throw unknown();
    }
  }

  /** With a constant exponent as a function of one argument, exact for negative numbers. */
  private SDVariable power(SameDiff sd, SDVariable a, SDVariable b) {
    if (operands[1] < 0 && constants.get(-1 - operands[1]).values.length == 1) {
      double p = constants.get(-1 - operands[1]).values[0];
      if (p == 2) {
        return sd.math().square(a);
      }
      if (p == 0.5) {
        return sd.math().sqrt(a);
      }
      if (p == Math.rint(p) && p > 0 && p <= 16) {
        SDVariable y = a;
        for (int i = 1; i < p; i++) {
          y = y.mul(a);
        }
        return y;
      }
      return sd.math().pow(a, p);
    }
    return sd.math().exp(sd.math().log(a).mul(b));
  }

  private SDVariable unary(GraphContext c, SDVariable x) {
    SameDiff sd = c.sd();
    switch (name) {
      case "identity":
        return sd.identity(x);
      case "stop_gradient":
        return Constancy.of(sd, x);
      case "negative":
        return x.neg();
      case "absolute":
        return sd.math().abs(x);
      case "square":
        return sd.math().square(x);
      case "sqrt":
        return sd.math().sqrt(x);
      case "rsqrt":
        return sd.math().reciprocal(sd.math().sqrt(x));
      case "reciprocal":
        return sd.math().reciprocal(x);
      case "exp":
        return sd.math().exp(x);
      case "expm1":
        return sd.math().exp(x).sub(1);
      case "log":
        return sd.math().log(x);
      case "log1p":
        return sd.math().log(x.add(1));
      case "log2":
        return sd.math().log(x).div(Math.log(2));
      case "log10":
        return sd.math().log(x).div(Math.log(10));
      case "sin":
        return sd.math().sin(x);
      case "cos":
        return sd.math().cos(x);
      case "tan":
        return sd.math().tan(x);
      case "sinh":
        return sd.math().sinh(x);
      case "cosh":
        return sd.math().cosh(x);
      case "arctan":
        return sd.math().atan(x);
      case "arcsinh":
        return sd.math().asinh(x);
      case "erf":
        return sd.math().erf(x);
      case "sign":
        return sd.math().sign(x);
      case "floor":
        return sd.math().floor(x);
      case "ceil":
        return sd.math().ceil(x);
      case "round":
        return sd.math().round(x);
      case "truncate":
        return sd.math().sign(x).mul(sd.math().floor(sd.math().abs(x)));
      case "logical_not":
        return x.eq(0).castTo(c.dataType());
      case "zeros_like":
        return x.mul(0);
      case "ones_like":
        return x.mul(0).add(1);
      default:
        throw unknown();
    }
  }

  private int[] axes() {
    return Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray();
  }

  private SDVariable reduce(GraphContext c, SDVariable x, int rank) {
    SameDiff sd = c.sd();
    int[] a = axes();
    switch (name) {
      case "mean":
        return x.mean(keepDims, a);
      case "sum":
        return x.sum(keepDims, a);
      case "max":
        return x.max(keepDims, a);
      case "min":
        return x.min(keepDims, a);
      case "prod":
        return x.prod(keepDims, a);
      case "var":
        return sd.math().square(x.sub(x.mean(true, a))).mean(keepDims, a);
      case "std":
        return sd.math().sqrt(sd.math().square(x.sub(x.mean(true, a))).mean(keepDims, a));
      case "logsumexp":
        SDVariable most = Constancy.of(sd, x.max(true, a));
        SDVariable sum = sd.math().log(sd.math().exp(x.sub(most)).sum(true, a)).add(most);
        // one entry along each of the axes
        return keepDims ? sum : sum.sum(false, a);
      case "norm":
        return sd.math().sqrt(sd.math().square(x).sum(keepDims, a));
      case "any":
        return x.neq(0).castTo(c.dataType()).max(keepDims, a);
      case "all":
        return x.neq(0).castTo(c.dataType()).min(keepDims, a);
      case "argmax":
        return sd.argmax(x, keepDims, a).castTo(c.dataType());
      case "argmin":
        return sd.argmin(x, keepDims, a).castTo(c.dataType());
      default:
        throw unknown();
    }
  }

  private Einsum.Shape shapeOf(int operand, String... inputNames) {
    return operand >= 0
        ? call -> call.input(inputNames[operand]).shape()
        : call -> constants.get(-1 - operand).shape;
  }

  private SDVariable other(GraphContext c, SDVariable[] x, int rank, String... inputNames) {
    SameDiff sd = c.sd();
    int axis = sizes.length == 0 ? 0 : (int) sizes[0];
    switch (name) {
      case "clip":
        return sd.min(
            sd.max(x[0], sd.constant("least", Nd4j.scalar(c.dataType(), numbers[0]))),
            sd.constant("most", Nd4j.scalar(c.dataType(), numbers[1])));
      case "rectify":
        return rectify(c, x[0]);
      case "softmax":
        return softmax(sd, x[0]);
      case "log_softmax":
        SDVariable shifted = x[0].sub(Constancy.of(sd, x[0].max(true, axes())));
        return shifted.sub(sd.math().log(sd.math().exp(shifted).sum(true, axes())));
      case "l2_normalize":
        SDVariable square = sd.math().square(x[0]).sum(true, axes());
        SDVariable least = sd.constant("least", Nd4j.scalar(c.dataType(), numbers[0]));
        return x[0].div(sd.math().sqrt(sd.max(square, least)));
      case "cumsum":
        return sd.cumsum(x[0], false, false, axis);
      case "reshape":
        return sd.reshape(
            x[0], c.shape("shape", call -> reshaped(call.input(inputNames[0]).shape())));
      case "transpose":
        return sd.permute(x[0], axes());
      case "concatenate":
        return concatenate(c, x, axis, inputNames);
      case "stack":
        SDVariable[] apart = new SDVariable[x.length];
        for (int i = 0; i < x.length; i++) {
          apart[i] = sd.expandDims(x[i], axis);
        }
        return sd.concat(axis, apart);
      case "matmul":
      case "einsum":
        return new Einsum(text)
            .apply(
                c,
                "product",
                x[0],
                shapeOf(operands[0], inputNames),
                x[1],
                shapeOf(operands[1], inputNames));
      case "where":
        return where(c, x, rank);
      case "one_hot":
        return oneHot(c, x[0], rank);
      case "resize":
        return Resize.of(c, x[0], text, sizes, inputNames[0]);
      case "bias_add":
        return x[0].add(full(sd, x[1], rank));
      case "all_steps":
        // a mask [batch, time] that keeps every step of [batch, time, ...]
        return c.feed(
                "all-steps",
                c.dataType(),
                new long[] {-1, -1},
                call -> {
                  INDArray first = call.input(inputNames[0]);
                  return Nd4j.ones(call.dataType(), first.size(0), first.size(1));
                })
            .mul(1);
      case "mask_steps":
        return x[0].mul(sd.expandDims(x[1], 2));
      default:
        return Rearrangement.of(sd, x[0], Moves.plan(name, sizes, text));
    }
  }

  /** Numbers: slope below the threshold, threshold, and the largest value if there is one. */
  private SDVariable rectify(GraphContext c, SDVariable x) {
    SameDiff sd = c.sd();
    SDVariable above = x.gte(numbers[1]).castTo(c.dataType());
    SDVariable below = x.sub(numbers[1]).mul(numbers[0]).mul(above.rsub(1));
    SDVariable kept = x;
    if (numbers.length > 2) {
      // keras clips what is above the threshold
      kept = x.sub(sd.nn().relu(x.sub(numbers[2]), 0));
    }
    return kept.mul(above).add(below);
  }

  private SDVariable softmax(SameDiff sd, SDVariable x) {
    if (sizes.length == 1 && sizes[0] == x.getShape().length - 1) {
      return sd.nn().softmax(x, (int) sizes[0]);
    }
    SDVariable e = sd.math().exp(x.sub(Constancy.of(sd, x.max(true, axes()))));
    return e.div(e.sum(true, axes()));
  }

  private long[] reshaped(long[] in) {
    long[] out = sizes.clone();
    long known = 1;
    int free = -1;
    long all = 1;
    for (long d : in) {
      all *= d;
    }
    for (int i = 0; i < out.length; i++) {
      if (out[i] == 0) {
        out[i] = in[i];
      }
      if (out[i] < 0) {
        free = i;
      } else {
        known *= out[i];
      }
    }
    if (free >= 0) {
      out[free] = known == 0 ? 0 : all / known;
      known *= out[free];
    }
    if (known != all) {
      throw new IllegalArgumentException(
          "cannot reshape " + Arrays.toString(in) + " to " + Arrays.toString(sizes));
    }
    return out;
  }

  /** Constants are repeated for each entry of the batch. */
  private SDVariable concatenate(GraphContext c, SDVariable[] x, int axis, String... inputNames) {
    SameDiff sd = c.sd();
    SDVariable[] parts = x.clone();
    for (int i = 0; i < x.length; i++) {
      if (operands[i] < 0) {
        SDVariable ones =
            c.feed(
                "batch-ones",
                c.dataType(),
                new long[] {-1},
                call -> Nd4j.ones(call.dataType(), call.input(inputNames[0]).size(0)));
        SDVariable column = ones;
        for (int d = 1; d < constants.get(-1 - operands[i]).shape.length; d++) {
          column = sd.expandDims(column, -1);
        }
        parts[i] = column.mul(x[i]);
      }
    }
    return sd.concat(axis, parts);
  }

  /** Operands: the condition, what to take where it is not 0, and else. */
  private SDVariable where(GraphContext c, SDVariable[] x, int rank) {
    SameDiff sd = c.sd();
    SDVariable zero = null;
    for (SDVariable v : x) {
      SDVariable z = full(sd, v, rank).mul(0);
      zero = zero == null ? z : zero.add(z);
    }
    return Selection.of(
        sd,
        full(sd, x[1], rank).add(zero),
        full(sd, x[2], rank).add(zero),
        full(sd, x[0], rank).add(zero));
  }

  private SDVariable oneHot(GraphContext c, SDVariable x, int rank) {
    long[] shape = new long[rank + 1];
    Arrays.fill(shape, 1);
    shape[rank] = sizes[0];
    double[] classes = new double[(int) sizes[0]];
    Arrays.setAll(classes, i -> i);
    SDVariable k =
        c.sd().constant("classes", new Constant(shape, classes).array(c.dataType(), rank + 1));
    return c.sd().expandDims(x, -1).eq(k).castTo(c.dataType());
  }

  private IllegalStateException unknown() {
    return new IllegalStateException("Unknown operation: " + name);
  }
}
