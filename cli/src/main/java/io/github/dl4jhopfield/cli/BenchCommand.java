package io.github.dl4jhopfield.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.cli.bench.Benchmark;
import io.github.dl4jhopfield.cli.bench.Benchmarks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The benchmark table: our ops, stock ND4J, and the same ops in Java. */
@Command(
    name = "bench",
    description = {
      "Measure our ops beside stock ND4J and the Java path: medians of runs taken in turns.",
      "ratio: how many times as fast as the baseline. MB: rise of the process's peak memory."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  /** What ./hopfield sets and a program of the user's own has not. */
  private static final List<String> LAUNCHER_VARIABLES =
      List.of(
          "OMP_WAIT_POLICY",
          "OPENBLAS_THREAD_TIMEOUT",
          "MALLOC_ARENA_MAX",
          "MALLOC_MMAP_THRESHOLD_",
          "MALLOC_TRIM_THRESHOLD_");

  @ParentCommand HopfieldCommand root;

  @Parameters(paramLabel = "NAME", description = "Benchmarks to run (default: all).")
  List<String> names = new ArrayList<>();

  @Option(names = "--list", description = "List the benchmarks.")
  boolean list;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Time for each figure (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  double seconds;

  @Option(
      names = "--java",
      description = "Measure the Java path too, in a second JVM (with --native off it is first).")
  boolean javaToo;

  @Option(
      names = "--own-jvm",
      description =
          "Measure in JVMs without what ./hopfield sets in the environment, as a program of your own"
              + " runs, beside JVMs with it, in turns.")
  boolean ownJvm;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "JVMs of each kind with --own-jvm (default: ${DEFAULT-VALUE}).",
      defaultValue = "3")
  int rounds;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Option(names = "--no-stock", hidden = true)
  boolean noStock;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Console console = root.console();
    if (!(seconds > 0 && seconds <= 3600)) {
      throw new UsageException(
          "bench: --seconds: expected more than 0 and up to 3600, found " + seconds);
    }
    List<Benchmark> chosen = chosen();
    if (list) {
      chosen.forEach(
          b ->
              console.result(
                  "%-20s %-16s against %s",
                  b.name(), b.shape(), b.baseline() == null ? "nothing" : b.baseline()));
      return ExitCode.OK;
    }
    if (ownJvm) {
      return besideOwnJvm(console, chosen);
    }
    List<Object> rows = new ArrayList<>();
    if (!json) {
      console.result(
          "%-20s %-16s %-8s %-18s %10s %8s %9s  %s",
          "benchmark", "shape", "path", "direction", "median ms", "ratio", "MB", "baseline");
    }
    for (Benchmark benchmark : chosen) {
      console.note("measuring %s %s", benchmark.name(), benchmark.shape());
      for (Benchmarks.Row row : Benchmarks.measure(benchmark, seconds, !noStock)) {
        rows.add(row);
        if (!json) {
          show(
              console,
              row.name(),
              row.shape(),
              row.path(),
              row.direction(),
              row.median_ms(),
              row.ratio(),
              row.peak_mb(),
              row.baseline());
        }
      }
    }
    if (javaToo && root.nativeOps != HopfieldCommand.Native.off) {
      for (JsonNode row : javaRows(console, chosen)) {
        rows.add(row);
        if (!json) {
          show(
              console,
              row.get("name").asText(),
              row.get("shape").asText(),
              row.get("path").asText(),
              row.get("direction").asText(),
              row.get("median_ms").asDouble(),
              null,
              row.get("peak_mb").isNull() ? null : row.get("peak_mb").asDouble(),
              null);
        }
      }
    }
    if (json) {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("machine", DoctorCommand.machine());
      report.put("results", rows);
      console.json(report);
    }
    return ExitCode.OK;
  }

  private List<Benchmark> chosen() {
    List<Benchmark> all = Benchmarks.all();
    if (names.isEmpty()) {
      return all;
    }
    Set<String> known =
        all.stream().map(Benchmark::name).collect(Collectors.toCollection(LinkedHashSet::new));
    for (String name : names) {
      if (!known.contains(name)) {
        throw new UsageException(
            "bench: no benchmark '" + name + "'; there are: " + String.join(", ", known));
      }
    }
    return all.stream().filter(b -> names.contains(b.name())).toList();
  }

  /** Each benchmark in fresh JVMs by turns, with and without the launcher's environment. */
  private int besideOwnJvm(Console console, List<Benchmark> chosen)
      throws IOException, InterruptedException {
    List<String> set =
        LAUNCHER_VARIABLES.stream().filter(name -> System.getenv(name) != null).toList();
    if (set.size() < LAUNCHER_VARIABLES.size()) {
      throw new UsageException(
          "bench --own-jvm: expected the environment that ./hopfield sets ("
              + String.join(", ", LAUNCHER_VARIABLES)
              + "), found of it "
              + (set.isEmpty() ? "nothing" : String.join(", ", set))
              + "; start it by ./hopfield");
    }
    if (rounds < 1 || rounds > 1000) {
      throw new UsageException("bench: --rounds: expected from 1 to 1000, found " + rounds);
    }
    if (!json) {
      console.result(
          "%-20s %-16s %-18s %12s %10s %8s",
          "benchmark", "shape", "direction", "launcher ms", "own ms", "ratio");
    }
    List<Object> rows = new ArrayList<>();
    for (String name : chosen.stream().map(Benchmark::name).distinct().toList()) {
      Map<String, List<List<Double>>> times = new LinkedHashMap<>();
      Map<String, JsonNode> first = new LinkedHashMap<>();
      for (int round = 0; round < rounds; round++) {
        for (int own = 0; own < 2; own++) {
          console.note("measuring %s, round %d of %d", name, round + 1, rounds);
          for (JsonNode row : rows(setting(), List.of(name), own == 1)) {
            String key = row.get("shape").asText() + ' ' + row.get("direction").asText();
            first.putIfAbsent(key, row);
            times
                .computeIfAbsent(key, k -> List.of(new ArrayList<>(), new ArrayList<>()))
                .get(own)
                .add(row.get("median_ms").asDouble());
          }
        }
      }
      times.forEach(
          (key, both) -> {
            JsonNode row = first.get(key);
            double launcher = median(both.get(0));
            double own = median(both.get(1));
            Map<String, Object> found = new LinkedHashMap<>();
            found.put("name", name);
            found.put("shape", row.get("shape").asText());
            found.put("direction", row.get("direction").asText());
            found.put("launcher_ms", launcher);
            found.put("own_ms", own);
            found.put("ratio", own / launcher);
            rows.add(found);
            if (!json) {
              console.result(
                  "%-20s %-16s %-18s %12.3f %10.3f %8.2f",
                  name,
                  row.get("shape").asText(),
                  row.get("direction").asText(),
                  launcher,
                  own,
                  own / launcher);
            }
          });
    }
    if (json) {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("machine", DoctorCommand.machine());
      report.put("rounds", rounds);
      report.put("results", rows);
      console.json(report);
    }
    return ExitCode.OK;
  }

  private String setting() {
    return root.nativeOps == null ? "auto" : root.nativeOps.name();
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** The same benchmarks with native ops off: that is decided once a process, so in another one. */
  private JsonNode javaRows(Console console, List<Benchmark> chosen)
      throws IOException, InterruptedException {
    console.note("measuring the Java path in a second JVM");
    return rows("off", chosen.stream().map(Benchmark::name).distinct().toList(), false);
  }

  /** Figures of another JVM. */
  private JsonNode rows(String nativeOps, List<String> names, boolean withoutEnvironment)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--native=" + nativeOps,
                "--quiet",
                "bench",
                "--json",
                "--no-stock",
                "--seconds",
                String.valueOf(seconds)));
    command.addAll(names);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    if (withoutEnvironment) {
      LAUNCHER_VARIABLES.forEach(builder.environment()::remove);
    }
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException("the JVM that measures ended with " + code);
    }
    return new ObjectMapper().readTree(out).get("results");
  }

  private static void show(
      Console console,
      String name,
      String shape,
      String path,
      String direction,
      double millis,
      Double ratio,
      Double megabytes,
      String baseline) {
    console.result(
        "%-20s %-16s %-8s %-18s %10.3f %8s %9s  %s",
        name,
        shape,
        path,
        direction,
        millis,
        ratio == null ? "" : String.format(Locale.ROOT, "%.2f", ratio),
        megabytes == null ? "" : String.format(Locale.ROOT, "%.1f", megabytes),
        baseline == null ? "" : baseline);
  }
}
