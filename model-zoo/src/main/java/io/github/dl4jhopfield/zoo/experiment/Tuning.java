package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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

  /** Trains on all data with the given hyperparameters and writes the model. */
  void saveModel(Map<String, Object> values, Path file) throws IOException;
}
