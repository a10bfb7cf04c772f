package io.github.dl4jhopfield.ops.internal.runtime;

import io.github.dl4jhopfield.ops.internal.HopfieldOp;
import io.github.dl4jhopfield.ops.internal.OpArgs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.nd4j.imports.converters.ImportClassMapping;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.CustomOpDescriptor;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.api.shape.LongShapeDescriptor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * ND4J's executioner with the ops of this library added. Every call of theirs, eager or from a
 * SameDiff session, passes {@code exec(CustomOp...)} here: the arguments are checked, then the call
 * goes to libnd4j where the op is registered there, else to the op's Java implementation. All other
 * calls pass to the executioner that ND4J chose, so that nothing of its state (caches, profiler,
 * thread-locals) is copied or lost, and any backend will do.
 *
 * <p>Why this way: SameDiff sessions call {@code Nd4j.exec(CustomOp, OpContext)}, whose
 * implementation reads nothing from the op but its hash, so an op class alone cannot run in Java;
 * and both libnd4j and its executioner cache their list of ops on first use, so an op registered
 * later is unknown to them. This class answers {@code getCustomOperations} itself, which makes the
 * order of initialisation irrelevant. Nothing in ND4J or DL4J M2.1 casts the executioner to a
 * concrete class.
 */
public final class HopfieldExecutioner extends DelegatingExecutioner {
  private static final String CPU = "org.nd4j.linalg.cpu.nativecpu.ops.NativeOpExecutioner";

  // no extras of a shape: these have the type's bit
  private static final long EMPTY = -1;
  private static final long NOT_EMPTY = -2;

  private final Predicate<String> runsNative;
  private volatile Map<String, CustomOpDescriptor> customOperations;

  /** Null where shape descriptions belong to a device. */
  private final ShapeBuffers shapes;

  /**
   * @param runsNative whether calls of the op of a name go to libnd4j
   */
  HopfieldExecutioner(OpExecutioner delegate, Predicate<String> runsNative) {
    super(delegate);
    this.runsNative = runsNative;
    shapes = delegate.getClass().getName().equals(CPU) ? new ShapeBuffers() : null;
  }

  /** The executioner that ND4J chose for its backend. */
  public OpExecutioner delegate() {
    return delegate;
  }

  /**
   * Whether ours is in the chain, perhaps behind that of the same library in another class loader.
   */
  static boolean isIn(OpExecutioner chain) {
    for (OpExecutioner e = chain; e != null; e = next(e)) {
      if (e instanceof HopfieldExecutioner) {
        return true;
      }
    }
    return false;
  }

  /** The executioner that ND4J chose for its backend, below every layer of ours. */
  static OpExecutioner nd4jExecutioner() {
    OpExecutioner executioner = Nd4j.getExecutioner();
    for (OpExecutioner e = executioner; e != null; e = next(e)) {
      executioner = e;
    }
    return executioner;
  }

  private static OpExecutioner next(OpExecutioner executioner) {
    if (!executioner.getClass().getName().equals(HopfieldExecutioner.class.getName())) {
      return null;
    }
    try {
      return (OpExecutioner) executioner.getClass().getMethod("delegate").invoke(executioner);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  @Override
  public Map<String, CustomOpDescriptor> getCustomOperations() {
    Map<String, CustomOpDescriptor> all = customOperations;
    if (all == null) {
      // ND4J's table of op classes asks for this map while it is being built, and then takes the
      // classes from
      // the mapping that we put ours into; so SameDiff.load finds them.
      addToClassMapping();
      all = new HashMap<>(delegate.getCustomOperations());
      all.putAll(OpCatalog.descriptors());
      customOperations = all = Map.copyOf(all);
    }
    return all;
  }

  static void addToClassMapping() {
    for (String name : OpCatalog.names()) {
      ImportClassMapping.getOpNameMapping().putIfAbsent(name, OpCatalog.create(name));
    }
  }

  @Override
  public INDArray[] exec(CustomOp op) {
    if (!(op instanceof HopfieldOp ours)) {
      return delegate.exec(op);
    }
    List<long[]> shapes = ours.checkedShapes();
    if (op.numOutputArguments() == 0) {
      for (int i = 0; i < shapes.size(); i++) {
        op.addOutputArgument(ours.newOutput(i, shapes.get(i)));
      }
    } else {
      ours.checkOutputs(shapes, op.outputArguments());
    }
    INDArray[] outputs = op.outputArguments().toArray(new INDArray[0]);
    OpArgs args = ours.arguments(); // checked with the shapes
    if (anyEmpty(outputs) || anyEmpty(args.inputs())) {
      runWithEmpty(ours, args, outputs);
    } else if (runsNative.test(op.opName())) {
      delegate.exec(op);
    } else {
      ours.runInJava(args, outputs);
    }
    return outputs;
  }

  @Override
  public INDArray[] exec(CustomOp op, OpContext context) {
    if (!(op instanceof HopfieldOp ours)) {
      return delegate.exec(op, context);
    }
    OpArgs args = ours.checkedArgs(context);
    INDArray[] outputs = context.getOutputArrays().toArray(new INDArray[0]);
    if (anyEmpty(outputs) || anyEmpty(args.inputs())) {
      runWithEmpty(ours, args, outputs);
      return outputs;
    }
    if (runsNative.test(op.opName())) {
      return delegate.exec(op, context);
    }
    ours.runInJava(args, outputs);
    return outputs;
  }

  /** A call with empty arrays: libnd4j would skip it. */
  private void runWithEmpty(HopfieldOp op, OpArgs args, INDArray[] outputs) {
    if (allEmpty(outputs)) {
      return;
    }
    if (anyEmpty(args.inputs()) && op.nothingIn(args)) {
      zero(outputs);
      return;
    }
    HopfieldOp rest =
        runsNative.test(op.opName()) && !anyEmpty(outputs) ? op.withoutEmptyInputs(args) : null;
    if (rest == null) {
      op.runInJava(args, outputs);
    } else {
      rest.addOutputArgument(outputs);
      delegate.exec(rest);
    }
  }

  private static boolean allEmpty(INDArray[] arrays) {
    for (INDArray array : arrays) {
      if (!array.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static boolean anyEmpty(INDArray[] arrays) {
    for (INDArray array : arrays) {
      if (array.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** With nothing to work on, what is left of the results is zero. */
  private static void zero(INDArray[] outputs) {
    for (INDArray output : outputs) {
      if (!output.isEmpty()) {
        output.assign(0);
      }
    }
  }

  @Override
  public CustomOp execAndReturn(CustomOp op) {
    exec(op);
    return op;
  }

  @Override
  public List<LongShapeDescriptor> calculateOutputShape(CustomOp op) {
    return op instanceof HopfieldOp ? op.calculateOutputShape() : delegate.calculateOutputShape(op);
  }

  @Override
  public List<LongShapeDescriptor> calculateOutputShape(CustomOp op, OpContext context) {
    return op instanceof HopfieldOp ours
        ? ours.calculateOutputShape(context)
        : delegate.calculateOutputShape(op, context);
  }

  @Override
  public DataBuffer createShapeInfo(
      long[] shape, long[] stride, long elementStride, char order, DataType type, long extras) {
    Supplier<DataBuffer> make =
        () -> delegate.createShapeInfo(shape, stride, elementStride, order, type, extras);
    return shapes == null
        ? make.get()
        : shapes.get(shape, stride, elementStride, order, type, extras, make);
  }

  @Override
  public DataBuffer createShapeInfo(
      long[] shape, long[] stride, long elementStride, char order, DataType type, boolean empty) {
    Supplier<DataBuffer> make =
        () -> delegate.createShapeInfo(shape, stride, elementStride, order, type, empty);
    return shapes == null
        ? make.get()
        : shapes.get(shape, stride, elementStride, order, type, empty ? EMPTY : NOT_EMPTY, make);
  }

  @Override
  public INDArray[] allocateOutputArrays(CustomOp op) {
    return delegate.allocateOutputArrays(op);
  }
}
