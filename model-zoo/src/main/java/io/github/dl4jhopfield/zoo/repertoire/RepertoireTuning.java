package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.GivenUp;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Scores hyperparameters of {@link DeepRC} by the AUC of the validation part of a split; its test
 * part plays no part. Nested, each split of the data is an outer fold.
 */
final class RepertoireTuning implements Tuning.Watched {
  private static final String AUC = "auc";

  /** As the experiment seeds its first split, whose options therefore give the same network. */
  private static final long FIRST_SPLIT = 1000;

  private final RepertoireExperiment experiment;
  private final ExperimentContext context;
  private final RepertoireData data;
  private final int split;

  RepertoireTuning(
      RepertoireExperiment experiment, ExperimentContext context, RepertoireData data) {
    this(experiment, context, data, 0);
  }

  /**
   * @param split whose training part is trained on and whose validation part scores
   */
  RepertoireTuning(
      RepertoireExperiment experiment, ExperimentContext context, RepertoireData data, int split) {
    this.experiment = experiment;
    this.context = context;
    this.data = data;
    this.split = split;
    if (split().validation().length == 0) {
      throw new IllegalArgumentException(
          "option validation: expected a share of the training part to score candidates on, found"
              + " none");
    }
  }

  /** What {@link #choose} chose. */
  record Choice(Map<String, Object> values, double auc, int candidates) {

    /** In words. */
    String text() {
      return String.format(
          Locale.ROOT, "%s of %d candidates, validation AUC %.3f", values, candidates, auc);
    }
  }

  /**
   * The best of some candidates by the validation part: the options as they are, then draws of the
   * {@linkplain #space() space}; of equally good ones the first.
   *
   * @param listener told of each candidate
   */
  Choice choose(int candidates, long seed, Consumer<Choice> listener) {
    Choice best = null;
    for (int n = 0; n < candidates; n++) {
      SplittableRandom random = new SplittableRandom(Seeds.mix(seed, n));
      Map<String, Object> values = new LinkedHashMap<>();
      if (n > 0) {
        space().forEach(parameter -> values.put(parameter.name(), parameter.draw(random)));
      }
      double auc = evaluate(values, List.of(AUC), Intermediate.NONE).orElseThrow().value();
      listener.accept(new Choice(values, auc, n + 1));
      if (best == null || auc > best.auc()) {
        best = new Choice(values, auc, candidates);
      }
    }
    return best;
  }

  static List<TuningParameter> space() {
    DeepRcParameters p = DeepRcParameters.DEFAULT;
    TrainingSettings s = TrainingSettings.DEFAULT;
    return List.of(
        TuningParameter.logUniform("learningRate", 1e-4, 1e-1, s.learningRate()),
        TuningParameter.choice("kernelSize", List.of(5, 7, 9), p.kernelSize()),
        TuningParameter.choice("kernels", List.of(8, 16, 32, 64), p.kernels()),
        TuningParameter.choice("attentionUnits", List.of(16, 32, 64), p.attentionUnits()),
        TuningParameter.choice("unit", AssociationTexts.units(), "none"));
  }

  private RepertoireData.Split split() {
    return data.splits().get(split);
  }

  @Override
  public String dataset() {
    return data.samples().name();
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
  public Tuning onOnePart() {
    return this; // it has no more
  }

  @Override
  public Tuning outside(int fold, int folds) {
    if (folds != data.splits().size()) {
      throw new IllegalArgumentException(
          "outer-folds: expected "
              + data.splits().size()
              + ", the splits of the data, found "
              + folds);
    }
    return new RepertoireTuning(experiment, context, data, fold);
  }

  @Override
  public Optional<Score> evaluate(
      Map<String, Object> values, List<String> objectives, Intermediate intermediate) {
    checkObjectives(objectives);
    try {
      double auc = auc(train(values, intermediate), split().validation());
      return Optional.of(new Score(auc, List.of(auc)));
    } catch (GivenUp e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public double test(Map<String, Object> values) {
    try {
      return auc(train(values, Intermediate.NONE), split().test());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ExperimentRun run(Map<String, Object> values) {
    return ExperimentRun.of(experiment, context, values);
  }

  /** On the split's training part; the validation part says when it was best. */
  private DeepRcTraining train(Map<String, Object> values, Intermediate intermediate)
      throws IOException {
    ExperimentRun run = run(values);
    TrainingSettings settings = RepertoireOptions.settings(run);
    Dataset<SequenceBag> samples = data.samples();
    DeepRcTraining training =
        new DeepRcTraining(
            samples.subset(split().train()),
            samples.subset(split().validation()),
            RepertoireOptions.parameters(run),
            settings,
            Seeds.mix(Seeds.mix(run.seed(), FIRST_SPLIT + split), 1));
    training.run(
        null,
        look -> {
          if (intermediate == Intermediate.NONE || look.step() == settings.updates()) {
            return;
          }
          double done = (double) look.step() / settings.updates();
          try {
            if (!intermediate.goesOn(done, auc(training, split().validation()))) {
              throw new GivenUp();
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return training;
  }

  private double auc(DeepRcTraining training, int[] samples) throws IOException {
    double[] scores = new double[samples.length];
    for (int i = 0; i < samples.length; i++) {
      scores[i] = training.scorer().score(data.samples().sample(samples[i]).open()).outputs()[0][0];
    }
    int[] labels = RepertoireExperiment.labels(data, samples);
    int positives = Arrays.stream(labels).sum();
    if (positives == 0 || positives == labels.length) {
      throw new IllegalArgumentException(
          "auc: expected repertoires of both labels to score on, found "
              + labels.length
              + " of one; more repertoires, or a greater --validation");
    }
    return RocCurve.of(labels, scores).area();
  }

  @Override
  public void saveModel(Map<String, Object> values, Path file) throws IOException {
    RepertoireExperiment.model(run(values), data, train(values, Intermediate.NONE)).save(file);
  }
}
