package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.DoublePredicate;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a call of an op is made of, said once: name, inputs, flags, integer and floating arguments,
 * outputs. The encoder ({@link OpCall}), the reader ({@link OpArgs}), the checks before native code
 * ({@link OpChecks}), the native reader ({@code custom-ops-cpp/libnd4j/declarations.h}) and the
 * page {@code docs/op-arguments.md} all follow from it.
 *
 * <p>On the wire, which is what saved graphs hold: the inputs that are there in the order of their
 * declaration; integer arguments axis, flags, then {@link Choice}s, {@link Switch}es and {@link
 * Count}s in the order of their declaration, then a list if one is declared; floating arguments
 * likewise. Declarations only ever grow: a new argument comes last and old graphs do without it.
 */
public final class OpDeclaration {

  /** Data types of an input. */
  public enum Type {
    /** double, float, half or bfloat16; the first such input gives the others their type. */
    FLOATING("Floating"),
    /** The type of the first floating input. */
    LIKE("Like"),
    /** Boolean or any number: not 0 = keep. */
    MASK("Mask"),
    /** double, float or any integer type. */
    NUMBER("Number"),
    /** Any integer type. */
    WHOLE("Whole"),
    /** float or double; gives the others their type. */
    FLOAT_OR_DOUBLE("FloatOrDouble"),
    /** The type of the first floating input, or half. */
    LIKE_OR_HALF("LikeOrHalf");

    final String nativeName;

    Type(String nativeName) {
      this.nativeName = nativeName;
    }
  }

  /** What numbers an argument may be. */
  public enum Range {
    FINITE("a finite number", v -> !Double.isNaN(v) && !Double.isInfinite(v)),
    NOT_NEGATIVE("a finite number of at least 0", v -> v >= 0 && !Double.isInfinite(v)),
    POSITIVE("a number above 0", v -> v > 0),
    ALPHA("a finite number of at least 1", v -> v >= 1 && !Double.isInfinite(v)),
    P("a finite number above 1", v -> v > 1 && !Double.isInfinite(v)),
    K("a number of at least 1", v -> v >= 1);

    final String words;
    final DoublePredicate holds;

    Range(String words, DoublePredicate holds) {
      this.words = words;
      this.holds = holds;
    }
  }

  /** A bit of the flags. */
  public record Flag(String name, int bit) {
    boolean in(long flags) {
      return (flags >> bit & 1) != 0;
    }
  }

  /** Inputs or outputs that follow each other as often as an integer argument says. */
  public record Group(String name, Count times) {}

  /** An array that goes in or out. */
  private interface Slot {
    Flag flag();

    Group group();

    /** Whether it is there in a call. */
    default boolean given(OpDeclaration op, long[] iArgs) {
      return flag() == null || flag().in(op.flags(iArgs));
    }
  }

  /**
   * An input.
   *
   * @param shape in words, for the page of arguments; the op checks it
   * @param flag that says whether it is there; null: always
   * @param group that it belongs to, or null
   */
  public record Input(String name, Type type, String shape, Flag flag, Group group)
      implements Slot {}

  /**
   * An output.
   *
   * @param type null for that of the first floating input
   * @param like the input whose shape it has, or null
   * @param gradientOf the input of the forward op whose gradient it is, or null
   * @param above an argument that must be above 0 for it to be there, or null
   */
  public record Output(
      String name,
      DataType type,
      String shape,
      Input like,
      Input gradientOf,
      Flag flag,
      Count above,
      Group group)
      implements Slot {
    @Override
    public boolean given(OpDeclaration op, long[] iArgs) {
      return Slot.super.given(op, iArgs) && (above == null || op.integer(iArgs, above, 1) > 0);
    }
  }

  /** An integer argument, by its place. */
  public sealed interface Whole permits Choice, Switch, Count {
    String name();

    int index();
  }

  /** One of the constants of an enum. */
  public record Choice<E extends Enum<E>>(String name, int index, WireCodes<E> codes)
      implements Whole {}

  /** 0 or 1. */
  public record Switch(String name, int index) implements Whole {}

  /** A whole number in a range. */
  public record Count(String name, int index, long least, long most) implements Whole {}

  /**
   * A floating argument.
   *
   * @param range null: any
   * @param unless an input that takes its place, or null
   */
  public record Num(String name, int index, Range range, Input unless) {}

  /** A separation among the arguments: its kind, whether at most, and its number. */
  public record SeparationArgument(Choice<Separation.Kind> kind, Switch atMost, Num parameter) {}

  private static final int AXIS = 0;
  private static final int FLAGS = 1;

  private final String name;
  private final long axis;
  private final List<Flag> flags;
  private final List<Input> inputs;
  private final List<Whole> integers;
  private final String integerList;
  private final List<Num> numbers;
  private final String numberList;
  private final List<Output> outputs;
  private final boolean flagged;
  private final OpDeclaration forward;

  private OpDeclaration(Builder b) {
    name = b.name;
    axis = b.axis;
    flags = List.copyOf(b.flags);
    inputs = List.copyOf(b.inputs);
    integers = List.copyOf(b.integers);
    integerList = b.integerList;
    numbers = List.copyOf(b.numbers);
    numberList = b.numberList;
    outputs = List.copyOf(b.outputs);
    flagged = b.flagged;
    forward = b.forward;
  }

  /** Declares an op along an axis, integer argument 0. */
  public static Builder along(String name) {
    return new Builder(name, AXIS_GIVEN);
  }

  /**
   * Declares an op whose integer argument 0 says nothing.
   *
   * @param filler what is written there
   */
  public static Builder of(String name, long filler) {
    return new Builder(name, filler);
  }

  /** Declares the gradient op of a forward op: its flags and arguments, no inputs yet. */
  public static Builder gradientOf(OpDeclaration forward) {
    Builder b = new Builder(forward.name + "_bp", forward.axis);
    b.forward = forward;
    b.flagged = forward.flagged;
    b.flags.addAll(forward.flags);
    b.integers.addAll(forward.integers);
    b.integerList = forward.integerList;
    b.numbers.addAll(forward.numbers);
    b.numberList = forward.numberList;
    return b;
  }

  static final long AXIS_GIVEN = Long.MIN_VALUE;

  /** Declares argument by argument; each method gives the key by which the argument is read. */
  public static final class Builder {
    private final String name;
    private final long axis;
    private boolean flagged = true;
    private OpDeclaration forward;
    private final List<Flag> flags = new ArrayList<>();
    private final List<Input> inputs = new ArrayList<>();
    private final List<Whole> integers = new ArrayList<>();
    private String integerList;
    private final List<Num> numbers = new ArrayList<>();
    private String numberList;
    private final List<Output> outputs = new ArrayList<>();

    private Builder(String name, long axis) {
      this.name = name;
      this.axis = axis;
    }

    /** An op that has the axis as its only integer argument, and no flags. */
    public Builder withoutFlags() {
      flagged = false;
      return this;
    }

    /** The bit is part of the wire format. */
    public Flag flag(String flagName, int bit) {
      if (flags.stream().anyMatch(f -> f.bit == bit) || bit < 0 || bit > 62) {
        throw new IllegalStateException(name + ": flag " + flagName + ": bit " + bit + " is taken");
      }
      Flag flag = new Flag(flagName, bit);
      flags.add(flag);
      return flag;
    }

    public Input input(String inputName, Type type, String shape) {
      return input(inputName, type, shape, null, null);
    }

    public Input input(String inputName, Type type, String shape, Flag flag) {
      return input(inputName, type, shape, flag, null);
    }

    public Input input(String inputName, Type type, String shape, Flag flag, Group group) {
      Input input = new Input(inputName, type, shape, flag, group);
      inputs.add(input);
      return input;
    }

    /** An input that other declarations have too. */
    public Builder add(Input input) {
      inputs.add(input);
      if (input.flag != null && !flags.contains(input.flag)) {
        flag(input.flag.name, input.flag.bit);
        flags.set(flags.size() - 1, input.flag);
      }
      return this;
    }

    /** A number that other declarations have in the same place. */
    public Builder add(Num number) {
      if (number.index != numbers.size()) {
        throw new IllegalStateException(name + ": " + number.name + " has another place");
      }
      numbers.add(number);
      return this;
    }

    /** An input that is there if the flag of its name is set. */
    public Input optional(String inputName, Type type, String shape, int bit) {
      return input(inputName, type, shape, flag(inputName, bit), null);
    }

    /** All inputs of the forward op. */
    public Builder inputsOfForward() {
      inputs.addAll(forward.inputs);
      return this;
    }

    public <E extends Enum<E>> Choice<E> choice(String argument, WireCodes<E> codes) {
      return add(new Choice<>(argument, next(), codes));
    }

    public Switch either(String argument) {
      return add(new Switch(argument, next()));
    }

    public Count count(String argument, long least, long most) {
      return add(new Count(argument, next(), least, most));
    }

    private int next() {
      return FLAGS + 1 + integers.size();
    }

    private <W extends Whole> W add(W argument) {
      integers.add(argument);
      return argument;
    }

    public Num number(String argument, Range range) {
      return number(argument, range, null);
    }

    /** A number that is read where the input is not there. */
    public Num number(String argument, Range range, Input unless) {
      Num number = new Num(argument, numbers.size(), range, unless);
      numbers.add(number);
      return number;
    }

    /** A separation: two integer arguments and a floating one. */
    public SeparationArgument separation() {
      return new SeparationArgument(
          choice("separation", WireCodes.SEPARATION),
          either("at most"),
          number("alpha, p or k", null));
    }

    /** Whole numbers after all other integer arguments, one at least. */
    public Builder integerList(String listName) {
      integerList = listName;
      return this;
    }

    /** Numbers after all other floating arguments, one at least. */
    public Builder numberList(String listName) {
      numberList = listName;
      return this;
    }

    /** An output of the shape of an input. */
    public Output output(String outputName, Input like) {
      return add(
          new Output(outputName, null, "like " + like.name, like, null, null, null, like.group));
    }

    /** An output whose shape the op gives. */
    public Output output(String outputName, String shape) {
      return output(outputName, null, shape, null, null, null);
    }

    public Output output(String outputName, String shape, Flag flag) {
      return output(outputName, null, shape, flag, null, null);
    }

    public Output output(
        String outputName, DataType type, String shape, Flag flag, Count above, Group group) {
      return add(new Output(outputName, type, shape, null, null, flag, above, group));
    }

    /** The gradient of an input of the forward op, there if that is. */
    public Output gradient(Input of) {
      return gradient(of, of, of.flag);
    }

    /**
     * The gradient of an input of the forward op.
     *
     * @param like an input of this op whose shape it has
     */
    public Output gradient(Input of, Input like, Flag flag) {
      return add(
          new Output(
              "gradient of " + of.name, null, "like " + like.name, like, of, flag, null, of.group));
    }

    private Output add(Output output) {
      outputs.add(output);
      return output;
    }

    public OpDeclaration build() {
      if (!flagged && !(flags.isEmpty() && integers.isEmpty())) {
        throw new IllegalStateException(name + ": arguments after the axis need flags");
      }
      return new OpDeclaration(this);
    }
  }

  public String name() {
    return name;
  }

  /** What integer argument 0 is where it is no axis; {@link #AXIS_GIVEN} where it is one. */
  long axis() {
    return axis;
  }

  boolean flagged() {
    return flagged;
  }

  List<Flag> flags() {
    return flags;
  }

  List<Input> inputs() {
    return inputs;
  }

  List<Whole> integers() {
    return integers;
  }

  String integerList() {
    return integerList;
  }

  List<Num> numbers() {
    return numbers;
  }

  String numberList() {
    return numberList;
  }

  List<Output> outputs() {
    return outputs;
  }

  OpDeclaration forward() {
    return forward;
  }

  /** Integer arguments before the list. */
  int integerCount() {
    return (flagged ? FLAGS + 1 : FLAGS) + integers.size();
  }

  long flags(long[] iArgs) {
    return flagged && iArgs.length > FLAGS ? iArgs[FLAGS] : 0;
  }

  long integer(long[] iArgs, Whole argument, long otherwise) {
    return argument.index() < iArgs.length ? iArgs[argument.index()] : otherwise;
  }

  private int times(Group group, long[] iArgs) {
    return group == null ? 1 : (int) integer(iArgs, group.times(), 1);
  }

  /** Receives each array that is there. */
  private interface Visitor<S> {
    /** Gives whether to go on. */
    boolean at(int place, S slot, int repetition);
  }

  private <S extends Slot> int each(List<S> slots, long[] iArgs, Visitor<S> visitor) {
    int place = 0;
    int i = 0;
    while (i < slots.size()) {
      Group group = slots.get(i).group();
      int end = i + 1;
      while (group != null && end < slots.size() && group.equals(slots.get(end).group())) {
        end++;
      }
      for (int repetition = 0; repetition < times(group, iArgs); repetition++) {
        for (int j = i; j < end; j++) {
          if (slots.get(j).given(this, iArgs) && !visitor.at(place++, slots.get(j), repetition)) {
            return place;
          }
        }
      }
      i = end;
    }
    return place;
  }

  /** Place of an input among those that are there, or -1 where it is not. */
  int place(Input input, int repetition, long[] iArgs) {
    int[] found = {-1};
    each(
        inputs,
        iArgs,
        (place, slot, r) -> {
          if (slot == input && r == repetition) {
            found[0] = place;
          }
          return found[0] < 0;
        });
    return found[0];
  }

  /** Place of an output among those that are there, or -1 where it is not. */
  int place(Output output, int repetition, long[] iArgs) {
    int[] found = {-1};
    each(
        outputs,
        iArgs,
        (place, slot, r) -> {
          if (slot == output && r == repetition) {
            found[0] = place;
          }
          return found[0] < 0;
        });
    return found[0];
  }

  /** How many inputs a call has. */
  int inputCount(long[] iArgs) {
    return each(inputs, iArgs, (place, slot, repetition) -> true);
  }

  /** How many outputs a call has. */
  int outputCount(long[] iArgs) {
    return each(outputs, iArgs, (place, slot, repetition) -> true);
  }

  /** The output at a place. */
  Output output(int wanted, long[] iArgs) {
    List<Output> found = new ArrayList<>();
    each(
        outputs,
        iArgs,
        (place, slot, repetition) -> {
          if (place == wanted) {
            found.add(slot);
          }
          return place < wanted;
        });
    return found.isEmpty() ? outputs.get(outputs.size() - 1) : found.get(0);
  }

  /** An output that has the shape of an input: that input and its repetition. */
  record Like(Input input, int repetition) {}

  /** The inputs whose shape each output has that is there. */
  List<Like> likes(long[] iArgs) {
    List<Like> likes = new ArrayList<>();
    each(outputs, iArgs, (place, slot, repetition) -> likes.add(new Like(slot.like(), repetition)));
    return likes;
  }

  /** An input that is there, in its place. */
  record Placed(Input input, int place, int repetition) {}

  /** The inputs that are there, in order. */
  List<Placed> placed(long[] iArgs) {
    List<Placed> all = new ArrayList<>();
    each(inputs, iArgs, (place, slot, repetition) -> all.add(new Placed(slot, place, repetition)));
    return all;
  }

  /** Of the inputs of the forward op that are there, in order: the gradient's place, or -1. */
  List<Integer> gradientPlaces(OpDeclaration gradient, long[] iArgs) {
    List<Integer> places = new ArrayList<>();
    each(
        inputs,
        iArgs,
        (place, slot, repetition) -> {
          int at = -1;
          for (Output output : gradient.outputs) {
            if (output.gradientOf() == slot) {
              at = gradient.place(output, repetition, iArgs);
            }
          }
          return places.add(at);
        });
    return places;
  }

  /**
   * Place of the first floating input: the one that gives the others and the results their type.
   */
  Input reference() {
    for (Input input : inputs) {
      if (input.type == Type.FLOATING || input.type == Type.FLOAT_OR_DOUBLE) {
        return input;
      }
    }
    throw new IllegalStateException(name + " has no floating input");
  }

  /**
   * The form of a call on the wire in one line. The native library reports the lines that it was
   * built with; a difference switches the native path off.
   */
  public String wire() {
    StringJoiner all = new StringJoiner("; ", name + ": ", "");
    StringJoiner arrays = new StringJoiner(", ");
    for (Input input : inputs) {
      arrays.add(slot(input.name, input.type.nativeName, input, null));
    }
    all.add(arrays.toString());
    StringJoiner whole = new StringJoiner(", ");
    whole.add(axis == AXIS_GIVEN ? "axis" : "-");
    if (flagged) {
      StringJoiner bits = new StringJoiner(" ", "flags[", "]");
      flags.forEach(flag -> bits.add(flag.bit + " " + flag.name));
      whole.add(bits.toString());
    }
    for (Whole argument : integers) {
      whole.add(
          argument instanceof Choice<?> choice
              ? choice.name + "[" + choice.codes + "]"
              : argument instanceof Count count
                  ? count.name + "[" + count.least + " to " + count.most + "]"
                  : argument.name() + "[0, 1]");
    }
    if (integerList != null) {
      whole.add(integerList + "...");
    }
    all.add(whole.toString());
    StringJoiner floating = new StringJoiner(", ");
    numbers.forEach(number -> floating.add(number.name));
    if (numberList != null) {
      floating.add(numberList + "...");
    }
    all.add(floating.toString());
    StringJoiner results = new StringJoiner(", ");
    for (Output output : outputs) {
      String type = output.type == null ? "Like" : output.type.toString();
      results.add(slot(output.name, type, output, output.above));
    }
    return all.add(results.toString()).toString();
  }

  private static String slot(String name, String type, Slot slot, Count above) {
    return name
        + " "
        + type
        + (slot.flag() == null ? "" : " if " + slot.flag().bit)
        + (above == null ? "" : " if " + above.name + " > 0")
        + (slot.group() == null ? "" : " per " + slot.group().times.name);
  }
}
