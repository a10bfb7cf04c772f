package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.Regularizers;
import io.github.dl4jhopfield.ops.Separation;

/** What energies are made of beside the regularisers of {@link Regularizers}. */
final class EnergyTerms {
  private EnergyTerms() {}

  /** Checks that a separation has an energy here. */
  static void check(Separation s) {
    if (!Regularizers.known(s)) {
      throw new UnsupportedOperationException(
          "separation " + s + ": no energy, its regulariser needs the marginals of neighbours");
    }
  }

  /** Omega of the uniform weights that the energy's constant is made with. */
  static double uniform(Separation s, long n) {
    double total = Math.min(n, Weights.total(s));
    double each = total / n;
    return switch (s.getKind()) {
      case SOFTMAX -> -Math.log(n);
      case SOFTMAX1 -> -Math.log(n + 1.0);
      case SPARSEMAX -> tsallisUniform(n, 2);
      case ENTMAX15 -> tsallisUniform(n, 1.5);
      case ENTMAX, LEARNED_ENTMAX ->
          s.getAlpha() == 1 ? -Math.log(n) : tsallisUniform(n, s.getAlpha());
      case NORMMAX -> Math.pow(n, 1 / s.getP() - 1) - 1;
      case K_SUBSETS -> n * each * each / 2;
      default -> 0;
    };
  }

  private static double tsallisUniform(long n, double alpha) {
    return (Math.pow(n, 1 - alpha) - 1) / (alpha * (alpha - 1));
  }

  /**
   * The margin m: a score that leads by m takes all the weight (Santos et al., ICML 2024,
   * proposition 1; for k-subsets the lead of the k-th over the next). Infinite for softmax.
   */
  static double margin(Separation s) {
    return switch (s.getKind()) {
      case SOFTMAX, SOFTMAX1 -> Double.POSITIVE_INFINITY;
      case SPARSEMAX, NORMMAX, K_SUBSETS -> 1;
      case ENTMAX15 -> 2;
      case ENTMAX, LEARNED_ENTMAX -> 1 / (s.getAlpha() - 1);
      case SEQUENTIAL_K_SUBSETS -> 2 + 2 * Math.abs(s.getEdgeScore());
    };
  }
}
