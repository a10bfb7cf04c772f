package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Runs one op on a NumPy file. */
@Command(
    name = "op",
    description = {
      "Run one op on a NumPy file.",
      "'op NAME --help' says what an op computes, takes and gives, with an example."
    },
    mixinStandardHelpOptions = true)
final class OpCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;
  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      completionCandidates = Names.OfOps.class,
      description = "The op's name, see below.")
  String name;

  @Option(names = "--in", required = true, paramLabel = "X.npy", description = "Scores.")
  Path in;

  @Option(names = "--out", required = true, paramLabel = "Y.npy", description = "Result.")
  Path out;

  @Option(
      names = "--mask",
      paramLabel = "M.npy",
      description = "What broadcasts to the scores: 1 or true keeps, 0 or false ignores.")
  Path mask;

  @Option(names = "--kept", paramLabel = "D.npy", description = "Second result of a unit.")
  Path kept;

  @Option(
      names = "--axis",
      paramLabel = "N",
      defaultValue = "-1",
      description = "The dimension along which a row runs (default: ${DEFAULT-VALUE}).")
  int axis;

  @Option(names = "--beta", paramLabel = "B", description = "Inverse temperature (default: 1).")
  Double beta;

  @Option(names = "--alpha", paramLabel = "A", description = "alpha of entmax, at least 1.")
  Double alpha;

  @Option(names = "--p", paramLabel = "P", description = "p of normmax, above 1.")
  Double p;

  @Option(names = "--k", paramLabel = "K", description = "How many entries k-subsets choose.")
  Integer k;

  @Option(names = "--at-most", description = "k-subsets may choose fewer than k.")
  boolean atMost;

  @Option(
      names = "--edge-score",
      paramLabel = "W",
      description = "What each pair of chosen neighbours earns (default: 0).")
  Double edgeScore;

  @Option(names = "--mu", paramLabel = "M", description = "Fixed mu of the PFU, not the median.")
  Double mu;

  @Option(
      names = "--bias",
      paramLabel = "B",
      description = "What the PFU puts in place of forgotten entries (default: the threshold).")
  Double bias;

  @Option(
      names = "--median",
      paramLabel = "sample|row|tensor",
      description = "What one median of the PFU is taken over (default: sample).")
  MedianScope median;

  @Override
  public Integer call() throws IOException {
    CommandLineOps.Op op = CommandLineOps.byName(name);
    checkOptions(op);
    Consumer<Console> run;
    try {
      run = op.prepare(this);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    try {
      run.accept(root.console());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return ExitCode.OK;
  }

  private void checkOptions(CommandLineOps.Op op) {
    Set<String> takes = new TreeSet<>(op.required());
    takes.addAll(op.optional());
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      String given = option.longestName();
      if (option.inherited() || CommandLineOps.COMMON.contains(given) || takes.contains(given)) {
        continue;
      }
      throw new UsageException(
          "op "
              + name
              + ": expected "
              + (takes.isEmpty()
                  ? "no option of its own"
                  : "options of " + String.join(", ", takes))
              + ", found "
              + given);
    }
    for (String needed : op.required()) {
      if (spec.optionsMap().get(needed).getValue() == null) {
        throw new UsageException("op " + name + ": expected " + needed);
      }
    }
  }
}
