package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.PfuBuilder;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The ops of {@code hopfield op} and the options that each takes. Touches no array, so that a
 * typing error needs no ND4J.
 */
final class CommandLineOps {
  /**
   * An op by its name on the command line.
   *
   * @param formula what it computes, in a line
   * @param example its own options with values, for an example
   * @param required options that it needs
   * @param optional options that it takes besides {@code --axis} and {@code --mask}
   * @param preparation checks the options' values and gives what reads, computes and writes
   */
  record Op(
      String formula,
      String example,
      Set<String> required,
      Set<String> optional,
      Function<OpCommand, Consumer<Console>> preparation) {

    /**
     * Checks the options' values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    Consumer<Console> prepare(OpCommand command) {
      return preparation.apply(command);
    }
  }

  private static final Map<String, Op> OPS = new LinkedHashMap<>();

  static {
    separation(
        "softmax",
        "exp(beta x) over its sum along the axis",
        "--beta 2",
        Set.of(),
        Set.of(),
        c -> Separation.softmax());
    separation(
        "softmax1",
        "exp(beta x) over 1 + its sum along the axis: a row may attend to nothing",
        "--beta 2",
        Set.of(),
        Set.of(),
        c -> Separation.softmax1());
    separation(
        "sparsemax",
        "the point of the simplex that is nearest to beta x",
        "--mask keep.npy",
        Set.of(),
        Set.of(),
        c -> Separation.sparsemax());
    separation(
        "entmax15",
        "alpha-entmax with alpha 1.5: between softmax and sparsemax",
        "--axis 0",
        Set.of(),
        Set.of(),
        c -> Separation.entmax15());
    separation(
        "entmax",
        "alpha-entmax: softmax for alpha 1, sparsemax for alpha 2, sparser above",
        "--alpha 1.3",
        Set.of("--alpha"),
        Set.of(),
        c -> Separation.entmax(c.alpha));
    separation(
        "normmax",
        "the weights that maximise beta <w, x> - |w|_p over the simplex",
        "--p 2",
        Set.of("--p"),
        Set.of(),
        c -> Separation.normmax(c.p));
    separation(
        "k-subsets",
        "weights from 0 to 1 with sum k, nearest to beta x: k entries are chosen",
        "--k 4 --at-most",
        Set.of("--k"),
        Set.of("--at-most"),
        c -> Separation.kSubsets(c.k, c.atMost));
    separation(
        "sequential-k-subsets",
        "the same where neighbours that are chosen together earn a score",
        "--k 4 --edge-score 0.5",
        Set.of("--k"),
        Set.of("--edge-score"),
        c -> Separation.sequentialKSubsets(c.k, c.edgeScore == null ? 0 : c.edgeScore));
    unit(
        "relu",
        "max(x, 0), and in --kept its derivative",
        "--kept derivative.npy",
        Set.of(),
        c -> LagrangianUnit.relu());
    unit(
        "pfu",
        "probabilistic forgetting: entries below a threshold around the median are replaced",
        "--median row --kept kept.npy",
        Set.of("--mu", "--bias", "--median"),
        CommandLineOps::pfu);
  }

  private CommandLineOps() {}

  private static void separation(
      String name,
      String formula,
      String example,
      Set<String> required,
      Set<String> own,
      Function<OpCommand, Separation> separation) {
    Set<String> optional = new TreeSet<>(own);
    optional.add("--beta");
    OPS.put(
        name,
        new Op(
            formula,
            example,
            required,
            optional,
            command -> {
              Separation prepared = separation.apply(command);
              return console -> OpRun.separate(command, prepared, console);
            }));
  }

  private static void unit(
      String name,
      String formula,
      String example,
      Set<String> own,
      Function<OpCommand, LagrangianUnit> unit) {
    Set<String> optional = new TreeSet<>(own);
    optional.add("--kept");
    OPS.put(
        name,
        new Op(
            formula,
            example,
            Set.of(),
            optional,
            command -> {
              LagrangianUnit prepared = unit.apply(command);
              return console -> OpRun.unit(command, prepared, console);
            }));
  }

  private static LagrangianUnit pfu(OpCommand command) {
    if (command.mu != null && command.median != null) {
      throw new UsageException("op pfu: expected --mu or --median, found both");
    }
    PfuBuilder pfu = LagrangianUnit.pfuBuilder();
    if (command.mu != null) {
      pfu.mu(command.mu);
    }
    if (command.median != null) {
      pfu.medianOf(command.median);
    }
    if (command.bias != null) {
      pfu.bias(command.bias);
    }
    return pfu.build();
  }

  /**
   * The op of that name.
   *
   * @throws UsageException if there is none
   */
  static Op byName(String name) {
    Op op = OPS.get(name);
    if (op == null) {
      throw new UsageException(
          "unknown op '"
              + name
              + "'"
              + Suggestions.hint(name, OPS.keySet())
              + "; there are: "
              + String.join(", ", OPS.keySet()));
    }
    return op;
  }

  /** The names of all ops. */
  static Set<String> names() {
    return Collections.unmodifiableSet(OPS.keySet());
  }

  /** Options that every op takes. */
  static final Set<String> COMMON = Set.of("--in", "--out", "--mask", "--axis");

  private static final String TYPES =
      "Takes float16, float32 or float64 of any shape, in C or Fortran order (float16 is computed in"
          + " float32), and writes the same type and shape. A mask is of any type: 0 and false"
          + " ignore; a row that is all ignored becomes 0.";

  /**
   * Makes the help of {@code op} that of the op that the arguments name, or a list of all: before
   * the command line is parsed.
   */
  static void describe(CommandSpec spec, String[] arguments) {
    String named =
        Arrays.stream(arguments).skip(1).filter(OPS::containsKey).findFirst().orElse(null);
    if (named == null) {
      int width = OPS.keySet().stream().mapToInt(String::length).max().orElse(1);
      List<String> lines = new ArrayList<>(List.of("", "Ops:"));
      OPS.forEach(
          (name, op) -> lines.add(("  %-" + width + "s  %s").formatted(name, op.formula())));
      lines.addAll(List.of("", "Types: " + TYPES, "", "Example:", example("entmax")));
      footer(spec, lines);
      return;
    }
    Op op = OPS.get(named);
    spec.usageMessage().description("Op '" + named + "': " + op.formula() + ".");
    for (OptionSpec option : List.copyOf(spec.options())) {
      String name = option.longestName();
      boolean takes =
          COMMON.contains(name) || op.required().contains(name) || op.optional().contains(name);
      if (!takes && !option.inherited() && !option.usageHelp() && !option.versionHelp()) {
        spec.remove(option);
        spec.addOption(option.toBuilder().hidden(true).build());
      }
    }
    footer(spec, List.of("", "Types: " + TYPES, "", "Example:", example(named)));
  }

  private static String example(String name) {
    return "  hopfield op " + name + " --in scores.npy " + OPS.get(name).example() + " --out y.npy";
  }

  private static void footer(CommandSpec spec, List<String> lines) {
    spec.usageMessage()
        .footer(lines.stream().map(l -> l.replace("%", "%%")).toArray(String[]::new));
  }
}
