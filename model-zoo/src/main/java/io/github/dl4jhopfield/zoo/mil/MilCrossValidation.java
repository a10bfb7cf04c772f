package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.learn.StratifiedFolds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Stratified cross-validation of {@link HopfieldMIL} by bag. For each fold everything is learned
 * from the bags of the other folds: the standardisation of features, the hyperparameters (by {@link
 * MilSelection}, a cross-validation within those bags), the weights. Folds are independent, so they
 * run on several threads with the same result.
 */
final class MilCrossValidation {
  /** How to evaluate. */
  record Settings(
      int folds, int innerFolds, boolean tune, MilParameters parameters, long seed, int threads) {
    /** Trainings that one model takes, selection included. */
    int trainingsPerModel() {
      return 1 + (tune ? MilSelection.trainings(innerFolds) : 0);
    }
  }

  /**
   * A fold.
   *
   * @param fold from 0
   * @param test indices of its bags in the data set
   * @param scores of these bags
   * @param auc of these scores
   * @param innerAuc of the selection, NaN if there was none
   * @param classifier trained on all other bags
   */
  record Fold(
      int fold,
      int[] test,
      double[] scores,
      double auc,
      double innerAuc,
      BagClassifier classifier) {}

  private MilCrossValidation() {}

  static List<Fold> run(BagDataset data, Settings settings, Progress progress) {
    StratifiedFolds folds = StratifiedFolds.of(data.labels(), settings.folds(), settings.seed());
    Progress shared = serialised(progress);
    ExecutorService threads =
        Executors.newFixedThreadPool(
            settings.threads(),
            task -> {
              Thread thread = new Thread(task, "mil-fold");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<Fold>> running = new ArrayList<>();
      for (int fold = 0; fold < settings.folds(); fold++) {
        int number = fold;
        running.add(threads.submit(() -> fold(data, folds, number, settings, shared)));
      }
      List<Fold> done = new ArrayList<>();
      for (Future<Fold> fold : running) {
        done.add(fold.get());
      }
      return done;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("a fold failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      threads.shutdownNow();
    }
  }

  static Fold fold(
      BagDataset data, StratifiedFolds folds, int fold, Settings settings, Progress progress) {
    int[] test = folds.test(fold);
    List<Bag> held = MilSelection.pick(data.bags(), test);
    Fitted fitted =
        fit(
            MilSelection.pick(data.bags(), folds.train(fold)),
            settings,
            Seeds.mix(settings.seed(), 1 + fold),
            progress);
    double[] scores = fitted.classifier().scores(held);
    double auc = RocCurve.of(held.stream().mapToInt(Bag::label).toArray(), scores).area();
    progress.advance(1, String.format(Locale.ROOT, "fold %d: AUC %.3f", fold + 1, auc));
    return new Fold(fold, test, scores, auc, fitted.innerAuc(), fitted.classifier());
  }

  /**
   * A model of some bags: hyperparameters chosen within them if the settings say so, then trained
   * on all of them. The last training is for the caller to report as progress.
   */
  static Fitted fit(List<Bag> bags, Settings settings, long seed, Progress progress) {
    MilSelection.Choice choice =
        settings.tune()
            ? MilSelection.choose(
                bags, settings.parameters(), settings.innerFolds(), seed, progress)
            : new MilSelection.Choice(settings.parameters(), Double.NaN);
    return new Fitted(BagClassifier.train(bags, choice.parameters(), seed), choice.auc());
  }

  /** A trained classifier and the AUC of its selection, NaN if there was none. */
  record Fitted(BagClassifier classifier, double innerAuc) {}

  private static Progress serialised(Progress progress) {
    return new Progress() {
      @Override
      public synchronized void begin(String task, long steps) {
        progress.begin(task, steps);
      }

      @Override
      public synchronized void advance(long done, String detail) {
        progress.advance(done, detail);
      }

      @Override
      public synchronized void end() {
        progress.end();
      }
    };
  }
}
