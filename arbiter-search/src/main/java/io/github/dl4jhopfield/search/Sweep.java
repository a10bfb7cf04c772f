package io.github.dl4jhopfield.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.arbiter.optimize.api.termination.MaxCandidatesCondition;
import org.deeplearning4j.arbiter.optimize.config.OptimizationConfiguration;
import org.deeplearning4j.arbiter.optimize.runner.LocalOptimizationRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A search for hyperparameters of an experiment, on Arbiter's runner.
 *
 * <p>Candidate 0 has the default hyperparameters, so that the best candidate is never worse than
 * these on the validation data. Candidates, splits and trainings follow from the seed; threads and
 * order don't change a score. A candidate that throws is recorded as failed, and the others go on.
 *
 * <p>Scores come from validation within the data. The best of many candidates is favoured by chance
 * too: for an unbiased estimate of what the experiment reaches, run it with its own nested
 * cross-validation.
 *
 * <p>With an output folder it writes {@code sweep.jsonl}, a line for each candidate as soon as it
 * is done, {@code sweep.json} with the result, and {@code model.zip}, the best candidate trained on
 * all data.
 */
public final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  private final TunableExperiment experiment;
  private final ExperimentContext context;
  private final SearchStrategy strategy;
  private final int count;
  private final int threads;

  private Sweep(Builder builder) {
    experiment = Objects.requireNonNull(builder.experiment, "experiment");
    context = builder.context;
    strategy = builder.strategy;
    count = builder.candidates;
    threads = builder.threads;
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
   * @throws IllegalArgumentException for bad options or data
   * @throws IllegalStateException if every candidate failed
   * @throws IOException if a file cannot be read or written
   */
  public SweepResult run() throws IOException {
    long start = System.nanoTime();
    List<TuningParameter> parameters = experiment.space();
    List<Map<String, Object>> plan = plan(parameters);
    Path out = context.out().orElse(null);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    Tuning tuning = experiment.prepare(context);
    Progress progress = context.progress();
    List<CandidateResult> results = new ArrayList<>();
    Path lines = out == null ? null : out.resolve("sweep.jsonl");
    progress.begin(
        String.format(
            Locale.ROOT, "%s search of %s on %s", strategy, experiment.name(), tuning.dataset()),
        plan.size());
    try (BufferedWriter writer = lines == null ? null : Files.newBufferedWriter(lines)) {
      execute(tuning, plan, result -> record(result, results, writer, progress));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      progress.end();
    }
    results.sort(Comparator.comparingInt(CandidateResult::candidate));
    SweepResult result = result(tuning, results, start, List.of());
    if (out == null) {
      return result;
    }
    Path model = out.resolve("model.zip");
    Path summary = out.resolve("sweep.json");
    tuning.saveModel(result.best().values(), model);
    result = result(tuning, results, start, List.of(lines, summary, model));
    AtomicFiles.writeText(summary, result.toJson() + "\n");
    return result;
  }

  /** The defaults, then what the strategy finds, each once. */
  private List<Map<String, Object>> plan(List<TuningParameter> parameters) {
    List<Map<String, Object>> plan = new ArrayList<>();
    plan.add(SearchSpace.defaults(parameters));
    if (count > 1) {
      for (Map<String, Object> values : strategy.draw(parameters, count, context.seed())) {
        if (plan.size() < count && !plan.contains(values)) {
          plan.add(values);
        }
      }
    }
    return plan;
  }

  private void execute(Tuning tuning, List<Map<String, Object>> plan, ResultSink sink) {
    SweepTasks tasks = new SweepTasks(tuning, sink);
    OptimizationConfiguration configuration =
        new OptimizationConfiguration.Builder()
            .candidateGenerator(new PlannedCandidates(plan, new SearchSpace(experiment.space())))
            .dataSource(SweepTasks.NoData.class, null)
            .scoreFunction(new SweepTasks.TuningScore(!tuning.greaterIsBetter()))
            // an exhausted generator alone does not stop the runner
            .terminationConditions(new MaxCandidatesCondition(plan.size()))
            .build();
    LocalOptimizationRunner runner =
        new LocalOptimizationRunner(Math.min(threads, plan.size()), configuration, tasks);
    runner.execute();
    tasks.rethrow();
  }

  /** Receives each candidate's result once. */
  @FunctionalInterface
  interface ResultSink {
    void accept(CandidateResult result) throws IOException;
  }

  private static void record(
      CandidateResult result,
      List<CandidateResult> results,
      BufferedWriter writer,
      Progress progress)
      throws IOException {
    synchronized (results) {
      results.add(result);
      if (writer != null) {
        writer.write(new ObjectMapper().writeValueAsString(result.toMap()));
        writer.newLine();
        writer.flush();
      }
      if (result.failed()) {
        LOG.warn("candidate {} failed: {}", result.candidate(), result.error());
      }
      progress.advance(
          1,
          result.failed()
              ? "candidate " + result.candidate() + " failed"
              : String.format(
                  Locale.ROOT, "candidate %d: %.4f", result.candidate(), result.score()));
    }
  }

  private SweepResult result(
      Tuning tuning, List<CandidateResult> results, long start, List<Path> files) {
    return new SweepResult(
        experiment.name(),
        tuning.dataset(),
        strategy,
        context.seed(),
        tuning.metric(),
        tuning.greaterIsBetter(),
        (System.nanoTime() - start) / 1e9,
        results,
        files);
  }

  /** Builder of {@link Sweep}. */
  public static final class Builder {
    private TunableExperiment experiment;
    private ExperimentContext context = ExperimentContext.builder().build();
    private SearchStrategy strategy = SearchStrategy.RANDOM;
    private int candidates = 20;
    private int threads = 1;

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

    /** How candidates are found. */
    public Builder strategy(SearchStrategy strategy) {
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

    /** Candidates at once. */
    public Builder threads(int threads) {
      if (threads < 1) {
        throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
      }
      this.threads = threads;
      return this;
    }

    /** The sweep. */
    public Sweep build() {
      return new Sweep(this);
    }
  }
}
