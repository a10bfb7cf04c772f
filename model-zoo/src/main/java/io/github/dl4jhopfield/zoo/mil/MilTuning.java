package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.GivenUp;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.Folds;
import io.github.dl4jhopfield.zoo.learn.Measure;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Scores hyperparameters of {@link HopfieldMIL} by the mean AUC of a cross-validation by bag. */
final class MilTuning implements Tuning.Watched {
  private static final double LEAST_RATE = 3e-4;
  private static final double MOST_RATE = 3e-2;
  private static final double LEAST_BETA = 0.05;
  private static final double MOST_BETA = 5;
  private static final double MOST_DROPOUT = 0.6;

  /** Distinguishes the split into outer folds from that into validation parts. */
  private static final long OUTER = 0x6f75746572L;

  private static final int LATENCY_RUNS = 5;

  private static final String AUC = "auc";
  private static final String ACCURACY = "accuracy";
  private static final String PARAMETERS = "parameters";
  private static final String LATENCY = "latency";

  private final MilData data;
  private final ExperimentRun run;
  private final long seed;
  private final Folds folds;
  private final int parts;

  /** The bags of the outer test fold; empty where there is none. */
  private final List<Bag> held;

  MilTuning(MilData data, ExperimentRun run) {
    this(data, run, data.settings().innerFolds(), List.of());
  }

  private MilTuning(MilData data, ExperimentRun run, int parts, List<Bag> held) {
    this.data = data;
    this.run = run;
    this.parts = parts;
    this.held = held;
    seed = run.seed();
    folds = Folds.stratified(data.bags().labels(), data.settings().innerFolds(), seed);
  }

  @Override
  public Tuning onOnePart() {
    return new MilTuning(data, run, 1, held);
  }

  @Override
  public Tuning outside(int fold, int count) {
    BagDataset all = data.bags();
    int least = Math.min(all.positives(), all.size() - all.positives());
    if (least < count) {
      throw new DataFormatException(
          all.name(),
          0,
          "at least " + count + " bags of each label for as many outer folds",
          least + "; give fewer");
    }
    Folds outer = Folds.stratified(all.labels(), count, Seeds.mix(seed, OUTER));
    BagDataset outside = new BagDataset(all.name(), pick(all, outer.train(fold)));
    int rarer = Math.min(outside.positives(), outside.size() - outside.positives());
    data.settings().checkInnerFolds(all.name(), rarer, "outside of each outer fold", "");
    return new MilTuning(
        new MilData(outside, data.settings()), run, parts, pick(all, outer.test(fold)));
  }

  private static List<Bag> pick(BagDataset from, int[] indices) {
    return Arrays.stream(indices).mapToObj(from.bags()::get).toList();
  }

  @Override
  public double test(Map<String, Object> values) {
    if (held.isEmpty()) {
      return Tuning.Watched.super.test(values);
    }
    BagClassifier model =
        BagClassifier.train(data.bags().bags(), parameters(values), Seeds.mix(seed, 0));
    return score(Measure.AUC, held, model.scores(held));
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
    return AUC;
  }

  @Override
  public boolean greaterIsBetter() {
    return true;
  }

  @Override
  public List<Objective> objectives() {
    return List.of(
        new Objective(AUC, true),
        new Objective(ACCURACY, true),
        new Objective(PARAMETERS, false),
        new Objective(LATENCY, false));
  }

  @Override
  public Optional<Score> evaluate(
      Map<String, Object> values, List<String> objectives, Intermediate intermediate) {
    MilParameters parameters = parameters(values);
    checkObjectives(objectives);
    List<Double> scores = new ArrayList<>();
    Map<String, List<Double>> measures = new LinkedHashMap<>();
    objectives.stream()
        .filter(o -> !o.equals(AUC))
        .forEach(o -> measures.put(o, new ArrayList<>()));
    try {
      for (int fold = 0; fold < parts; fold++) {
        List<Bag> validation = pick(data.bags(), folds.test(fold));
        BagClassifier model = train(fold, parameters, validation, scores, intermediate);
        double[] predictions = model.scores(validation);
        scores.add(score(Measure.AUC, validation, predictions));
        measures.forEach((name, of) -> of.add(measure(name, model, validation, predictions)));
      }
    } catch (GivenUp e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Double> means = new LinkedHashMap<>();
    measures.forEach((name, of) -> means.put(name, mean(of)));
    return Optional.of(new Score(mean(scores), scores, means));
  }

  /** After each epoch says the mean of the parts so far, this one's validation score included. */
  private BagClassifier train(
      int fold,
      MilParameters parameters,
      List<Bag> validation,
      List<Double> before,
      Intermediate intermediate)
      throws IOException {
    return BagClassifier.train(
        pick(data.bags(), folds.train(fold)),
        parameters,
        Seeds.mix(seed, 1 + fold),
        (model, epoch) -> {
          double done = (fold + (double) epoch / parameters.epochs()) / parts;
          if (intermediate != Intermediate.NONE && done < 1) {
            List<Double> soFar = new ArrayList<>(before);
            soFar.add(score(Measure.AUC, validation, model.scores(validation)));
            if (!intermediate.goesOn(done, mean(soFar))) {
              throw new GivenUp();
            }
          }
        });
  }

  private static double score(Measure measure, List<Bag> bags, double[] predictions) {
    return measure.of(
        bags.stream().mapToDouble(Bag::label).toArray(),
        Arrays.stream(predictions).mapToObj(p -> new double[] {p}).toArray(double[][]::new));
  }

  private double measure(
      String name, BagClassifier model, List<Bag> validation, double[] predictions) {
    return switch (name) {
      case ACCURACY -> score(Measure.ACCURACY, validation, predictions);
      case PARAMETERS -> model.network().numParams();
      case LATENCY -> latency(model, validation);
      default -> throw new IllegalStateException(name);
    };
  }

  /** Milliseconds a bag, the median of some runs over the bags. */
  private static double latency(BagClassifier model, List<Bag> bags) {
    double[] runs = new double[LATENCY_RUNS];
    for (int i = 0; i < runs.length; i++) {
      long start = System.nanoTime();
      model.scores(bags);
      runs[i] = (System.nanoTime() - start) / 1e6 / bags.size();
    }
    Arrays.sort(runs);
    return runs[LATENCY_RUNS / 2];
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
