package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.learn.Folds;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Scores hyperparameters of {@link HopfieldMIL} by the mean AUC of a cross-validation by bag. */
final class MilTuning implements Tuning {
  private static final double LEAST_RATE = 3e-4;
  private static final double MOST_RATE = 3e-2;
  private static final double LEAST_BETA = 0.05;
  private static final double MOST_BETA = 5;
  private static final double MOST_DROPOUT = 0.6;

  private final MilData data;
  private final ExperimentRun run;
  private final long seed;
  private final Folds folds;

  MilTuning(MilData data, ExperimentRun run) {
    this.data = data;
    this.run = run;
    seed = run.seed();
    folds = Folds.stratified(data.bags().labels(), data.settings().innerFolds(), seed);
  }

  static List<TuningParameter> space(MilParameters base) {
    return List.of(
        TuningParameter.logUniform("learningRate", LEAST_RATE, MOST_RATE, base.learningRate()),
        TuningParameter.choice("heads", List.of(1, 2, 4, 8), base.heads()),
        TuningParameter.logUniform("beta", LEAST_BETA, MOST_BETA, base.effectiveBeta()),
        TuningParameter.uniform("dropout", 0, MOST_DROPOUT, base.dropout()));
  }

  private MilParameters parameters(Map<String, Object> values) {
    return data.settings()
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
    return data.bags().name();
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
    return evaluate(values, (done, score) -> true).orElseThrow();
  }

  @Override
  public Optional<Score> evaluate(Map<String, Object> values, Intermediate intermediate) {
    MilLearner learner = new MilLearner(data.settings().parameters());
    var validation = NestedCrossValidation.builder(learner).parameters(parameters(values)).build();
    List<Double> parts = new ArrayList<>();
    try {
      for (int fold = 0; fold < folds.count(); fold++) {
        if (fold > 0 && !intermediate.goesOn((double) fold / folds.count(), mean(parts))) {
          return Optional.empty();
        }
        parts.add(validation.fold(data.bags(), folds, fold, seed).score());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.of(new Score(mean(parts), parts));
  }

  private static double mean(List<Double> parts) {
    return parts.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  @Override
  public void saveModel(Map<String, Object> values, Path file) throws IOException {
    BagDataset bags = data.bags();
    BagClassifier model = BagClassifier.train(bags.bags(), parameters(values), Seeds.mix(seed, 0));
    data.named(model, run.provenance(bags.name(), bags.fingerprint())).save(file);
  }
}
