package io.github.dl4jhopfield.search.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.search.trial.PooledRunner;
import io.github.dl4jhopfield.search.trial.Trial;
import io.github.dl4jhopfield.search.trial.TrialResult;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Runs trials as tasks of a Spark 3.5 application. A trial that fails is a result of its task, so
 * that Spark does not repeat it; a lost executor's trial is repeated by Spark, with the same seed.
 * The store is written by the driver. Executors compute with one thread a trial, as workers do, so
 * that a score does not depend on where it was computed.
 *
 * <p>Executors need this project's jars: on one machine they are put on the executors' class path;
 * with {@code spark-submit}, which has a master of its own, the jars are those of {@code --jars}.
 */
public final class SparkRunner extends PooledRunner {
  private final JavaSparkContext spark;
  private final ObjectMapper json = new ObjectMapper();

  private SparkRunner(JavaSparkContext spark, int atOnce) {
    super("trial-on-spark", atOnce);
    this.spark = spark;
  }

  /**
   * Connects to a master.
   *
   * @param master as Spark writes it: {@code local[2]}, {@code spark://host:7077}, {@code yarn}
   * @param atOnce trials at once; 0 for as many as the executors have cores
   * @throws IOException if Spark cannot be reached, in one line
   */
  public static SparkRunner connect(String master, int atOnce) throws IOException {
    return connect(master, atOnce, Map.of());
  }

  static SparkRunner connect(String master, int atOnce, Map<String, String> settings)
      throws IOException {
    JavaSparkContext spark = SparkMaster.connect(master, "hopfield sweep", settings);
    try {
      int cores = atOnce > 0 ? atOnce : Math.max(1, spark.defaultParallelism());
      return new SparkRunner(spark, cores);
    } catch (IllegalStateException e) { // it has ended already
      throw SparkMaster.failure(spark, e);
    }
  }

  @Override
  protected IOException failure(Throwable cause) {
    return SparkMaster.failure(spark, cause);
  }

  /** A job of one task: its result is here as soon as it has ended, whatever the others do. */
  @Override
  protected TrialResult runOne(Trial trial) throws IOException {
    List<String> answer =
        spark
            .parallelize(List.of(json.writeValueAsString(trial)), 1)
            .map(new SparkTrial())
            .collect();
    return TrialResult.fromJson(json.readTree(answer.get(0)));
  }

  @Override
  public void close() {
    super.close();
    spark.close();
  }
}
