package io.github.dl4jhopfield.search.trial;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Scores trials: opens the experiment and its data once for all trials that share them.
 * Thread-safe.
 */
public final class TrialTask {
  private static final int MOST_PREPARED = 4;
  private static final String HOST = host();

  private final Function<String, TunableExperiment> experiments;

  /** Data that is open, by what it was opened with; the eldest is let go. */
  private final Map<List<Object>, Tuning> prepared = new LinkedHashMap<>();

  /**
   * @param experiments finds an experiment by its name; throws {@link IllegalArgumentException}
   */
  public TrialTask(Function<String, TunableExperiment> experiments) {
    this.experiments = experiments;
  }

  /** One for the experiments that {@link Experiments} finds. */
  public static TrialTask ofInstalledExperiments() {
    return new TrialTask(
        name -> {
          if (Experiments.byName(name) instanceof TunableExperiment experiment) {
            return experiment;
          }
          throw new IllegalArgumentException(
              name + ": expected an experiment that can be searched");
        });
  }

  /** Runs one trial; whatever it throws is the error of its result. */
  public TrialResult run(Trial trial) {
    long started = System.currentTimeMillis();
    long start = System.nanoTime();
    try {
      Tuning tuning = tuning(trial);
      Rungs rungs = new Rungs(trial.scoring().rungs(), tuning.greaterIsBetter());
      List<String> objectives = trial.scoring().objectives();
      Optional<Tuning.Score> score =
          tuning.evaluate(
              hyperparameters(trial),
              objectives.isEmpty() ? List.of(tuning.metric()) : objectives,
              trial.scoring().rungs().isEmpty() ? Tuning.Intermediate.NONE : rungs);
      Map<String, Double> measures = new LinkedHashMap<>();
      for (String objective : score.isPresent() ? objectives : List.<String>of()) {
        measures.put(objective, measure(objective, tuning, score.get()));
      }
      double value =
          score.isEmpty()
              ? Double.NaN
              : objectives.isEmpty() ? score.get().value() : measures.get(objectives.get(0));
      if (score.isPresent()) {
        checkFinite(value);
      }
      return new TrialResult(
          trial.number(),
          trial.values(),
          value,
          score.map(Tuning.Score::parts).orElse(List.of()),
          measures.size() > 1 ? measures : Map.of(),
          rungs.steps(),
          score.isEmpty(),
          seconds(start),
          started,
          HOST,
          score.isEmpty() ? rungs.reason(tuning.metric()) : null);
    } catch (Exception | OutOfMemoryError | StackOverflowError e) {
      return TrialResult.failed(trial, started, seconds(start), HOST, oneLine(e));
    }
  }

  private static double measure(String objective, Tuning tuning, Tuning.Score score) {
    Double value =
        objective.equals(tuning.metric())
            ? (Double) score.value()
            : score.measures().get(objective);
    if (value == null) {
      throw new IllegalStateException(
          "objective " + objective + ": expected a value from the experiment, found none");
    }
    checkFinite(value);
    return value;
  }

  private static void checkFinite(double value) {
    if (!Double.isFinite(value)) {
      throw new ArithmeticException("expected a finite score, found " + value);
    }
  }

  /** The experiment's data and splits under the options that the trial has. */
  public Tuning tuning(Trial trial) throws IOException {
    TunableExperiment experiment = experiments.apply(trial.experiment());
    Map<String, String> options = options(experiment, trial);
    Scoring scoring = trial.scoring();
    List<Object> key =
        List.of(
            trial.experiment(),
            String.valueOf(trial.data()),
            options,
            trial.seed(),
            scoring.onePart(),
            scoring.outerFold(),
            scoring.outerFolds());
    synchronized (prepared) {
      Tuning tuning = prepared.get(key);
      if (tuning == null) {
        tuning =
            experiment.prepare(
                ExperimentContext.builder()
                    .data(trial.data() == null ? null : Path.of(trial.data()))
                    .seed(trial.seed())
                    .options(options)
                    .build());
        if (scoring.onePart()) {
          tuning = tuning.onOnePart();
        }
        if (scoring.outerFolds() > 0) {
          tuning = tuning.outside(scoring.outerFold(), scoring.outerFolds());
        }
        prepared.put(key, tuning);
        if (prepared.size() > MOST_PREPARED) {
          prepared.remove(prepared.keySet().iterator().next());
        }
      }
      return tuning;
    }
  }

  private static Map<String, String> options(TunableExperiment experiment, Trial trial) {
    Map<String, String> options = new LinkedHashMap<>(trial.options());
    List<String> searched = experiment.space().stream().map(TuningParameter::name).toList();
    for (ExperimentOption option : experiment.options()) {
      Object value = trial.values().get(option.camelCase());
      if (value != null && !searched.contains(option.camelCase())) {
        options.put(option.name(), ExperimentOption.written(value));
      }
    }
    return options;
  }

  /** A value for each hyperparameter: the trial's, or the default. */
  public Map<String, Object> hyperparameters(Trial trial) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (TuningParameter parameter : experiments.apply(trial.experiment()).space()) {
      values.put(
          parameter.name(),
          trial.values().getOrDefault(parameter.name(), parameter.defaultValue()));
    }
    return values;
  }

  static double seconds(long start) {
    return secondsSince(start);
  }

  /** Since a time of {@link System#nanoTime}. */
  public static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  static String host() {
    String name;
    try {
      name = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      name = "localhost";
    }
    return name + ":" + ProcessHandle.current().pid();
  }

  static String oneLine(Throwable e) {
    String message = e.getMessage() == null ? "" : ": " + e.getMessage();
    return (e.getClass().getSimpleName() + message).replaceAll("\\p{Cntrl}+", " ");
  }
}
