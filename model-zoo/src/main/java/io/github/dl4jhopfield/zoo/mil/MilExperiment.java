package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.ExperimentTemplate;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.Folds;
import io.github.dl4jhopfield.zoo.learn.Measure;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation.Fitted;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation.Outcome;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Multiple-instance learning with Hopfield pooling: cross-validation of {@link HopfieldMIL} by bag,
 * on MUSK1 in the jar or on the user's bags (see {@link BagFiles}). With {@code methods} or {@code
 * repeats} a comparison of methods in the same folds ({@link MilStudy}).
 *
 * <p>Of each outer fold, nothing is seen before it is scored: features are standardised and
 * hyperparameters chosen within the other folds. The model that is saved is trained on all bags,
 * with hyperparameters chosen by the same inner cross-validation over all bags; the reported AUC is
 * that of the folds, not of this model.
 */
public final class MilExperiment extends ExperimentTemplate<MilData> implements TunableExperiment {
  /** Above it, scoring each instance alone would take longer than all else. */
  private static final long MOST_ALONE = 100_000;

  private static final String FOLDS = "folds";
  private static final String METHODS = "methods";
  private static final String REPEATS = "repeats";
  private static final String FOLDS_FROM = "folds-from";

  /** For the service loader. */
  public MilExperiment() {
    super(
        "mil",
        "Multiple-instance learning with Hopfield pooling, cross-validated by bag; MUSK1, a MIL"
            + " CSV or a .mat benchmark");
  }

  @Override
  public List<ExperimentOption> options() {
    MilParameters base = MilParameters.DEFAULT;
    List<ExperimentOption> options = new ArrayList<>();
    options.add(ExperimentOption.integer(FOLDS, 10, 2, 100, "outer folds"));
    options.add(
        ExperimentOption.text(
            METHODS,
            "",
            "methods to compare, separated by commas, or all: "
                + String.join(", ", MilMethod.names())
                + "; variants as hopfield-pooling:sparsemax"));
    options.add(
        ExperimentOption.integer(
            REPEATS, 1, 1, 100, "cross-validations of a comparison, each with other folds"));
    options.add(
        ExperimentOption.text(
            FOLDS_FROM, "", "folds.csv of another comparison, whose folds are taken"));
    options.add(
        ExperimentOption.flag(
            "optimistic", false, "in a comparison, the best epoch on the test fold beside"));
    options.add(
        ExperimentOption.flag(
            "rules",
            true,
            "in a comparison of up to "
                + MOST_ALONE
                + " instances, whether a bag is positive if an instance is"));
    options.addAll(MilSettings.options(base));
    return options;
  }

  @Override
  protected MilData open(ExperimentRun run) throws IOException {
    MilData data = read(run);
    MilSettings settings = data.settings();
    methods(run, settings);
    if (!run.text(FOLDS_FROM).isEmpty()) {
      folds(run, data.bags());
      return data;
    }
    int folds = run.integer(FOLDS);
    int rarer = rarer(data.bags());
    if (rarer < folds) {
      throw new DataFormatException(
          file(run, data.bags()),
          0,
          "at least " + folds + " bags of each label for as many folds",
          rarer + "; give a smaller number of folds");
    }
    if (settings.tune()) {
      settings.checkInnerFolds(
          file(run, data.bags()),
          // the rarest that a training part can be left with
          rarer - (rarer + folds - 1) / folds,
          "outside of each fold for the inner folds",
          ", or tune=false");
    }
    return data;
  }

  @Override
  protected Findings run(ExperimentRun run, MilData opened) throws IOException {
    BagDataset data = opened.bags();
    if (compares(run)) {
      boolean optimistic = run.flag("optimistic");
      MilStudy study =
          new MilStudy(
              opened,
              methods(run, opened.settings()),
              folds(run, data),
              optimistic,
              run.flag("rules") && data.instances() <= MOST_ALONE,
              run);
      return new MilStudyFindings(opened, study.run(), optimistic).findings();
    }
    var validation = opened.settings().validation(run.progress());
    int count = run.integer(FOLDS);
    run.progress()
        .begin(
            count + "-fold cross-validation on " + data.name(),
            (long) validation.trainingsPerModel() * (count + (run.writes() ? 1 : 0)));
    List<Outcome<MilParameters, BagClassifier>> folds =
        validation.run(data, Folds.stratified(data.labels(), count, run.seed()), run.seed());
    BagClassifier model = null;
    if (run.writes()) {
      Fitted<MilParameters, BagClassifier> fitted = validation.fit(data, Seeds.mix(run.seed(), 0));
      run.progress().advance(1, "model of all bags");
      model = opened.named(fitted.model(), run.provenance(data.name(), data.fingerprint()));
    }
    return findings(run, opened, folds, model);
  }

  @Override
  public List<TuningParameter> space() {
    return MilTuning.space(MilParameters.DEFAULT);
  }

  @Override
  public Tuning prepare(ExperimentContext context) {
    ExperimentRun run = ExperimentRun.of(this, context);
    MilData data = read(run);
    data.settings()
        .checkInnerFolds(file(run, data.bags()), rarer(data.bags()), "for as many inner folds", "");
    return new MilTuning(data, run);
  }

  private static MilData read(ExperimentRun run) {
    MilSettings settings = MilSettings.of(run);
    return new MilData(run.data().map(BagFiles::read).orElseGet(BagFiles::musk1), settings);
  }

  /** Whether several methods or repeats are asked for, or the folds of such a comparison. */
  private static boolean compares(ExperimentRun run) {
    return !run.text(METHODS).isEmpty()
        || run.integer(REPEATS) > 1
        || !run.text(FOLDS_FROM).isEmpty();
  }

  private static List<MilMethod<?, ?>> methods(ExperimentRun run, MilSettings settings) {
    String names = run.text(METHODS);
    return MilMethod.parse(
        names.isEmpty() ? BagNetwork.Pooling.HOPFIELD_POOLING.label() : names, settings);
  }

  private static List<Folds> folds(ExperimentRun run, BagDataset data) throws IOException {
    return run.text(FOLDS_FROM).isEmpty()
        ? BagFolds.draw(data, run.integer(FOLDS), run.integer(REPEATS), run.seed())
        : BagFolds.read(Path.of(run.text(FOLDS_FROM)), data);
  }

  private static int rarer(BagDataset data) {
    return Math.min(data.positives(), data.size() - data.positives());
  }

  private static String file(ExperimentRun run, BagDataset data) {
    return run.data().map(Object::toString).orElse(data.name());
  }

  private static Findings findings(
      ExperimentRun run,
      MilData opened,
      List<Outcome<MilParameters, BagClassifier>> folds,
      BagClassifier model) {
    BagDataset data = opened.bags();
    double[] auc = folds.stream().mapToDouble(Outcome::score).toArray();
    Findings findings =
        new Findings(data.name())
            .metric("auc", auc)
            .metric("accuracy", accuracies(data, folds))
            .metric("pooledAuc", pooled(data, folds).area())
            .detail("folds", folds.size())
            .detail("foldAuc", auc)
            .detail(
                "foldParameters",
                folds.stream().map(fold -> fold.fitted().parameters().toMap()).toList());
    if (model != null) {
      findings.detail("modelParameters", model.parameters().toMap());
    }
    findings
        .detail("bags", data.size())
        .detail("positives", data.positives())
        .detail("instances", data.instances())
        .detail("features", data.features())
        .table(
            foldTable(data, opened.settings(), folds, run.seed(), findings.metrics().get("auc")));
    if (model != null) {
      findings
          .report(result -> MilReport.html(opened, folds, model, result))
          .file("model.zip", model::save);
    }
    return findings;
  }

  private static ResultTable foldTable(
      BagDataset data,
      MilSettings settings,
      List<Outcome<MilParameters, BagClassifier>> folds,
      long seed,
      ExperimentResult.Metric auc) {
    List<List<String>> rows = new ArrayList<>();
    for (Outcome<MilParameters, BagClassifier> fold : folds) {
      MilParameters chosen = fold.fitted().parameters();
      rows.add(
          List.of(
              Integer.toString(fold.fold() + 1),
              Integer.toString(fold.test().length),
              number(fold.score()),
              settings.tune() ? number(fold.fitted().innerScore()) : "-",
              Double.toString(chosen.dropout()),
              Integer.toString(chosen.epochs())));
    }
    rows.add(
        List.of(
            "mean",
            Integer.toString(data.size()),
            number(auc.mean()) + " ± " + number(auc.std()),
            "",
            "",
            ""));
    return new ResultTable(
        String.format(
            Locale.ROOT, "%s: AUC of %d folds by bag, seed %d", data.name(), folds.size(), seed),
        List.of("fold", "bags", "AUC", "inner AUC", "dropout", "epochs"),
        rows);
  }

  /** The curve of all bags, each scored by the model of its fold. */
  static RocCurve pooled(BagDataset data, List<Outcome<MilParameters, BagClassifier>> folds) {
    double[] scores = new double[data.size()];
    for (Outcome<MilParameters, BagClassifier> fold : folds) {
      for (int i = 0; i < fold.test().length; i++) {
        scores[fold.test()[i]] = fold.predictions()[i][0];
      }
    }
    return RocCurve.of(data.labels(), scores);
  }

  private static double[] accuracies(
      BagDataset data, List<Outcome<MilParameters, BagClassifier>> folds) {
    return folds.stream()
        .mapToDouble(
            fold -> Measure.ACCURACY.of(data.subset(fold.test()).labels(0), fold.predictions()))
        .toArray();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
