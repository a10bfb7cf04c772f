package io.github.dl4jhopfield.search.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A standalone cluster of processes on this machine: a master and two workers of one core each. */
final class SparkCluster implements AutoCloseable {
  /** What a driver on this machine needs. */
  static final Map<String, String> SETTINGS =
      Map.of(
          "spark.driver.host",
          "127.0.0.1",
          "spark.driver.bindAddress",
          "127.0.0.1",
          "spark.executor.memory",
          "512m");

  private final Path folder;
  private final String master;
  private final List<Process> cluster = new ArrayList<>();
  private final Process lost;
  private Thread killer;

  SparkCluster(Path folder) throws IOException {
    this.folder = folder;
    int port = freePort();
    master = "spark://127.0.0.1:" + port;
    start("master.Master", "--host", "127.0.0.1", "--port", port + "", "--webui-port", "0");
    lost = worker();
    worker();
  }

  String master() {
    return master;
  }

  /** Kills one of the workers and its executor then. */
  void loseAWorkerAfter(long millis) {
    killer =
        new Thread(
            () -> {
              try {
                Thread.sleep(millis);
              } catch (InterruptedException e) {
                return;
              }
              lost.descendants().forEach(ProcessHandle::destroyForcibly);
              lost.destroyForcibly();
            });
    killer.start();
  }

  @Override
  public void close() throws InterruptedException {
    if (killer != null) {
      killer.interrupt();
    }
    for (Process process : cluster) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process worker() throws IOException {
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
    command.addAll(SparkMaster.opens());
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
