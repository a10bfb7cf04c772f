package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.Separation;

/**
 * The regulariser Omega of each separation, p = argmax_p theta.p - Omega(p), and from it the
 * conjugate Omega*(theta) = theta.p - Omega(p) that energies are made of. In double.
 */
final class Regularisers {
  private Regularisers() {}

  /** Whether Omega is known in closed form here. */
  static boolean known(Separation s) {
    return s.getKind() != Separation.Kind.SEQUENTIAL_K_SUBSETS;
  }

  /**
   * Omega(p): softmax sum p log p; alpha-entmax (Tsallis) (sum p^alpha - 1) / (alpha (alpha - 1));
   * normmax |p|_p - 1; k-subsets |p|^2 / 2. On the vertices of the simplex the first three are 0.
   */
  static double omega(Separation s, double[] p) {
    double sum = 0;
    switch (s.getKind()) {
      case SOFTMAX:
        return entropy(p);
      case SPARSEMAX:
        return tsallis(p, 2);
      case ENTMAX15:
        return tsallis(p, 1.5);
      case ENTMAX:
      case LEARNED_ENTMAX:
        return s.getAlpha() == 1 ? entropy(p) : tsallis(p, s.getAlpha());
      case NORMMAX:
        for (double v : p) {
          sum += v > 0 ? Math.pow(v, s.getP()) : 0;
        }
        return Math.pow(sum, 1 / s.getP()) - 1;
      case K_SUBSETS:
        for (double v : p) {
          sum += v * v;
        }
        return sum / 2;
      default:
        throw new UnsupportedOperationException(
            "separation " + s + ": no energy, its regulariser needs the marginals of neighbours");
    }
  }

  private static double entropy(double[] p) {
    double sum = 0;
    for (double v : p) {
      sum += v > 0 ? v * Math.log(v) : 0;
    }
    return sum;
  }

  private static double tsallis(double[] p, double alpha) {
    double sum = 0;
    for (double v : p) {
      sum += v > 0 ? Math.pow(v, alpha) : 0;
    }
    return (sum - 1) / (alpha * (alpha - 1));
  }

  /** Omega*(theta) = theta.p - Omega(p), where p is the separation of theta. */
  static double conjugate(Separation s, double[] theta, double[] p) {
    if (!Weights.sparse(s)) {
      double largest = Double.NEGATIVE_INFINITY;
      for (double t : theta) {
        largest = Math.max(largest, t);
      }
      double sum = 0;
      for (double t : theta) {
        sum += Math.exp(t - largest);
      }
      return largest + Math.log(sum);
    }
    double product = 0;
    for (int i = 0; i < p.length; i++) {
      product += theta[i] * p[i];
    }
    return product - omega(s, p);
  }

  /** Omega of the uniform weights that the energy's constant is made with. */
  static double uniform(Separation s, long n) {
    double total = Math.min(n, Weights.total(s));
    double each = total / n;
    return switch (s.getKind()) {
      case SOFTMAX -> -Math.log(n);
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
      case SOFTMAX -> Double.POSITIVE_INFINITY;
      case SPARSEMAX, NORMMAX, K_SUBSETS -> 1;
      case ENTMAX15 -> 2;
      case ENTMAX, LEARNED_ENTMAX -> 1 / (s.getAlpha() - 1);
      case SEQUENTIAL_K_SUBSETS -> 2 + 2 * Math.abs(s.getEdgeScore());
    };
  }
}
