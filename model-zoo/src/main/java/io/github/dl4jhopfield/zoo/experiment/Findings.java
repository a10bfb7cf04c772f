package io.github.dl4jhopfield.zoo.experiment;

import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** What a run has found, as its body collects it: the run makes the result and the files of it. */
public final class Findings {
  /** Writes one file, whole or not at all (see AtomicFiles). */
  @FunctionalInterface
  public interface FileWriter {
    /** Writes to that file. */
    void write(Path file) throws IOException;
  }

  private final String dataset;
  private final Map<String, ExperimentResult.Metric> metrics = new LinkedHashMap<>();
  private final Map<String, Object> details = new LinkedHashMap<>();
  private final List<ResultTable> tables = new ArrayList<>();
  private final List<Illustration> figures = new ArrayList<>();
  private final List<String> protocol = new ArrayList<>();
  private final Map<String, FileWriter> files = new LinkedHashMap<>();
  private Function<ExperimentResult, String> report;

  /**
   * @param dataset name of the data
   */
  public Findings(String dataset) {
    this.dataset = Objects.requireNonNull(dataset, "dataset");
  }

  /** A metric of one or more measurements; the first is the main one. */
  public Findings metric(String name, double... values) {
    metrics.put(name, ExperimentResult.Metric.of(values));
    return this;
  }

  /** A metric that was summed up already. */
  public Findings metric(String name, ExperimentResult.Metric metric) {
    metrics.put(name, Objects.requireNonNull(metric, name));
    return this;
  }

  /** A further field of the JSON form: a number, a string, a list or a map of these. */
  public Findings detail(String name, Object value) {
    details.put(name, value);
    return this;
  }

  /** A table for readers, the most important last. */
  public Findings table(ResultTable table) {
    tables.add(Objects.requireNonNull(table, "table"));
    return this;
  }

  /** A figure; {@code NAME.svg} of it is written too. */
  public Findings figure(Illustration figure) {
    figures.add(Objects.requireNonNull(figure, "figure"));
    return this;
  }

  /** A paragraph on how it was done. */
  public Findings protocol(String paragraph) {
    protocol.add(Objects.requireNonNull(paragraph, "paragraph"));
    return this;
  }

  /** The page {@code report.html}, made of the result only where there is a folder to write to. */
  public Findings report(Function<ExperimentResult, String> html) {
    report = Objects.requireNonNull(html, "html");
    return this;
  }

  /** A further file of that name, such as {@code model.zip}. */
  public Findings file(String name, FileWriter writer) {
    files.put(name, Objects.requireNonNull(writer, name));
    return this;
  }

  /** Name of the data. */
  public String dataset() {
    return dataset;
  }

  /** The metrics so far. */
  public Map<String, ExperimentResult.Metric> metrics() {
    return metrics;
  }

  /** The details so far. */
  public Map<String, Object> details() {
    return details;
  }

  /** The tables so far. */
  public List<ResultTable> tables() {
    return tables;
  }

  /** The figures so far, to be added to anywhere. */
  public List<Illustration> figures() {
    return figures;
  }

  /** How it was done, paragraph by paragraph. */
  public List<String> protocol() {
    return protocol;
  }

  Function<ExperimentResult, String> report() {
    return report;
  }

  Map<String, FileWriter> files() {
    return files;
  }
}
