package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Checks;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.java.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOpDescriptor;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Base of the ops of this library, the same in eager calls and in SameDiff graphs. An op knows its
 * argument checks, its output shapes and its plain Java implementation; whether a call runs that or
 * the native twin of the same name is decided by the {@link
 * io.github.dl4jhopfield.ops.internal.runtime.HopfieldExecutioner}. Everything that defines a call
 * is in the inputs, integer and floating arguments, which SameDiff saves, so a graph does not know
 * which path ran it.
 *
 * <p>Subclasses have a public no-argument constructor and no other: SameDiff clones and loads ops
 * by it. {@link #eager} or {@link #inGraph} then makes the op a call.
 */
public abstract class HopfieldOp extends DynamicCustomOp {
  private final OpDeclaration declaration;

  /** Makes an op without arguments. */
  protected HopfieldOp(OpDeclaration declaration) {
    this.declaration = declaration;
  }

  /** Makes this op an eager call. */
  public final HopfieldOp eager(OpCall<INDArray> call) {
    addInputArgument(call.inputs().toArray(new INDArray[0]));
    addIArgument(call.iArgs());
    addTArgument(call.tArgs());
    return this;
  }

  /** Makes this op a call in a graph. */
  public final HopfieldOp inGraph(SameDiff graph, OpCall<SDVariable> call) {
    return inGraph(graph, call.inputs().toArray(new SDVariable[0]), call.iArgs(), call.tArgs());
  }

  final HopfieldOp inGraph(SameDiff graph, SDVariable[] inputs, long[] iArgs, double[] tArgs) {
    sameDiff = graph;
    ownName = null; // the constructor's, by which the graph does not know the op
    setInstanceId();
    graph.addArgsFor(inputs, this);
    addIArgument(iArgs);
    addTArgument(tArgs);
    return this;
  }

  /** The arguments of the call, from wherever ND4J keeps them. */
  final OpArgs args(OpContext context) {
    List<INDArray> inputs =
        context != null && context.numInputArguments() > 0
            ? context.getInputArrays()
            : inputArguments();
    return new OpArgs(declaration(), inputs.toArray(new INDArray[0]), iArgs(), tArgs());
  }

  /** What a call of this op is made of. */
  public final OpDeclaration declaration() {
    return declaration;
  }

  /** Name in libnd4j and in saved graphs. */
  @Override
  public final String opName() {
    return declaration().name();
  }

  /**
   * Data type of an output.
   *
   * @param reference that of the first floating input
   */
  private DataType outputType(int output, DataType reference) {
    DataType own = declaration().output(output, iArgs()).type();
    return own == null ? reference : own;
  }

  /** A new output of a call whose arguments were checked. */
  public final INDArray newOutput(int output, long[] shape) {
    DataType type = args(null).reference().dataType();
    return Nd4j.createUninitialized(outputType(output, type), shape, 'c');
  }

  /**
   * Checks the shapes of a call, whose arguments fit the declaration, and gives the shape of each
   * output: by default those of the inputs that the declaration names.
   *
   * @throws IllegalArgumentException that names the op, the argument, what was expected and what
   *     was found
   */
  protected List<long[]> outputShapes(OpArgs args) {
    List<long[]> shapes = new ArrayList<>();
    for (OpDeclaration.Like like : declaration().likes(args.iArgs())) {
      shapes.add(args.get(like.input(), like.repetition()).shape());
    }
    return shapes;
  }

  private List<long[]> checkedShapes(OpArgs args) {
    OpChecks.check(args);
    return outputShapes(args);
  }

  /** Runs checked arguments in plain Java. */
  public abstract void runInJava(OpArgs args, INDArray[] outputs);

  /**
   * Whether checked arguments of which some are empty leave nothing to compute, so that every
   * result is zero; as it is for most ops where any input is empty.
   */
  public boolean nothingIn(OpArgs args) {
    return true;
  }

  /**
   * The same call without its empty inputs, where such a call of this op exists: libnd4j skips
   * calls with any. Null: the call runs in Java.
   */
  public HopfieldOp withoutEmptyInputs(OpArgs args) {
    return null;
  }

  @Override
  public final int getNumOutputs() {
    return declaration().outputCount(iArgs());
  }

  /** A tiny call for the self-test. */
  protected abstract OpCall<INDArray> selfTestCall();

  /** Runs a tiny call natively and in Java and gives the largest difference, or NaN. */
  public final double selfTest(Consumer<HopfieldOp> nativeCall) {
    eager(selfTestCall());
    List<INDArray> results = new ArrayList<>();
    for (long[] shape : checkedShapes()) {
      results.add(newOutput(results.size(), shape));
    }
    addOutputArgument(results.toArray(new INDArray[0]));
    nativeCall.accept(this);
    double worst = 0;
    INDArray[] expected = new INDArray[results.size()];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Nd4j.create(results.get(i).dataType(), results.get(i).shape());
    }
    runInJava(checkedArgs(null), expected);
    for (int i = 0; i < expected.length; i++) {
      for (long j = 0; j < expected[i].length(); j++) {
        double right = expected[i].data().getDouble(j);
        double found = results.get(i).data().getDouble(j);
        boolean same = right == found || Double.isNaN(right) && Double.isNaN(found);
        worst = Math.max(worst, same ? 0 : Math.abs(right - found)); // NaN stays
      }
    }
    return worst;
  }

  /** The arguments of an eager call, as they are. */
  public final OpArgs arguments() {
    return args(null);
  }

  /** Gives the arguments of a call, checked. */
  public final OpArgs checkedArgs(OpContext context) {
    OpArgs args = args(context);
    checkedShapes(args);
    return args;
  }

  /** Output shapes of a call after its arguments were checked. */
  public final List<long[]> checkedShapes() {
    return checkedShapes(args(null));
  }

  /** Checks output arrays that a caller brought. */
  public final void checkOutputs(List<long[]> shapes, List<INDArray> outputs) {
    DataType reference = args(null).reference().dataType();
    if (outputs.size() != shapes.size()) {
      throw bad("outputs", shapes.size() + " arrays", outputs.size());
    }
    for (int i = 0; i < outputs.size(); i++) {
      INDArray output = outputs.get(i);
      DataType type = outputType(i, reference);
      if (output.dataType() != type || !Arrays.equals(output.shape(), shapes.get(i))) {
        throw bad(
            "output " + i,
            type + Arrays.toString(shapes.get(i)),
            output.dataType() + Arrays.toString(output.shape()));
      }
    }
  }

  @Override
  public List<LongShapeDescriptor> calculateOutputShape() {
    return calculateOutputShape(null);
  }

  @Override
  public List<LongShapeDescriptor> calculateOutputShape(OpContext context) {
    OpArgs args = args(context);
    List<LongShapeDescriptor> shapes = new ArrayList<>();
    for (long[] shape : checkedShapes(args)) {
      boolean empty = Arrays.stream(shape).anyMatch(d -> d == 0);
      shapes.add(
          LongShapeDescriptor.fromShape(
              shape,
              strides(shape),
              1,
              'c',
              outputType(shapes.size(), args.reference().dataType()),
              empty));
    }
    return shapes;
  }

  private static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= Math.max(1, shape[i]);
    }
    return strides;
  }

  @Override
  public List<DataType> calculateOutputDataTypes(List<DataType> inputDataTypes) {
    List<DataType> types = new ArrayList<>();
    int reference = declaration().place(declaration().reference(), 0, iArgs());
    for (int i = 0; i < getNumOutputs(); i++) {
      types.add(outputType(i, inputDataTypes.get(reference)));
    }
    return types;
  }

  /** A gradient has none of its own; the other ops override this. */
  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    throw new UnsupportedOperationException(opName() + ": second derivatives are not defined");
  }

  @Override
  public long opHash() {
    return OpHash.of(opName());
  }

  @Override
  public CustomOpDescriptor getDescriptor() {
    // -2: any number of inputs and outputs, -1: any number of arguments; the op classes check them
    return CustomOpDescriptor.builder()
        .hash(opHash())
        .numInputs(-2)
        .numOutputs(-2)
        .numTArgs(-1)
        .numIArgs(-1)
        .build();
  }

  @Override
  public void assertValidForExecution() {
    checkedArgs(null);
  }

  /** SameDiff fills this map while it clones ops: a new one for each call. */
  @Override
  public Map<String, Object> propertiesForFunction() {
    return new HashMap<>();
  }

  @Override
  public void setPropertiesForFunction(Map<String, Object> properties) {
    // everything is in the integer and floating arguments
  }

  @Override
  public void configureFromArguments() {
    // everything is read from the integer and floating arguments
  }

  /** Whether a call in a graph has an input. */
  final boolean has(Input input) {
    return input.given(declaration(), iArgs());
  }

  /** An input of a call in a graph. */
  final SDVariable arg(Input input) {
    return arg(declaration().place(input, 0, iArgs()));
  }

  /** What a gradient op takes: some variables, and those of some inputs that are there. */
  final List<SDVariable> and(List<SDVariable> always, Input... optional) {
    List<SDVariable> all = new ArrayList<>(always);
    for (Input input : optional) {
      if (has(input)) {
        all.add(arg(input));
      }
    }
    return all;
  }

  /** What a gradient op takes that takes all inputs of this one first. */
  final List<SDVariable> argsAnd(List<SDVariable> more) {
    List<SDVariable> all = new ArrayList<>(List.of(args()));
    all.addAll(more);
    return all;
  }

  /**
   * The gradient of each input, by a gradient op with the integer and floating arguments of this
   * one. What stands for the gradient of an input that has none: SameDiff adds the gradients of a
   * variable that several ops use, which it cannot do with booleans, so it has the type of the
   * first floating input.
   */
  final List<SDVariable> gradients(HopfieldOp gradient, List<SDVariable> inputs) {
    gradient.inGraph(sameDiff, inputs.toArray(new SDVariable[0]), iArgs(), tArgs());
    SDVariable[] outputs = gradient.outputVariables();
    List<SDVariable> result = new ArrayList<>();
    for (int place : declaration().gradientPlaces(gradient.declaration(), iArgs())) {
      result.add(place < 0 ? noGradient(result.size()) : outputs[place]);
    }
    return result;
  }

  /** What stands for the gradient of an input that has none. */
  final SDVariable noGradient(int input) {
    return sameDiff.zerosLike(arg(input)).castTo(arg(declaration().reference()).dataType());
  }

  final IllegalArgumentException bad(String argument, String expected, Object found) {
    return Checks.bad(opName(), argument, expected, found);
  }

  /** A mask as rows of x; null where there is none. */
  static Rows maskRows(INDArray mask, INDArray x, int axis) {
    return mask == null ? null : Rows.of(mask, x.shape(), axis);
  }

  /** What a mask keeps of a row: all without a mask. */
  static void readMask(Rows mask, long row, boolean[] keep) {
    if (mask == null) {
      Arrays.fill(keep, true);
    } else {
      mask.readMask(row, keep);
    }
  }

  /** Some numbers for a self-test, between -1 and 1. */
  static INDArray numbers(double step, long... shape) {
    INDArray a = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < a.length(); i++) {
      a.data().put(i, Math.sin(step * (i + 1)));
    }
    return a;
  }

  /** Two rows for a self-test. */
  static INDArray exampleRows() {
    return Nd4j.createFromArray(new double[][] {{1, -0.8, 0.3}, {-2, 2, 0.1}});
  }

  /** The gradient of two rows, for a self-test. */
  static INDArray exampleGradient() {
    return Nd4j.createFromArray(new double[][] {{1, -2, 0.5}, {3, 1, 2}});
  }

  /** Checks the axis against x and makes it non-negative. */
  final int axis(INDArray x, long axis) {
    int rank = x.rank();
    if (rank < 1) {
      throw bad("x", "rank of at least 1", "a scalar");
    }
    if (axis < -rank || axis >= rank) {
      throw bad(
          "axis",
          "from " + -rank + " to " + (rank - 1) + " for shape " + Arrays.toString(x.shape()),
          axis);
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Checks that a mask, where there is one, broadcasts to a shape. */
  final void checkMask(INDArray mask, long... shape) {
    if (mask != null) {
      checkBroadcast("mask", mask, shape);
    }
  }

  /** Checks that {@code array} broadcasts (dimensions aligned at the last) to {@code shape}. */
  final void checkBroadcast(String argument, INDArray array, long[] shape) {
    long[] own = array.shape();
    boolean fits = own.length <= shape.length;
    for (int i = 1; fits && i <= own.length; i++) {
      long d = own[own.length - i];
      fits = d == 1 || d == shape[shape.length - i];
    }
    if (!fits) {
      throw bad(
          argument, "a shape that broadcasts to " + Arrays.toString(shape), Arrays.toString(own));
    }
  }

  /** Checks one number a row: broadcasts to the shape of x with length 1 along the axis. */
  protected final void checkRowScalars(String argument, INDArray array, INDArray x, int axis) {
    if (array == null) {
      return;
    }
    long[] shape = x.shape().clone();
    shape[axis] = 1;
    checkBroadcast(argument, array, shape);
  }

  /** Checks the shape of an array. */
  final void checkShape(String argument, INDArray array, long... shape) {
    if (!Arrays.equals(array.shape(), shape)) {
      throw bad(argument, Arrays.toString(shape), Arrays.toString(array.shape()));
    }
  }

  /** Checks that an array has the shape of another. */
  protected final void checkLike(
      String argument, INDArray array, String otherName, INDArray other) {
    if (!Arrays.equals(array.shape(), other.shape())) {
      throw bad(
          argument,
          "shape " + Arrays.toString(other.shape()) + " as " + otherName,
          Arrays.toString(array.shape()));
    }
  }

  @Override
  public String onnxName() {
    throw new org.nd4j.imports.NoOpNameFoundException("No ONNX op corresponds to " + opName());
  }

  @Override
  public String tensorflowName() {
    throw new org.nd4j.imports.NoOpNameFoundException(
        "No TensorFlow op corresponds to " + opName());
  }
}
