package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Choice;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.SeparationArgument;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Switch;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The arguments of one call of an op, read by its declaration. */
public record OpArgs(OpDeclaration op, INDArray[] inputs, long[] iArgs, double[] tArgs) {

  /** The arguments of a call of arrays. */
  static OpArgs of(OpCall<INDArray> call) {
    return new OpArgs(
        call.declaration(), call.inputs().toArray(new INDArray[0]), call.iArgs(), call.tArgs());
  }

  /** The first floating input: its type is that of the results. */
  INDArray reference() {
    return get(op.reference());
  }

  /** The axis as it was given: negative counts from the last. */
  long axis() {
    return iArgs[0];
  }

  /** The input, or null where the call has none. */
  INDArray get(Input input) {
    return get(input, 0);
  }

  INDArray get(Input input, int repetition) {
    int place = op.place(input, repetition, iArgs);
    return place < 0 || place >= inputs.length ? null : inputs[place];
  }

  boolean has(Input input) {
    return input.given(op, iArgs);
  }

  /** The output, or null where the call has none. */
  INDArray get(Output output, INDArray[] outputs) {
    return get(output, 0, outputs);
  }

  INDArray get(Output output, int repetition, INDArray[] outputs) {
    int place = op.place(output, repetition, iArgs);
    return place < 0 ? null : outputs[place];
  }

  boolean is(Flag flag) {
    return flag.in(op.flags(iArgs));
  }

  boolean is(Switch argument) {
    return iArgs[argument.index()] != 0;
  }

  long get(Count argument) {
    return iArgs[argument.index()];
  }

  <E extends Enum<E>> E get(Choice<E> argument) {
    return argument.codes().at(op.name(), argument.name(), iArgs[argument.index()]);
  }

  double get(Num argument) {
    return tArgs[argument.index()];
  }

  /** Kind, number and whether at most of a separation. */
  record SeparationValue(Separation.Kind kind, double parameter, boolean atMost) {}

  SeparationValue get(SeparationArgument argument) {
    return new SeparationValue(
        get(argument.kind()), get(argument.parameter()), is(argument.atMost()));
  }

  /** The whole numbers after the declared ones. */
  long[] integerList() {
    return Arrays.copyOfRange(iArgs, op.integerCount(), iArgs.length);
  }

  /** The numbers after the declared ones. */
  double[] numberList() {
    return Arrays.copyOfRange(tArgs, op.numbers().size(), tArgs.length);
  }
}
