package io.github.dl4jhopfield.runtime;

import java.util.List;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.nd4j.autodiff.samediff.SDVariable;

/** What the mended runtimes ask of a layer or vertex configuration. */
public interface MendedConfiguration {

  /**
   * Defines the layer's graph. Called once for each kind of graph (training or inference, each set
   * of masks, each number of steps), not for each call.
   *
   * @return the layer's output
   */
  SDVariable define(GraphContext context);

  /** Noise on the parameters in training, such as drop-connect; null: none. */
  IWeightNoise getWeightNoise();

  /** Whether the training graph differs from the inference graph. */
  default boolean differsInTraining() {
    return true;
  }

  /** Steps that the first graph holds, for layers that call {@link GraphContext#repeatWhile}. */
  default int initialSteps() {
    return 0;
  }

  /** Steps after which the runtime stops growing the graph. */
  default int maximumSteps() {
    return 0;
  }

  /** Names of inner values that the graph exposes ({@link GraphContext#expose}). */
  default List<String> innerNames() {
    return List.of();
  }

  /** Whether training changes the parameter; if not, its gradient is zero. */
  default boolean trainable(String parameter) {
    return true;
  }
}
