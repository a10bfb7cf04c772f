package io.github.dl4jhopfield.ops.internal.java;

/**
 * Functions of one row in double that are no separations: GELU, layer norm, l2 normalisation,
 * regularisers.
 */
public final class RowFunctions {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;

  private RowFunctions() {}

  /** x Phi(x), or its tanh form (Hendrycks and Gimpel, 2016); -inf gives -0. */
  public static double gelu(double x, boolean tanhForm) {
    if (x == Double.NEGATIVE_INFINITY) {
      return -0.0;
    }
    if (tanhForm) {
      // 1 + tanh(u) = 2 / (1 + exp(-2u)): no cancellation for negative x
      return x / (1 + Math.exp(-2 * inner(x)));
    }
    return x / 2 * erfc(-x * SQRT_HALF);
  }

  /** Derivative of {@link #gelu}. */
  public static double geluSlope(double x, boolean tanhForm) {
    if (Double.isInfinite(x)) {
      return x > 0 ? 1 : 0;
    }
    if (tanhForm) {
      double s = 1 / (1 + Math.exp(-2 * inner(x)));
      double du = SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
      return s + (s == 0 || s == 1 ? 0 : x * 2 * s * (1 - s) * du);
    }
    return erfc(-x * SQRT_HALF) / 2 + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  private static double inner(double x) {
    return SQRT_2_OVER_PI * (x + CUBIC * x * x * x);
  }

  /**
   * 1 - erf(x), to nearly the precision of double: the series of erf near 0, else the continued
   * fraction of erfc (Abramowitz and Stegun 7.1.6 and 7.1.14).
   */
  static double erfc(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    double a = Math.abs(x);
    double result;
    if (a < 2) {
      // erf(a) = 2/sqrt(pi) exp(-a^2) sum_k 2^k a^(2k+1) / (2k+1)!!
      double term = a;
      double sum = a;
      for (int k = 1; k < 200 && term > sum * 1e-17; k++) {
        term *= 2 * a * a / (2 * k + 1);
        sum += term;
      }
      result = 1 - 2 / Math.sqrt(Math.PI) * Math.exp(-a * a) * sum;
    } else if (a > 27) {
      result = 0;
    } else {
      double fraction = a;
      for (int k = 120; k >= 1; k--) {
        fraction = a + k / 2.0 / fraction;
      }
      result = Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction;
    }
    return x < 0 ? 2 - result : result;
  }

  /** x / max(|x|, eps). */
  public static void l2(double[] x, int n, double eps, double[] y) {
    double norm = Math.max(norm(x, n), eps);
    for (int i = 0; i < n; i++) {
      y[i] = x[i] / norm;
    }
  }

  private static double norm(double[] x, int n) {
    double largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, Math.abs(x[i])); // NaN stays
    }
    if (largest == 0 || Double.isNaN(largest) || Double.isInfinite(largest)) {
      return Double.isInfinite(largest) ? Double.NaN : largest;
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[i] / largest * (x[i] / largest);
    }
    return largest * Math.sqrt(sum);
  }

  /** (g - y &lt;y, g&gt;) / |x|, or g / eps where |x| &lt; eps. */
  public static void l2Backward(double[] x, double[] g, int n, double eps, double[] gradX) {
    double norm = norm(x, n);
    double dot = 0;
    for (int i = 0; i < n; i++) {
      dot += norm < eps ? 0 : x[i] / norm * g[i];
    }
    for (int i = 0; i < n; i++) {
      gradX[i] = norm < eps ? g[i] / eps : (g[i] - x[i] / norm * dot) / norm;
    }
  }

  /**
   * (x - mean) / sqrt(variance + eps) into h; gives 1 / sqrt(variance + eps). What the mean has no
   * digits for, where it is large beside the deviation, is taken off the differences.
   */
  public static double standardise(double[] x, int n, double eps, double[] h) {
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += x[i];
    }
    mean /= n;
    double rest = 0;
    for (int i = 0; i < n; i++) {
      h[i] = x[i] - mean;
      rest += h[i];
    }
    rest /= n;
    double variance = 0;
    for (int i = 0; i < n; i++) {
      h[i] -= rest;
      variance += h[i] * h[i];
    }
    double scale = 1 / Math.sqrt(variance / n + eps);
    for (int i = 0; i < n; i++) {
      h[i] *= scale;
    }
    return scale;
  }

  /**
   * The gradient before {@link #standardise} from the one after it, in place: (g - mean(g) - h
   * mean(g h)) scale.
   *
   * @param h what standardise gave
   * @param scale what it returned
   */
  public static void standardiseBackward(double[] g, double[] h, int n, double scale) {
    double mean = 0;
    double meanH = 0;
    for (int i = 0; i < n; i++) {
      mean += g[i] / n;
      meanH += g[i] * h[i] / n;
    }
    for (int i = 0; i < n; i++) {
      g[i] = (g[i] - mean - h[i] * meanH) * scale;
    }
  }

  /**
   * Omega of the separations that are entmax: (sum y^alpha - 1) / (alpha (alpha - 1)), sum y log y
   * at alpha = 1; 0 for a row of zeros.
   */
  public static double entmaxRegulariser(double[] y, int n, double alpha) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        double l = Math.log(y[i]);
        sum += alpha == 1 ? y[i] * l : y[i] * Math.expm1((alpha - 1) * l) / (alpha - 1);
      }
    }
    return sum / alpha;
  }

  /** |y|_p - 1; 0 for a row of zeros. */
  public static double normmaxRegulariser(double[] y, int n, double p) {
    double largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, y[i]);
    }
    double sum = 0; // relative to the largest: y^p alone may be below the range of double
    for (int i = 0; i < n; i++) {
      sum += y[i] == 0 ? 0 : Math.pow(y[i] / largest, p);
    }
    return largest == 0 ? 0 : largest * Math.pow(sum, 1 / p) - 1;
  }

  /** |y|^2 / 2. */
  public static double subsetsRegulariser(double[] y, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += y[i] * y[i];
    }
    return sum / 2;
  }
}
