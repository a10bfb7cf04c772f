package io.github.dl4jhopfield.zoo.learn;

import io.github.dl4jhopfield.zoo.experiment.JobPool;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * Cross-validation in which everything is learned from the samples of the other folds: the model,
 * and before it, if asked for, its hyperparameters by a cross-validation within those samples. The
 * test fold plays no part in either. Folds are independent, so they run on several threads with the
 * same result.
 *
 * @param <C> content of a sample
 * @param <P> hyperparameters
 * @param <M> a trained model
 */
public final class NestedCrossValidation<C, P, M> {
  /**
   * A model of some samples.
   *
   * @param parameters those it was trained with
   * @param innerScore mean score of the inner folds, by which they were chosen; NaN if there were
   *     none
   */
  public record Fitted<P, M>(P parameters, M model, double innerScore) {}

  /**
   * A fold.
   *
   * @param fold from 0
   * @param test the samples of its test part
   * @param predictions of these, outputs of all targets
   * @param score of these
   * @param fitted on all other samples
   */
  public record Outcome<P, M>(
      int fold, int[] test, double[][] predictions, double score, Fitted<P, M> fitted) {}

  private final Learner<C, P, M> learner;
  private final Measure measure;
  private final int target;
  private final int innerFolds;
  private final P fixed;
  private final int threads;
  private final Progress progress;

  private NestedCrossValidation(Builder<C, P, M> builder) {
    learner = builder.learner;
    measure = builder.measure;
    target = builder.target;
    innerFolds = builder.innerFolds;
    fixed = builder.fixed;
    threads = builder.threads;
    progress = Progress.oneAtATime(builder.progress);
  }

  /** Of that learner, scored by {@link Measure#AUC} of the first target unless told otherwise. */
  public static <C, P, M> Builder<C, P, M> builder(Learner<C, P, M> learner) {
    return new Builder<>(learner);
  }

  /** Trainings that one model takes, selection included: steps of progress. */
  public int trainingsPerModel() {
    return 1 + (chooses() ? innerFolds * learner.candidates().size() : 0);
  }

  private boolean chooses() {
    return innerFolds > 0;
  }

  /**
   * Every fold's outcome, in their order. Seeds follow from the given one and the fold's number.
   * Progress has been begun by the caller; it advances by {@link #trainingsPerModel()} a fold.
   */
  public List<Outcome<P, M>> run(Dataset<C> data, Folds folds, long seed) throws IOException {
    List<Callable<Outcome<P, M>>> jobs = new ArrayList<>();
    for (int fold = 0; fold < folds.count(); fold++) {
      int number = fold;
      jobs.add(() -> fold(data, folds, number, seed));
    }
    return JobPool.run("fold", threads, jobs);
  }

  /** One fold, on the caller's thread. */
  public Outcome<P, M> fold(Dataset<C> data, Folds folds, int fold, long seed) throws IOException {
    progress.doing("fold " + folds.name(fold));
    int[] test = folds.test(fold);
    Dataset<C> held = data.subset(test);
    Fitted<P, M> fitted = fit(data.subset(folds.train(fold)), Seeds.mix(seed, 1 + fold));
    double[][] predictions = learner.predict(fitted.model(), held);
    double score = score(held, predictions);
    progress.advance(
        1,
        String.format(
            Locale.ROOT,
            "fold %s: %s %.3f",
            folds.name(fold),
            measure == Measure.AUC ? "AUC" : measure.label(),
            score));
    return new Outcome<>(fold, test, predictions, score, fitted);
  }

  /**
   * A model of samples: hyperparameters chosen within them, then trained on all of them. The last
   * training is for the caller to report as progress.
   */
  public Fitted<P, M> fit(Dataset<C> data, long seed) throws IOException {
    P parameters = fixed;
    double innerScore = Double.NaN;
    if (chooses()) {
      Choice<P> choice = choose(data, seed);
      parameters = choice.parameters();
      innerScore = choice.score();
    }
    return new Fitted<>(
        parameters, learner.train(data, parameters, seed, (stage, model) -> {}), innerScore);
  }

  private record Choice<P>(P parameters, double score) {}

  private Choice<P> choose(Dataset<C> data, long seed) throws IOException {
    Folds folds = Folds.of(data, target, innerFolds, Seeds.mix(seed, 0));
    List<P> candidates = learner.candidates();
    Choice<P> best = null;
    for (P candidate : candidates) {
      List<P> stages = learner.stages(candidate);
      double[] scores = new double[stages.size()];
      for (int fold = 0; fold < folds.count(); fold++) {
        Dataset<C> validation = data.subset(folds.test(fold));
        learner.train(
            data.subset(folds.train(fold)),
            candidate,
            Seeds.mix(seed, 1 + fold),
            (stage, model) -> {
              double score = score(validation, learner.predict(model, validation));
              for (int s = 0; s < scores.length; s++) {
                if (stages.get(s).equals(stage)) {
                  scores[s] += score / folds.count();
                }
              }
            });
        progress.advance(1, "");
      }
      for (int s = 0; s < scores.length; s++) {
        if (best == null || measure.better(scores[s], best.score())) {
          best = new Choice<>(stages.get(s), scores[s]);
        }
      }
    }
    return best;
  }

  private double score(Dataset<C> data, double[][] predictions) {
    return measure.of(data.labels(target), outputs(data, target, predictions));
  }

  /** The columns of predictions that belong to a target. */
  public static double[][] outputs(Dataset<?> data, int target, double[][] predictions) {
    int from = 0;
    for (int t = 0; t < target; t++) {
      from += data.targets().get(t).outputs();
    }
    int begin = from;
    int end = from + data.targets().get(target).outputs();
    return Arrays.stream(predictions)
        .map(row -> Arrays.copyOfRange(row, begin, end))
        .toArray(double[][]::new);
  }

  /** Builder of {@link NestedCrossValidation}. */
  public static final class Builder<C, P, M> {
    private final Learner<C, P, M> learner;
    private Measure measure = Measure.AUC;
    private int target;
    private int innerFolds;
    private P fixed;
    private int threads = 1;
    private Progress progress = Progress.NONE;

    private Builder(Learner<C, P, M> learner) {
      this.learner = Objects.requireNonNull(learner, "learner");
    }

    /** What scores a fold, inner or outer. */
    public Builder<C, P, M> measure(Measure value, int ofTarget) {
      measure = Objects.requireNonNull(value, "measure");
      target = ofTarget;
      return this;
    }

    /** Hyperparameters are chosen among the learner's candidates by that many inner folds. */
    public Builder<C, P, M> choose(int folds) {
      if (folds < 2) {
        throw new IllegalArgumentException("inner folds: expected at least 2, found " + folds);
      }
      innerFolds = folds;
      return this;
    }

    /** Hyperparameters are these. */
    public Builder<C, P, M> parameters(P parameters) {
      fixed = parameters;
      innerFolds = 0;
      return this;
    }

    /** Folds at once. */
    public Builder<C, P, M> threads(int count) {
      threads = count;
      return this;
    }

    /** Where progress goes. */
    public Builder<C, P, M> progress(Progress listener) {
      progress = Objects.requireNonNull(listener, "progress");
      return this;
    }

    /** The cross-validation. */
    public NestedCrossValidation<C, P, M> build() {
      if (innerFolds == 0 && fixed == null) {
        throw new IllegalStateException("expected parameters, or folds to choose them by");
      }
      return new NestedCrossValidation<>(this);
    }
  }
}
