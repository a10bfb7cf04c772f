package io.github.dl4jhopfield.zoo.learn;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The exponential moving average a of a network's parameters p over its updates:
 *
 * <pre>
 *   a_0 = p_0;   a_t = d_t a_(t-1) + (1 - d_t) p_t,   d_t = min(decay, (1 + t) / (10 + t))
 * </pre>
 *
 * The rising d_t keeps the start from weighing on short trainings. A listener of one
 * MultiLayerNetwork or ComputationGraph; evaluate and save within {@link #apply}.
 */
public final class WeightAverage extends BaseTrainingListener {
  private final double decay;
  private INDArray average;
  private long updates;

  /**
   * @param decay from 0 to less than 1, such as 0.999
   */
  public WeightAverage(double decay) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException(
          "decay: expected a number from 0 to below 1, found " + decay);
    }
    this.decay = decay;
  }

  @Override
  public void onGradientCalculation(Model model) {
    if (average == null) {
      average = model.params().dup();
    }
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    updates++;
    double now = Math.min(decay, (1.0 + updates) / (10.0 + updates));
    average.muli(now).addi(model.params().mul(1 - now));
  }

  /** Does something with the network while it has the averaged parameters. */
  public <T> T apply(Model network, Work<T> work) throws java.io.IOException {
    if (average == null) {
      return work.run();
    }
    INDArray own = network.params().dup();
    network.params().assign(average);
    try {
      return work.run();
    } finally {
      network.params().assign(own);
    }
  }

  /** What is done with the averaged parameters. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws java.io.IOException;
  }

  /** The average, as long as the parameters; null before the first update. */
  INDArray average() {
    return average;
  }

  long updates() {
    return updates;
  }

  void restore(INDArray values, long count) {
    average = values;
    updates = count;
  }
}
