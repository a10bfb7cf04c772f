package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation.Fitted;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@link HopfieldMIL} on the user's own bags, in the formats of {@link BagFiles}. */
public final class MilWorkflow implements ModelWorkflow {
  static final double THRESHOLD = 0.5;

  /** For the service loader. */
  public MilWorkflow() {}

  @Override
  public String name() {
    return "HopfieldMIL";
  }

  @Override
  public String description() {
    return "Whether a bag of instances is positive, and which instances decide; MIL CSV or .mat";
  }

  @Override
  public List<ExperimentOption> options() {
    return MilSettings.options(MilParameters.DEFAULT);
  }

  @Override
  public ExperimentResult train(ExperimentContext context) throws IOException {
    String what = "train " + name();
    return ExperimentRun.execute(
        what, what, options(), context, MilWorkflow::open, MilWorkflow::train);
  }

  private static MilData open(ExperimentRun run) {
    Path file =
        run.data()
            .orElseThrow(() -> new IllegalArgumentException("train: expected data, found none"));
    if (!run.writes()) {
      throw new IllegalArgumentException("train: expected a folder for the model");
    }
    MilSettings settings = MilSettings.of(run);
    BagDataset bags = BagFiles.read(file);
    if (settings.tune()) {
      settings.checkInnerFolds(
          file.toString(),
          Math.min(bags.positives(), bags.size() - bags.positives()),
          "for as many inner folds",
          ", or tune=false");
    }
    return new MilData(bags, settings);
  }

  private static Findings train(ExperimentRun run, MilData data) throws IOException {
    BagDataset bags = data.bags();
    var validation = data.settings().validation(run.progress());
    run.progress().begin("training on " + bags.name(), validation.trainingsPerModel());
    Fitted<MilParameters, BagClassifier> fitted = validation.fit(bags, run.seed());
    run.progress().advance(1, "model of all bags");
    BagClassifier model =
        data.named(fitted.model(), run.provenance(bags.name(), bags.fingerprint()));
    Findings findings = new Findings(bags.name());
    if (data.settings().tune()) {
      findings.metric("validationAuc", fitted.innerScore());
    }
    return findings
        .detail("modelParameters", model.parameters().toMap())
        .table(
            ResultTable.ofValues("Hyperparameters", "hyperparameter", model.parameters().toMap()))
        .file("model.zip", model::save);
  }

  @Override
  public ExperimentResult predict(Path model, Path data) throws IOException {
    MilPredictor predictor = new MilPredictor(BagClassifier.load(model));
    if (Files.isDirectory(data) && NpyBags.tableOf(data) == null) {
      return BatchPrediction.run(name(), predictor, data, BatchPrediction.here(predictor));
    }
    // Of one file what is wrong with it is the end.
    return BatchPrediction.run(
        name(),
        predictor,
        data,
        pieces -> {
          List<BatchPrediction.Answer> answers = new ArrayList<>();
          for (PiecewisePredictor.Piece piece : pieces) {
            answers.add(new BatchPrediction.Answer(predictor.predict(piece), null));
          }
          return answers;
        });
  }

  @Override
  public Optional<PiecewisePredictor> predictor(Path model) throws IOException {
    return Optional.of(new MilPredictor(BagClassifier.load(model)));
  }

  @Override
  public ExperimentResult evaluate(Path model, Path data) throws IOException {
    long start = System.nanoTime();
    BagClassifier classifier = BagClassifier.load(model);
    BagDataset bags = MilPredictor.readFor(classifier, BagFiles.read(data), data);
    double[] scores = classifier.scores(bags.bags());
    int[] labels = bags.labels();
    long right = 0;
    for (int i = 0; i < scores.length; i++) {
      right += (scores[i] >= THRESHOLD ? 1 : 0) == labels[i] ? 1 : 0;
    }
    Map<String, ExperimentResult.Metric> metrics = new LinkedHashMap<>();
    metrics.put("auc", ExperimentResult.Metric.of(RocCurve.of(labels, scores).area()));
    metrics.put("accuracy", ExperimentResult.Metric.of((double) right / labels.length));
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("bags", bags.size());
    details.put("positives", bags.positives());
    details.put("trainedOn", classifier.training());
    return new ExperimentResult(
        "evaluate " + name(),
        bags.name(),
        seed(classifier),
        (System.nanoTime() - start) / 1e9,
        metrics,
        Map.of(),
        details,
        List.of(),
        List.of());
  }

  static long seed(BagClassifier classifier) {
    return classifier.training().get("seed") instanceof Number seed ? seed.longValue() : 0;
  }
}
