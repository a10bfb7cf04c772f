package io.github.dl4jhopfield.layers;

import org.nd4j.linalg.activations.Activation;

/**
 * Options of the feed-forward part of encoder and decoder layers. Plain data: {@link
 * FeedForwardBuilder} says what each means and is the way to set them.
 */
public final class FeedForwardOptions extends LayerOptions {

  private static final long serialVersionUID = 1L;

  public long size = 2048;
  public double dropout = 0.1;
  public Activation activation = Activation.RELU;
  public double normEps = 1e-5;

  @Override
  public FeedForwardOptions copy() {
    return copyInto(new FeedForwardOptions());
  }

  @Override
  String subject() {
    return "a feed-forward block";
  }
}
