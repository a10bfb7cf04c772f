package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.layers.io.NpyFile;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.LagrangianUnit.PfuBuilder;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.UnitOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Runs one op on a NumPy file. */
@Command(
    name = "op",
    description = "Run one op on a NumPy file.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Ops: softmax, sparsemax, entmax15, entmax --alpha A, normmax --p P,",
      "k-subsets --k K [--at-most], sequential-k-subsets --k K [--edge-score W],",
      "relu, pfu [--mu M] [--bias B] [--median SCOPE].",
      "The units relu and pfu write D(x) to --out and D'(x), what was kept, to --kept."
    })
final class OpCommand implements Callable<Integer> {
  /**
   * An op by its name on the command line.
   *
   * @param required options that it needs
   * @param optional options that it takes besides {@code --axis} and {@code --mask}
   */
  private record Op(
      Set<String> required, Set<String> optional, Function<OpCommand, Body> prepare) {}

  /** Computes the results: the values, and for a unit what was kept. */
  private interface Body {
    List<INDArray> run(INDArray x, INDArray mask);
  }

  private static final Map<String, Op> OPS = new LinkedHashMap<>();

  static {
    separation("softmax", Set.of(), c -> Separation.softmax());
    separation("sparsemax", Set.of(), c -> Separation.sparsemax());
    separation("entmax15", Set.of(), c -> Separation.entmax15());
    separation("entmax", Set.of("--alpha"), c -> Separation.entmax(c.alpha));
    separation("normmax", Set.of("--p"), c -> Separation.normmax(c.p));
    OPS.put(
        "k-subsets",
        new Op(
            Set.of("--k"),
            Set.of("--beta", "--at-most"),
            c -> c.separate(Separation.kSubsets(c.k, c.atMost))));
    OPS.put(
        "sequential-k-subsets",
        new Op(
            Set.of("--k"),
            Set.of("--beta", "--edge-score"),
            c ->
                c.separate(
                    Separation.sequentialKSubsets(c.k, c.edgeScore == null ? 0 : c.edgeScore))));
    OPS.put("relu", new Op(Set.of(), Set.of("--kept"), c -> c.unit(LagrangianUnit.relu())));
    OPS.put(
        "pfu",
        new Op(Set.of(), Set.of("--kept", "--mu", "--bias", "--median"), c -> c.unit(c.pfu())));
  }

  private static void separation(
      String name, Set<String> required, Function<OpCommand, Separation> separation) {
    OPS.put(name, new Op(required, Set.of("--beta"), c -> c.separate(separation.apply(c))));
  }

  @ParentCommand HopfieldCommand root;
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "The op's name, see below.")
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
    checkOptions(op);
    Body body;
    try {
      body = op.prepare().apply(this);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    INDArray x = NpyFile.read(InputFile.file(in));
    List<INDArray> results = body.run(x, mask == null ? null : NpyFile.read(InputFile.file(mask)));
    NpyFile.write(out, results.get(0));
    root.console().note("wrote %s, shape %s", out, Arrays.toString(results.get(0).shape()));
    if (kept != null) {
      NpyFile.write(kept, results.get(1));
      root.console().note("wrote %s", kept);
    }
    return ExitCode.OK;
  }

  private void checkOptions(Op op) {
    Set<String> takes = new TreeSet<>(op.required());
    takes.addAll(op.optional());
    Set<String> common = Set.of("--in", "--out", "--mask", "--axis");
    for (var option : spec.commandLine().getParseResult().matchedOptions()) {
      String given = option.longestName();
      if (option.inherited() || common.contains(given) || takes.contains(given)) {
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

  private Body separate(Separation separation) {
    double scale = beta == null ? 1 : beta;
    return (x, m) -> List.of(NDHopfield.ops().separate(separation, x, m, scale, axis));
  }

  private Body unit(LagrangianUnit unit) {
    return (x, m) -> {
      UnitOutput<INDArray> output = NDHopfield.ops().lagrangianUnit(unit, x, m, null, axis);
      return List.of(output.values(), output.kept());
    };
  }

  private LagrangianUnit pfu() {
    if (mu != null && median != null) {
      throw new UsageException("op pfu: expected --mu or --median, found both");
    }
    PfuBuilder pfu = LagrangianUnit.pfuBuilder();
    if (mu != null) {
      pfu.mu(mu);
    }
    if (median != null) {
      pfu.medianOf(median);
    }
    if (bias != null) {
      pfu.bias(bias);
    }
    return pfu.build();
  }
}
