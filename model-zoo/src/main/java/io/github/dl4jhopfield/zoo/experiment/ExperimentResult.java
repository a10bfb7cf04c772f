package io.github.dl4jhopfield.zoo.experiment;

import io.github.dl4jhopfield.zoo.files.Json;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an experiment found.
 *
 * @param experiment the experiment's name
 * @param dataset name of the data
 * @param seed seed of every random choice
 * @param seconds wall-clock time of the whole run
 * @param metrics each metric by name, the main one first
 * @param options every option with the value that was used
 * @param details further values of this experiment for the JSON form, by field name: numbers,
 *     strings, lists and maps of these
 * @param tables the same for readers, the most important last
 * @param files what was written
 */
public record ExperimentResult(
    String experiment,
    String dataset,
    long seed,
    double seconds,
    Map<String, Metric> metrics,
    Map<String, Object> options,
    Map<String, Object> details,
    List<ResultTable> tables,
    List<Path> files) {

  /**
   * A metric over repeated measurements, such as the folds of a cross-validation.
   *
   * @param mean arithmetic mean
   * @param std sample standard deviation (n - 1), 0 for a single measurement
   */
  public record Metric(double mean, double std) {
    /** Mean and spread of the values; at least one. */
    public static Metric of(double... values) {
      if (values.length == 0) {
        throw new IllegalArgumentException("expected at least one value, found none");
      }
      double mean = 0;
      for (double value : values) {
        mean += value / values.length;
      }
      double squares = 0;
      for (double value : values) {
        squares += (value - mean) * (value - mean);
      }
      return new Metric(mean, values.length == 1 ? 0 : Math.sqrt(squares / (values.length - 1)));
    }
  }

  /** Copies the collections, which keep their order. */
  public ExperimentResult {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    tables = List.copyOf(tables);
    files = List.copyOf(files);
  }

  /** The same result, with what was written of it. */
  public ExperimentResult withFiles(List<Path> written) {
    return new ExperimentResult(
        experiment, dataset, seed, seconds, metrics, options, details, tables, written);
  }

  /**
   * The result as one JSON object: {@code experiment}, {@code dataset}, {@code seed}, {@code
   * seconds}, {@code metrics} (each with {@code mean} and {@code std}), {@code options}, then each
   * of the details as a field of its own.
   */
  public String toJson() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("experiment", experiment);
    fields.put("dataset", dataset);
    fields.put("seed", seed);
    fields.put("seconds", Math.rint(seconds * 1000) / 1000);
    fields.put("metrics", metrics);
    fields.put("options", options);
    details.forEach(fields::putIfAbsent);
    return Json.indented("result of " + experiment, fields);
  }
}
