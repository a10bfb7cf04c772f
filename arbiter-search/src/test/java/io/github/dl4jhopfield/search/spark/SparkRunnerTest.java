package io.github.dl4jhopfield.search.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.search.Sweep;
import io.github.dl4jhopfield.search.SweepResult;
import io.github.dl4jhopfield.search.TroubledExperiment;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Trials as tasks of Spark: in this JVM, and on a cluster of processes of which one is killed. */
@Timeout(300)
class SparkRunnerTest {
  @TempDir Path folder;
  private final List<Process> cluster = new ArrayList<>();

  @AfterEach
  void endTheCluster() throws InterruptedException {
    for (Process process : cluster) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  private static Sweep.Builder sweep(boolean trouble, int candidates, int sleep) {
    return Sweep.builder()
        .experiment(new TroubledExperiment())
        .strategy("tpe")
        .candidates(candidates)
        .threads(2)
        .context(
            ExperimentContext.builder()
                .seed(9)
                .option("sleep", Integer.toString(sleep))
                .option("throw", Boolean.toString(trouble))
                .build());
  }

  private static List<Map<String, Object>> trials(SweepResult result) {
    return result.candidates().stream().map(TrialResult::withoutTimes).toList();
  }

  @Test
  void candidatesAndScoresAreThoseOfThreads() throws IOException {
    SweepResult here = sweep(true, 20, 0).build().run();
    SweepResult spark =
        sweep(true, 20, 0).runner(() -> SparkRunner.connect("local[2]", 0)).build().run();
    assertThat(trials(spark)).isEqualTo(trials(here));
    assertThat(here.candidates()).anyMatch(TrialResult::failed);
  }

  @Test
  void aMasterThatIsNotThereIsOneLine() {
    assertThatThrownBy(() -> SparkRunner.connect("spark:/nowhere", 1))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Spark master spark:/nowhere: cannot connect: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  @EnabledIfSystemProperty(named = "hopfield.long", matches = "true")
  void aClusterThatLosesAWorkerGivesTheSame() throws Exception {
    SweepResult here = sweep(false, 24, 200).build().run();
    int port = freePort();
    String master = "spark://127.0.0.1:" + port;
    start("master.Master", "--host", "127.0.0.1", "--port", port + "", "--webui-port", "0");
    Process lost = worker(master);
    worker(master);
    Thread killer =
        new Thread(
            () -> {
              try {
                Thread.sleep(9_000);
              } catch (InterruptedException e) {
                return;
              }
              lost.descendants().forEach(ProcessHandle::destroyForcibly);
              lost.destroyForcibly();
            });
    killer.start();
    Map<String, String> settings =
        Map.of(
            "spark.driver.host",
            "127.0.0.1",
            "spark.driver.bindAddress",
            "127.0.0.1",
            "spark.executor.memory",
            "512m");
    SweepResult spark =
        sweep(false, 24, 200).runner(() -> SparkRunner.connect(master, 2, settings)).build().run();
    killer.join();
    assertThat(trials(spark)).isEqualTo(trials(here));
    Set<String> hosts = new HashSet<>();
    spark.candidates().forEach(c -> hosts.add(c.host()));
    assertThat(hosts)
        .as("executors, none of them this process")
        .isNotEmpty()
        .doesNotContain(here.candidates().get(0).host());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process worker(String master) throws IOException {
    Path work = Files.createTempDirectory(folder, "worker");
    return start(
        "worker.Worker",
        "--host",
        "127.0.0.1",
        "--cores",
        "1",
        "--memory",
        "600m",
        "--webui-port",
        "0",
        "--work-dir",
        work.toString(),
        master);
  }

  /** A daemon of Spark as a plain JVM, with an installation made of this class path's jars. */
  private Process start(String daemon, String... arguments) throws IOException {
    Path home = folder.resolve("spark");
    if (!Files.exists(home)) {
      Path jars = Files.createDirectories(home.resolve("jars"));
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
        if (entry.endsWith(".jar")) {
          Path jar = Path.of(entry).toAbsolutePath();
          Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
        }
      }
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.addAll(SparkRunner.opens());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("org.apache.spark.deploy." + daemon);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.12");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.resolve(daemon + System.nanoTime() + ".log").toFile());
    Process process = builder.start();
    cluster.add(process);
    try {
      assertThat(process.waitFor(1, TimeUnit.SECONDS)).as(daemon + " ended at once").isFalse();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return process;
  }
}
