package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is done with a zoo model on a user's own files: train it, apply it, measure it. Found by
 * {@link java.util.ServiceLoader}, under the same rules as {@link Experiment}.
 *
 * <p>All methods throw IllegalArgumentException with a message of one line for bad options, data or
 * model files, and IOException if a file cannot be read or written.
 */
public interface ModelWorkflow {
  /** The model's name, as in {@code --model NAME}. */
  String name();

  /** One line: what the model tells from what. */
  String description();

  /** The options of {@link #train}. */
  List<ExperimentOption> options();

  /**
   * Trains the model on all data of the context and writes {@code model.zip} and {@code
   * metrics.json} into its output folder. Both, data and output folder, must be given. The metrics
   * are those of a validation within the data.
   */
  ExperimentResult train(ExperimentContext context) throws IOException;

  /**
   * Applies a trained model. The predictions are in the result's table and, under {@code
   * predictions}, in its details.
   */
  ExperimentResult predict(Path model, Path data) throws IOException;

  /**
   * As {@link #predict(Path, Path)}, with files of what the model has to say beside its
   * predictions.
   *
   * @param out folder for them, or null for none
   */
  default ExperimentResult predict(Path model, Path data, Path out) throws IOException {
    if (out != null) {
      throw new IllegalArgumentException(
          "predict --model " + name() + ": it writes no files; leave out --out");
    }
    return predict(model, data);
  }

  /** The options of {@link #predict(Path, Path, Path, Map)}. */
  default List<ExperimentOption> predictOptions() {
    return List.of();
  }

  /**
   * As {@link #predict(Path, Path, Path)}, with options by name.
   *
   * @param options of {@link #predictOptions}; what is missing has its default
   */
  default ExperimentResult predict(Path model, Path data, Path out, Map<String, String> options)
      throws IOException {
    return predict(model, data, out);
  }

  /**
   * A trained model that is applied piece by piece, so that pieces can be done on several machines
   * ({@link BatchPrediction}).
   *
   * @return empty if the model cannot be applied so
   */
  default Optional<PiecewisePredictor> predictor(Path model) throws IOException {
    return Optional.empty();
  }

  /** Measures a trained model on labelled data that it was not trained on. */
  ExperimentResult evaluate(Path model, Path data) throws IOException;
}
