package io.github.dl4jhopfield.ops;

/**
 * What is done to a retrieved pattern after each Hopfield update (Santos et al.,
 * Hopfield-Fenchel-Young Networks, 2024, section 4): the gradient map of the second regulariser.
 */
public enum PostTransform {
  /** The pattern as retrieved. */
  NONE,
  /** Scaled to the unit sphere; a zero pattern stays zero. */
  L2,
  /** Mean 0 and variance 1 over the features. */
  LAYER_NORM
}
