package io.github.dl4jhopfield.search.strategy;

import java.util.Arrays;

/**
 * How a candidate did.
 *
 * @param losses a number for each objective, smaller is better; empty if the candidate failed
 */
public record Outcome(double... losses) {
  /** A candidate without a score. */
  public static final Outcome FAILED = new Outcome();

  /**
   * Copies the numbers.
   *
   * @throws IllegalArgumentException if one is NaN: a candidate without a number has failed
   */
  public Outcome {
    losses = losses.clone();
    for (double loss : losses) {
      if (Double.isNaN(loss)) {
        throw new IllegalArgumentException(
            "expected losses that are numbers, found NaN; a candidate without one has failed");
      }
    }
  }

  /** Copies. */
  @Override
  public double[] losses() {
    return losses.clone();
  }

  /** Whether there is no score. */
  public boolean failed() {
    return losses.length == 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Outcome outcome && Arrays.equals(losses, outcome.losses);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(losses);
  }

  @Override
  public String toString() {
    return failed() ? "failed" : Arrays.toString(losses);
  }
}
