package io.github.dl4jhopfield.zoo.memory;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.ExperimentTemplate;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.files.LabelledImages;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What the experiments on memories share: data, separations by name, the report. */
abstract class MemoryExperiment extends ExperimentTemplate<ExperimentContext> {
  MemoryExperiment(String name, String description) {
    super(name, description);
  }

  /** The work; options have been checked. */
  abstract Findings work(ExperimentContext context, Map<String, String> options) throws IOException;

  /** Whether it can be run on a user's data. */
  boolean readsData() {
    return true;
  }

  /** First line of the report. */
  abstract String title();

  @Override
  protected final ExperimentContext open(ExperimentRun run) {
    if (!readsData()) {
      run.takesNoData(name());
    }
    return run.context();
  }

  @Override
  protected final Findings run(ExperimentRun run, ExperimentContext context) throws IOException {
    Findings findings = work(context, run.options());
    return findings.report(result -> report(findings, result));
  }

  private String report(Findings findings, ExperimentResult result) {
    HtmlReport page = new HtmlReport(title());
    page.paragraph(
        String.format(
            Locale.ROOT,
            "Data: %s; seed %d; %.1f s.",
            findings.dataset(),
            result.seed(),
            result.seconds()));
    findings.protocol().forEach(page::paragraph);
    page.section("Figures");
    findings.figures().forEach(page::figure);
    page.section("Numbers");
    findings.tables().forEach(page::table);
    page.section("Options");
    page.table(ResultTable.ofValues("All options of this run.", "option", result.options()));
    if (findings.dataset().contains("MNIST") || findings.dataset().equals("mnist")) {
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
    return Numbers.percent(share);
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
