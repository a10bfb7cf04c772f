package io.github.dl4jhopfield.layers;

import org.nd4j.linalg.activations.Activation;

/**
 * Options of the feed-forward part and the residual connections of encoder and decoder layers.
 *
 * @param <T> the Builder itself
 */
public interface FeedForwardBuilder<T> extends AssociationBuilder<T> {

  /** What is being built. */
  FeedForwardOptions feedForward();

  /** Width of the feed-forward part. Default 2048. */
  default T feedForwardSize(long size) {
    feedForward().size = size;
    return self();
  }

  /**
   * Probability with which, in training, an entry of the feed-forward part's inner result and of
   * what is added to each residual connection is set to zero. Default 0.1. Independent of {@link
   * #associationDropout}.
   */
  default T residualDropout(double probability) {
    feedForward().dropout = probability;
    return self();
  }

  /** Activation of the feed-forward part: as {@link #associationActivation}. Default relu. */
  default T feedForwardActivation(Activation activation) {
    feedForward().activation = activation;
    return self();
  }

  /** Added to the variance in the normalisations after each residual connection. Default 1e-5. */
  default T residualNormEps(double eps) {
    feedForward().normEps = eps;
    return self();
  }
}
