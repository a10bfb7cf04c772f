package io.github.dl4jhopfield.search.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.search.trial.PooledRunner;
import io.github.dl4jhopfield.search.trial.Trial;
import io.github.dl4jhopfield.search.trial.TrialResult;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
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
  /** What Java 17 must open to Spark, where {@code spark-submit} does not. */
  static final List<String> OPENS =
      List.of(
          "java.lang",
          "java.lang.invoke",
          "java.lang.reflect",
          "java.io",
          "java.net",
          "java.nio",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "sun.nio.ch",
          "sun.nio.cs",
          "sun.security.action",
          "sun.util.calendar");

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
    SparkConf conf = new SparkConf().setMaster(master).setAppName("hopfield sweep");
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing(
        "spark.executor.extraClassPath", absolute(System.getProperty("java.class.path")));
    conf.setIfMissing("spark.executor.extraJavaOptions", String.join(" ", opens()));
    for (String variable : List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
      conf.setIfMissing("spark.executorEnv." + variable, "1");
    }
    // A master that is not there ends the application instead of waiting for it for ever.
    conf.setIfMissing("spark.deploy.maxExecutorRetries", "10");
    if (master.startsWith("local")) {
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
    settings.forEach(conf::set);
    JavaSparkContext spark;
    try {
      spark = new JavaSparkContext(conf);
    } catch (Exception | ExceptionInInitializerError e) { // Scala throws checked ones unannounced
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new IOException(
          "Spark master "
              + master
              + ": cannot connect: "
              + firstLine(String.valueOf(cause.getMessage())),
          e);
    }
    int cores = atOnce > 0 ? atOnce : Math.max(1, spark.defaultParallelism());
    return new SparkRunner(spark, cores);
  }

  /** The flags that a JVM with Spark in it needs on Java 17. */
  static List<String> opens() {
    List<String> flags = new ArrayList<>();
    for (String name : OPENS) {
      flags.add("--add-opens=java.base/" + name + "=ALL-UNNAMED");
    }
    flags.add("-Djdk.reflect.useDirectMethodHandle=false");
    return flags;
  }

  private static String absolute(String classPath) {
    List<String> entries = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      entries.add(new File(entry).getAbsolutePath());
    }
    return String.join(File.pathSeparator, entries);
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  @Override
  protected IOException failure(Throwable cause) {
    if (cause instanceof SparkException) {
      return new IOException("Spark: " + firstLine(cause.getMessage()), cause);
    }
    throw new IllegalStateException("Spark: " + firstLine(cause.toString()), cause);
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
