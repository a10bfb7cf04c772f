package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.search.spark.SparkPredictions;
import io.github.dl4jhopfield.search.spark.SparkRunner;
import io.github.dl4jhopfield.search.trial.TrialRunner;
import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.IOException;
import java.nio.file.Path;

/** The one place that loads Spark's classes, which are there only where the user has Spark. */
final class SparkRuns {
  private SparkRuns() {}

  static TrialRunner sweep(String master, int atOnce) throws IOException {
    try {
      return SparkRunner.connect(master, atOnce);
    } catch (NoClassDefFoundError e) {
      throw missing("sweep", e);
    }
  }

  static ExperimentResult predict(
      String master,
      String name,
      PiecewisePredictor predictor,
      Path model,
      Path data,
      Progress progress)
      throws IOException {
    try (SparkPredictions runner = SparkPredictions.connect(master, name, model, progress)) {
      return BatchPrediction.run(name, predictor, data, runner);
    } catch (NoClassDefFoundError e) {
      throw missing("predict", e);
    }
  }

  private static IOException missing(String command, NoClassDefFoundError e) {
    return new IOException(
        command
            + ": --spark: expected Spark 3.5 on the class path, found none; set SPARK_HOME to its"
            + " folder",
        e);
  }
}
