package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.FeedForwardBuilder;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.linalg.activations.Activation;

/**
 * Options of the feed-forward part of encoder and decoder, each with a space of values.
 *
 * @param <T> the Builder itself
 */
public interface FeedForwardSpaceBuilder<T> extends AssociationSpaceBuilder<T> {

  /** As {@link FeedForwardBuilder#feedForwardSize}. */
  default T feedForwardSize(ParameterSpace<Integer> space) {
    return option("feedForwardSize", space);
  }

  /** As {@link FeedForwardBuilder#residualDropout}. */
  default T residualDropout(ParameterSpace<Double> space) {
    return option("residualDropout", space);
  }

  /** As {@link FeedForwardBuilder#feedForwardActivation}. */
  default T feedForwardActivation(ParameterSpace<Activation> space) {
    return option("feedForwardActivation", space);
  }

  /** As {@link FeedForwardBuilder#residualNormEps}. */
  default T residualNormEps(ParameterSpace<Double> space) {
    return option("residualNormEps", space);
  }
}
