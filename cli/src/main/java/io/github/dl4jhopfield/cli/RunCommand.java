package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.UnsavedResultException;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Trains or evaluates an experiment end to end. */
@Command(
    name = "run",
    description = {
      "Train or evaluate an experiment end to end; with no --data, on the data in the jar.",
      "'run --list' lists the experiments, 'run EXPERIMENT --help' the options of one."
    },
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer>, ExperimentArguments.TakesExperiment {
  @ParentCommand HopfieldCommand root;
  @Spec CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "EXPERIMENT",
      completionCandidates = Names.OfExperiments.class,
      description = "The experiment's name.")
  String name;

  @Option(names = "--list", description = "List the experiments.")
  boolean list;

  @Option(names = "--data", paramLabel = "PATH", description = "Your own data, a file or folder.")
  Path data;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of every random choice (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write metrics.json, report.html and the model there.")
  Path out;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A run.yaml with experiment, data, seed and options, as a run with --out writes it; what is"
              + " given here counts more.")
  Path config;

  @Override
  public Integer call() throws IOException {
    Console console = root.console();
    if (list) {
      list(console);
      return ExitCode.OK;
    }
    RunConfig file = config == null ? RunConfig.EMPTY : RunConfig.read(config);
    if (name == null) {
      name = file.experiment();
    }
    if (data == null) {
      data = file.data();
    }
    if (file.seed() != null && !spec.commandLine().getParseResult().hasMatchedOption("--seed")) {
      seed = file.seed();
    }
    if (name == null) {
      throw new UsageException(
          "run: expected an experiment's name; 'hopfield run --list' lists them");
    }
    Experiment experiment = Experiments.byName(name);
    if (data != null) {
      InputFile.readable(data);
    }
    try (ProgressDisplay progress = new ProgressDisplay(console)) {
      ExperimentContext context =
          ExperimentContext.builder()
              .data(data)
              .out(out)
              .seed(seed)
              .progress(progress)
              .options(file.options())
              .options(ExperimentArguments.given(spec, experiment.options()))
              .build();
      run(console, progress, json, () -> experiment.run(context));
    }
    return ExitCode.OK;
  }

  /** What gives a result and writes files. */
  @FunctionalInterface
  interface Work {
    ExperimentResult run() throws IOException;
  }

  /** Does the work and shows its result, also one whose files could not be written. */
  static void run(Console console, ProgressDisplay progress, boolean asJson, Work work)
      throws IOException {
    try {
      ExperimentResult result = work.run();
      progress.end();
      print(console, result, asJson);
    } catch (UnsavedResultException e) {
      progress.end();
      print(console, e.result(), asJson);
      throw e;
    }
  }

  private void list(Console console) {
    List<Experiment> all = Experiments.all();
    if (json) {
      Map<String, String> byName = new LinkedHashMap<>();
      all.forEach(experiment -> byName.put(experiment.name(), experiment.description()));
      console.json(Map.of("experiments", byName));
      return;
    }
    int width = all.stream().mapToInt(e -> e.name().length()).max().orElse(1);
    all.forEach(e -> console.result("%-" + width + "s  %s", e.name(), e.description()));
  }

  /** The result as its JSON object, or as tables and lines. */
  static void print(Console console, ExperimentResult result, boolean asJson) {
    if (asJson) {
      console.raw(result.toJson());
    } else {
      show(console, result);
    }
  }

  private static void show(Console console, ExperimentResult result) {
    for (ResultTable table : result.tables()) {
      console.raw(table.toText().stripTrailing());
    }
    result
        .metrics()
        .forEach(
            (metric, value) ->
                console.result("%s: %s", metric, Numbers.spread(value.mean(), value.std())));
    console.result(
        "%s on %s, seed %d, %.1f s",
        result.experiment(), result.dataset(), result.seed(), result.seconds());
    result.files().forEach(file -> console.result("wrote %s", file));
  }
}
