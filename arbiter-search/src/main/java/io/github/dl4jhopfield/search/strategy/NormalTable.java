package io.github.dl4jhopfield.search.strategy;

import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * The standard normal distribution from a table, to {@value #ERROR} everywhere: a model of
 * thousands of kernels asks millions of times, and the exact function takes many times as long.
 */
final class NormalTable {
  /** Greatest error of {@link #below}. */
  static final double ERROR = 1e-11;

  private static final double END = 8;
  private static final int NODES_A_UNIT = 128;
  private static final double STEP = 1.0 / NODES_A_UNIT;
  private static final NormalDistribution EXACT = new NormalDistribution(0, 1);
  private static final double[] BELOW = new double[(int) (2 * END * NODES_A_UNIT) + 1];
  private static final double[] SLOPE = new double[BELOW.length];

  static {
    for (int i = 0; i < BELOW.length; i++) {
      double z = i * STEP - END;
      BELOW[i] = EXACT.cumulativeProbability(z);
      SLOPE[i] = EXACT.density(z) * STEP;
    }
  }

  private NormalTable() {}

  /** Probability below {@code z}. */
  static double below(double z) {
    if (z <= -END) {
      return 0;
    }
    if (z >= END) {
      return 1;
    }
    double at = (z + END) * NODES_A_UNIT;
    int i = Math.min(BELOW.length - 2, (int) at);
    double t = at - i;
    double s = 1 - t;
    // cubic Hermite interpolation
    return s * s * ((1 + 2 * t) * BELOW[i] + t * SLOPE[i])
        + t * t * ((1 + 2 * s) * BELOW[i + 1] - s * SLOPE[i + 1]);
  }

  /** Probability from {@code low} to {@code high}. */
  static double between(double low, double high) {
    // on the side where both are small, so that little is lost in the difference
    return low > 0 ? below(-low) - below(-high) : below(high) - below(low);
  }

  /** The value below which that probability lies; finite. */
  static double quantile(double probability) {
    return EXACT.inverseCumulativeProbability(Math.max(1e-16, Math.min(1 - 1e-16, probability)));
  }
}
