package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.learn.StratifiedFolds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Scores hyperparameters of {@link HopfieldMIL} by the mean AUC of a cross-validation by bag. */
final class MilTuning implements Tuning {
  private static final double LEAST_RATE = 3e-4;
  private static final double MOST_RATE = 3e-2;
  private static final double LEAST_BETA = 0.05;
  private static final double MOST_BETA = 5;
  private static final double MOST_DROPOUT = 0.6;

  private final BagDataset data;
  private final MilCrossValidation.Settings settings;
  private final StratifiedFolds folds;

  MilTuning(BagDataset data, MilCrossValidation.Settings settings) {
    this.data = data;
    this.settings = settings;
    folds = StratifiedFolds.of(data.labels(), settings.innerFolds(), settings.seed());
  }

  static List<TuningParameter> space(MilParameters base) {
    return List.of(
        TuningParameter.logUniform("learningRate", LEAST_RATE, MOST_RATE, base.learningRate()),
        TuningParameter.choice("heads", List.of(1, 2, 4, 8), base.heads()),
        TuningParameter.logUniform("beta", LEAST_BETA, MOST_BETA, base.effectiveBeta()),
        TuningParameter.uniform("dropout", 0, MOST_DROPOUT, base.dropout()));
  }

  private MilParameters parameters(Map<String, Object> values) {
    return settings
        .parameters()
        .withLearningRate(number(values, "learningRate").doubleValue())
        .withHeads(number(values, "heads").intValue())
        .withBeta(number(values, "beta").doubleValue())
        .withDropout(number(values, "dropout").doubleValue());
  }

  private static Number number(Map<String, Object> values, String name) {
    if (values.get(name) instanceof Number number) {
      return number;
    }
    throw new IllegalArgumentException(
        "hyperparameter " + name + ": expected a number, found " + values.get(name));
  }

  @Override
  public String dataset() {
    return data.name();
  }

  @Override
  public String metric() {
    return "auc";
  }

  @Override
  public boolean greaterIsBetter() {
    return true;
  }

  @Override
  public Score evaluate(Map<String, Object> values) {
    MilParameters parameters = parameters(values);
    List<Double> parts = new ArrayList<>();
    for (int fold = 0; fold < folds.count(); fold++) {
      List<Bag> validation = MilSelection.pick(data.bags(), folds.test(fold));
      BagClassifier classifier =
          BagClassifier.train(
              MilSelection.pick(data.bags(), folds.train(fold)),
              parameters,
              Seeds.mix(settings.seed(), 1 + fold));
      int[] labels = validation.stream().mapToInt(Bag::label).toArray();
      parts.add(RocCurve.of(labels, classifier.scores(validation)).area());
    }
    double mean = parts.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    return new Score(mean, parts);
  }

  @Override
  public void saveModel(Map<String, Object> values, Path file) throws IOException {
    BagClassifier.train(data.bags(), parameters(values), Seeds.mix(settings.seed(), 0))
        .withTraining(Map.of("dataset", data.name(), "positives", data.positives()))
        .save(file);
  }
}
