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

  /** The same benchmarks with native ops off: that is decided once a process, so in another one. */
  private JsonNode javaRows(Console console, List<Benchmark> chosen)
      throws IOException, InterruptedException {
    console.note("measuring the Java path in a second JVM");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--native=off",
                "--quiet",
                "bench",
                "--json",
                "--no-stock",
                "--seconds",
                String.valueOf(seconds)));
    chosen.stream().map(Benchmark::name).distinct().forEach(command::add);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException("the JVM that measures the Java path ended with " + code);
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
