package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.ValueIndex;
import io.github.dl4jhopfield.search.strategy.Outcome;
import io.github.dl4jhopfield.search.strategy.Pruning;
import io.github.dl4jhopfield.search.strategy.Strategies;
import io.github.dl4jhopfield.search.strategy.Strategy;
import io.github.dl4jhopfield.search.trial.Scoring;
import io.github.dl4jhopfield.search.trial.ThreadRunner;
import io.github.dl4jhopfield.search.trial.Trial;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialRunner;
import io.github.dl4jhopfield.search.trial.TrialStore;
import io.github.dl4jhopfield.search.trial.TrialTable;
import io.github.dl4jhopfield.search.trial.TrialTask;
import io.github.dl4jhopfield.search.trial.WorkerRunner;
import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A search for hyperparameters of an experiment.
 *
 * <p>Candidate 0 has the default hyperparameters, where the space takes these, so that the best
 * candidate is never worse than them on the validation data. Candidates, splits and trainings
 * follow from the seed; threads, workers, order and interruptions don't change a candidate or a
 * score. A candidate that throws is recorded as failed, and the others go on. One that was tried
 * before is not trained again.
 *
 * <p>Scores come from validation within the data. The best of many candidates is favoured by chance
 * too: an unbiased estimate of what the search reaches takes outer test folds, of which it sees
 * nothing ({@link Validation.Kind#NESTED}).
 *
 * <p>With an output folder it writes {@code sweep.jsonl} as it goes (see {@link TrialStore}),
 * {@code report.html}, written anew now and then while it runs, {@code sweep.json} with the result,
 * and {@code model.zip}, the best candidate trained on all data. A search that was stopped or
 * killed goes on from there with {@link Builder#resume}: nothing is trained twice, and the result
 * is that of a search that was not.
 */
public final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  /** A strategy that finds nothing new so often in a row has tried everything. */
  private static final int MOST_IDLE_BATCHES = 100;

  private static final int STORE_VERSION = 1;

  /** What stores that say nothing of it were made with. */
  private static final Map<String, Object> BEFORE =
      Map.of("objectives", List.of(), "pruning", "none", "score", "cross-validation");

  private final TunableExperiment experiment;
  private final ExperimentContext context;
  private final Space space;
  private final String strategyName;
  private final Map<String, Object> settings;
  private final int count;
  private final int threads;
  private final WorkerRunner.Settings workers;
  private final RunnerStart runner;
  private final boolean resume;
  private final List<String> objectives;
  private final Pruning pruning;
  private final Validation validation;

  /** The outer test fold that this search leaves out, or -1. */
  private final int outerFold;

  /** What has ended: the store's, where there is one, which may have more than this run knows. */
  private TrialTable results = new TrialTable();

  private final ValueIndex known = new ValueIndex();

  /** The candidates with the numbers below this have ended. */
  private int done;

  private final List<Consumer<SweepState>> watchers;
  private SweepState state;
  private int trained;

  private Sweep(Builder builder) {
    experiment = Objects.requireNonNull(builder.experiment, "experiment");
    context = builder.context;
    space = builder.space == null ? SearchSpaces.of(experiment) : builder.space;
    Object kind = space.strategy().get("kind");
    strategyName =
        builder.strategy != null ? builder.strategy : kind == null ? "random" : kind.toString();
    // Settings in the file are those of the strategy that it names.
    settings = strategyName.equals(kind) ? space.strategy() : Map.of();
    count = builder.candidates;
    threads = builder.threads;
    workers = builder.workers;
    runner = builder.runner;
    resume = builder.resume;
    watchers = List.copyOf(builder.watchers);
    objectives = builder.objectives;
    pruning = builder.pruning;
    validation = builder.validation;
    outerFold = -1;
    if (pruning != null && strategyName.contains("hyperband")) {
      throw new IllegalArgumentException(
          "prune: expected a strategy that trains every candidate to its end, found "
              + strategyName
              + ", which gives candidates up itself");
    }
    if (pruning != null && objectives.size() > 1) {
      throw new IllegalArgumentException(
          "prune: expected one objective, found " + String.join(", ", objectives));
    }
  }

  /** The search outside of an outer fold of another. */
  private Sweep(Sweep whole, int outerFold) {
    experiment = whole.experiment;
    context =
        ExperimentContext.builder()
            .data(whole.context.data().orElse(null))
            .out(whole.outerFolder(outerFold))
            .seed(whole.context.seed())
            .progress(whole.context.progress())
            .options(whole.context.options())
            .build();
    space = whole.space;
    strategyName = whole.strategyName;
    settings = whole.settings;
    count = whole.count;
    threads = whole.threads;
    workers = whole.workers;
    runner = whole.runner;
    resume = whole.resume;
    watchers = whole.watchers;
    objectives = whole.objectives;
    pruning = whole.pruning;
    validation = whole.validation;
    this.outerFold = outerFold;
  }

  private Path outerFolder(int fold) {
    return context.out().map(out -> out.resolve("outer-" + (fold + 1))).orElse(null);
  }

  /** Starts what runs the trials. */
  @FunctionalInterface
  public interface RunnerStart {
    /** Started when the first trial is near; the sweep closes it. */
    TrialRunner start() throws IOException;
  }

  /** A sweep of 20 random candidates on one thread. */
  public static Builder builder() {
    return new Builder();
  }

  /** The experiments that can be searched. */
  public static List<TunableExperiment> experiments() {
    return Experiments.all().stream()
        .filter(TunableExperiment.class::isInstance)
        .map(TunableExperiment.class::cast)
        .toList();
  }

  /**
   * The experiment of that name that can be searched.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static TunableExperiment experiment(String name) {
    return experiments().stream()
        .filter(e -> e.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected an experiment that can be searched, one of "
                        + String.join(", ", experiments().stream().map(Experiment::name).toList())
                        + ", found \""
                        + name
                        + '"'));
  }

  /**
   * Runs the search.
   *
   * @throws IllegalArgumentException for bad options or data, or a folder with another search
   * @throws IllegalStateException if every candidate failed
   * @throws IOException if a file cannot be read or written
   */
  public SweepResult run() throws IOException {
    TrialTask task = new TrialTask(name -> experiment);
    Map<String, Object> defaults = SearchSpaces.defaults(space, experiment);
    Strategies.create(strategyName, settings, space, context.seed(), defaults); // faults first
    try (LazyRunner shared = new LazyRunner(() -> runner(task))) {
      return run(task, defaults, shared);
    }
  }

  private SweepResult run(TrialTask task, Map<String, Object> defaults, TrialRunner runner)
      throws IOException {
    long start = System.nanoTime();
    Strategy strategy = Strategies.create(strategyName, settings, space, context.seed(), defaults);
    Path out = context.out().orElse(null);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    try (TrialStore store = out == null ? null : TrialStore.open(out)) {
      if (store != null) {
        checkStore(store);
        results = store.results();
      }
      Tuning tuning = task.tuning(trial(0, defaults));
      List<Tuning.Objective> measured = measured(tuning);
      List<SweepResult.OuterFold> outer = new ArrayList<>();
      for (int fold = 0; outerFold < 0 && fold < validation.outerFolds(); fold++) {
        Sweep outside = new Sweep(this, fold);
        outer.add(outside.run(task, defaults, runner).outerFolds().get(0));
        trained += outside.trained;
      }
      Progress progress = context.progress();
      progress.begin(title(tuning), count);
      state =
          new SweepState(
              experiment.name(),
              tuning.dataset(),
              measured,
              strategyName,
              context.seed(),
              count,
              space,
              results,
              System::currentTimeMillis);
      state.tested(outer);
      watchers.forEach(watcher -> watcher.accept(state));
      try (LiveReport report = out == null ? null : LiveReport.start(state, out)) {
        search(strategy, runner, measured, store, progress);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the search was stopped");
      } finally {
        state.end();
        progress.end();
      }
      SweepResult result =
          new SweepResult(
              experiment.name(),
              tuning.dataset(),
              strategyName,
              context.seed(),
              measured,
              TrialTask.secondsSince(start),
              trained,
              results.first(done),
              outer,
              List.of());
      if (outerFold >= 0) {
        result = result.withOuterFolds(List.of(test(result.best(), task, store)));
        state.tested(result.outerFolds());
      }
      return out == null ? result : write(result, task, store, out);
    }
  }

  private String title(Tuning tuning) {
    return String.format(
        Locale.ROOT,
        "%s search of %s on %s%s",
        strategyName,
        experiment.name(),
        tuning.dataset(),
        outerFold < 0 ? "" : ", outer fold " + (outerFold + 1) + " of " + validation.outerFolds());
  }

  /** Trains the best outside of the outer fold and tests it there, unless the store has it. */
  private SweepResult.OuterFold test(TrialResult best, TrialTask task, TrialStore store)
      throws IOException {
    Double score = store == null ? null : store.tests().get(best.candidate());
    if (score == null) {
      Trial trial = trial(best.candidate(), best.values());
      score = task.tuning(trial).test(task.hyperparameters(trial));
      if (store != null) {
        store.test(best.candidate(), score);
      }
    }
    return new SweepResult.OuterFold(
        outerFold, best.candidate(), best.score(), score, best.values());
  }

  /** The objectives that were asked for; the experiment's metric if none was. */
  private List<Tuning.Objective> measured(Tuning tuning) {
    List<Tuning.Objective> known = tuning.objectives();
    if (objectives.isEmpty()) {
      return List.of(new Tuning.Objective(tuning.metric(), tuning.greaterIsBetter()));
    }
    List<String> names = known.stream().map(Tuning.Objective::name).toList();
    List<Tuning.Objective> measured = new ArrayList<>();
    for (String objective : objectives) {
      if (!names.contains(objective)) {
        throw new IllegalArgumentException(
            "objective: expected one of "
                + String.join(", ", names)
                + ", found \""
                + objective
                + '"'
                + Suggestions.hint(objective, names));
      }
      measured.add(known.get(names.indexOf(objective)));
    }
    if (pruning != null && !measured.get(0).name().equals(tuning.metric())) {
      throw new IllegalArgumentException(
          "prune: expected the objective "
              + tuning.metric()
              + ", the score on the way, found "
              + objectives.get(0));
    }
    return measured;
  }

  private TrialRunner runner(TrialTask task) throws IOException {
    if (runner != null) {
      return runner.start();
    }
    return workers == null ? new ThreadRunner(task, threads) : new WorkerRunner(workers);
  }

  // --- the store --------------------------------------------------------------------------------

  /** What makes two searches the same one. The number of candidates may grow. */
  private Map<String, Object> header() throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("version", STORE_VERSION);
    header.put("experiment", experiment.name());
    header.put("data", context.data().isPresent() ? DataHash.of(context.data().get()) : "built in");
    header.put("options", context.options());
    header.put("seed", context.seed());
    header.put("strategy", strategyName);
    header.put("settings", settings);
    header.put("space", space.toMap());
    header.put("objectives", objectives);
    header.put("pruning", pruning == null ? "none" : pruning.name());
    header.put("score", validation + (outerFold < 0 ? "" : ", outside of fold " + (outerFold + 1)));
    return header;
  }

  private void checkStore(TrialStore store) throws IOException {
    Map<String, Object> header = header();
    store.damage().forEach(LOG::warn);
    if (store.header() == null) {
      if (!store.results().isEmpty()) {
        throw new IllegalArgumentException(
            context.out().get().resolve(TrialStore.FILE)
                + ": expected the record of what is searched, found results without it");
      }
      store.begin(header);
      return;
    }
    if (!resume) {
      throw new IllegalArgumentException(
          context.out().get()
              + ": expected an empty folder, found a search with "
              + store.results().size()
              + " results; --resume goes on with it, another --out starts a new one");
    }
    for (Map.Entry<String, Object> entry : header.entrySet()) {
      Object there = store.header().getOrDefault(entry.getKey(), BEFORE.get(entry.getKey()));
      if (!DataHash.canonical(entry.getValue()).equals(DataHash.canonical(there))) {
        throw new IllegalArgumentException(
            context.out().get().resolve(TrialStore.FILE)
                + ": expected a search with the same "
                + entry.getKey()
                + ", found "
                + shown(there)
                + " there and "
                + shown(entry.getValue())
                + " here");
      }
    }
    if (!store.lost().isEmpty()) {
      LOG.info("candidates {} were running when the search ended: running again", store.lost());
    }
  }

  private static String shown(Object value) throws IOException {
    String text = DataHash.canonical(value);
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }

  // --- searching --------------------------------------------------------------------------------

  private Trial trial(int number, Map<String, Object> values) {
    return trial(number, values, List.of());
  }

  private Trial trial(int number, Map<String, Object> values, List<Scoring.Rung> rungs) {
    return new Trial(
        number,
        experiment.name(),
        context.data().map(Path::toString).orElse(null),
        context.options(),
        context.seed(),
        values,
        new Scoring(
            objectives,
            rungs,
            validation.kind() == Validation.Kind.VALIDATION,
            Math.max(outerFold, 0),
            outerFold < 0 ? 0 : validation.outerFolds()));
  }

  private void search(
      Strategy strategy,
      TrialRunner runner,
      List<Tuning.Objective> measured,
      TrialStore store,
      Progress progress)
      throws IOException, InterruptedException {
    Pruning.Bar bar = pruning == null ? null : pruning.start(measured.get(0).greaterIsBetter());
    int idle = 0;
    while (done < count && idle < MOST_IDLE_BATCHES) {
      List<Map<String, Object>> batch = strategy.ask(count - done);
      if (batch.isEmpty()) {
        return;
      }
      List<Map<String, Object>> fresh =
          batch.stream().distinct().filter(values -> number(values) < 0).toList();
      idle = fresh.isEmpty() ? idle + 1 : 0;
      int group = pruning == null ? Math.max(1, fresh.size()) : Pruning.GROUP;
      for (int from = 0; from < fresh.size(); from += group) {
        List<Scoring.Rung> rungs = bar == null ? List.of() : bar.rungs();
        List<Trial> trials = new ArrayList<>();
        for (Map<String, Object> values :
            fresh.subList(from, Math.min(fresh.size(), from + group))) {
          trials.add(trial(done + trials.size(), values, rungs));
        }
        score(trials, runner, store, progress);
        if (bar != null) {
          trials.forEach(trial -> bar.take(results.get(trial.number())));
        }
      }
      strategy.tell(
          batch.stream().map(values -> outcome(results.get(number(values)), measured)).toList());
    }
  }

  /** The number of the candidate with these values; -1 if there was none. */
  private int number(Map<String, Object> values) {
    return known.find(values, number -> results.get(number).values().equals(values));
  }

  /** Takes what the store has and runs the rest. */
  private void score(List<Trial> trials, TrialRunner runner, TrialStore store, Progress progress)
      throws IOException, InterruptedException {
    List<Trial> left = new ArrayList<>();
    for (Trial trial : trials) {
      TrialResult stored = store == null ? null : store.results().get(trial.number());
      if (stored == null) {
        left.add(trial);
      } else if (DataHash.canonical(stored.values()).equals(DataHash.canonical(trial.values()))) {
        state.known(stored);
        progress.advance(1, "candidate " + trial.number() + " was in the store");
      } else {
        throw new IllegalStateException(
            context.out().get().resolve(TrialStore.FILE)
                + ": expected the values "
                + trial.values()
                + " of candidate "
                + trial.number()
                + ", found "
                + stored.values()
                + "; another version of the program wrote it");
      }
    }
    runner.run(
        left,
        new TrialRunner.Listener() {
          @Override
          public void started(Trial trial) throws IOException {
            state.started(trial);
            if (store != null) {
              store.started(trial);
            }
          }

          @Override
          public void ended(TrialResult result) throws IOException {
            state.ended(result);
            trained++;
            if (store != null) {
              store.ended(result);
            }
            report(result, progress);
          }
        });
    for (Trial trial : trials) {
      known.add(trial.values(), trial.number());
    }
    done += trials.size();
  }

  private static void report(TrialResult result, Progress progress) {
    if (result.failed() && !result.pruned()) {
      LOG.warn("candidate {} failed: {}", result.candidate(), result.error());
    }
    progress.advance(
        1,
        result.failed()
            ? "candidate " + result.candidate() + (result.pruned() ? " given up" : " failed")
            : String.format(Locale.ROOT, "candidate %d: %.4f", result.candidate(), result.score()));
  }

  /**
   * One that was given up is told with its last score, which lies among those of the others at that
   * point, and not with the best.
   */
  private static Outcome outcome(TrialResult result, List<Tuning.Objective> measured) {
    if (result.pruned()) {
      double score = result.steps().get(result.steps().size() - 1).score();
      return new Outcome(measured.get(0).greaterIsBetter() ? -score : score);
    }
    return SweepResult.outcome(result, measured);
  }

  // --- results ----------------------------------------------------------------------------------

  private SweepResult write(SweepResult result, TrialTask task, TrialStore store, Path out)
      throws IOException {
    Path model = out.resolve("model.zip");
    Path summary = out.resolve("sweep.json");
    Path report = out.resolve(LiveReport.FILE);
    TrialResult best = result.best();
    List<Path> files = new ArrayList<>(List.of(out.resolve(TrialStore.FILE), summary, report));
    if (outerFold < 0) {
      files.add(model);
    }
    SweepResult written = result.withFiles(files);
    AtomicFiles.writeText(summary, written.toJson() + "\n");
    AtomicFiles.writeText(report, SweepReport.html(state));
    Integer there = store.modelOf();
    if (outerFold >= 0) {
      return written; // the model is that of all data
    }
    if (there == null || there != best.candidate() || !Files.exists(model)) {
      Trial trial = trial(best.candidate(), best.values());
      task.tuning(trial).saveModel(task.hyperparameters(trial), model);
      store.model(best.candidate());
    }
    return written;
  }

  /** Builder of {@link Sweep}. */
  public static final class Builder {
    private TunableExperiment experiment;
    private ExperimentContext context = ExperimentContext.builder().build();
    private Space space;
    private String strategy;
    private int candidates = 20;
    private int threads = 1;
    private WorkerRunner.Settings workers;
    private RunnerStart runner;
    private boolean resume;
    private final List<Consumer<SweepState>> watchers = new ArrayList<>();
    private List<String> objectives = List.of();
    private Pruning pruning;
    private Validation validation = Validation.CROSS_VALIDATION;

    private Builder() {}

    /** What is searched. */
    public Builder experiment(TunableExperiment experiment) {
      this.experiment = experiment;
      return this;
    }

    /** Data, seed, output folder, progress listener and options of the experiment. */
    public Builder context(ExperimentContext context) {
      this.context = Objects.requireNonNull(context, "context");
      return this;
    }

    /** Where candidates lie; by default in the experiment's own space. */
    public Builder space(Space space) {
      this.space = Objects.requireNonNull(space, "space");
      return this;
    }

    /** How candidates are found, by name (see {@link Strategies}); by default as the space says. */
    public Builder strategy(String strategy) {
      this.strategy = Objects.requireNonNull(strategy, "strategy");
      return this;
    }

    /** Number of candidates, the default one included. A small space may have fewer. */
    public Builder candidates(int candidates) {
      if (candidates < 1) {
        throw new IllegalArgumentException("candidates: expected at least 1, found " + candidates);
      }
      this.candidates = candidates;
      return this;
    }

    /** Candidates at once, in threads of this JVM. */
    public Builder threads(int threads) {
      if (threads < 1) {
        throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
      }
      this.threads = threads;
      return this;
    }

    /**
     * Candidates run in JVMs of their own; the experiment must be one that {@link Experiments}
     * finds.
     */
    public Builder workers(WorkerRunner.Settings workers) {
      this.workers = Objects.requireNonNull(workers, "workers");
      return this;
    }

    /**
     * Candidates run elsewhere, such as on Spark; the experiment must be one that {@link
     * Experiments} finds there.
     */
    public Builder runner(RunnerStart runner) {
      this.runner = Objects.requireNonNull(runner, "runner");
      return this;
    }

    /** Goes on with the search that the output folder has; starts one where it has none. */
    public Builder resume(boolean resume) {
      this.resume = resume;
      return this;
    }

    /**
     * Somebody who is given the search when it begins, to look at it from any thread while it runs.
     */
    public Builder watch(Consumer<SweepState> watcher) {
      watchers.add(Objects.requireNonNull(watcher, "watcher"));
      return this;
    }

    /**
     * What candidates are measured by, of the experiment's {@link Tuning#objectives}; by default
     * its metric. Of several the first decides which candidate of the Pareto front becomes the
     * model.
     */
    public Builder objectives(List<String> objectives) {
      if (new HashSet<>(objectives).size() != objectives.size()) {
        throw new IllegalArgumentException(
            "objective: expected each once, found " + String.join(", ", objectives));
      }
      this.objectives = List.copyOf(objectives);
      return this;
    }

    /** On which samples candidates are scored; by default by cross-validation of all. */
    public Builder validation(Validation validation) {
      this.validation = Objects.requireNonNull(validation, "validation");
      return this;
    }

    /** When candidates are given up before their end; by default never. */
    public Builder pruning(Pruning pruning) {
      this.pruning = Objects.requireNonNull(pruning, "pruning");
      return this;
    }

    /**
     * The sweep.
     *
     * @throws IllegalArgumentException if parts of it don't go together
     */
    public Sweep build() {
      return new Sweep(this);
    }
  }
}
