package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Choice;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Whole;
import io.github.dl4jhopfield.ops.internal.runtime.OpCatalog;
import java.util.ArrayList;
import java.util.List;

/** Writes {@code docs/op-arguments.md} from the declarations. */
final class ArgumentsPage {
  private ArgumentsPage() {}

  static String text() {
    StringBuilder page =
        new StringBuilder(
            """
            # Arguments of the ops

            What a call of each op is made of, as saved graphs hold it and native code reads it. Users call [the two namespaces](ops.md); this page is for those who read a graph or add an op. `OpDeclarationTest` writes it from the declarations.

            Inputs come in this order, those that are there. Integer arguments: the axis (or a number that says nothing), the flags, then the others; after them lists. Inputs without a condition are always there. Codes never change.
            """);
    for (String name : OpCatalog.names()) {
      OpDeclaration op = OpCatalog.create(name).declaration();
      page.append("\n## ").append(name).append("\n\n");
      List<String> inputs = new ArrayList<>();
      for (Input input : op.inputs()) {
        inputs.add(
            input.name()
                + " ("
                + type(input)
                + ", "
                + input.shape()
                + condition(input.flag(), null)
                + (input.group() == null ? "" : "; as often as " + input.group().times().name())
                + ")");
      }
      item(page, "inputs", inputs);
      List<String> integers = new ArrayList<>();
      integers.add(op.axis() == OpDeclaration.AXIS_GIVEN ? "axis" : "" + op.axis());
      if (op.flagged()) {
        integers.add("flags");
      }
      for (Whole whole : op.integers()) {
        integers.add(
            whole instanceof Choice<?> choice
                ? choice.name() + " (" + choice.codes() + ")"
                : whole instanceof Count count
                    ? count.name() + " (" + count.least() + " to " + count.most() + ")"
                    : whole.name() + " (0 or 1)");
      }
      if (op.integerList() != null) {
        integers.add("then " + op.integerList());
      }
      item(page, "integers", integers);
      List<String> numbers = new ArrayList<>();
      for (Num number : op.numbers()) {
        numbers.add(
            number.name()
                + (number.range() == null ? "" : " (" + number.range().words + ")")
                + (number.unless() == null
                    ? ""
                    : ", unless " + number.unless().name() + " is an input"));
      }
      if (op.numberList() != null) {
        numbers.add("then " + op.numberList());
      }
      item(page, "numbers", numbers);
      List<String> outputs = new ArrayList<>();
      for (Output output : op.outputs()) {
        outputs.add(
            output.name()
                + " ("
                + (output.type() == null ? "" : output.type().toString().toLowerCase() + ", ")
                + output.shape()
                + condition(output.flag(), output.above())
                + ")");
      }
      item(page, "outputs", outputs);
    }
    return page.toString();
  }

  private static String type(Input input) {
    return switch (input.type()) {
      case FLOATING -> "floating";
      case FLOAT_OR_DOUBLE -> "float or double";
      case LIKE -> "the same type";
      case LIKE_OR_HALF -> "the same type or half";
      case MASK -> "not 0 = keep";
      case NUMBER -> "double, float or integer";
      case WHOLE -> "integer";
    };
  }

  private static String condition(Flag flag, Count above) {
    return (flag == null ? "" : "; if flag " + flag.bit() + ", " + flag.name())
        + (above == null ? "" : "; if " + above.name() + " > 0");
  }

  private static void item(StringBuilder page, String name, List<String> parts) {
    if (!parts.isEmpty()) {
      page.append("- ").append(name).append(": ").append(String.join("; ", parts)).append('\n');
    }
  }
}
