package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.learn.Interval;
import io.github.dl4jhopfield.zoo.learn.Measure;
import io.github.dl4jhopfield.zoo.learn.PairedTest;
import io.github.dl4jhopfield.zoo.learn.PrecisionRecall;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.BarPlot;
import io.github.dl4jhopfield.zoo.report.HeatMap;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.Plots;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.SequenceLogo;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a comparison found: figures with intervals, the check of covariates, the page. */
final class RepertoireFindings {
  private static final int SHOWN_SEQUENCES = 20;
  private static final int MOTIF = 5;
  private static final int DRAWS = 2000;
  private static final double LEVEL = 0.95;

  private final ExperimentRun run;
  private final RepertoireData data;
  private final List<RepertoireComparison.Outcome> outcomes;
  private final List<CovariateCheck.Finding> covariates;
  private final int[] labels;
  private final Map<String, double[]> scores = new LinkedHashMap<>();
  private final Map<String, Interval> intervals = new LinkedHashMap<>();
  private final Map<String, PairedTest> tests = new LinkedHashMap<>();

  RepertoireFindings(
      ExperimentRun run, RepertoireData data, List<RepertoireComparison.Outcome> outcomes) {
    this.run = run;
    this.data = data;
    this.outcomes = outcomes;
    labels =
        outcomes.stream()
            .flatMapToInt(o -> Arrays.stream(RepertoireExperiment.labels(data, o.test())))
            .toArray();
    double[] truth = Arrays.stream(labels).asDoubleStream().toArray();
    List<String> groups =
        outcomes.stream()
            .flatMap(o -> Arrays.stream(o.test()).mapToObj(i -> data.samples().sample(i).group()))
            .toList();
    for (String model : models()) {
      scores.put(
          model,
          outcomes.stream().flatMapToDouble(o -> Arrays.stream(o.scores().get(model))).toArray());
      intervals.put(
          model,
          Interval.bootstrap(Measure.AUC, truth, rows(model), groups, DRAWS, LEVEL, run.seed()));
    }
    for (String model : models()) {
      if (!model.equals(RepertoireComparison.DEEPRC)) {
        tests.put(
            model,
            PairedTest.permutation(
                Measure.AUC,
                truth,
                rows(RepertoireComparison.DEEPRC),
                rows(model),
                groups,
                DRAWS,
                run.seed()));
      }
    }
    covariates = CovariateCheck.of(data.covariates(), labelTexts(), data.foldOf(), run.seed());
  }

  private double[][] rows(String model) {
    return Arrays.stream(scores.get(model))
        .mapToObj(score -> new double[] {score})
        .toArray(double[][]::new);
  }

  private List<String> labelTexts() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < data.samples().size(); i++) {
      texts.add(Integer.toString((int) data.samples().sample(i).label(0)));
    }
    return texts;
  }

  List<String> models() {
    return List.copyOf(outcomes.get(0).scores().keySet());
  }

  /** Of each split that has both classes. */
  double[] aucs(String model) {
    double[] each =
        outcomes.stream()
            .mapToDouble(o -> RepertoireExperiment.auc(data, o, model))
            .filter(v -> !Double.isNaN(v))
            .toArray();
    return each.length > 0 ? each : new double[] {intervals.get(model).value()};
  }

  Interval pooled(String model) {
    return intervals.get(model);
  }

  List<CovariateCheck.Finding> covariates() {
    return covariates;
  }

  /** Why the result should not be believed, a sentence each. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (CovariateCheck.Finding finding : covariates) {
      if (finding.alarming()) {
        warnings.add(
            String.format(
                Locale.ROOT,
                finding.against().equals("label")
                    ? "\"%s\" tells %.0f%% of the label (p = %s): the network may have learned it in"
                        + " place of what the label stands for"
                    : "\"%s\" tells %.0f%% of the fold (p = %s): the folds are not alike",
                finding.covariate(),
                100 * finding.told(),
                Numbers.of(finding.p())));
      }
    }
    int positives = Arrays.stream(labels).sum();
    int rarer = Math.min(positives, labels.length - positives);
    if (rarer < 20) {
      warnings.add(
          "only "
              + rarer
              + " repertoires of the rarer label were tested: the interval of the AUC is ["
              + Numbers.fixed(intervals.get(RepertoireComparison.DEEPRC).low(), 2)
              + ", "
              + Numbers.fixed(intervals.get(RepertoireComparison.DEEPRC).high(), 2)
              + "]");
    }
    return warnings;
  }

  List<Map<String, Object>> covariateDetails() {
    List<Map<String, Object>> details = new ArrayList<>();
    for (CovariateCheck.Finding f : covariates) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("covariate", f.covariate());
      one.put("against", f.against());
      one.put("told", f.told());
      one.put("p", f.p());
      one.put("alarming", f.alarming());
      details.add(one);
    }
    return details;
  }

  List<Map<String, Object>> predictions() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (RepertoireComparison.Outcome outcome : outcomes) {
      for (int i = 0; i < outcome.test().length; i++) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("repertoire", data.samples().sample(outcome.test()[i]).id());
        row.put("split", outcome.split().name());
        row.put("label", data.samples().sample(outcome.test()[i]).label(0));
        for (String model : models()) {
          row.put(model, outcome.scores().get(model)[i]);
        }
        rows.add(row);
      }
    }
    return rows;
  }

  ResultTable comparisonTable() {
    List<List<String>> rows = new ArrayList<>();
    for (String model : models()) {
      Interval pooled = intervals.get(model);
      PairedTest test = tests.get(model);
      double mean = Arrays.stream(aucs(model)).average().orElse(Double.NaN);
      rows.add(
          List.of(
              model,
              Numbers.fixed(mean, 3),
              Numbers.fixed(pooled.value(), 3)
                  + " ["
                  + Numbers.fixed(pooled.low(), 3)
                  + ", "
                  + Numbers.fixed(pooled.high(), 3)
                  + "]",
              test == null ? "-" : Numbers.fixed(test.difference(), 3),
              test == null ? "-" : Numbers.of(test.pValue())));
    }
    return new ResultTable(
        data.samples().name()
            + ": AUC of "
            + labels.length
            + " test repertoires, seed "
            + run.seed(),
        List.of("model", "mean AUC", "pooled [95%]", "DeepRC less it", "p"),
        rows);
  }

  ResultTable covariateTable() {
    List<List<String>> rows = new ArrayList<>();
    for (CovariateCheck.Finding f : covariates) {
      rows.add(
          List.of(
              f.covariate(),
              f.against(),
              Integer.toString(f.known()),
              Numbers.fixed(f.told(), 2),
              Numbers.of(f.p()),
              f.alarming() ? "YES" : "no"));
    }
    return new ResultTable(
        "Do the other columns tell the label or the fold?",
        List.of("column", "of", "repertoires", "share told", "p", "suspicious"),
        rows);
  }

  // ---------------------------------------------------------------- page

  String html(ExperimentResult result) {
    HtmlReport page = new HtmlReport("Immune repertoires: " + data.samples().name());
    List<String> warnings = warnings();
    if (!warnings.isEmpty()) {
      page.section("THIS RESULT CANNOT BE TRUSTED");
      warnings.forEach(page::warning);
    }
    page.section("AUC");
    page.table(comparisonTable());
    page.paragraph(
        "Mean AUC is that of the splits. Intervals: 2,000 draws with replacement of the test"
            + " repertoires (of their groups, where there are some), all splits pooled. p: how often"
            + " a difference as large comes when the scores of the two models are exchanged at"
            + " random, 2,000 times.");
    for (String paragraph : data.protocol()) {
      page.paragraph(paragraph);
    }
    page.figure(
        roc(), "ROC curves of the pooled test repertoires, each scored by a model without it.");
    page.figure(precisionRecall(), "Precision against recall of the same scores.");
    page.figure(
        HeatMap.confusion("", data.samples().targets().get(0).classes(), confusion()),
        "DeepRC's class of each test repertoire, positive from a score of 0.5 on.");
    if (!covariates.isEmpty()) {
      page.section("Other columns");
      page.paragraph(
          "Share told: mutual information with the label, or the fold, over its entropy; numbers"
              + " are cut at their quartiles; p of 2,000 permutations. A column that tells the label"
              + " may be what the network has learned.");
      page.table(covariateTable());
    }
    sequences(page);
    training(page);
    repertoires(page);
    if (!data.notes().isEmpty()) {
      page.section("Reading");
      data.notes().forEach(page::paragraph);
    }
    page.section("Options");
    page.table(ResultTable.ofValues("All options of this run.", "option", result.options()));
    return page.toHtml();
  }

  private XyPlot roc() {
    XyPlot plot = Plots.roc("");
    for (String model : models()) {
      List<RocCurve.Point> points = RocCurve.of(labels, scores.get(model)).points();
      plot.line(
          model,
          points.stream().mapToDouble(RocCurve.Point::falsePositiveRate).toArray(),
          points.stream().mapToDouble(RocCurve.Point::truePositiveRate).toArray());
    }
    return plot.describedAs("ROC curves of " + String.join(", ", models()));
  }

  private XyPlot precisionRecall() {
    double prevalence = Arrays.stream(labels).average().orElse(0);
    XyPlot plot = Plots.precisionRecall("", prevalence);
    for (String model : models()) {
      List<PrecisionRecall.Point> points = PrecisionRecall.of(labels, scores.get(model)).points();
      plot.line(
          model,
          points.stream().mapToDouble(PrecisionRecall.Point::recall).toArray(),
          points.stream().mapToDouble(PrecisionRecall.Point::precision).toArray());
    }
    return plot.describedAs("Precision against recall of " + String.join(", ", models()));
  }

  private long[][] confusion() {
    long[][] counts = new long[2][2];
    double[] own = scores.get(RepertoireComparison.DEEPRC);
    for (int i = 0; i < labels.length; i++) {
      counts[labels[i]][own[i] >= 0.5 ? 1 : 0]++;
    }
    return counts;
  }

  private void sequences(HtmlReport page) {
    List<RepertoireComparison.TopSequence> top =
        outcomes.stream()
            .flatMap(o -> o.top().stream())
            .sorted(Comparator.comparingDouble(s -> -s.logit()))
            .toList();
    if (top.isEmpty()) {
      return;
    }
    page.section("Sequences with the highest attention");
    if (data.implanted() > 0) {
      page.paragraph(
          String.format(
              Locale.ROOT,
              "Of the %d sequences with the highest attention of each positive test repertoire,"
                  + " which has %d implanted ones, %.0f%% are implanted.",
              RepertoireComparison.TOP,
              data.implanted(),
              100
                  * outcomes.stream()
                      .mapToDouble(RepertoireComparison.Outcome::implantedShare)
                      .average()
                      .orElse(Double.NaN)));
    }
    List<List<String>> rows = new ArrayList<>();
    for (RepertoireComparison.TopSequence s :
        top.subList(0, Math.min(SHOWN_SEQUENCES, top.size()))) {
      rows.add(
          List.of(
              s.letters(),
              s.repertoire(),
              Numbers.fixed(s.logit(), 2),
              data.implanted() == 0 ? "?" : s.implanted() ? "yes" : "no"));
    }
    page.table(
        new ResultTable(
            "The first of all positive test repertoires",
            List.of("sequence", "repertoire", "attention logit", "implanted"),
            rows));
    List<String> letters =
        outcomes.get(0).top().stream().map(RepertoireComparison.TopSequence::letters).toList();
    page.figure(
        logo(letters),
        "What the sequences with the highest attention share, of "
            + outcomes.get(0).split().name()
            + ": the windows of "
            + MOTIF
            + " residues that are most alike, one a sequence.");
    if (!outcomes.get(0).patterns().isEmpty()) {
      page.paragraph(
          "Channels started at these patterns, which stand out most in the training part: "
              + String.join(
                  ", ",
                  outcomes.get(0).patterns().stream()
                      .map(p -> p.letters() + " (t " + Numbers.fixed(p.t(), 1) + ")")
                      .toList())
              + ".");
    }
  }

  /** Aligns one window of each sequence to the profile of all windows, and again to its own. */
  static SequenceLogo logo(List<String> sequences) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (String s : sequences) {
      for (int p = 0; p + MOTIF <= s.length(); p++) {
        counts.merge(s.substring(p, p + MOTIF), 1, Integer::sum);
      }
    }
    String first =
        counts.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse("AAAAA");
    List<double[]> profile = new ArrayList<>();
    for (int i = 0; i < MOTIF; i++) {
      double[] p = new double[AminoAcids.COUNT];
      Arrays.fill(p, 0.5 / AminoAcids.COUNT);
      p[AminoAcids.code(first.charAt(i))] += 0.5;
      profile.add(p);
    }
    for (int round = 0; round < 5; round++) {
      List<double[]> next = new ArrayList<>();
      for (int i = 0; i < MOTIF; i++) {
        double[] p = new double[AminoAcids.COUNT];
        Arrays.fill(p, 0.01);
        next.add(p);
      }
      for (String s : sequences) {
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        for (int p = 0; p + MOTIF <= s.length(); p++) {
          double sum = 0;
          for (int i = 0; i < MOTIF; i++) {
            sum += Math.log(profile.get(i)[AminoAcids.code(s.charAt(p + i))]);
          }
          if (sum > most) {
            most = sum;
            best = p;
          }
        }
        for (int i = 0; best >= 0 && i < MOTIF; i++) {
          next.get(i)[AminoAcids.code(s.charAt(best + i))]++;
        }
      }
      for (double[] p : next) {
        double sum = Arrays.stream(p).sum();
        for (int c = 0; c < p.length; c++) {
          p[c] /= sum;
        }
      }
      profile = next;
    }
    return SequenceLogo.ofFrequencies("", AminoAcids.LETTERS, profile);
  }

  private void training(HtmlReport page) {
    page.section("Training");
    RepertoireComparison.Outcome first = outcomes.get(0);
    XyPlot plot =
        new XyPlot("", Axis.linear("step").from(0), Axis.linear("loss").from(0))
            .line(
                "training",
                first.looks().stream().mapToDouble(DeepRcTraining.Look::step).toArray(),
                first.looks().stream().mapToDouble(DeepRcTraining.Look::trainingLoss).toArray());
    if (first.split().validation().length > 0) {
      plot.line(
          "validation",
          first.looks().stream().mapToDouble(DeepRcTraining.Look::step).toArray(),
          first.looks().stream().mapToDouble(DeepRcTraining.Look::validationLoss).toArray());
    }
    page.figure(plot, "Loss of DeepRC, " + first.split().name() + ".");
    List<List<String>> rows = new ArrayList<>();
    for (RepertoireComparison.Outcome outcome : outcomes) {
      List<String> row = new ArrayList<>();
      row.add(outcome.split().name());
      row.add(Integer.toString(outcome.split().train().length));
      row.add(Integer.toString(outcome.split().validation().length));
      row.add(Integer.toString(outcome.test().length));
      for (String model : models()) {
        double auc = RepertoireExperiment.auc(data, outcome, model);
        row.add(
            (Double.isNaN(auc) ? "-" : Numbers.fixed(auc, 3))
                + " ("
                + outcome.chosen().get(model)
                + ")");
      }
      rows.add(row);
    }
    List<String> columns = new ArrayList<>(List.of("split", "train", "validate", "test"));
    columns.addAll(models());
    page.table(new ResultTable("AUC of each split, and what was chosen", columns, rows));
  }

  private void repertoires(HtmlReport page) {
    page.section("Repertoires");
    List<String> names = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (RepertoireComparison.Outcome outcome : outcomes) {
      for (int i = 0; i < outcome.test().length && names.size() < 40; i++) {
        var sample = data.samples().sample(outcome.test()[i]);
        names.add(
            sample.id()
                + " ("
                + data.samples().targets().get(0).classes().get((int) sample.label(0))
                + ")");
        values.add(outcome.scores().get(RepertoireComparison.DEEPRC)[i]);
      }
    }
    page.figure(
        new BarPlot("", "", names, Axis.linear("score").to(1))
            .lying()
            .group("", values.stream().mapToDouble(v -> v).toArray()),
        "DeepRC's score of the first test repertoires; all are in metrics.json.");
  }
}
