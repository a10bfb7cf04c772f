package io.github.dl4jhopfield.memory;

import java.util.Arrays;

/**
 * What a retrieval ended in: which stored patterns the state is made of.
 *
 * @param kind see {@link Kind}
 * @param patterns the stored patterns that take part, heaviest first; for {@link
 *     Kind#GLOBAL_AVERAGE} the heaviest that were kept, for {@link Kind#SPURIOUS} none
 * @param weights their weights, in the same order
 * @param size how many patterns take part: all with a weight above zero under a sparse separation
 *     (above 1e-4 for k-subsets, whose weights are 0 or 1 up to rounding in a set); under a dense
 *     one the fewest that together have 90% of the weight (the metastable state size of Ramsauer et
 *     al., ICLR 2021, appendix A.5); for a binary memory 1 or 0. -1 if more take part than were
 *     kept by a retrieval from a store outside memory
 */
public record FixedPoint(Kind kind, long[] patterns, double[] weights, long size) {

  /** Share of the weight that the patterns of a dense metastable state have together. */
  static final double DENSE_MASS = 0.9;

  /** Weight from which a single pattern counts as retrieved under a dense separation. */
  static final double SINGLE_WEIGHT = 0.99;

  /**
   * Weights of k-subsets this near to 0 or 1 count as 0 or 1: float scores in the hundreds round
   * so.
   */
  static final double SUBSET_ROUNDING = 1e-4;

  /** No weight above this multiple of 1/N: the state is an average over all patterns. */
  static final double UNIFORM_FACTOR = 1.5;

  /** Kinds of fixed points (Ramsauer et al., section 2). */
  public enum Kind {
    /** One stored pattern: it alone has weight (dense separations: at least 0.99). */
    SINGLE_PATTERN,
    /** The negative of a stored binary pattern, a fixed point too when the interaction is even. */
    NEGATED_PATTERN,
    /** Exactly the patterns of a k-subset, each with weight 1 (to 1e-4, as floats round). */
    PATTERN_SET,
    /** A mixture of some patterns. */
    METASTABLE,
    /** All patterns with nearly the same weight: none above 1.5/N. */
    GLOBAL_AVERAGE,
    /** A binary state that is no stored pattern. */
    SPURIOUS
  }

  /** The heaviest pattern, or -1 if none takes part. */
  public long pattern() {
    return patterns.length == 0 ? -1 : patterns[0];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FixedPoint that
        && kind == that.kind
        && size == that.size
        && Arrays.equals(patterns, that.patterns)
        && Arrays.equals(weights, that.weights);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * kind.hashCode() + Arrays.hashCode(patterns)) + Arrays.hashCode(weights);
  }

  /** For example {@code METASTABLE of 2: 4 (0.61), 17 (0.39)}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.name());
    text.append(" of ").append(size < 0 ? "many" : Long.toString(size));
    for (int i = 0; i < Math.min(patterns.length, 10); i++) {
      text.append(i == 0 ? ": " : ", ").append(patterns[i]);
      text.append(String.format(java.util.Locale.ROOT, " (%.3g)", weights[i]));
    }
    return text.append(patterns.length > 10 ? ", ..." : "").toString();
  }
}
