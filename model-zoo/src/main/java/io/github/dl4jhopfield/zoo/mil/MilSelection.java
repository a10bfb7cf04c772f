package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.learn.RocCurve;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.learn.StratifiedFolds;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses hyperparameters by cross-validation within the bags that it is given. In the evaluation
 * of an experiment these are the training bags of an outer fold: the outer test fold plays no part.
 *
 * <p>For each candidate and each inner fold a classifier is trained on the other inner folds, and
 * scored on the inner fold after a third, two thirds and all of the epochs. The candidate and
 * number of epochs of the best mean AUC win; of equals the first.
 */
final class MilSelection {
  /** Dropout probabilities that are tried. */
  static final List<Double> DROPOUTS = List.of(0.3, 0.5);

  private static final int CHECKPOINTS = 3;

  /**
   * What was chosen.
   *
   * @param auc mean AUC over the inner folds
   */
  record Choice(MilParameters parameters, double auc) {}

  private MilSelection() {}

  /** What is tried when {@code base} is tuned. */
  static List<MilParameters> candidates(MilParameters base) {
    return DROPOUTS.stream().map(base::withDropout).toList();
  }

  /** Numbers of epochs that are tried, ascending. */
  static int[] epochs(MilParameters base) {
    int[] epochs = new int[CHECKPOINTS];
    for (int i = 0; i < CHECKPOINTS; i++) {
      epochs[i] = Math.max(1, Math.round(base.epochs() * (i + 1) / (float) CHECKPOINTS));
    }
    return epochs;
  }

  /** Trainings that a choice takes. */
  static int trainings(int innerFolds) {
    return DROPOUTS.size() * innerFolds;
  }

  static Choice choose(
      List<Bag> bags, MilParameters base, int innerFolds, long seed, Progress progress) {
    int[] labels = bags.stream().mapToInt(Bag::label).toArray();
    StratifiedFolds folds = StratifiedFolds.of(labels, innerFolds, Seeds.mix(seed, 0));
    List<MilParameters> candidates = candidates(base);
    int[] epochs = epochs(base);
    double[][] auc = new double[candidates.size()][epochs.length];
    for (int c = 0; c < candidates.size(); c++) {
      for (int fold = 0; fold < innerFolds; fold++) {
        List<Bag> validation = pick(bags, folds.test(fold));
        int[] truth = validation.stream().mapToInt(Bag::label).toArray();
        double[] row = auc[c];
        BagClassifier.train(
            pick(bags, folds.train(fold)),
            candidates.get(c),
            Seeds.mix(seed, 1 + fold),
            (classifier, epoch) -> {
              for (int e = 0; e < epochs.length; e++) {
                if (epochs[e] == epoch) {
                  double area = RocCurve.of(truth, classifier.scores(validation)).area();
                  row[e] += area / innerFolds;
                }
              }
            });
        progress.advance(1, "");
      }
    }
    Choice best = null;
    for (int c = 0; c < candidates.size(); c++) {
      for (int e = 0; e < epochs.length; e++) {
        if (best == null || auc[c][e] > best.auc()) {
          best = new Choice(candidates.get(c).withEpochs(epochs[e]), auc[c][e]);
        }
      }
    }
    return best;
  }

  static List<Bag> pick(List<Bag> bags, int[] indices) {
    List<Bag> picked = new ArrayList<>(indices.length);
    for (int i : indices) {
      picked.add(bags.get(i));
    }
    return picked;
  }
}
