package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scores candidates of a hyperparameter search on validation data. Every candidate meets the same
 * splits and the same seeds, so that they differ in their hyperparameters only, and the order and
 * the number of threads don't matter. Thread-safe.
 */
public interface Tuning {
  /**
   * What a candidate is measured by.
   *
   * @param name such as {@code auc} or {@code parameters}
   * @param greaterIsBetter whether a greater value is better
   */
  record Objective(String name, boolean greaterIsBetter) {}

  /**
   * A candidate's score.
   *
   * @param value mean of the parts
   * @param parts score on each validation part
   * @param measures values of the other objectives that were asked for, by name
   */
  record Score(double value, List<Double> parts, Map<String, Double> measures) {
    /** Copies the collections. */
    public Score {
      parts = List.copyOf(parts);
      measures = Map.copyOf(measures);
    }

    /** With no other objective. */
    public Score(double value, List<Double> parts) {
      this(value, parts, Map.of());
    }
  }

  /** Name of the data. */
  String dataset();

  /** What is measured, such as {@code auc}. */
  String metric();

  /** Whether a greater score is better. */
  boolean greaterIsBetter();

  /**
   * Trains with the given hyperparameters and scores on the validation parts.
   *
   * @param values a value for each {@link TunableExperiment#space() parameter}
   */
  Score evaluate(Map<String, Object> values);

  /**
   * What candidates can be measured by: the metric first. Those that are measured times are not
   * repeatable.
   */
  default List<Objective> objectives() {
    return List.of(new Objective(metric(), greaterIsBetter()));
  }

  /** Told how a candidate does while it is scored, so that a hopeless one can be given up. */
  @FunctionalInterface
  interface Intermediate {
    /** Nobody listens: what is only done for the intermediate scores can be left out. */
    Intermediate NONE = (done, score) -> true;

    /**
     * A score so far.
     *
     * @param done share of the work that is done, above 0 and below 1
     * @param score mean of the validation parts so far
     * @return whether to go on
     */
    boolean goesOn(double done, double score);
  }

  /**
   * As {@link #evaluate(Map)}, saying how it goes where the experiment can. The score of a
   * candidate that wasn't given up is the same.
   *
   * @return empty if it was given up
   */
  default Optional<Score> evaluate(Map<String, Object> values, Intermediate intermediate) {
    return Optional.of(evaluate(values));
  }

  /**
   * As {@link #evaluate(Map, Intermediate)}, with other objectives beside the metric.
   *
   * @param objectives names of {@link #objectives}
   * @throws IllegalArgumentException for a name that is not among them
   */
  default Optional<Score> evaluate(
      Map<String, Object> values, List<String> objectives, Intermediate intermediate) {
    checkObjectives(objectives);
    return evaluate(values, intermediate);
  }

  /**
   * Checks that all are among {@link #objectives}.
   *
   * @throws IllegalArgumentException for one that is not
   */
  default void checkObjectives(List<String> names) {
    List<String> known = objectives().stream().map(Objective::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "objective: expected one of " + String.join(", ", known) + ", found \"" + name + '"');
      }
    }
  }

  /**
   * One that says on the way how a candidate does, and measures other objectives: the shorter forms
   * of {@code evaluate} follow.
   */
  interface Watched extends Tuning {
    @Override
    default Score evaluate(Map<String, Object> values) {
      return evaluate(values, Intermediate.NONE).orElseThrow();
    }

    @Override
    default Optional<Score> evaluate(Map<String, Object> values, Intermediate intermediate) {
      return evaluate(values, List.of(metric()), intermediate);
    }

    @Override
    Optional<Score> evaluate(
        Map<String, Object> values, List<String> objectives, Intermediate intermediate);
  }

  /**
   * The same on one validation part in place of all: cheaper, less certain.
   *
   * @throws IllegalArgumentException if the experiment has no such score
   */
  default Tuning onOnePart() {
    throw new IllegalArgumentException(
        "score: expected cross-validation, the only one of this experiment, found validation");
  }

  /**
   * The same on the samples outside of an outer test fold, which plays no part in any score.
   *
   * @param fold from 0
   * @param folds how many outer folds the data is split into
   * @throws IllegalArgumentException if the experiment has no such score, or too few samples
   */
  default Tuning outside(int fold, int folds) {
    throw new IllegalArgumentException(
        "score: expected cross-validation, the only one of this experiment, found nested");
  }

  /**
   * Of a tuning {@link #outside} an outer fold: trains on all samples outside of it with the given
   * hyperparameters, and scores on the fold.
   */
  default double test(Map<String, Object> values) {
    throw new IllegalStateException(
        "expected a tuning outside of a test fold, found one of all data");
  }

  /** Trains on all data with the given hyperparameters and writes the model. */
  void saveModel(Map<String, Object> values, Path file) throws IOException;
}
