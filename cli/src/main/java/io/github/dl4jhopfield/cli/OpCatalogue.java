package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.PfuBuilder;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The ops of {@code hopfield op} and the options that each takes. Touches no array, so that a
 * typing error needs no ND4J.
 */
final class OpCatalogue {
  /**
   * An op by its name on the command line.
   *
   * @param required options that it needs
   * @param optional options that it takes besides {@code --axis} and {@code --mask}
   * @param preparation checks the options' values and gives what reads, computes and writes
   */
  record Op(
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
    separation("softmax", Set.of(), Set.of(), c -> Separation.softmax());
    separation("sparsemax", Set.of(), Set.of(), c -> Separation.sparsemax());
    separation("entmax15", Set.of(), Set.of(), c -> Separation.entmax15());
    separation("entmax", Set.of("--alpha"), Set.of(), c -> Separation.entmax(c.alpha));
    separation("normmax", Set.of("--p"), Set.of(), c -> Separation.normmax(c.p));
    separation(
        "k-subsets", Set.of("--k"), Set.of("--at-most"), c -> Separation.kSubsets(c.k, c.atMost));
    separation(
        "sequential-k-subsets",
        Set.of("--k"),
        Set.of("--edge-score"),
        c -> Separation.sequentialKSubsets(c.k, c.edgeScore == null ? 0 : c.edgeScore));
    unit("relu", Set.of(), c -> LagrangianUnit.relu());
    unit("pfu", Set.of("--mu", "--bias", "--median"), OpCatalogue::pfu);
  }

  private OpCatalogue() {}

  private static void separation(
      String name,
      Set<String> required,
      Set<String> own,
      Function<OpCommand, Separation> separation) {
    Set<String> optional = new TreeSet<>(own);
    optional.add("--beta");
    OPS.put(
        name,
        new Op(
            required,
            optional,
            command -> {
              Separation prepared = separation.apply(command);
              return console -> OpRun.separate(command, prepared, console);
            }));
  }

  private static void unit(String name, Set<String> own, Function<OpCommand, LagrangianUnit> unit) {
    Set<String> optional = new TreeSet<>(own);
    optional.add("--kept");
    OPS.put(
        name,
        new Op(
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
}
