package io.github.dl4jhopfield.zoo.learn;

import java.io.IOException;
import java.util.List;

/**
 * A method that learns from data sets of one kind of content. Thread-safe: cross-validation trains
 * several folds at once.
 *
 * @param <C> content of a sample
 * @param <P> hyperparameters; values with equals
 * @param <M> a trained model
 */
public interface Learner<C, P, M> {
  /** Looks at a model in training. */
  @FunctionalInterface
  interface Watcher<P, M> {
    /**
     * The model as it is now.
     *
     * @param stage the hyperparameters with which a training would have ended here
     */
    void reached(P stage, M model) throws IOException;
  }

  /** The hyperparameters that are tried where they are chosen; the first of equals wins. */
  List<P> candidates();

  /**
   * Models that the training of one candidate passes on its way, by the hyperparameters with which
   * it would have ended there: fewer epochs, say. The last are the candidate itself.
   */
  default List<P> stages(P candidate) {
    return List.of(candidate);
  }

  /**
   * Trains.
   *
   * @param seed of every random choice; same seed, same samples: same model
   * @param watcher told at each of the {@link #stages}
   */
  M train(Dataset<C> data, P parameters, long seed, Watcher<? super P, ? super M> watcher)
      throws IOException;

  /** A prediction for each sample: the outputs of all targets, one after the other. */
  double[][] predict(M model, Dataset<C> data) throws IOException;
}
