package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.search.ReadySpaces;
import io.github.dl4jhopfield.search.SearchSpaces;
import io.github.dl4jhopfield.search.Sweep;
import io.github.dl4jhopfield.search.SweepResult;
import io.github.dl4jhopfield.search.SweepServer;
import io.github.dl4jhopfield.search.Validation;
import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceFile;
import io.github.dl4jhopfield.search.space.SpaceTable;
import io.github.dl4jhopfield.search.strategy.Pruning;
import io.github.dl4jhopfield.search.strategy.Strategies;
import io.github.dl4jhopfield.search.trial.WorkerRunner;
import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Searches hyperparameters of an experiment. */
@Command(
    name = "sweep",
    description = {
      "Search hyperparameters of an experiment.",
      "Candidate 0 has the defaults; scores come from validation within the data."
    },
    mixinStandardHelpOptions = true)
final class SweepCommand implements Callable<Integer>, ExperimentArguments.TakesExperiment {
  @ParentCommand HopfieldCommand root;
  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "EXPERIMENT",
      completionCandidates = Names.OfSearchable.class,
      description = "The experiment's name.")
  String name;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      completionCandidates = StrategyNames.class,
      description =
          "How candidates are found: ${COMPLETION-CANDIDATES} (default: as the space says, else"
              + " random).")
  String strategy;

  @Option(
      names = "--objective",
      paramLabel = "NAME",
      description =
          "What candidates are measured by, several times for several objectives; the first decides"
              + " which becomes the model (default: the experiment's metric).")
  List<String> objectives;

  @Option(
      names = "--score",
      paramLabel = "NAME",
      defaultValue = "cross-validation",
      completionCandidates = ScoreNames.class,
      description =
          "On which samples candidates are scored: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}). Nested repeats the search outside of each outer test fold, for"
              + " a test figure that it did not see.")
  String score;

  @Option(
      names = "--outer-folds",
      paramLabel = "N",
      description = "With --score nested: how many (default: 5).")
  Integer outerFolds;

  @Option(
      names = "--prune",
      paramLabel = "NAME",
      completionCandidates = PruningNames.class,
      description =
          "Give hopeless candidates up before their end, by this rule: ${COMPLETION-CANDIDATES}"
              + " (default: never).")
  String prune;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many, the default one included (default: ${DEFAULT-VALUE}).")
  int candidates;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Candidates at once (default: ${DEFAULT-VALUE}).")
  int threads;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "Candidates at once in JVMs of their own, which can be ended alone (default: threads of"
              + " this one).")
  Integer workers;

  @Option(
      names = "--trial-seconds",
      paramLabel = "X",
      description = "With --workers: a candidate that takes longer is ended and has failed.")
  Double trialSeconds;

  @Option(
      names = "--worker-memory",
      paramLabel = "MB",
      description = "With --workers: most heap of a worker (default: 2048).")
  Integer workerMemory;

  @Option(
      names = "--trials-per-worker",
      paramLabel = "N",
      description = "With --workers: a worker is replaced after so many (default: 100).")
  Integer trialsPerWorker;

  @Option(
      names = "--spark",
      paramLabel = "URL",
      description =
          "Candidates run as tasks of this Spark 3.5 master (local[2], spark://host:7077); the"
              + " environment variable SPARK_HOME says where Spark is.")
  String spark;

  @Option(
      names = "--resume",
      description = "Go on with the search that --out has; start one where it has none.")
  boolean resume;

  @Option(
      names = "--ui",
      arity = "0..1",
      fallbackValue = "0",
      paramLabel = "PORT",
      description =
          "Show the search on a page of this machine while it runs; its address is printed. Without"
              + " PORT on any free port.")
  Integer ui;

  @Option(
      names = "--dl4j-ui",
      description =
          "Show the trainings in DL4J's own dashboard, whose jars (deeplearning4j-ui) the environment"
              + " variable HOPFIELD_CLASS_PATH names; not with --workers or --spark.")
  boolean dashboard;

  @Option(names = "--data", paramLabel = "PATH", description = "Your own data, a file or folder.")
  Path data;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of candidates, splits and trainings (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where to write sweep.jsonl, sweep.json and the best model (default: sweep-EXPERIMENT).")
  Path out;

  @Option(
      names = "--space",
      paramLabel = "FILE|NAME",
      completionCandidates = ReadyNames.class,
      description =
          "The search space, a YAML or JSON file or a ready one: ${COMPLETION-CANDIDATES} (default:"
              + " the experiment's own).")
  Path space;

  @Option(
      names = "--dry-run",
      description = "Only show the search space as it was understood; nothing is trained.")
  boolean dryRun;

  @Option(
      names = "--names",
      paramLabel = "NAME,...",
      split = ",",
      description =
          "With --dry-run: check the file against these names instead of the experiment's.")
  List<String> names;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  @Override
  public Integer call() throws IOException {
    Console console = root.console();
    TunableExperiment experiment = experiment();
    if (dryRun) {
      showSpace(console, experiment);
      return ExitCode.OK;
    }
    Sweep.Builder sweep = Sweep.builder().experiment(experiment).resume(resume);
    try {
      sweep.candidates(candidates).threads(threads);
      if (workers != null) {
        sweep.workers(
            new WorkerRunner.Settings(
                workers,
                trialSeconds == null ? 0 : trialSeconds,
                trialsPerWorker == null ? 100 : trialsPerWorker,
                workerMemory == null ? 2048 : workerMemory));
      } else if (trialSeconds != null || workerMemory != null || trialsPerWorker != null) {
        throw new IllegalArgumentException(
            (trialSeconds != null
                    ? "trial-seconds"
                    : workerMemory != null ? "worker-memory" : "trials-per-worker")
                + ": expected --workers N beside it, found none");
      }
      if (dashboard && (spark != null || workers != null)) {
        throw new IllegalArgumentException(
            "dl4j-ui: expected candidates in threads, found --"
                + (spark != null ? "spark" : "workers"));
      }
      if (spark != null && workers != null) {
        throw new IllegalArgumentException("spark: expected no --workers beside it, found both");
      }
      if (strategy != null && !Strategies.names().contains(strategy)) {
        throw new IllegalArgumentException(
            "strategy: expected one of "
                + String.join(", ", Strategies.names())
                + ", found \""
                + strategy
                + '"'
                + Suggestions.hint(strategy, Strategies.names()));
      }
      sweep.validation(Validation.of(score, outerFolds));
      if (objectives != null) {
        sweep.objectives(objectives);
      }
      if (prune != null) {
        sweep.pruning(Pruning.of(prune));
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("sweep: --" + e.getMessage());
    }
    if (spark != null) {
      sweep.runner(
          () ->
              SparkRuns.sweep(
                  spark,
                  spec.commandLine().getParseResult().hasMatchedOption("--threads") ? threads : 0));
    }
    if (strategy != null) {
      sweep.strategy(strategy);
    }
    if (space != null) {
      sweep.space(space(experiment));
    }
    if (data != null) {
      InputFile.readable(data);
    }
    Path folder = out == null ? Path.of("sweep-" + experiment.name()) : out;
    try (ProgressDisplay progress = new ProgressDisplay(console)) {
      Thread farewell =
          new Thread(
              () -> {
                progress.close();
                console.note(
                    "stopped; what was scored is in %s: the same command with --resume goes on",
                    folder);
              });
      Runtime.getRuntime().addShutdownHook(farewell);
      if (!json) {
        sweep.watch(
            state -> progress.below(new SweepTable(state, System::currentTimeMillis)::lines));
      }
      try (SweepServer server = server(console, sweep);
          Dl4jDashboard trainings = dashboard ? dashboard(console) : null) {
        search(console, sweep, experiment, folder, progress);
      } finally {
        forget(farewell);
      }
    }
    return ExitCode.OK;
  }

  private void search(
      Console console,
      Sweep.Builder sweep,
      TunableExperiment experiment,
      Path folder,
      ProgressDisplay progress)
      throws IOException {
    sweep.context(
        ExperimentContext.builder()
            .data(data)
            .out(folder)
            .seed(seed)
            .progress(progress)
            .options(ExperimentArguments.given(spec, experiment.options()))
            .build());
    SweepResult result = built(sweep).run();
    progress.end();
    if (json) {
      console.raw(result.toJson());
    } else {
      show(console, result);
    }
  }

  private static Sweep built(Sweep.Builder sweep) {
    try {
      return sweep.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException("sweep: --" + e.getMessage());
    }
  }

  /** Without {@code --ui} none. */
  private SweepServer server(Console console, Sweep.Builder sweep) throws IOException {
    if (ui == null) {
      return null;
    }
    if (ui < 0 || ui > 65535) {
      throw new UsageException("sweep: --ui: expected a port from 0 to 65535, found " + ui);
    }
    SweepServer server = SweepServer.start(ui);
    sweep.watch(server::show);
    console.note("the search can be seen at %s", server.url());
    return server;
  }

  private static Dl4jDashboard dashboard(Console console) {
    Dl4jDashboard dashboard = Dl4jDashboard.start();
    console.note("trainings can be seen at %s", dashboard.url());
    return dashboard;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // already stopping: the hook says so
    }
  }

  /** For help and completion. */
  static final class ReadyNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ReadySpaces.names().iterator();
    }
  }

  /** For help and completion. */
  static final class ScoreNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Validation.words().iterator();
    }
  }

  /** For help and completion. */
  static final class PruningNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Pruning.names().iterator();
    }
  }

  /** For help and completion. */
  static final class StrategyNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Strategies.names().iterator();
    }
  }

  private TunableExperiment experiment() {
    List<TunableExperiment> known = Sweep.experiments();
    return known.stream()
        .filter(experiment -> experiment.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> {
              List<String> names = known.stream().map(Experiment::name).toList();
              return new UsageException(
                  "sweep: experiment '"
                      + name
                      + "' cannot be searched"
                      + Suggestions.hint(name, names)
                      + "; these can be: "
                      + String.join(", ", names));
            });
  }

  /** The space of a file, else the ready one of that name; with a grid, it can be walked. */
  private Space space(TunableExperiment experiment) throws IOException {
    String name = space.toString();
    Space read;
    if (!Files.exists(space) && ReadySpaces.names().contains(name)) {
      try {
        read = ReadySpaces.read(name, experiment);
      } catch (IllegalArgumentException e) {
        throw new UsageException("sweep: --" + e.getMessage());
      }
    } else {
      InputFile.readable(space);
      read = names != null ? SpaceFile.read(space, names) : SearchSpaces.read(space, experiment);
    }
    if ("grid".equals(strategy != null ? strategy : read.strategy().get("kind"))) {
      SpaceFile.checkGrid(name, read);
    }
    return read;
  }

  /** The space as it was understood; with a grid, whether it can be walked. */
  private void showSpace(Console console, TunableExperiment experiment) throws IOException {
    if (space == null) {
      throw new UsageException("sweep: --dry-run: expected --space FILE, found none");
    }
    Space read = space(experiment);
    if (json) {
      console.raw(read.toJson());
    } else {
      console.raw(SpaceTable.of(space.getFileName().toString(), read).toText().stripTrailing());
    }
  }

  private static void show(Console console, SweepResult result) {
    console.raw(result.table().toText().stripTrailing());
    if (result.outerFolds().isEmpty() && result.trained() < result.candidates().size()) {
      console.result(
          "%d of %d candidates were in the store, %d trained now",
          result.candidates().size() - result.trained(),
          result.candidates().size(),
          result.trained());
    }
    if (result.objectives().size() > 1) {
      console.result(
          "Pareto front: candidates %s",
          result.paretoFront().stream()
              .map(c -> Integer.toString(c.candidate()))
              .collect(Collectors.joining(", ")));
    }
    console.result(
        "best: candidate %d, %s %.4f (default %.4f)",
        result.best().candidate(),
        result.metric(),
        result.best().score(),
        result.byDefault().score());
    for (Map.Entry<String, Object> value : result.best().values().entrySet()) {
      console.result("  %s = %s", value.getKey(), value.getValue());
    }
    result
        .test()
        .ifPresent(
            test ->
                console.result(
                    "test of %d outer folds, which no search saw: %.4f ± %.4f",
                    result.outerFolds().size(), test.mean(), test.std()));
    console.result(
        "%s on %s, seed %d, %.1f s",
        result.experiment(), result.dataset(), result.seed(), result.seconds());
    result.files().forEach(file -> console.result("wrote %s", file));
  }
}
