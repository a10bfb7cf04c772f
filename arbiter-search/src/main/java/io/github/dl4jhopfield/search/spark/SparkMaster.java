package io.github.dl4jhopfield.search.spark;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;

/** Connects to Spark 3.5 as our runs need it. */
final class SparkMaster {
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

  private SparkMaster() {}

  /**
   * Connects to a master. Executors compute with one thread a task, and find our jars by this
   * machine's class path or, with {@code spark-submit}, by its {@code --jars}.
   *
   * @param master as Spark writes it: {@code local[2]}, {@code spark://host:7077}, {@code yarn}
   * @param name of the application
   * @param settings of Spark that go before all others
   * @throws IOException if Spark cannot be reached, in one line
   */
  static JavaSparkContext connect(String master, String name, Map<String, String> settings)
      throws IOException {
    SparkConf conf = new SparkConf().setMaster(master).setAppName(name);
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
    try {
      return new JavaSparkContext(conf);
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

  /**
   * What went wrong while an application ran, in one line: Spark's own faults, and the end of an
   * application, whose master is then not there or has thrown it out. Other faults are thrown.
   */
  static IOException failure(JavaSparkContext spark, Throwable cause) {
    if (spark.sc().isStopped()) {
      return new IOException(
          "Spark master " + spark.master() + ": did not answer, or ended the application", cause);
    }
    if (cause instanceof SparkException) {
      return new IOException("Spark: " + firstLine(String.valueOf(cause.getMessage())), cause);
    }
    throw new IllegalStateException("Spark: " + firstLine(cause.toString()), cause);
  }

  static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
