package io.github.dl4jhopfield.memory;

/**
 * How far a retrieval goes and what it keeps.
 *
 * @param maxSteps most updates of a state; a binary memory counts a sweep over all features as one
 * @param tolerance a state is at rest when an update moves it by at most this times the larger of 1
 *     and its length (Euclidean); each query stops on its own, so that it does not depend on its
 *     batch mates. Binary states are at rest when nothing flips
 * @param trace whether to keep every state and its energy
 * @param topK how many of the heaviest patterns to report for each query
 * @param keepWeights whether to keep the weights of all stored patterns, [n, N]
 * @param seed order of asynchronous updates
 */
public record RetrievalOptions(
    int maxSteps, double tolerance, boolean trace, int topK, boolean keepWeights, long seed) {

  private static final RetrievalOptions DEFAULTS =
      new RetrievalOptions(100, 1e-6, false, 10, false, 1);

  /** Checks the values. */
  public RetrievalOptions {
    if (maxSteps < 1) {
      throw MemoryChecks.bad("maxSteps", "a whole number of at least 1", maxSteps);
    }
    if (!(tolerance >= 0)) {
      throw MemoryChecks.bad("tolerance", "a number of at least 0", tolerance);
    }
    if (topK < 0) {
      throw MemoryChecks.bad("topK", "a whole number of at least 0", topK);
    }
  }

  /** Up to 100 updates, tolerance 1e-6, no trace, top 10, seed 1. */
  public static RetrievalOptions defaults() {
    return DEFAULTS;
  }

  /** Exactly this many updates, at rest or not. */
  public static RetrievalOptions steps(int steps) {
    return DEFAULTS.withMaxSteps(steps).withTolerance(0);
  }

  /** With another limit of updates. */
  public RetrievalOptions withMaxSteps(int value) {
    return new RetrievalOptions(value, tolerance, trace, topK, keepWeights, seed);
  }

  /** With another tolerance. */
  public RetrievalOptions withTolerance(double value) {
    return new RetrievalOptions(maxSteps, value, trace, topK, keepWeights, seed);
  }

  /** With or without a trace. */
  public RetrievalOptions withTrace(boolean value) {
    return new RetrievalOptions(maxSteps, tolerance, value, topK, keepWeights, seed);
  }

  /** With another number of heaviest patterns. */
  public RetrievalOptions withTopK(int value) {
    return new RetrievalOptions(maxSteps, tolerance, trace, value, keepWeights, seed);
  }

  /** With or without the weights of all patterns. */
  public RetrievalOptions withWeights(boolean value) {
    return new RetrievalOptions(maxSteps, tolerance, trace, topK, value, seed);
  }

  /** With another seed. */
  public RetrievalOptions withSeed(long value) {
    return new RetrievalOptions(maxSteps, tolerance, trace, topK, keepWeights, value);
  }
}
