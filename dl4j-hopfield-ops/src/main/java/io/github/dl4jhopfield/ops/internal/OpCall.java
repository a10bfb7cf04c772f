package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Checks;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Choice;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.SeparationArgument;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Switch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * One call of an op with arrays (T = INDArray) or graph variables (T = SDVariable), written by the
 * keys of its declaration.
 */
public final class OpCall<T> {
  private final OpDeclaration declaration;
  private final long[] integers;
  private final double[] numbers;
  private final List<List<T>> inputs;
  private long[] integerList = {};
  private double[] numberList = {};
  private List<T> wire;

  private OpCall(OpDeclaration declaration) {
    this.declaration = declaration;
    integers = new long[declaration.integerCount()];
    integers[0] = declaration.axis() == OpDeclaration.AXIS_GIVEN ? 0 : declaration.axis();
    numbers = new double[declaration.numbers().size()];
    inputs = new ArrayList<>(Collections.nCopies(declaration.inputs().size(), null));
  }

  /** A call without arguments yet: flags and numbers 0. */
  public static <T> OpCall<T> of(OpDeclaration declaration) {
    return new OpCall<>(declaration);
  }

  /**
   * The call of a gradient op after that of its forward op.
   *
   * @param wire all inputs, in the order of the gradient's declaration
   */
  public static <T> OpCall<T> gradient(OpDeclaration gradient, OpCall<T> forward, List<T> wire) {
    OpCall<T> call = new OpCall<>(gradient);
    System.arraycopy(forward.integers, 0, call.integers, 0, call.integers.length);
    System.arraycopy(forward.numbers, 0, call.numbers, 0, call.numbers.length);
    call.integerList = forward.integerList;
    call.numberList = forward.numberList;
    call.wire = List.copyOf(wire);
    return call;
  }

  /** Negative counts from the last. */
  public OpCall<T> axis(long axis) {
    integers[0] = axis;
    return this;
  }

  /**
   * Adds an input; null for an optional one: without. Inputs of a group are added one repetition
   * after the other.
   */
  public OpCall<T> with(Input input, T value) {
    if (value == null) {
      if (input.flag() != null) {
        return this;
      }
      throw Checks.bad(op(), input.name(), "an array", "none");
    }
    int at = declaration.inputs().indexOf(input);
    if (inputs.get(at) == null) {
      inputs.set(at, new ArrayList<>(1));
    }
    inputs.get(at).add(value);
    return input.flag() == null ? this : with(input.flag(), true);
  }

  public OpCall<T> with(Flag flag, boolean set) {
    if (set) {
      integers[1] |= 1L << flag.bit();
    }
    return this;
  }

  public OpCall<T> with(Switch argument, boolean set) {
    integers[argument.index()] = set ? 1 : 0;
    return this;
  }

  public OpCall<T> with(Count argument, long value) {
    integers[argument.index()] = value;
    return this;
  }

  public <E extends Enum<E>> OpCall<T> with(Choice<E> argument, E value) {
    integers[argument.index()] = argument.codes().of(value);
    return this;
  }

  public OpCall<T> with(Num argument, double value) {
    numbers[argument.index()] = value;
    return this;
  }

  /** Checks that it is none of those that are an op of their own. */
  public OpCall<T> with(SeparationArgument argument, Separation separation) {
    if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
      throw Checks.bad(op(), "separation", "one that is not sequential", separation);
    }
    return with(argument.kind(), separation.getKind())
        .with(argument.atMost(), separation.isAtMost())
        .with(argument.parameter(), separation.parameter());
  }

  public OpCall<T> integerList(long... values) {
    integerList = values;
    return this;
  }

  public OpCall<T> numberList(double... values) {
    numberList = values;
    return this;
  }

  /** The first floating input. */
  public T reference() {
    List<T> values = inputs.get(declaration.inputs().indexOf(declaration.reference()));
    return values == null ? null : values.get(0);
  }

  OpDeclaration declaration() {
    return declaration;
  }

  /** Name of the op. */
  public String op() {
    return declaration.name();
  }

  /** The inputs that are there, in the order of the wire. */
  public List<T> inputs() {
    if (wire != null) {
      return wire;
    }
    List<T> all = new ArrayList<>();
    List<Input> declared = declaration.inputs();
    int i = 0;
    while (i < declared.size()) {
      int end = i + 1;
      int repetitions = inputs.get(i) == null ? 0 : inputs.get(i).size();
      while (declared.get(i).group() != null
          && end < declared.size()
          && declared.get(i).group().equals(declared.get(end).group())) {
        end++;
      }
      for (int repetition = 0; repetition < repetitions || repetition == 0; repetition++) {
        for (List<T> values : inputs.subList(i, end)) {
          if (values != null && repetition < values.size()) {
            all.add(values.get(repetition));
          }
        }
      }
      i = end;
    }
    return all;
  }

  public long[] iArgs() {
    long[] all = Arrays.copyOf(integers, integers.length + integerList.length);
    System.arraycopy(integerList, 0, all, integers.length, integerList.length);
    return all;
  }

  public double[] tArgs() {
    double[] all = Arrays.copyOf(numbers, numbers.length + numberList.length);
    System.arraycopy(numberList, 0, all, numbers.length, numberList.length);
    return all;
  }
}
