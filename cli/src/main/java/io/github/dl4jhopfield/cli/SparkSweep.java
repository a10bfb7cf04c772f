package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.search.spark.SparkRunner;
import io.github.dl4jhopfield.search.trial.TrialRunner;
import java.io.IOException;

/** The one place that loads Spark's classes, which are there only where the user has Spark. */
final class SparkSweep {
  private SparkSweep() {}

  static TrialRunner connect(String master, int atOnce) throws IOException {
    try {
      return SparkRunner.connect(master, atOnce);
    } catch (NoClassDefFoundError e) {
      throw new IOException(
          "sweep: --spark: expected Spark 3.5 on the class path, found none; set SPARK_HOME to its"
              + " folder",
          e);
    }
  }
}
