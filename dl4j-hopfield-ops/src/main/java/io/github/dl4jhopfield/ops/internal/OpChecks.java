package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Checks;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Choice;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Range;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Switch;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Whole;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks the arguments of a call against the declaration of its op, before native code. */
final class OpChecks {
  private final OpArgs args;
  private final OpDeclaration op;

  private OpChecks(OpArgs args) {
    this.args = args;
    this.op = args.op();
  }

  /**
   * Checks numbers and types of all arguments; shapes are for the op.
   *
   * @throws IllegalArgumentException that names the op, the argument, what was expected and what
   *     was found
   */
  static void check(OpArgs args) {
    new OpChecks(args).check();
  }

  private void check() {
    checkNumber("integer arguments", args.iArgs().length, op.integerCount(), op.integerList());
    checkNumber("floating arguments", args.tArgs().length, op.numbers().size(), op.numberList());
    long known = 0;
    for (Flag flag : op.flags()) {
      known |= 1L << flag.bit();
    }
    if ((op.flags(args.iArgs()) & ~known) != 0) {
      throw bad("flags", "bits of " + known, op.flags(args.iArgs()) + " (of a newer version?)");
    }
    for (Whole argument : op.integers()) {
      long value = args.iArgs()[argument.index()];
      if (argument instanceof Choice<?> choice) {
        choice.codes().at(op.name(), choice.name(), value);
      } else if (argument instanceof Switch && value != 0 && value != 1) {
        throw bad(argument.name(), "0 or 1", value);
      } else if (argument instanceof Count count
          && (value < count.least() || value > count.most())) {
        throw bad(count.name(), words(count), value);
      }
    }
    for (Num number : op.numbers()) {
      boolean read = number.unless() == null || !args.has(number.unless());
      if (read && number.range() != null) {
        checkRange(number.name(), number.range(), args.tArgs()[number.index()]);
      }
    }
    for (Whole argument : op.integers()) {
      if (argument instanceof Choice<?> c && c.codes() == WireCodes.SEPARATION) {
        checkParameter(c);
      }
    }
    checkInputs();
  }

  /** The number of a separation whose kind is an argument. */
  private void checkParameter(Choice<?> kind) {
    for (Num number : op.numbers()) {
      if (number.name().equals("alpha, p or k")) {
        double value = args.tArgs()[number.index()];
        switch ((Separation.Kind)
            kind.codes().at(op.name(), kind.name(), args.iArgs()[kind.index()])) {
          case NORMMAX -> checkRange("p", Range.P, value);
          case K_SUBSETS -> checkRange("k", Range.K, value);
          case SOFTMAX1 -> {} // has none
          default -> checkRange("alpha", Range.ALPHA, value);
        }
      }
    }
  }

  private void checkRange(String argument, Range range, double value) {
    if (!range.holds.test(value)) {
      throw bad(argument, range.words, value);
    }
  }

  private void checkNumber(String what, int found, int expected, String list) {
    if (list == null ? found != expected : found <= expected) {
      throw bad(
          what, list == null ? "" + expected : (expected + 1) + " or more, with " + list, found);
    }
  }

  static String words(Count count) {
    if (count.most() == Integer.MAX_VALUE) {
      return count.least() == 1 ? "at least one" : count.least() + " or more";
    }
    return count.least() + " to " + count.most();
  }

  private void checkInputs() {
    Input reference = op.reference();
    INDArray first = args.get(reference);
    DataType type = first != null && first.dataType().isFPType() ? first.dataType() : null;
    INDArray[] found = args.inputs();
    List<OpDeclaration.Placed> placed = op.placed(args.iArgs());
    for (OpDeclaration.Placed p : placed) {
      Input input = p.input();
      INDArray array = p.place() < found.length ? found[p.place()] : null;
      String called = input.group() == null ? input.name() : input.name() + " " + p.repetition();
      checkType(called, input, array, type, reference);
    }
    if (found.length != placed.size()) {
      throw bad("inputs", placed.size() + " arrays", found.length);
    }
  }

  private void checkType(
      String called, Input input, INDArray array, DataType type, Input reference) {
    if (array == null) {
      throw bad(called, "an array", "none");
    }
    DataType found = array.dataType();
    boolean fits =
        switch (input.type()) {
          case FLOATING -> found.isFPType() && (input == reference || found == type);
          case FLOAT_OR_DOUBLE -> found == DataType.FLOAT || found == DataType.DOUBLE;
          case LIKE -> found == type || type == null;
          case MASK -> found != DataType.UTF8 && found != DataType.COMPRESSED;
          case NUMBER -> found.isIntType() || found == DataType.FLOAT || found == DataType.DOUBLE;
          case WHOLE -> found.isIntType();
          case LIKE_OR_HALF -> found == type || found == DataType.HALF;
        };
    if (!fits) {
      String expected =
          switch (input.type()) {
            case FLOATING -> "data type DOUBLE, FLOAT, HALF or BFLOAT16";
            case FLOAT_OR_DOUBLE -> "data type FLOAT or DOUBLE";
            case LIKE -> "data type " + type + " as " + reference.name();
            case MASK -> "a boolean or numeric array";
            case NUMBER -> "double, float or integers";
            case WHOLE -> "an integer data type";
            case LIKE_OR_HALF -> "data type HALF or " + type;
          };
      throw bad(called, expected, found);
    }
  }

  private IllegalArgumentException bad(String argument, String expected, Object found) {
    return Checks.bad(op.name(), argument, expected, found);
  }
}
