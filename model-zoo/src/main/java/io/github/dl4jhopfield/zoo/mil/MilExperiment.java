package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Multiple-instance learning with Hopfield pooling: cross-validation of {@link HopfieldMIL} by bag,
 * on MUSK1 in the jar or on the user's bags (see {@link BagFiles}).
 *
 * <p>Of each outer fold, nothing is seen before it is scored: features are standardised and
 * hyperparameters chosen within the other folds. The model that is saved is trained on all bags,
 * with hyperparameters chosen by the same inner cross-validation over all bags; the reported AUC is
 * that of the folds, not of this model.
 */
public final class MilExperiment implements TunableExperiment {
  static final String NAME = "mil";

  /** For the service loader. */
  public MilExperiment() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Multiple-instance learning with Hopfield pooling, cross-validated by bag; MUSK1, a MIL"
        + " CSV or a .mat benchmark";
  }

  @Override
  public List<ExperimentOption> options() {
    MilParameters base = MilParameters.DEFAULT;
    List<ExperimentOption> options = new ArrayList<>();
    options.add(ExperimentOption.integer("folds", 10, 2, 100, "outer folds"));
    options.addAll(MilSettings.options(base));
    return options;
  }

  @Override
  public ExperimentResult run(ExperimentContext context) throws IOException {
    long start = System.nanoTime();
    Map<String, String> given = context.resolve(this);
    MilCrossValidation.Settings settings =
        MilSettings.parse(given, Integer.parseInt(given.get("folds")), context.seed());
    BagDataset data = read(context);
    checkFolds(data, settings, context);
    Path out = context.out().orElse(null);
    if (out != null) {
      AtomicFiles.prepareFolder(out);
    }

    Progress progress = context.progress();
    List<MilCrossValidation.Fold> folds;
    BagClassifier model = null;
    progress.begin(
        settings.folds() + "-fold cross-validation on " + data.name(),
        (long) settings.trainingsPerModel() * (settings.folds() + (out == null ? 0 : 1)));
    try {
      folds = MilCrossValidation.run(data, settings, progress);
      if (out != null) {
        MilCrossValidation.Fitted fitted =
            MilCrossValidation.fit(data.bags(), settings, Seeds.mix(settings.seed(), 0), progress);
        progress.advance(1, "model of all bags");
        model =
            fitted
                .classifier()
                .withTraining(Map.of("dataset", data.name(), "positives", data.positives()));
      }
    } finally {
      progress.end();
    }

    ExperimentResult result =
        result(data, settings, context.resolveTyped(this), folds, model, start);
    if (out == null) {
      return result;
    }
    List<Path> files =
        List.of(out.resolve("metrics.json"), out.resolve("report.html"), out.resolve("model.zip"));
    model.save(files.get(2));
    AtomicFiles.writeText(files.get(1), MilReport.html(data, settings, folds, model, result));
    AtomicFiles.writeText(files.get(0), result.toJson() + "\n");
    return result.withFiles(files);
  }

  @Override
  public List<TuningParameter> space() {
    return MilTuning.space(MilParameters.DEFAULT);
  }

  @Override
  public Tuning prepare(ExperimentContext context) throws IOException {
    Map<String, String> given = context.resolve(this);
    MilCrossValidation.Settings settings =
        MilSettings.parse(given, Integer.parseInt(given.get("folds")), context.seed());
    BagDataset data = read(context);
    int rarer = Math.min(data.positives(), data.size() - data.positives());
    if (rarer < settings.innerFolds()) {
      throw new DataFormatException(
          context.data().map(Path::toString).orElse(data.name()),
          0,
          "at least " + settings.innerFolds() + " bags of each label for as many inner folds",
          rarer + "; give fewer inner folds");
    }
    return new MilTuning(data, settings);
  }

  private static BagDataset read(ExperimentContext context) {
    return context.data().isPresent() ? BagFiles.read(context.data().get()) : BagFiles.musk1();
  }

  private static void checkFolds(
      BagDataset data, MilCrossValidation.Settings settings, ExperimentContext context) {
    int rarer = Math.min(data.positives(), data.size() - data.positives());
    String file = context.data().map(Path::toString).orElse(data.name());
    if (rarer < settings.folds()) {
      throw new DataFormatException(
          file,
          0,
          "at least " + settings.folds() + " bags of each label for as many folds",
          rarer + "; give a smaller number of folds");
    }
    // the rarest that a training part can be left with
    int left = rarer - (rarer + settings.folds() - 1) / settings.folds();
    if (settings.tune() && left < settings.innerFolds()) {
      throw new DataFormatException(
          file,
          0,
          "at least "
              + settings.innerFolds()
              + " bags of each label outside of each fold for the inner folds",
          left + "; give fewer inner folds, or tune=false");
    }
  }

  private ExperimentResult result(
      BagDataset data,
      MilCrossValidation.Settings settings,
      Map<String, Object> options,
      List<MilCrossValidation.Fold> folds,
      BagClassifier model,
      long start) {
    double[] auc = folds.stream().mapToDouble(MilCrossValidation.Fold::auc).toArray();
    Map<String, ExperimentResult.Metric> metrics = new LinkedHashMap<>();
    metrics.put("auc", ExperimentResult.Metric.of(auc));
    metrics.put("accuracy", ExperimentResult.Metric.of(accuracies(data, folds)));
    metrics.put("pooledAuc", ExperimentResult.Metric.of(pooled(data, folds).area()));

    Map<String, Object> details = new LinkedHashMap<>();
    details.put("folds", settings.folds());
    details.put("foldAuc", auc);
    details.put(
        "foldParameters",
        folds.stream().map(fold -> fold.classifier().parameters().toMap()).toList());
    if (model != null) {
      details.put("modelParameters", model.parameters().toMap());
    }
    details.put("bags", data.size());
    details.put("positives", data.positives());
    details.put("instances", data.instances());
    details.put("features", data.features());

    ResultTable table = foldTable(data, settings, folds, metrics.get("auc"));
    return new ExperimentResult(
        NAME,
        data.name(),
        settings.seed(),
        (System.nanoTime() - start) / 1e9,
        metrics,
        options,
        details,
        List.of(table),
        List.of());
  }

  private static ResultTable foldTable(
      BagDataset data,
      MilCrossValidation.Settings settings,
      List<MilCrossValidation.Fold> folds,
      ExperimentResult.Metric auc) {
    List<List<String>> rows = new ArrayList<>();
    for (MilCrossValidation.Fold fold : folds) {
      MilParameters chosen = fold.classifier().parameters();
      rows.add(
          List.of(
              Integer.toString(fold.fold() + 1),
              Integer.toString(fold.test().length),
              number(fold.auc()),
              settings.tune() ? number(fold.innerAuc()) : "-",
              Double.toString(chosen.dropout()),
              Integer.toString(chosen.epochs())));
    }
    rows.add(
        List.of(
            "mean",
            Integer.toString(data.size()),
            number(auc.mean()) + " +- " + number(auc.std()),
            "",
            "",
            ""));
    return new ResultTable(
        String.format(
            Locale.ROOT,
            "%s: AUC of %d folds by bag, seed %d",
            data.name(),
            settings.folds(),
            settings.seed()),
        List.of("fold", "bags", "AUC", "inner AUC", "dropout", "epochs"),
        rows);
  }

  /** The curve of all bags, each scored by the model of its fold. */
  static RocCurve pooled(BagDataset data, List<MilCrossValidation.Fold> folds) {
    double[] scores = new double[data.size()];
    for (MilCrossValidation.Fold fold : folds) {
      for (int i = 0; i < fold.test().length; i++) {
        scores[fold.test()[i]] = fold.scores()[i];
      }
    }
    return RocCurve.of(data.labels(), scores);
  }

  private static double[] accuracies(BagDataset data, List<MilCrossValidation.Fold> folds) {
    return folds.stream()
        .mapToDouble(
            fold -> {
              double right = 0;
              for (int i = 0; i < fold.test().length; i++) {
                Bag bag = data.bags().get(fold.test()[i]);
                right += (fold.scores()[i] >= 0.5) == (bag.label() == 1) ? 1 : 0;
              }
              return right / fold.test().length;
            })
        .toArray();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
