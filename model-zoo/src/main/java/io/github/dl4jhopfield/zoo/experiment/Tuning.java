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
   * A candidate's score.
   *
   * @param value mean of the parts
   * @param parts score on each validation part
   */
  record Score(double value, List<Double> parts) {}

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

  /** Told how a candidate does while it is scored, so that a hopeless one can be given up. */
  @FunctionalInterface
  interface Intermediate {
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

  /** Trains on all data with the given hyperparameters and writes the model. */
  void saveModel(Map<String, Object> values, Path file) throws IOException;
}
