package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.report.Figure;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What the experiments on memories share: data, separations by name, results, the report. */
abstract class MemoryExperiment implements Experiment {
  private final String name;
  private final String description;

  MemoryExperiment(String name, String description) {
    this.name = name;
    this.description = description;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
  }

  /** What a run has found. */
  static final class Findings {
    final String dataset;
    final Map<String, ExperimentResult.Metric> metrics = new LinkedHashMap<>();
    final Map<String, Object> details = new LinkedHashMap<>();
    final List<ResultTable> tables = new ArrayList<>();
    final List<Figure> figures = new ArrayList<>();
    final List<String> protocol = new ArrayList<>();

    Findings(String dataset) {
      this.dataset = dataset;
    }

    void metric(String metric, double... values) {
      metrics.put(metric, ExperimentResult.Metric.of(values));
    }
  }

  /** The work; options have been checked. */
  abstract Findings run(ExperimentContext context, Map<String, String> options) throws IOException;

  /** First line of the report. */
  abstract String title();

  @Override
  public final ExperimentResult run(ExperimentContext context) throws IOException {
    long start = System.nanoTime();
    Map<String, String> options = context.resolve(this);
    Path out = context.out().orElse(null);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }
    Findings findings;
    try {
      findings = run(context, options);
    } finally {
      context.progress().end();
    }
    List<Path> files = new ArrayList<>();
    if (out != null) {
      files.add(out.resolve("metrics.json"));
      files.add(out.resolve("report.html"));
      for (Figure figure : findings.figures) {
        Path file = out.resolve(figure.name() + ".png");
        byte[] png = figure.png();
        AtomicFiles.write(file, stream -> stream.write(png));
        files.add(file);
      }
    }
    ExperimentResult result =
        new ExperimentResult(
            name,
            findings.dataset,
            context.seed(),
            (System.nanoTime() - start) / 1e9,
            findings.metrics,
            context.resolveTyped(this),
            findings.details,
            findings.tables,
            files);
    if (out != null) {
      AtomicFiles.writeText(files.get(1), report(findings, result));
      AtomicFiles.writeText(files.get(0), result.toJson() + "\n");
    }
    return result;
  }

  private String report(Findings findings, ExperimentResult result) {
    HtmlReport page = new HtmlReport(title());
    page.paragraph(
        String.format(
            Locale.ROOT,
            "Data: %s; seed %d; %.1f s.",
            findings.dataset,
            result.seed(),
            result.seconds()));
    findings.protocol.forEach(page::paragraph);
    page.section("Figures");
    findings.figures.forEach(figure -> page.figure(figure, figure.caption()));
    page.section("Numbers");
    findings.tables.forEach(page::table);
    page.section("Options");
    page.table(ResultTable.ofValues("All options of this run.", "option", result.options()));
    if (findings.dataset.contains("MNIST") || findings.dataset.equals("mnist")) {
      page.paragraph(
          "MNIST by Yann LeCun, Corinna Cortes and Christopher J.C. Burges, CC BY-SA 3.0.");
    }
    return page.toHtml();
  }

  static LabelledImages.Split images(ExperimentContext context) throws IOException {
    return context.data().isPresent()
        ? LabelledImages.folder(context.data().get())
        : LabelledImages.mnistSubset();
  }

  static int integer(Map<String, String> options, String option) {
    return Integer.parseInt(options.get(option));
  }

  static double number(Map<String, String> options, String option) {
    return Double.parseDouble(options.get(option));
  }

  /** Numbers separated by commas. */
  static double[] numbers(Map<String, String> options, String option) {
    String[] parts = options.get(option).split(",");
    double[] values = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      try {
        values[i] = Double.parseDouble(parts[i].trim());
      } catch (NumberFormatException e) {
        values[i] = Double.NaN;
      }
      if (!(values[i] > 0) || Double.isInfinite(values[i])) {
        throw new IllegalArgumentException(
            "option "
                + option
                + ": expected numbers above 0 separated by commas, found \""
                + options.get(option)
                + '"');
      }
    }
    return values;
  }

  /** The separations that are compared, by the name that reports give them. */
  static Map<String, Separation> separations() {
    Map<String, Separation> all = new LinkedHashMap<>();
    all.put("softmax", Separation.softmax());
    all.put("1.5-entmax", Separation.entmax15());
    all.put("sparsemax", Separation.sparsemax());
    all.put("2-normmax", Separation.normmax(2));
    all.put("5-normmax", Separation.normmax(5));
    return all;
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  static String decimal(double value) {
    String text = String.format(Locale.ROOT, "%.4g", value);
    // 4.000 is 4, 1.500 is 1.5
    return text.contains(".") && !text.contains("e")
        ? text.replaceAll("0+$", "").replaceAll("\\.$", "")
        : text;
  }

  /** Rows scaled to length 1. */
  static INDArray unit(INDArray rows) {
    INDArray norms = rows.norm2(true, 1);
    return rows.div(Transforms.max(norms, 1e-12, false));
  }
}
