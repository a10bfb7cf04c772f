package io.github.dl4jhopfield.zoo.tasks;

import io.github.dl4jhopfield.zoo.learn.LightUpdates;
import java.util.Random;
import java.util.function.IntConsumer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network trained on a set, with what was seen after each epoch.
 *
 * @param which the network's kind
 * @param seed of weights, order and dropout
 * @param network as it is after the last epoch
 * @param loss mean cross-entropy of each epoch's batches
 * @param accuracy share of the held-out sequences that are right after each epoch
 * @param seconds wall-clock time
 */
record TaskTraining(
    TaskNetwork which,
    long seed,
    MultiLayerNetwork network,
    double[] loss,
    double[] accuracy,
    double seconds) {

  private static final int BATCH = 32;
  private static final int EVALUATION_BATCH = 256;

  /** Accuracy after the last epoch; nothing is chosen by looking at the held-out part. */
  double finalAccuracy() {
    return accuracy[accuracy.length - 1];
  }

  static TaskTraining run(
      TaskNetwork which, SequenceSet data, long seed, int epochs, IntConsumer afterEpoch) {
    long start = System.nanoTime();
    // the generator that weights and dropout draw from belongs to this thread
    Nd4j.getRandom().setSeed(seed);
    MultiLayerNetwork network = which.build(data, seed);
    LightUpdates.install(network);
    Random random = new Random(seed);
    int[] order = data.training();
    double[] loss = new double[epochs];
    double[] accuracy = new double[epochs];
    for (int epoch = 0; epoch < epochs; epoch++) {
      shuffle(order, random);
      for (int from = 0; from < order.length; from += BATCH) {
        int to = Math.min(order.length, from + BATCH);
        network.fit(data.sequences(order, from, to), data.labels(order, from, to));
        loss[epoch] += network.score() * (to - from) / order.length;
      }
      accuracy[epoch] = accuracy(network, data);
      afterEpoch.accept(epoch);
    }
    return new TaskTraining(
        which, seed, network, loss, accuracy, (System.nanoTime() - start) / 1e9);
  }

  private static double accuracy(MultiLayerNetwork network, SequenceSet data) {
    int[] held = data.heldOut();
    int right = 0;
    for (int from = 0; from < held.length; from += EVALUATION_BATCH) {
      int to = Math.min(held.length, from + EVALUATION_BATCH);
      INDArray out = network.output(data.sequences(held, from, to), false);
      for (int i = from; i < to; i++) {
        right += (out.getDouble(i - from, 0) > 0.5) == (data.label(held[i]) == 1) ? 1 : 0;
      }
    }
    return (double) right / held.length;
  }

  private static void shuffle(int[] values, Random random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }
}
