package io.github.dl4jhopfield.ops.internal;

import io.github.dl4jhopfield.ops.internal.OpDeclaration.Choice;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Count;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Flag;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Group;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Input;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Num;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Output;
import io.github.dl4jhopfield.ops.internal.OpDeclaration.Whole;
import io.github.dl4jhopfield.ops.internal.runtime.OpCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes {@code custom-ops-cpp/libnd4j/declarations.h} from the declarations. */
final class NativeHeader {
  private final StringBuilder out = new StringBuilder();

  private NativeHeader() {}

  static String text() {
    NativeHeader header = new NativeHeader();
    header.all();
    return header.out.toString();
  }

  private void line(String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private void all() {
    line("// What each op is called with, as io.github.dl4jhopfield.ops declares it. Written by");
    line("// OpDeclarationTest (mvn -pl dl4j-hopfield-ops -am test -Dtest=OpDeclarationTest");
    line("// -Ddl4jhopfield.update=true -Dsurefire.failIfNoSpecifiedTests=false): not by hand.");
    line("// clang-format off");
    line("#pragma once");
    line("");
    line("#include \"declaration.h\"");
    line("");
    line("namespace dl4jhopfield {");
    line("namespace nd4j {");
    for (WireCodes<?> codes : WireCodes.all()) {
      line("");
      line("enum class %sCode : int {", codes.name());
      codes.codes().forEach((constant, code) -> line("  %s = %d,", camel(constant.name()), code));
      line("};");
    }
    line("");
    line("namespace op {");
    for (String name : OpCatalog.names()) {
      op(OpCatalog.create(name).declaration());
    }
    line("");
    line("}  // namespace op");
    line("}  // namespace nd4j");
    line("}  // namespace dl4jhopfield");
  }

  private void op(OpDeclaration op) {
    line("");
    line("namespace %s {", space(op));
    entries("In", op.inputs(), Input::name, input -> "");
    entries("Out", op.outputs(), Output::name, output -> "");
    if (op.forward() == null) {
      entries("Flag", op.flags(), Flag::name, flag -> " = " + flag.bit());
      entries("Int", op.integers(), Whole::name, whole -> " = " + whole.index());
      entries("Num", op.numbers(), Num::name, number -> " = " + number.index());
    } else {
      for (String part : new String[] {"Flag", "Int", "Num"}) {
        line("using %s = %s::%s;", part, space(op.forward()), part);
      }
    }
    List<Group> groups = new ArrayList<>();
    line("inline constexpr Slot kInputs[] = {");
    for (Input input : op.inputs()) {
      line(
          "    {\"%s\", Type::%s, %d, -1, %s},",
          input.name(), input.type().nativeName, bit(input.flag()), group(input.group(), groups));
    }
    line("};");
    line("inline constexpr Slot kOutputs[] = {");
    for (Output output : op.outputs()) {
      line(
          "    {\"%s\", Type::Like, %d, %d, %s},",
          output.name(),
          bit(output.flag()),
          output.above() == null ? -1 : output.above().index(),
          group(output.group(), groups));
    }
    line("};");
    line("inline constexpr Integer kIntegers[] = {");
    for (Whole whole : op.integers()) {
      long codes = 0;
      long least = 0;
      long most = 1;
      if (whole instanceof Choice<?> choice) {
        for (int code : choice.codes().codes().values()) {
          codes |= 1L << code;
          most = Math.max(most, code);
        }
      } else if (whole instanceof Count count) {
        least = count.least();
        most = count.most();
      }
      line("    {\"%s\", %dLL, %dLL, %dLL},", whole.name(), least, most, codes);
    }
    line("    {nullptr, 0, 0, 0}};");
    long flags = 0;
    for (Flag flag : op.flags()) {
      flags |= 1L << flag.bit();
    }
    line("inline constexpr Declaration kDeclaration = {");
    line("    \"%s\",", op.name());
    line("    \"%s\",", op.wire());
    line(
        "    kInputs, %d, kOutputs, %d, kIntegers, %d, %d, %b, %d, %b, %b};",
        op.inputs().size(),
        op.outputs().size(),
        op.integers().size(),
        op.numbers().size(),
        op.flagged(),
        flags,
        op.integerList() != null,
        op.numberList() != null);
    line("}  // namespace %s", space(op));
  }

  private <E> void entries(
      String name, List<E> all, Function<E, String> called, Function<E, String> value) {
    line(
        "enum class %s : int { %s };",
        name,
        all.stream()
            .map(e -> camel(called.apply(e)) + value.apply(e))
            .collect(Collectors.joining(", ")));
  }

  private static int bit(Flag flag) {
    return flag == null ? -1 : flag.bit();
  }

  /** Group number and the argument that says how often. */
  private static String group(Group group, List<Group> groups) {
    if (group == null) {
      return "-1, -1";
    }
    if (!groups.contains(group)) {
      groups.add(group);
    }
    return groups.indexOf(group) + ", " + group.times().index();
  }

  private static String space(OpDeclaration op) {
    return op.name().replace("hopfield_", "");
  }

  /** gradient of y: GradientOfY. */
  private static String camel(String name) {
    StringBuilder camel = new StringBuilder();
    for (String word : name.split("[^A-Za-z0-9]+")) {
      String rest = word.substring(1);
      boolean capitals = word.equals(word.toUpperCase(Locale.ROOT));
      camel
          .append(Character.toUpperCase(word.charAt(0)))
          .append(capitals ? rest.toLowerCase(Locale.ROOT) : rest);
    }
    return camel.toString();
  }
}
