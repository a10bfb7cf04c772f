package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Learner;
import io.github.dl4jhopfield.zoo.learn.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@link HopfieldMIL} as a method that cross-validation trains. Where hyperparameters are chosen,
 * two dropout probabilities are tried and, of each, a third, two thirds and all of the epochs.
 */
final class MilLearner implements Learner<double[][], MilParameters, BagClassifier> {
  /** Dropout probabilities that are tried. */
  static final List<Double> DROPOUTS = List.of(0.3, 0.5);

  private static final int STAGES = 3;

  private final MilParameters base;

  MilLearner(MilParameters base) {
    this.base = base;
  }

  @Override
  public List<MilParameters> candidates() {
    return DROPOUTS.stream().map(base::withDropout).toList();
  }

  @Override
  public List<MilParameters> stages(MilParameters candidate) {
    return Arrays.stream(epochs(candidate)).mapToObj(candidate::withEpochs).toList();
  }

  /** Numbers of epochs that are tried, ascending. */
  static int[] epochs(MilParameters base) {
    int[] epochs = new int[STAGES];
    for (int i = 0; i < STAGES; i++) {
      epochs[i] = Math.max(1, Math.round(base.epochs() * (i + 1) / (float) STAGES));
    }
    return epochs;
  }

  @Override
  public BagClassifier train(
      Dataset<double[][]> data,
      MilParameters parameters,
      long seed,
      Watcher<? super MilParameters, ? super BagClassifier> watcher)
      throws IOException {
    int[] stages = epochs(parameters);
    return BagClassifier.train(
        bags(data),
        parameters,
        seed,
        (classifier, epoch) -> {
          if (Arrays.stream(stages).anyMatch(stage -> stage == epoch)) {
            watcher.reached(parameters.withEpochs(epoch), classifier);
          }
        });
  }

  @Override
  public double[][] predict(BagClassifier model, Dataset<double[][]> data) throws IOException {
    return rows(model.scores(bags(data)));
  }

  static double[][] rows(double[] scores) {
    return Arrays.stream(scores).mapToObj(score -> new double[] {score}).toArray(double[][]::new);
  }

  static List<Bag> bags(Dataset<double[][]> data) throws IOException {
    List<Bag> bags = new ArrayList<>(data.size());
    for (int i = 0; i < data.size(); i++) {
      Sample<double[][]> sample = data.sample(i);
      bags.add(
          sample instanceof Bag bag
              ? bag
              : Bag.of(sample.id(), (int) sample.label(0), sample.open()));
    }
    return bags;
  }
}
