package io.github.dl4jhopfield.zoo.vision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.Fingerprint;
import io.github.dl4jhopfield.zoo.learn.PairedTest;
import io.github.dl4jhopfield.zoo.learn.Training;
import io.github.dl4jhopfield.zoo.report.Axis;
import io.github.dl4jhopfield.zoo.report.HtmlReport;
import io.github.dl4jhopfield.zoo.report.Illustration;
import io.github.dl4jhopfield.zoo.report.Panels;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import io.github.dl4jhopfield.zoo.report.XyPlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Vision Transformers with several Lagrangian units, each trained with several seeds on the same
 * images with the same budget: the same seed holds back the same images, begins with the same
 * weights and sees the same batches whatever the unit. Trainings run one after the other. With a
 * folder for the output each finished one is kept in {@code trainings/} under a name that follows
 * from everything it depends on, and one that was cut off goes on from its last epoch: a study that
 * was killed is started again by the same command.
 */
final class VitStudy {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DRAWS = 10_000;
  private static final String UNITS = VitOptions.STUDY_UNITS;
  private static final String REPEATS = VitOptions.REPEATS;
  private static final String CHECKPOINT = "checkpoint";

  private final VitExperiment experiment;
  private final ExperimentRun run;
  private final VitTraining.Data data;
  private final String dataKey;

  private VitStudy(VitExperiment experiment, ExperimentRun run, VitTraining.Data data)
      throws IOException {
    this.experiment = experiment;
    this.run = run;
    this.data = data;
    Fingerprint key =
        new Fingerprint().add(data.train().fingerprint()).add(data.test().fingerprint());
    if (!run.text("from").isEmpty()) {
      key.add(Path.of(run.text("from")));
    }
    dataKey = key.toString();
  }

  /** Whether a run is one. */
  static boolean isAskedFor(ExperimentRun run) {
    return !run.text(UNITS).isEmpty() || run.integer(REPEATS) > 1;
  }

  /** Checks the options before any file is opened. */
  static void check(ExperimentRun run) {
    if (!isAskedFor(run)) {
      return;
    }
    if (!run.text(CHECKPOINT).isEmpty()) {
      throw new IllegalArgumentException(
          "several trainings: expected no --checkpoint, found "
              + run.text(CHECKPOINT)
              + "; with --out each has its own");
    }
    if (!run.text("from").isEmpty() && !run.text(UNITS).isEmpty()) {
      throw new IllegalArgumentException(
          "--units: expected no --from, whose model has its own unit, found " + run.text("from"));
    }
  }

  private static List<String> units(ExperimentRun run) {
    if (run.text(UNITS).isEmpty()) {
      return List.of(run.text("unit"));
    }
    return ExperimentOption.words(run.text(UNITS)).stream().distinct().toList();
  }

  /**
   * What is kept of a training.
   *
   * @param steps of each validation
   * @param losses mean loss of the batches since the last validation
   * @param accuracies on the images that were held back
   * @param predicted class of each test image
   */
  record Outcome(
      String unit,
      long seed,
      double seconds,
      long parameters,
      double accuracy,
      double validation,
      long bestStep,
      long[] steps,
      double[] losses,
      double[] accuracies,
      int[] predicted) {}

  static Findings run(VitExperiment experiment, ExperimentRun run, VitTraining.Data data)
      throws IOException {
    VitStudy study = new VitStudy(experiment, run, data);
    List<Outcome> outcomes = new ArrayList<>();
    int repeats = run.integer(REPEATS);
    List<String> units = units(run);
    // seed by seed, so that a study that is looked at early has something of all units
    for (int repeat = 0; repeat < repeats; repeat++) {
      for (String unit : units) {
        int number = outcomes.size() + 1;
        outcomes.add(
            study.training(
                unit, run.seed() + repeat, number + " of " + repeats * units.size() + ", "));
      }
    }
    return study.findings(units, outcomes);
  }

  private Outcome training(String unit, long seed, String prefix) throws IOException {
    Path folder = run.context().out().map(out -> out.resolve("trainings")).orElse(null);
    String name = unit + "-seed" + seed + '-' + key(unit, seed);
    Path finished = null;
    Path checkpoint = null;
    if (folder != null) {
      Files.createDirectories(folder);
      finished = folder.resolve(name + ".json");
      checkpoint = folder.resolve(name + ".checkpoint.zip");
      if (Files.exists(finished)) {
        return read(finished);
      }
    }
    long start = System.nanoTime();
    ExperimentRun one = of(unit, seed, checkpoint, prefix + unit + ", seed " + seed + ": ");
    VitTraining.Trained trained = VitTraining.train(one, data, (epoch, accuracy) -> {});
    VitTraining.Predicted test =
        VitTraining.predict(trained.network(), data.test(), trained.statistics());
    Training.Result result = trained.result();
    Outcome outcome =
        new Outcome(
            unit,
            seed,
            (System.nanoTime() - start) / 1e9,
            trained.network().numParams(),
            test.accuracy(),
            result.bestScore(),
            result.bestStep(),
            result.seen().stream().mapToLong(Training.Seen::step).toArray(),
            result.seen().stream().mapToDouble(Training.Seen::loss).toArray(),
            result.seen().stream().mapToDouble(Training.Seen::score).toArray(),
            test.predicted());
    if (finished != null) {
      VitTraining.model(one, data, trained).save(folder.resolve(name + ".zip"));
      AtomicFiles.write(finished, out -> out.write(JSON.writeValueAsBytes(outcome)));
      Files.deleteIfExists(checkpoint);
    }
    return outcome;
  }

  private static Outcome read(Path file) throws IOException {
    try {
      return JSON.readValue(file.toFile(), Outcome.class);
    } catch (JsonProcessingException e) {
      throw new DataFormatException(
          file.toString(), 0, "a training that was kept", e.getOriginalMessage());
    }
  }

  /** Digits that differ for trainings that differ. */
  private String key(String unit, long seed) {
    Fingerprint key = new Fingerprint().add(dataKey).add(unit).add(seed);
    run.options()
        .forEach(
            (option, value) -> {
              if (!List.of(UNITS, REPEATS, CHECKPOINT, "unit", "from", "workers")
                  .contains(option)) {
                key.add(option).add(value);
              }
            });
    run.provenance("", "").versions().forEach((what, version) -> key.add(what).add(version));
    return key.toString().substring(0, 8);
  }

  private ExperimentRun of(String unit, long seed, Path checkpoint, String prefix) {
    Map<String, String> options = new LinkedHashMap<>(run.options());
    options.put(UNITS, "");
    options.put(REPEATS, "1");
    options.put("unit", unit);
    options.put(CHECKPOINT, checkpoint == null ? "" : checkpoint.toString());
    return ExperimentRun.of(
        experiment,
        ExperimentContext.builder()
            .data(run.data().orElse(null))
            .seed(seed)
            .options(options)
            .progress(prefixed(prefix, run.progress()))
            .build());
  }

  private static Progress prefixed(String prefix, Progress progress) {
    return new Progress() {
      @Override
      public void begin(String task, long steps) {
        progress.begin(prefix + task, steps);
      }

      @Override
      public void advance(long done, String detail) {
        progress.advance(done, detail);
      }

      @Override
      public void end() {
        progress.end();
      }
    };
  }

  private static List<Outcome> of(String unit, List<Outcome> all) {
    return all.stream().filter(outcome -> outcome.unit().equals(unit)).toList();
  }

  private static double[] values(List<Outcome> of, ToDoubleFunction<Outcome> value) {
    return of.stream().mapToDouble(value).toArray();
  }

  private Findings findings(List<String> units, List<Outcome> outcomes) {
    int[] labels = data.test().labels();
    double neighbours =
        new VitTraining.Predicted(labels, NearestImages.predict(data.train(), data.test()))
            .accuracy();
    double majority = VitTraining.mostFrequent(data.test());
    Findings findings = new Findings(data.train().name());
    List<List<String>> rows = new ArrayList<>();
    Map<String, Object> details = new LinkedHashMap<>();
    for (String unit : units) {
      List<Outcome> own = of(unit, outcomes);
      ExperimentResult.Metric accuracy = ExperimentResult.Metric.of(values(own, Outcome::accuracy));
      ExperimentResult.Metric validation =
          ExperimentResult.Metric.of(values(own, Outcome::validation));
      findings.metric("accuracy-" + unit, accuracy);
      rows.add(
          List.of(
              unit,
              Integer.toString(own.size()),
              percent(accuracy.mean()),
              percent(accuracy.std()),
              percent(Arrays.stream(values(own, Outcome::accuracy)).min().orElseThrow()),
              percent(validation.mean()),
              String.format(
                  Locale.ROOT,
                  "%.0f",
                  ExperimentResult.Metric.of(values(own, Outcome::seconds)).mean())));
      details.put(
          unit,
          own.stream()
              .map(
                  o -> {
                    Map<String, Object> fields = new LinkedHashMap<>();
                    fields.put("seed", o.seed());
                    fields.put("accuracy", o.accuracy());
                    fields.put("validationAccuracy", o.validation());
                    fields.put("bestStep", o.bestStep());
                    fields.put("seconds", o.seconds());
                    fields.put("steps", o.steps());
                    fields.put("losses", o.losses());
                    fields.put("validationAccuracies", o.accuracies());
                    return fields;
                  })
              .toList());
    }
    findings
        .metric("nearestNeighbours", neighbours)
        .metric("mostFrequentClass", majority)
        .detail("trainImages", data.train().count())
        .detail("testImages", data.test().count())
        .detail("parameters", outcomes.get(0).parameters())
        .detail("trainings", details);
    rows.add(baseline(NearestImages.NEIGHBOURS + " nearest images", neighbours));
    rows.add(baseline("most frequent class", majority));
    List<Illustration> curves =
        List.of(
            curves(
                "validation-curves",
                "accuracy",
                units,
                outcomes,
                Outcome::accuracies,
                "Accuracy on the tenth of the training images that was held back, after each"
                    + " epoch: mean of the seeds, and from the lowest to the highest."),
            curves(
                "loss-curves",
                "training loss",
                units,
                outcomes,
                Outcome::losses,
                "Mean loss of an epoch's batches, as they were mixed and augmented: mean of the"
                    + " seeds, and from the lowest to the highest."));
    findings.figure(both(curves));
    ResultTable tests = tests(units, outcomes, labels);
    if (!tests.rows().isEmpty()) {
      findings.table(tests);
    }
    ResultTable table =
        new ResultTable(
            String.format(
                Locale.ROOT,
                "Accuracy on %d test images, %%: %s",
                labels.length,
                run.integer(REPEATS) == 1
                    ? "seed " + run.seed()
                    : "seeds " + run.seed() + " to " + (run.seed() + run.integer(REPEATS) - 1)),
            List.of("unit", "trainings", "mean", "std", "lowest", "validation", "seconds"),
            rows);
    return findings
        .table(table)
        .report(found -> report(found, table, tests, curves, outcomes.get(0).parameters()));
  }

  private static List<String> baseline(String name, double accuracy) {
    return List.of(name, "-", percent(accuracy), "-", "-", "-", "-");
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  /** Every unit against the first. */
  private ResultTable tests(List<String> units, List<Outcome> outcomes, int[] labels) {
    List<List<String>> rows = new ArrayList<>();
    List<Outcome> first = of(units.get(0), outcomes);
    for (String unit : units.subList(1, units.size())) {
      List<Outcome> own = of(unit, outcomes);
      PairedTest seeds =
          PairedTest.signFlip(
              values(own, Outcome::accuracy), values(first, Outcome::accuracy), DRAWS, run.seed());
      PairedTest images = overImages(right(own, labels), right(first, labels));
      rows.add(
          List.of(
              unit + " - " + units.get(0),
              String.format(Locale.ROOT, "%+.2f", 100 * seeds.difference()),
              String.format(Locale.ROOT, "%.4f", images.pValue()),
              String.format(Locale.ROOT, "%.3f", seeds.pValue())));
    }
    return new ResultTable(
        "Differences in points, and how often one as large would come by chance",
        List.of("units", "difference", "p, over images", "p, over seeds"),
        rows);
  }

  /** Images about which both are equally often right have no sign to be drawn. */
  private PairedTest overImages(double[] own, double[] first) {
    int[] differing =
        IntStream.range(0, own.length).filter(i -> Math.abs(own[i] - first[i]) > 1e-9).toArray();
    return differing.length == 0
        ? new PairedTest(0, 1)
        : PairedTest.signFlip(
            IntStream.of(differing).mapToDouble(i -> own[i]).toArray(),
            IntStream.of(differing).mapToDouble(i -> first[i]).toArray(),
            DRAWS,
            run.seed());
  }

  /** The share of the trainings that are right about each image. */
  private static double[] right(List<Outcome> own, int[] labels) {
    double[] right = new double[labels.length];
    for (Outcome outcome : own) {
      for (int i = 0; i < labels.length; i++) {
        right[i] += outcome.predicted()[i] == labels[i] ? 1.0 / own.size() : 0;
      }
    }
    return right;
  }

  private interface Curve {
    double[] of(Outcome outcome);
  }

  private static Illustration curves(
      String name,
      String what,
      List<String> units,
      List<Outcome> outcomes,
      Curve curve,
      String caption) {
    XyPlot plot = new XyPlot("", Axis.linear("epoch"), Axis.linear(what));
    for (String unit : units) {
      List<Outcome> own = of(unit, outcomes);
      int epochs = own.get(0).steps().length;
      double[] x = new double[epochs];
      double[] mean = new double[epochs];
      double[] low = new double[epochs];
      double[] high = new double[epochs];
      for (int e = 0; e < epochs; e++) {
        int at = e;
        double[] values = values(own, o -> curve.of(o)[at]);
        x[e] = e + 1;
        mean[e] = Arrays.stream(values).average().orElseThrow();
        low[e] = Arrays.stream(values).min().orElseThrow();
        high[e] = Arrays.stream(values).max().orElseThrow();
      }
      if (own.size() > 1) {
        plot.band(unit, x, low, high);
      }
      plot.line(unit, x, mean);
    }
    return new Illustration(name, plot, caption);
  }

  private static Illustration both(List<Illustration> curves) {
    Panels panels = new Panels("", 2, 300);
    curves.forEach(one -> panels.add("", one.figure()));
    return new Illustration("curves", panels, "");
  }

  private String report(
      ExperimentResult found,
      ResultTable table,
      ResultTable tests,
      List<Illustration> curves,
      long parameters) {
    HtmlReport report =
        new HtmlReport("Vision Transformers on " + found.dataset())
            .paragraph(
                String.format(
                    Locale.ROOT,
                    "%d images to train with, a tenth of which is held back and decides which"
                        + " epoch's weights are kept; %d to test with, seen once by each training."
                        + " Networks of %d parameters, %s epochs each. Trainings of the same seed"
                        + " hold back the same images, begin with the same weights and see the same"
                        + " batches. The %d nearest images vote by squared distance of pixels.",
                    data.train().count(),
                    data.test().count(),
                    parameters,
                    run.text("epochs"),
                    NearestImages.NEIGHBOURS))
            .table(table);
    if (!tests.rows().isEmpty()) {
      report
          .table(tests)
          .paragraph(
              "Over images: of each test image whether its difference in correct trainings has one"
                  + " sign or the other is drawn anew, which tells these trained networks apart."
                  + " Over seeds: the same of the differences of whole trainings, which tells the"
                  + " units apart; with n seeds it cannot be below 2 / 2^n.");
    }
    curves.forEach(report::figure);
    return report.toHtml();
  }
}
