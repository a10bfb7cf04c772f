package io.github.dl4jhopfield.zoo.mil;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.learn.Interval;
import io.github.dl4jhopfield.zoo.learn.PairedTest;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.BarPlot;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Numbers;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a study found: tables, figures of the JSON form, the page. */
final class MilStudyFindings {
  private static final double LEVEL = 0.95;

  /**
   * Areas under the ROC curve x 100 that others report.
   *
   * @param from whose
   */
  private record Published(String from, Map<String, Double> auc) {}

  private static final List<Published> PUBLISHED =
      List.of(
          new Published(
              "Hopfield Networks is All You Need (Ramsauer et al., 2021), table 1",
              Map.of("tiger", 91.3, "elephant", 94.9, "fox", 64.05)),
          new Published(
              "its re-run by ICMIL",
              Map.of("musk1", 93.3, "musk2", 90.6, "fox", 59.7, "tiger", 88.9, "elephant", 94.1)));

  private final MilData data;
  private final MilStudy.Result result;
  private final String first;
  private final double testShare;
  private final boolean optimistic;

  MilStudyFindings(MilData data, MilStudy.Result result, boolean optimistic) {
    this.data = data;
    this.result = result;
    this.optimistic = optimistic;
    first = result.done().keySet().iterator().next();
    testShare = 1.0 / (result.folds().get(0).count() - 1);
  }

  Findings findings() {
    BagDataset bags = data.bags();
    Findings findings =
        new Findings(bags.name())
            .metric("auc", aucs(first))
            .detail("repeats", result.folds().size())
            .detail("folds", result.folds().get(0).count())
            .detail("bags", bags.size())
            .detail("positives", bags.positives())
            .detail("instances", bags.instances())
            .detail("features", bags.features());
    Map<String, Object> methods = new LinkedHashMap<>();
    result.done().keySet().forEach(method -> methods.put(method, details(method)));
    findings.detail("methods", methods);
    ResultTable rules = rules();
    if (rules != null) {
      findings.table(rules);
    }
    findings
        .table(comparison())
        .file("folds.csv", file -> BagFolds.write(file, bags, result.folds()))
        .file("predictions.csv", this::predictions)
        .report(run -> html(run, rules));
    return findings;
  }

  private double[] aucs(String method) {
    return result.done().get(method).stream().mapToDouble(StudyStore.Done::auc).toArray();
  }

  private Interval interval(String method) {
    Interval t = PairedTest.resampledInterval(aucs(method), testShare, LEVEL);
    return new Interval(t.value(), Math.max(0, t.low()), Math.min(1, t.high()), LEVEL);
  }

  /** First less this. */
  private PairedTest test(String method) {
    return PairedTest.resampled(aucs(first), aucs(method), testShare);
  }

  /** Mean of the folds, for each repeat. */
  private double[] ofRepeats(String method) {
    return result.done().get(method).stream()
        .collect(
            Collectors.groupingBy(
                StudyStore.Done::repeat,
                TreeMap::new,
                Collectors.averagingDouble(StudyStore.Done::auc)))
        .values()
        .stream()
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  private double bestEpoch(String method) {
    return result.done().get(method).stream()
        .mapToDouble(StudyStore.Done::bestEpochAuc)
        .average()
        .orElse(Double.NaN);
  }

  private MilRules rulesOf(String method) {
    return result.done().get(method).stream()
        .map(StudyStore.Done::rules)
        .reduce(MilRules.NONE, MilRules::and);
  }

  private Map<String, Object> details(String method) {
    Interval interval = interval(method);
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("auc", metric(aucs(method)));
    one.put("interval", List.of(interval.low(), interval.high()));
    one.put("aucOfRepeats", Arrays.stream(ofRepeats(method)).boxed().toList());
    if (!method.equals(first)) {
      PairedTest test = test(method);
      one.put("lessThanFirst", test.difference());
      one.put("p", test.pValue());
    }
    if (optimistic && !Double.isNaN(bestEpoch(method))) {
      one.put("aucOfBestTestEpoch", bestEpoch(method));
    }
    MilRules rules = rulesOf(method);
    if (rules.oneDecides().of() > 0) {
      one.put("staysPositive", share(rules.staysPositive()));
      one.put("staysNegative", share(rules.staysNegative()));
      one.put("oneDecides", share(rules.oneDecides()));
    }
    if (result.markers().containsKey(method)) {
      one.put("markersAuc", result.markers().get(method));
    }
    one.put(
        "secondsOfAFold",
        result.done().get(method).stream()
            .mapToDouble(StudyStore.Done::seconds)
            .average()
            .orElseThrow());
    return one;
  }

  private static Map<String, Object> metric(double[] values) {
    ExperimentResult.Metric metric = ExperimentResult.Metric.of(values);
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mean", metric.mean());
    map.put("std", metric.std());
    return map;
  }

  private static Map<String, Object> share(MilRules.Share share) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("kept", share.kept());
    map.put("of", share.of());
    return map;
  }

  private ResultTable comparison() {
    List<String> columns =
        new ArrayList<>(List.of("method", "AUC x 100", "repeats", "95% interval", "less", "p"));
    if (optimistic) {
      columns.add("best test epoch");
    }
    List<List<String>> rows = new ArrayList<>();
    for (String method : result.done().keySet()) {
      Interval interval = interval(method);
      List<String> row = new ArrayList<>();
      row.add(method);
      row.add(percent(interval.value()));
      row.add("± " + percent(ExperimentResult.Metric.of(ofRepeats(method)).std()));
      row.add("[" + percent(interval.low()) + ", " + percent(interval.high()) + "]");
      if (method.equals(first)) {
        row.add("-");
        row.add("-");
      } else {
        PairedTest test = test(method);
        row.add(percent(test.difference()));
        row.add(Numbers.fixed(test.pValue(), 4));
      }
      if (optimistic) {
        row.add(Double.isNaN(bestEpoch(method)) ? "-" : percent(bestEpoch(method)));
      }
      rows.add(row);
    }
    for (Published published : PUBLISHED) {
      Double auc = published.auc().get(data.bags().name());
      if (auc != null) {
        List<String> row = new ArrayList<>(List.of("published: " + published.from()));
        row.add(Numbers.fixed(auc, 1));
        row.add("");
        row.add(within(auc) ? "within that of " + first : "outside that of " + first);
        while (row.size() < columns.size()) {
          row.add("");
        }
        rows.add(row);
      }
    }
    return new ResultTable(
        String.format(
            Locale.ROOT,
            "%s: %d times %d folds by bag; \"less\" is %s minus the method",
            data.bags().name(),
            result.folds().size(),
            result.folds().get(0).count(),
            first),
        columns,
        rows);
  }

  private boolean within(double published) {
    Interval interval = interval(first);
    return published >= 100 * interval.low() && published <= 100 * interval.high();
  }

  private ResultTable rules() {
    List<List<String>> rows = new ArrayList<>();
    for (String method : result.done().keySet()) {
      MilRules rules = rulesOf(method);
      if (rules.oneDecides().of() == 0) {
        return null;
      }
      rows.add(
          List.of(
              method,
              text(rules.staysPositive()),
              text(rules.staysNegative()),
              text(rules.oneDecides()),
              result.markers().containsKey(method)
                  ? Numbers.fixed(result.markers().get(method), 3)
                  : "-"));
    }
    return new ResultTable(
        "Positive if and only if an instance is?",
        List.of(
            "method",
            "stays positive",
            "stays negative",
            "one instance decides",
            "AUC with markers"),
        rows);
  }

  private static String text(MilRules.Share share) {
    return share.of() == 0
        ? "-"
        : String.format(Locale.ROOT, "%.0f%% of %d", 100 * share.value(), share.of());
  }

  private static String percent(double value) {
    return Numbers.fixed(100 * value, 1);
  }

  private void predictions(Path file) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      csv.writeRecord("method", "repeat", "fold", "bag", "label", "score");
      for (List<StudyStore.Done> all : result.done().values()) {
        for (StudyStore.Done done : all) {
          int[] test = result.folds().get(done.repeat()).test(done.fold());
          for (int i = 0; i < test.length; i++) {
            Bag bag = data.bags().bags().get(test[i]);
            csv.writeRecord(
                done.method(),
                Integer.toString(done.repeat() + 1),
                result.folds().get(done.repeat()).name(done.fold()),
                bag.id(),
                Integer.toString(bag.label()),
                Double.toString(done.scores()[i]));
          }
        }
      }
    }
    AtomicFiles.writeText(file, text.toString());
  }

  private String html(ExperimentResult run, ResultTable rules) {
    BagDataset bags = data.bags();
    HtmlReport page = new HtmlReport("Methods for bags on " + bags.name());
    page.paragraph(
        String.format(
            Locale.ROOT,
            "%d bags (%d positive), %d instances, %d features; %d repeats of %d folds, seed %d.",
            bags.size(),
            bags.positives(),
            bags.instances(),
            bags.features(),
            result.folds().size(),
            result.folds().get(0).count(),
            run.seed()));
    List<String> names = List.copyOf(result.done().keySet());
    page.section("AUC")
        .figure(
            new BarPlot("", "", names, Axis.linear("AUC").to(1))
                .lying()
                .group(
                    "",
                    names.stream().mapToDouble(m -> interval(m).value()).toArray(),
                    names.stream().mapToDouble(m -> interval(m).low()).toArray(),
                    names.stream().mapToDouble(m -> interval(m).high()).toArray()),
            "Mean of all folds of all repeats, with 95% intervals.")
        .table(comparison())
        .paragraph(protocol());
    if (optimistic) {
      page.warning(
          "\"best test epoch\" keeps for each fold the epoch that is best on its test bags, as"
              + " several publications do. The test bags choose there: the figure is too high, and is"
              + " shown only so that such figures can be understood.");
    }
    if (rules != null) {
      page.section("Positive if and only if an instance is?").table(rules).paragraph(RULES);
    }
    page.section("Options");
    page.table(ResultTable.ofValues("All options of this run.", "option", run.options()));
    return page.toHtml();
  }

  private static final String RULES =
      "Test bags, by the model that has not seen them. Stays positive: of the positive bags that it"
          + " says are, those it still says are with all instances of a negative bag added. Stays"
          + " negative: of pairs of negative bags that it says are, those whose union it says is. One"
          + " instance decides: bags labelled as the most positive of their instances is when alone."
          + " AUC with markers: made-up bags, of which in training the negative ones have a marker and"
          + " in the test the positive ones; near 0 the method learned that no marker means positive."
          + " (After Raff and Holt, NeurIPS 2023.)";

  private String protocol() {
    String chosen =
        data.settings().tune()
            ? "Dropout and epochs of networks, and what linear methods have, were chosen for each fold"
                + " by the AUC of a "
                + data.settings().innerFolds()
                + "-fold cross-validation within the other folds. "
            : "Hyperparameters of networks were given; those of linear methods chosen for each fold by "
                + data.settings().innerFolds()
                + " inner folds. ";
    return chosen
        + "No test fold was seen by a choice, by the standardisation of features or by training. All"
        + " methods had the same folds (folds.csv; --folds-from reads them). Intervals and p are of the"
        + " corrected resampled t-test (Nadeau and Bengio, 2003), since the training parts of the folds"
        + " overlap. The widths of networks, learning rate and the choices of dropout and epochs were"
        + " picked while MUSK1, elephant and tiger were looked at with "
        + BagNetwork.DEFAULT.label()
        + ": on these three its figures are mildly optimistic.";
  }
}
