package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.Operation;
import io.github.dl4jhopfield.keras.layers.OperationLayer;
import io.github.dl4jhopfield.keras.layers.OperationVertex;
import io.github.dl4jhopfield.keras.layers.SdActivations;
import io.github.dl4jhopfield.keras.layers.TensorActivation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * Operators between layers: the operations of Keras 3's graphs and the TensorFlow functions of
 * Keras 2's, as a fixed list of safe operations. They hand no mask on, as their files say.
 */
final class OperatorMappers {

  /** The name of an operation and the names of the classes (Keras 3) and functions (Keras 2). */
  private static final String[][] NAMES = {
    {"add", "Add", "add", "__operators__.add"},
    {"subtract", "Subtract", "subtract", "__operators__.sub", "__operators__.rsub"},
    {"multiply", "Multiply", "multiply", "__operators__.mul"},
    {"divide", "Divide", "TrueDivide", "divide", "truediv", "__operators__.truediv", "div_no_nan"},
    {"floor_divide", "FloorDivide", "floordiv", "floor_div", "__operators__.floordiv"},
    {"mod", "Mod", "floormod", "mod", "__operators__.mod"},
    {"power", "Power", "pow", "__operators__.pow"},
    {"maximum", "Maximum", "maximum"},
    {"minimum", "Minimum", "minimum"},
    {"squared_difference", "squared_difference"},
    {"greater", "Greater", "greater", "__operators__.gt"},
    {"greater_equal", "GreaterEqual", "greater_equal", "__operators__.ge"},
    {"less", "Less", "less", "__operators__.lt"},
    {"less_equal", "LessEqual", "less_equal", "__operators__.le"},
    {"equal", "Equal", "equal", "__operators__.eq"},
    {"not_equal", "NotEqual", "not_equal", "__operators__.ne"},
    {"logical_and", "LogicalAnd", "logical_and", "__operators__.logical_and"},
    {"logical_or", "LogicalOr", "logical_or", "__operators__.logical_or"},
    {"identity", "Identity", "identity", "convert_to_tensor"},
    {"stop_gradient", "StopGradient", "stop_gradient"},
    {"negative", "Negative", "negative", "__operators__.neg"},
    {"absolute", "Absolute", "Abs", "abs"},
    {"square", "Square", "square"},
    {"sqrt", "Sqrt", "sqrt"},
    {"rsqrt", "Rsqrt", "rsqrt"},
    {"reciprocal", "Reciprocal", "reciprocal"},
    {"exp", "Exp", "exp"},
    {"expm1", "Expm1", "expm1"},
    {"log", "Log", "log"},
    {"log1p", "Log1p", "log1p"},
    {"log2", "Log2"},
    {"log10", "Log10"},
    {"sin", "Sin", "sin"},
    {"cos", "Cos", "cos"},
    {"tan", "Tan", "tan"},
    {"sinh", "Sinh", "sinh"},
    {"cosh", "Cosh", "cosh"},
    {"arctan", "Arctan", "atan"},
    {"arcsinh", "Arcsinh", "asinh"},
    {"erf", "Erf", "erf"},
    {"sign", "Sign", "sign"},
    {"floor", "Floor", "floor"},
    {"ceil", "Ceil", "ceil"},
    {"round", "Round", "round"},
    {"truncate", "Trunc"},
    {"logical_not", "LogicalNot", "logical_not"},
    {"zeros_like", "ZerosLike", "zeros_like"},
    {"ones_like", "OnesLike", "ones_like"},
    {"mean", "Mean", "Average", "reduce_mean"},
    {"sum", "Sum", "reduce_sum"},
    {"max", "Max", "Amax", "reduce_max"},
    {"min", "Min", "Amin", "reduce_min"},
    {"prod", "Prod", "reduce_prod"},
    {"var", "Var", "reduce_variance"},
    {"std", "Std", "reduce_std"},
    {"logsumexp", "Logsumexp", "reduce_logsumexp"},
    {"norm", "Norm", "norm"},
    {"any", "Any", "reduce_any"},
    {"all", "All", "reduce_all"},
    {"argmax", "Argmax", "argmax"},
    {"argmin", "Argmin", "argmin"},
    {"relu", "Relu", "relu"},
    {"relu6", "Relu6", "relu6"},
    {"elu", "Elu", "elu"},
    {"selu", "Selu", "selu"},
    {"celu", "Celu"},
    {"glu", "Glu"},
    {"leaky_relu", "LeakyRelu", "leaky_relu"},
    {"tanh", "Tanh", "tanh"},
    {"sigmoid", "Sigmoid", "sigmoid"},
    {"softplus", "Softplus", "softplus"},
    {"softsign", "Softsign", "softsign"},
    {"swish", "Silu", "silu", "swish"},
    {"gelu", "Gelu", "gelu"},
    {"mish", "Mish"},
    {"log_sigmoid", "LogSigmoid", "log_sigmoid"},
    {"hard_sigmoid_keras3", "HardSigmoid"},
    {"hard_swish", "HardSilu"},
    {"hard_tanh", "HardTanh"},
    {"hard_shrink", "HardShrink"},
    {"tanh_shrink", "TanhShrink"},
    {"soft_shrink", "SoftShrink"},
    {"squareplus", "Squareplus"},
    {"sparse_plus", "SparsePlus"},
    {"sparse_sigmoid", "SparseSigmoid"},
    {"softmax", "Softmax", "softmax"},
    {"log_softmax", "LogSoftmax", "log_softmax"},
    {"l2_normalize", "Normalize", "l2_normalize"},
    {"clip", "Clip", "clip_by_value"},
    {"cumsum", "Cumsum", "cumsum"},
    {"reshape", "Reshape", "reshape"},
    {"transpose", "Transpose", "transpose"},
    {"swapaxes", "Swapaxes"},
    {"moveaxis", "Moveaxis"},
    {"expand_dims", "ExpandDims", "expand_dims"},
    {"squeeze", "Squeeze", "squeeze"},
    {"slice", "GetItem", "__operators__.getitem"},
    {"flip", "Flip", "reverse"},
    {"roll", "Roll", "roll"},
    {"repeat", "Repeat", "repeat"},
    {"tile", "Tile", "tile"},
    {"pad", "Pad", "pad"},
    {"take", "Take", "gather"},
    {"broadcast_to", "BroadcastTo", "broadcast_to"},
    {"space_to_depth", "space_to_depth"},
    {"depth_to_space", "depth_to_space"},
    {"concatenate", "Concatenate", "concat"},
    {"stack", "Stack", "stack"},
    {"split", "Split", "split"},
    {"unstack", "Unstack", "unstack"},
    {"matmul", "Matmul", "matmul"},
    {"einsum", "Einsum", "einsum"},
    {"tensordot", "Tensordot"},
    {"where", "Where", "where"},
    {"cast", "Cast", "cast"},
    {"one_hot", "OneHot", "one_hot"},
    {"resize", "Resize", "image.resize"},
    {"bias_add", "bias_add"},
    {"add_n", "add_n"},
    {"shape", "shape"},
    {"max_pool", "MaxPool"},
    {"average_pool", "AveragePool"},
  };

  private final KerasLayerInfo info;
  private final int rank;

  private OperatorMappers(KerasLayerInfo info) {
    this.info = info;
    this.rank = info.inputShape().length + 1;
  }

  static void register(Map<String, KerasLayerMapper> m) {
    for (String[] line : NAMES) {
      String name = line[0];
      for (int k = 1; k < line.length; k++) {
        KerasLayerMapper mapper = i -> new OperatorMappers(i).map(name);
        if (Character.isUpperCase(line[k].charAt(0))) {
          m.putIfAbsent("ops." + line[k], mapper);
        } else {
          for (String place : List.of("", "math.", "nn.", "linalg.", "keras.backend.")) {
            m.putIfAbsent("tf." + place + line[k], mapper);
          }
        }
      }
    }
  }

  // --- arguments ----------------------------------------------------------------------------

  /** An argument by one of its names: of the operation (Keras 3) or of the call; else null. */
  private JsonNode argument(String... names) {
    for (String name : names) {
      JsonNode n = info.callArgument(name);
      if (n == null) {
        n = info.option(name);
      }
      if (n != null && !n.isNull()) {
        return n;
      }
    }
    return null;
  }

  /** A constant that stands at that position among the arguments; else null. */
  private JsonNode at(int position) {
    return info.callArgument(KerasModelConfig.POSITION + position);
  }

  private boolean flag(String... names) {
    JsonNode n = argument(names);
    return n != null && n.asBoolean(false);
  }

  private long whole(JsonNode n, String what) {
    JsonNode v = value(n);
    if (v == null || !v.isNumber() || v.doubleValue() != Math.rint(v.doubleValue())) {
      throw info.error(what + ": expected a whole number, found " + KerasLayerInfo.shorten(n));
    }
    return v.longValue();
  }

  /** What is inside of a serialised array or number. */
  private static JsonNode value(JsonNode n) {
    if (n != null && n.isObject() && n.has("config")) {
      return n.get("config").path("value");
    }
    return n;
  }

  private int axis(JsonNode n, int ofRank) {
    long a = whole(n, "axis");
    long axis = a < 0 ? a + ofRank : a;
    if (axis < 0 || axis >= ofRank) {
      throw info.error("axis " + a + " of an input of rank " + ofRank);
    }
    return (int) axis;
  }

  private int[] axes(JsonNode n) {
    JsonNode v = value(n);
    int[] axes;
    if (v != null && v.isArray()) {
      axes = new int[v.size()];
      for (int i = 0; i < axes.length; i++) {
        axes[i] = axis(v.get(i), rank);
      }
    } else {
      axes = new int[] {axis(v, rank)};
    }
    return axes;
  }

  private void notTheBatch(int... axes) {
    if (Arrays.stream(axes).anyMatch(a -> a == 0)) {
      throw info.error(
          "works along the batch: a sample's result would depend on those beside it, which a"
              + " network of DL4J does not have");
    }
  }

  private Operation.Constant constant(JsonNode n) {
    JsonNode v = value(n);
    List<Long> shape = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    JsonNode at = v;
    while (at != null && at.isArray()) {
      shape.add((long) at.size());
      at = at.get(0);
    }
    flatten(v, values);
    long expected = shape.stream().reduce(1L, (a, b) -> a * b);
    if (values.isEmpty() || expected != values.size()) {
      throw info.error("a constant operand: expected numbers, found " + KerasLayerInfo.shorten(n));
    }
    return new Operation.Constant(
        shape.stream().mapToLong(Long::longValue).toArray(),
        values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private void flatten(JsonNode n, List<Double> into) {
    if (n != null && n.isArray()) {
      n.forEach(c -> flatten(c, into));
    } else if (n != null && (n.isNumber() || n.isBoolean())) {
      into.add(n.isBoolean() ? n.booleanValue() ? 1.0 : 0.0 : n.doubleValue());
    } else {
      throw info.error("a constant operand: expected numbers, found " + KerasLayerInfo.shorten(n));
    }
  }

  /**
   * The operation on these arguments, in their order, inputs or constants.
   *
   * @param names the keyword that each may have
   */
  private Operation operands(String name, String... names) {
    int[] operands = new int[names.length];
    List<Operation.Constant> constants = new ArrayList<>();
    int next = 0;
    for (int p = 0; p < names.length; p++) {
      int named = info.inputNamed(names[p]);
      JsonNode here = at(p) != null ? at(p) : info.callArgument(names[p]);
      if (named >= 0) {
        operands[p] = named;
      } else if (here != null) {
        constants.add(constant(here));
        operands[p] = -constants.size();
      } else {
        while (next < info.inputCount() && !info.inputName(next).isEmpty()) {
          next++;
        }
        if (next >= info.inputCount()) {
          throw info.error("expected " + names.length + " operands");
        }
        operands[p] = next++;
      }
    }
    Operation o = Operation.on(name, operands);
    constants.forEach(o::constant);
    return o;
  }

  private long[] shapeOf(int operand, Operation o) {
    if (operand >= 0) {
      long[] in = info.inputShape(operand);
      long[] full = new long[in.length + 1];
      full[0] = -1;
      System.arraycopy(in, 0, full, 1, in.length);
      return full;
    }
    return o.constants().get(-1 - operand).shape();
  }

  // --- results ------------------------------------------------------------------------------

  private static long[] withoutBatch(long[] full) {
    return Arrays.copyOfRange(full, 1, full.length);
  }

  private static MappedLayer mapped(Operation o, long... shapeWithoutBatch) {
    return o.inputs() == 1
        ? MappedLayer.of(new OperationLayer(o), shapeWithoutBatch)
        : MappedLayer.of(new OperationVertex(o), shapeWithoutBatch);
  }

  private MappedLayer map(String name) {
    if (name.equals("shape")) {
      return MappedLayer.identity().sizesOnly();
    }
    if (Operation.BINARY.contains(name)) {
      return binary(name);
    }
    if (Operation.UNARY.contains(name)) {
      return mapped(Operation.of(name, 1), info.inputShape());
    }
    if (Operation.REDUCTIONS.contains(name)) {
      return reduction(name);
    }
    if (SdActivations.NAMES.contains(name) && !name.endsWith("softmax")) {
      return activation(name);
    }
    switch (name) {
      case "softmax":
      case "log_softmax":
        return overAxes(Operation.of(name, 1), info.inputShape());
      case "l2_normalize":
        JsonNode order = argument("order");
        if (order != null && order.asDouble() != 2) {
          throw info.error("order " + order + ": only 2 is imported");
        }
        boolean three = info.kerasMajor() >= 3;
        JsonNode epsilon = argument("epsilon");
        double least = epsilon == null ? three ? 1e-14 : 1e-12 : epsilon.asDouble();
        return overAxes(Operation.of(name, 1).numbers(least), info.inputShape());
      case "clip":
        return mapped(
            Operation.of(name, 1)
                .numbers(
                    number("x_min", "clip_value_min", 1), number("x_max", "clip_value_max", 2)),
            info.inputShape());
      case "cumsum":
        if (flag("exclusive", "reverse")) {
          throw info.error("exclusive and reverse are not imported");
        }
        return overAxes(Operation.of(name, 1), info.inputShape());
      case "where":
        return where();
      case "cast":
        return cast();
      case "one_hot":
        return oneHot();
      case "add_n":
        Operation sum = Operation.of("add", 2);
        if (info.inputCount() != 2) {
          throw info.error("adds " + info.inputCount() + " tensors; only 2 are imported");
        }
        return mapped(sum, info.inputShape());
      case "bias_add":
        Operation bias = operands("bias_add", "value", "bias");
        return mapped(bias, info.inputShape());
      case "concatenate":
      case "stack":
        return join(name);
      case "split":
      case "unstack":
        return apart(name);
      case "matmul":
        return matmul();
      case "einsum":
        return einsum();
      case "tensordot":
        return tensordot();
      case "max_pool":
      case "average_pool":
        return ConvolutionMappers.pool(info, rank - 2, name.equals("max_pool"));
      default:
        return moved(name);
    }
  }

  private double number(String three, String two, int position) {
    JsonNode n = argument(three, two);
    n = n == null ? at(position) : n;
    if (n == null || !n.isNumber()) {
      throw info.error(three + ": expected a number, found " + n);
    }
    return n.doubleValue();
  }

  private MappedLayer binary(String name) {
    String second = info.inputNamed("x2") >= 0 || info.callArgument("x2") != null ? "x2" : "y";
    String first = second.equals("x2") ? "x1" : "x";
    Operation o = operands(name, first, second);
    if (info.type().endsWith("rsub")) {
      throw info.error("is not imported");
    }
    long[] a = shapeOf(o.operand(0), o);
    long[] b = shapeOf(o.operand(1), o);
    long[] out = new long[Math.max(a.length, b.length)];
    for (int d = 0; d < out.length; d++) {
      int da = d - out.length + a.length;
      int db = d - out.length + b.length;
      long x = da < 0 ? 1 : a[da];
      long y = db < 0 ? 1 : b[db];
      boolean batchOfOne = da == 0 && o.operand(0) >= 0 || db == 0 && o.operand(1) >= 0;
      if (d > 0 && batchOfOne) {
        throw info.error(
            "broadcasts the batch of one operand along axis "
                + d
                + " of the other: "
                + KerasLayerInfo.show(withoutBatch(a))
                + " and "
                + KerasLayerInfo.show(withoutBatch(b)));
      }
      if (x != y && x > 1 && y > 1) {
        throw info.error("operands of shapes " + Arrays.toString(a) + " and " + Arrays.toString(b));
      }
      out[d] = x == 1 ? y : y == 1 ? x : Math.max(x, y);
    }
    return mapped(o, withoutBatch(out));
  }

  private MappedLayer reduction(String name) {
    JsonNode axis = argument("axis");
    if (axis == null) {
      throw info.error("without an axis it works along the batch too, which is not imported");
    }
    if (argument("weights") != null || name.equals("norm") && !euclidean()) {
      throw info.error("only the plain form is imported (no weights, Euclidean norm)");
    }
    int[] axes = axes(axis);
    notTheBatch(axes);
    boolean keep = flag("keepdims");
    long[] in = info.inputShape();
    List<Long> out = new ArrayList<>();
    for (int d = 1; d < rank; d++) {
      int a = d;
      if (Arrays.stream(axes).noneMatch(x -> x == a)) {
        out.add(in[d - 1]);
      } else if (keep) {
        out.add(1L);
      }
    }
    Operation o =
        Operation.of(name, 1).sizes(Arrays.stream(axes).asLongStream().toArray()).keepDims(keep);
    return mapped(o, out.stream().mapToLong(Long::longValue).toArray());
  }

  private boolean euclidean() {
    JsonNode ord = argument("ord");
    return ord == null
        || ord.asText().equals("euclidean")
        || ord.asText().equals("fro")
        || ord.isNumber() && ord.asDouble() == 2 && !value(argument("axis")).isArray();
  }

  private MappedLayer activation(String name) {
    String function = name;
    double alpha = SdActivations.defaultAlpha(name);
    switch (name) {
      case "gelu":
        JsonNode approximate = argument("approximate");
        boolean otherwise = info.kerasMajor() >= 3;
        if (approximate == null ? otherwise : approximate.asBoolean()) {
          function = "gelu_approximate";
        }
        break;
      case "leaky_relu":
        JsonNode slope = argument("negative_slope", "alpha");
        alpha = slope == null ? 0.2 : slope.asDouble();
        break;
      case "elu":
      case "celu":
        JsonNode scale = argument("alpha");
        alpha = scale == null ? 1 : scale.asDouble();
        if (name.equals("celu") && alpha != 1) {
          throw info.error("alpha = " + alpha + ": only 1 is imported");
        }
        break;
      case "hard_shrink":
      case "soft_shrink":
        JsonNode threshold = argument("threshold");
        if (threshold != null && threshold.asDouble() != 0.5) {
          throw info.error("threshold = " + threshold + ": only 0.5 is imported");
        }
        break;
      case "squareplus":
        JsonNode b = argument("b");
        if (b != null && b.asDouble() != 4) {
          throw info.error("b = " + b + ": only 4 is imported");
        }
        break;
      case "glu":
        JsonNode axis = argument("axis");
        if (axis != null && axis(axis, rank) != rank - 1) {
          throw info.error("axis " + axis + ": only the last is imported");
        }
        break;
      default:
        break;
    }
    long[] out = info.inputShape();
    if (name.equals("glu")) {
      out[out.length - 1] /= 2;
    }
    return MappedLayer.of(new TensorActivation(function, alpha), out);
  }

  private MappedLayer overAxes(Operation o, long[] out) {
    JsonNode axis = argument("axis", "dim");
    int[] axes = axis == null ? new int[] {rank - 1} : axes(axis);
    notTheBatch(axes);
    return mapped(o.sizes(Arrays.stream(axes).asLongStream().toArray()), out);
  }

  private MappedLayer where() {
    String second = info.inputNamed("x1") >= 0 || info.callArgument("x1") != null ? "x1" : "x";
    String third = second.equals("x1") ? "x2" : "y";
    Operation o = operands("where", "condition", second, third);
    long[] out = null;
    for (int k = 0; k < 3; k++) {
      long[] s = shapeOf(o.operand(k), o);
      if (o.operand(k) >= 0 && out != null && s.length != out.length) {
        throw info.error("operands of different rank are not imported");
      }
      if (o.operand(k) >= 0) {
        out = out == null ? s : larger(out, s);
      }
    }
    return mapped(o, withoutBatch(out));
  }

  private static long[] larger(long[] a, long[] b) {
    long[] out = a.clone();
    for (int d = 0; d < out.length; d++) {
      out[d] = a[d] == 1 ? b[d] : b[d] == 1 ? a[d] : Math.max(a[d], b[d]);
    }
    return out;
  }

  private MappedLayer cast() {
    JsonNode type = argument("dtype");
    type = type == null ? at(1) : type;
    String name = type == null ? "float32" : type.asText("");
    if (type != null && type.isObject()) {
      name = type.path("config").path("name").asText("");
    }
    if (name.contains("int")) {
      return mapped(Operation.of("truncate", 1), info.inputShape());
    }
    if (name.contains("bool")) {
      return mapped(
          Operation.on("not_equal", 0, -1).constant(new Operation.Constant(new long[0], 0)),
          info.inputShape());
    }
    return mapped(Operation.of("identity", 1), info.inputShape());
  }

  private MappedLayer oneHot() {
    JsonNode depth = argument("num_classes", "depth");
    depth = depth == null ? at(1) : depth;
    JsonNode axis = argument("axis");
    for (String other : List.of("on_value", "off_value")) {
      if (argument(other) != null) {
        throw info.error(other + " is not imported");
      }
    }
    if (axis != null && axis.asInt(-1) != -1 && axis.asInt() != rank || flag("sparse")) {
      throw info.error("axis " + axis + ": only the last is imported, not sparse");
    }
    long classes = whole(depth, "num_classes");
    long[] out = Arrays.copyOf(info.inputShape(), rank);
    out[rank - 1] = classes;
    return mapped(Operation.of("one_hot", 1).sizes(classes), out);
  }

  private MappedLayer join(String name) {
    for (int k = 1; k < info.inputCount(); k++) {
      if (info.inputShape(k).length != rank - 1) {
        throw info.error("joins tensors of different rank");
      }
    }
    boolean stack = name.equals("stack");
    JsonNode n = argument("axis");
    n = n == null ? at(1) : n;
    if (n == null && !stack) {
      throw info.error("without an axis it joins along the batch, which is not imported");
    }
    int axis = n == null ? 0 : axis(n, stack ? rank + 1 : rank);
    notTheBatch(axis);
    long[] in = info.inputShape();
    long[] out = stack ? new long[rank] : in.clone();
    if (stack) {
      for (int d = 0; d < rank; d++) {
        out[d] = d < axis - 1 ? in[d] : d == axis - 1 ? info.inputCount() : in[d - 1];
      }
    } else {
      for (int k = 1; k < info.inputCount(); k++) {
        long s = info.inputShape(k)[axis - 1];
        out[axis - 1] = s < 0 || out[axis - 1] < 0 ? -1 : out[axis - 1] + s;
      }
    }
    return mapped(Operation.of(name, info.inputCount()).sizes(axis), out);
  }

  private MappedLayer apart(String name) {
    JsonNode n = argument("axis");
    boolean unstack = name.equals("unstack");
    int axis = n == null ? 0 : axis(n, rank);
    notTheBatch(axis);
    long[] in = info.inputShape();
    long size = in[axis - 1];
    if (size < 1) {
      throw info.error("splits an axis of unknown size");
    }
    List<Long> ends = new ArrayList<>();
    if (unstack) {
      for (long k = 1; k <= size; k++) {
        ends.add(k);
      }
    } else {
      JsonNode parts = value(argument("indices_or_sections", "num_or_size_splits"));
      if (parts != null && parts.isArray()) {
        long total = 0;
        for (JsonNode p : parts) {
          long v = whole(p, "split");
          total = info.kerasMajor() >= 3 ? v : total + v;
          ends.add(total);
        }
        if (info.kerasMajor() >= 3) {
          ends.add(size);
        }
      } else {
        long count = whole(parts, "split");
        if (count < 1 || size % count != 0) {
          throw info.error("splits " + size + " entries into " + count + " parts");
        }
        for (long k = 1; k <= count; k++) {
          ends.add(k * size / count);
        }
      }
    }
    long from = 0;
    MappedLayer m = null;
    for (int k = 0; k < ends.size(); k++) {
      long to = ends.get(k);
      if (to < from || to > size) {
        throw info.error("splits at " + ends + " of " + size + " entries");
      }
      long[] s = new long[4 * (axis + 1)];
      for (int d = 0; d <= axis; d++) {
        part(s, d, 0, OPEN, OPEN, 1);
      }
      if (unstack) {
        part(s, axis, 1, from, 0, 1);
      } else {
        part(s, axis, 0, from, to, 1);
      }
      Operation o = Operation.of("slice", 1).sizes(s);
      long[] out = withoutBatch(Operation.sliced(shapeOf(0, o), s));
      if (m == null) {
        m = MappedLayer.empty(out);
      }
      m.then(new OperationLayer(o), new int[] {MappedLayer.input(0)}, -1).output(k, out);
      from = to;
    }
    return m;
  }

  private MappedLayer matmul() {
    Operation o =
        operands(
            "matmul", info.kerasMajor() >= 3 ? "x1" : "a", info.kerasMajor() >= 3 ? "x2" : "b");
    long[] a = shapeOf(o.operand(0), o);
    long[] b = shapeOf(o.operand(1), o);
    String batch = "stuvw";
    boolean constant = b.length == 2 && o.operand(1) < 0;
    if (a.length < 2 || !constant && b.length != a.length || a.length > 6) {
      throw info.error(
          "a product of shapes "
              + Arrays.toString(a)
              + " and "
              + Arrays.toString(b)
              + " is not imported");
    }
    String before = batch.substring(0, a.length - 2);
    String left = before + (flag("transpose_a") ? "km" : "mk");
    String right = (constant ? "" : before) + (flag("transpose_b") ? "nk" : "kn");
    if (a.length == 2 && o.operand(1) >= 0) {
      throw info.error("a product along the batch is not imported");
    }
    return product(o, left + "," + right + "->" + before + "mn", a, b);
  }

  private MappedLayer product(Operation o, String equation, long[] a, long[] b) {
    try {
      return mapped(o.text(equation), withoutBatch(Operation.product(equation, a, b)));
    } catch (IllegalArgumentException e) {
      throw info.error(e.getMessage());
    }
  }

  private MappedLayer einsum() {
    JsonNode equation = argument("subscripts", "equation");
    equation = equation == null ? at(0) : equation;
    if (equation == null || !equation.isTextual() || info.inputCount() != 2) {
      throw info.error("only products of two tensors are imported");
    }
    String e = Operation.withoutEllipsis(equation.asText(), rank);
    if (e.isEmpty()
        || e.indexOf("->") < 0
        || e.charAt(0) != e.charAt(e.indexOf("->") + 2)
        || e.charAt(0) != e.charAt(e.indexOf(',') + 1)) {
      throw info.error(e + ": the batch should be the first axis of both operands and the result");
    }
    Operation o = Operation.of("einsum", 2);
    return product(o, e, shapeOf(0, o), shapeOf(1, o));
  }

  private MappedLayer tensordot() {
    throw info.error("tensordot mixes the samples of a batch, which is not imported");
  }

  // --- moving values ------------------------------------------------------------------------

  /** As in {@code Moves}: from the start, or to the end. */
  private static final long OPEN = Long.MIN_VALUE;

  private static void part(long[] s, int k, long kind, long from, long to, long step) {
    s[4 * k] = kind;
    s[4 * k + 1] = from;
    s[4 * k + 2] = to;
    s[4 * k + 3] = step;
  }

  private MappedLayer moved(String name) {
    long[] in = info.inputShape();
    long[] full = new long[rank];
    full[0] = -1;
    System.arraycopy(in, 0, full, 1, in.length);
    switch (name) {
      case "reshape":
        return reshape(in);
      case "transpose":
        JsonNode order = value(argument("axes", "perm"));
        order = order == null ? value(at(1)) : order;
        if (order == null || !order.isArray() || order.size() != rank) {
          throw info.error("expected an order of " + rank + " axes, found " + order);
        }
        int[] axes = new int[rank];
        for (int d = 0; d < rank; d++) {
          axes[d] = axis(order.get(d), rank);
        }
        return transposed(axes, in);
      case "swapaxes":
        int[] swapped = identity();
        int one = axis(argument("axis1"), rank);
        int two = axis(argument("axis2"), rank);
        swapped[one] = two;
        swapped[two] = one;
        return transposed(swapped, in);
      case "moveaxis":
        return moveaxis(in);
      case "expand_dims":
        JsonNode at = argument("axis");
        int axis = axis(at == null ? at(1) : at, rank + 1);
        notTheBatch(axis);
        long[] wider = new long[rank];
        for (int d = 0; d < rank; d++) {
          wider[d] = d < axis - 1 ? in[d] : d == axis - 1 ? 1 : in[d - 1];
        }
        return MappedLayer.of(new OperationLayer(reshapeTo(wider, in)), wider);
      case "squeeze":
        return squeeze(in);
      case "slice":
        return slice(full);
      case "flip":
        int[] flipped = axes(argument("axis") == null ? at(1) : argument("axis"));
        notTheBatch(flipped);
        return mapped(
            Operation.of(name, 1).sizes(Arrays.stream(flipped).asLongStream().toArray()), in);
      case "roll":
        int[] rolled = axes(argument("axis"));
        notTheBatch(rolled);
        long[] shifts = new long[2 * rolled.length];
        JsonNode shift = value(argument("shift"));
        for (int k = 0; k < rolled.length; k++) {
          shifts[2 * k] = rolled[k];
          shifts[2 * k + 1] = whole(shift.isArray() ? shift.get(k) : shift, "shift");
        }
        return mapped(Operation.of(name, 1).sizes(shifts), in);
      case "repeat":
        int repeated = axis(argument("axis"), rank);
        notTheBatch(repeated);
        long times = whole(argument("repeats"), "repeats");
        long[] longer = in.clone();
        longer[repeated - 1] = in[repeated - 1] < 0 ? -1 : in[repeated - 1] * times;
        return mapped(Operation.of(name, 1).sizes(repeated, times), longer);
      case "tile":
        return tile(in);
      case "pad":
        return pad(in);
      case "take":
        return take(in);
      case "broadcast_to":
        return broadcastTo();
      case "depth_to_space":
      case "space_to_depth":
        long block = whole(argument("block_size"), "block_size");
        boolean down = name.equals("space_to_depth");
        info.requireRank(4);
        return mapped(
            Operation.of(name, 1).sizes(block),
            down
                ? new long[] {in[0] / block, in[1] / block, in[2] * block * block}
                : new long[] {in[0] * block, in[1] * block, in[2] / (block * block)});
      case "resize":
        return resize(in);
      default:
        throw info.error("is not imported");
    }
  }

  private int[] identity() {
    int[] order = new int[rank];
    Arrays.setAll(order, d -> d);
    return order;
  }

  private MappedLayer transposed(int[] order, long[] in) {
    if (order[0] != 0) {
      throw info.error("moves the batch from its place, which is not imported");
    }
    long[] out = new long[rank - 1];
    for (int d = 1; d < rank; d++) {
      out[d - 1] = in[order[d] - 1];
    }
    return mapped(
        Operation.of("transpose", 1).sizes(Arrays.stream(order).asLongStream().toArray()), out);
  }

  private MappedLayer moveaxis(long[] in) {
    JsonNode source = argument("source");
    JsonNode target = argument("destination");
    if (source.isArray() || target.isArray()) {
      throw info.error("moves several axes, which is not imported");
    }
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      order.add(d);
    }
    Integer moved = order.remove(axis(source, rank));
    order.add(axis(target, rank), moved);
    return transposed(order.stream().mapToInt(Integer::intValue).toArray(), in);
  }

  /** A reshape whose batch stays: 0, or -1 if another size is not known. */
  private static Operation reshapeTo(long[] out, long[] in) {
    long[] sizes = new long[out.length + 1];
    System.arraycopy(out, 0, sizes, 1, out.length);
    return Operation.of("reshape", 1).sizes(sizes);
  }

  private MappedLayer reshape(long[] in) {
    JsonNode target = value(argument("newshape", "shape"));
    target = target == null ? value(at(1)) : target;
    if (target == null || !target.isArray() || target.size() < 1) {
      throw info.error("expected a shape, found " + target);
    }
    long[] sizes = new long[target.size()];
    for (int d = 0; d < sizes.length; d++) {
      JsonNode n = target.get(d);
      boolean computed = KerasModelConfig.isReference(n);
      if (computed && d > 0) {
        throw info.error("a shape that is computed in the graph is imported for the batch only");
      }
      sizes[d] = computed || n.isNull() ? -1 : whole(n, "shape");
    }
    long all = 1;
    for (long d : in) {
      all = d < 0 || all < 0 ? -1 : all * d;
    }
    long rest = 1;
    int free = -1;
    for (int d = 1; d < sizes.length; d++) {
      if (sizes[d] < 0) {
        free = d;
      } else {
        rest *= sizes[d];
      }
    }
    long[] out = withoutBatch(sizes);
    if (sizes[0] != -1 && free < 0) {
      throw info.error("gives the batch the size " + sizes[0] + ", which is not imported");
    }
    if (free >= 0 && all >= 0) {
      // with a batch of a fixed size, what is left over is the other axis
      out[free - 1] = all / rest;
    } else if (free < 0 && all >= 0 && rest != all) {
      throw info.error(
          "reshapes "
              + KerasLayerInfo.show(in)
              + " to "
              + KerasLayerInfo.show(out)
              + ", which mixes samples: not imported");
    }
    return MappedLayer.of(new OperationLayer(reshapeTo(out, in)), out);
  }

  private MappedLayer squeeze(long[] in) {
    JsonNode n = argument("axis");
    n = n == null ? at(1) : n;
    List<Long> out = new ArrayList<>();
    int[] axes = n == null ? null : axes(n);
    for (int d = 1; d < rank; d++) {
      int a = d;
      boolean goes = axes == null ? in[d - 1] == 1 : Arrays.stream(axes).anyMatch(x -> x == a);
      if (!goes) {
        out.add(in[d - 1]);
      } else if (in[d - 1] != 1) {
        throw info.error("axis " + d + " has " + in[d - 1] + " entries, expected 1");
      }
    }
    long[] shape = out.stream().mapToLong(Long::longValue).toArray();
    return MappedLayer.of(new OperationLayer(reshapeTo(shape, in)), shape);
  }

  private MappedLayer slice(long[] full) {
    if (info.ofSizes()) {
      return MappedLayer.identity().sizesOnly();
    }
    JsonNode spec = argument("slice_spec", "key");
    spec = spec == null ? at(1) : spec;
    if (spec == null) {
      throw info.error("a slice by a tensor is not imported");
    }
    List<JsonNode> parts = new ArrayList<>();
    if (spec.isArray()) {
      spec.forEach(parts::add);
    } else {
      parts.add(spec);
    }
    long taken = parts.stream().filter(p -> !isNewAxis(p) && !isEllipsis(p)).count();
    List<long[]> s = new ArrayList<>();
    for (JsonNode p : parts) {
      if (isEllipsis(p)) {
        for (long k = taken; k < full.length; k++) {
          s.add(new long[] {0, OPEN, OPEN, 1});
        }
      } else if (isNewAxis(p)) {
        s.add(new long[] {2, 0, 0, 1});
      } else if (p.isNumber()) {
        s.add(new long[] {1, whole(p, "slice"), 0, 1});
      } else {
        JsonNode c = p.has("config") ? p.get("config") : p;
        if (!c.isObject() || !c.has("start") && !c.has("stop")) {
          throw info.error("a slice " + KerasLayerInfo.shorten(p) + " is not imported");
        }
        long step = bound(c.get("step"), 1);
        if (step == 0) {
          throw info.error("a slice of step 0");
        }
        s.add(new long[] {0, bound(c.get("start"), OPEN), bound(c.get("stop"), OPEN), step});
      }
    }
    if (s.isEmpty() || s.get(0)[0] != 0 || s.get(0)[1] != OPEN || s.get(0)[2] != OPEN) {
      throw info.error("takes part of the batch, which is not imported");
    }
    long[] sizes = s.stream().flatMapToLong(Arrays::stream).toArray();
    try {
      return mapped(
          Operation.of("slice", 1).sizes(sizes), withoutBatch(Operation.sliced(full, sizes)));
    } catch (IllegalArgumentException e) {
      throw info.error(e.getMessage());
    }
  }

  private long bound(JsonNode n, long otherwise) {
    return n == null || n.isNull() ? otherwise : whole(n, "slice");
  }

  private static boolean isEllipsis(JsonNode p) {
    return p.path("class_name").asText("").equals("__ellipsis__")
        || p.isTextual() && p.asText().equals("...");
  }

  private static boolean isNewAxis(JsonNode p) {
    return p.isNull();
  }

  private MappedLayer tile(long[] in) {
    JsonNode n = value(argument("repeats", "multiples"));
    if (n == null || !n.isArray() || n.size() > rank) {
      throw info.error("expected repeats of " + rank + " axes, found " + n);
    }
    long[] s = new long[rank];
    Arrays.fill(s, 1);
    for (int d = 0; d < n.size(); d++) {
      s[rank - n.size() + d] = whole(n.get(d), "repeats");
    }
    if (s[0] != 1) {
      notTheBatch(0);
    }
    long[] out = in.clone();
    for (int d = 0; d < out.length; d++) {
      out[d] = in[d] < 0 ? -1 : in[d] * s[d + 1];
    }
    return mapped(Operation.of("tile", 1).sizes(s), out);
  }

  private MappedLayer pad(long[] in) {
    JsonNode n = value(argument("pad_width", "paddings"));
    JsonNode mode = argument("mode");
    JsonNode value = argument("constant_values");
    if (mode != null && !mode.asText().equalsIgnoreCase("constant")
        || value != null && value.asDouble(1) != 0
        || n == null
        || n.size() != rank) {
      throw info.error("only padding with zeros, two numbers for each axis, is imported");
    }
    long[] s = new long[2 * rank];
    long[] out = in.clone();
    for (int d = 0; d < rank; d++) {
      for (int k = 0; k < 2; k++) {
        s[2 * d + k] = whole(n.get(d).get(k), "pad_width");
        if (d > 0) {
          out[d - 1] = in[d - 1] < 0 ? -1 : out[d - 1] + s[2 * d + k];
        } else if (s[k] != 0) {
          notTheBatch(0);
        }
      }
    }
    return mapped(Operation.of("pad", 1).sizes(s), out);
  }

  private MappedLayer take(long[] in) {
    JsonNode n = value(argument("indices"));
    n = n == null ? value(at(1)) : n;
    JsonNode batch = argument("batch_dims");
    if (n == null || batch != null && batch.asInt() != 0) {
      throw info.error("indices that are computed are not imported");
    }
    JsonNode axisGiven = argument("axis");
    int axis = axisGiven == null ? 0 : axis(axisGiven, rank);
    notTheBatch(axis);
    if (!n.isArray()) {
      long[] s = new long[4 * (axis + 1)];
      for (int d = 0; d < axis; d++) {
        part(s, d, 0, OPEN, OPEN, 1);
      }
      part(s, axis, 1, whole(n, "indices"), 0, 1);
      Operation o = Operation.of("slice", 1).sizes(s);
      return mapped(o, withoutBatch(Operation.sliced(shapeOf(0, o), s)));
    }
    long[] s = new long[n.size() + 1];
    s[0] = axis;
    for (int k = 0; k < n.size(); k++) {
      s[k + 1] = whole(n.get(k), "indices");
      long size = in[axis - 1];
      if (size >= 0 && (s[k + 1] >= size || s[k + 1] < -size)) {
        throw info.error("index " + s[k + 1] + " of an axis of " + size + " entries");
      }
    }
    long[] out = in.clone();
    out[axis - 1] = n.size();
    return mapped(Operation.of("take", 1).sizes(s), out);
  }

  private MappedLayer broadcastTo() {
    JsonNode n = value(argument("shape"));
    if (n == null || n.size() != rank) {
      throw info.error("only a shape of the same rank is imported, found " + n);
    }
    long[] s = new long[rank];
    for (int d = 1; d < rank; d++) {
      s[d] = n.get(d).isNull() ? 0 : whole(n.get(d), "shape");
      if (s[d] < 1) {
        s[d] = info.inputShape()[d - 1];
      }
    }
    return mapped(Operation.of("broadcast_to", 1).sizes(s), withoutBatch(s));
  }

  private MappedLayer resize(long[] in) {
    info.requireRank(4);
    JsonNode size = value(argument("size"));
    String kind =
        argument("interpolation", "method") == null
            ? "bilinear"
            : argument("interpolation", "method").asText();
    for (String off :
        List.of(
            "antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "preserve_aspect_ratio")) {
      if (flag(off)) {
        throw info.error(off + " is not imported");
      }
    }
    return PreprocessingMappers.resize(
        info, whole(size.get(0), "size"), whole(size.get(1), "size"), kind);
  }
}
