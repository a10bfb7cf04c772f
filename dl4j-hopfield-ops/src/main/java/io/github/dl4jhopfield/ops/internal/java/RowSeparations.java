package io.github.dl4jhopfield.ops.internal.java;

import java.util.Arrays;

/**
 * Softmax, alpha-entmax and normmax of one row, in double: the definition that the native kernels
 * are tested against.
 *
 * <p>Rules of all: a masked entry, and one whose score is -inf, gets 0 and takes part in nothing; a
 * row with nothing left gives zeros; NaN in an entry that takes part gives NaN in all that take
 * part; +inf scores share the mass equally.
 */
public final class RowSeparations {
  private RowSeparations() {}

  /**
   * Settles rows with infinities, NaN or nothing to separate.
   *
   * @param keep on entry the mask; on return true only for entries that take part
   * @return the largest score, or NaN if {@code y} is final already
   */
  static double settle(double[] z, boolean[] keep, int n, double[] y) {
    double max = Double.NEGATIVE_INFINITY;
    boolean nan = false;
    for (int i = 0; i < n; i++) {
      if (keep[i] && z[i] == Double.NEGATIVE_INFINITY) {
        keep[i] = false;
      }
      if (keep[i]) {
        nan |= Double.isNaN(z[i]);
        max = Math.max(max, z[i]);
      }
    }
    if (nan) {
      for (int i = 0; i < n; i++) {
        y[i] = keep[i] ? Double.NaN : 0;
      }
      return Double.NaN;
    }
    if (max == Double.NEGATIVE_INFINITY) {
      Arrays.fill(y, 0, n, 0);
      return Double.NaN;
    }
    if (max == Double.POSITIVE_INFINITY) {
      int equals = 0;
      for (int i = 0; i < n; i++) {
        equals += keep[i] && z[i] == max ? 1 : 0;
      }
      for (int i = 0; i < n; i++) {
        y[i] = keep[i] && z[i] == max ? 1.0 / equals : 0;
      }
      return Double.NaN;
    }
    return max;
  }

  /** y_i = exp(z_i) / sum_j exp(z_j). */
  public static void softmax(double[] z, boolean[] keep, int n, double[] y) {
    double max = settle(z, keep, n, y);
    if (Double.isNaN(max)) {
      return;
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      y[i] = keep[i] ? Math.exp(z[i] - max) : 0;
      sum += y[i];
    }
    for (int i = 0; i < n; i++) {
      y[i] /= sum;
    }
  }

  /** gradZ = y (g - &lt;y, g&gt;). */
  public static void softmaxBackward(double[] y, double[] g, int n, double[] gradZ) {
    double dot = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        dot += y[i] * g[i];
      }
    }
    for (int i = 0; i < n; i++) {
      gradZ[i] = y[i] == 0 ? 0 : y[i] * (g[i] - dot);
    }
  }

  /**
   * y_i = [1 + (alpha - 1) (z_i - max - c)]_+ ^ (1 / (alpha - 1)) with c &gt;= 0 such that the sum
   * is 1.
   *
   * <p>Method: Newton on the norm S(c)^(alpha - 1), S the sum. For alpha up to 2 it is convex and
   * falling in c, so from c = 0 the steps rise to the root without passing it, and converge
   * quadratically. For alpha above 2 the slope grows without bound where an entry leaves the
   * support and steps can jump to and fro across that point; there a step that does not halve the
   * bracket within two turns is replaced by bisection.
   */
  public static void entmax(double[] z, boolean[] keep, int n, double alpha, double[] y) {
    if (alpha == 1) {
      softmax(z, keep, n, y);
      return;
    }
    double max = settle(z, keep, n, y);
    if (Double.isNaN(max)) {
      return;
    }
    double a = alpha - 1;
    double low = 0;
    int taking = 0;
    for (int i = 0; i < n; i++) {
      taking += keep[i] ? 1 : 0;
    }
    double high = -Math.expm1(-a * Math.log(taking)) / a; // all scores equal
    double c = 0;
    double widthBefore = Double.POSITIVE_INFINITY;
    for (int step = 0; step < 200; step++) {
      double sum = 0;
      double slope = 0; // -dS/dc
      for (int i = 0; i < n; i++) {
        y[i] = 0;
        if (keep[i]) {
          double v = a * (z[i] - max - c);
          if (v > -1) {
            y[i] = power(v, a);
            sum += y[i];
            slope += a == 1 ? 1 : y[i] / (1 + v);
          }
        }
      }
      if (sum == 1) {
        break;
      }
      if (sum > 1) {
        low = c;
      } else {
        high = c;
      }
      double next = c - sum * Math.expm1(-a * Math.log(sum)) / (a * slope);
      if (a <= 1) {
        if (!(next >= low && next <= high)) {
          next = next > high ? high : low + (high - low) / 2;
        }
      } else {
        boolean slow = step % 2 == 1 && high - low > widthBefore / 2;
        if (step % 2 == 1) {
          widthBefore = high - low;
        }
        if (slow || !(next > low && next < high)) {
          next = low + (high - low) / 2;
        }
      }
      if (next == c || Math.abs(next - c) <= Math.ulp(1 / a) * 0.25) {
        break;
      }
      c = next;
    }
    normalise(y, n);
  }

  /** (1 + v)^(1/a), exact for sparsemax and 1.5-entmax and in the limit a to 0. */
  private static double power(double v, double a) {
    if (a == 1) {
      return 1 + v;
    }
    if (a == 0.5) {
      return (1 + v) * (1 + v);
    }
    return Math.exp(Math.log1p(v) / a);
  }

  private static void normalise(double[] y, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += y[i];
    }
    for (int i = 0; i < n; i++) {
      y[i] /= sum;
    }
  }

  /** With r = y^(2 - alpha) on the support: gradZ = r (g - &lt;r, g&gt; / sum r). */
  public static void entmaxBackward(double[] y, double[] g, int n, double alpha, double[] gradZ) {
    double sum = 0;
    double dot = 0;
    for (int i = 0; i < n; i++) {
      double r = y[i] == 0 ? 0 : slope(y[i], alpha);
      gradZ[i] = r;
      if (r != 0) {
        sum += r;
        dot += r * g[i];
      }
    }
    double mean = dot / sum;
    for (int i = 0; i < n; i++) {
      gradZ[i] = gradZ[i] == 0 ? 0 : gradZ[i] * (g[i] - mean);
    }
  }

  private static double slope(double y, double alpha) {
    if (alpha == 2) {
      return Double.isNaN(y) ? y : 1;
    }
    return alpha == 1 ? y : alpha == 1.5 ? Math.sqrt(y) : Math.pow(y, 2 - alpha);
  }

  /**
   * &lt;dy/dalpha, g&gt; (Correia et al., EMNLP 2019, proposition 1), rearranged so that nothing
   * cancels as alpha goes to 1. With a = alpha - 1, l = log y, e = expm1(-a l), r = (e + a l) /
   * a^2, R = &lt;y, r&gt;, H = -&lt;y, l&gt;, E = &lt;y, e&gt;: dy_i/dalpha = y_i (R - r_i - a (l_i
   * R + r_i H)) / (1 + E).
   */
  public static double entmaxAlphaGradient(double[] y, double[] g, int n, double alpha) {
    double a = alpha - 1;
    double sumR = 0;
    double entropy = 0;
    double sumE = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        double l = Math.log(y[i]);
        sumR += y[i] * curvature(l, a);
        entropy -= y[i] * l;
        sumE += y[i] * Math.expm1(-a * l);
      }
    }
    double result = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        double l = Math.log(y[i]);
        double r = curvature(l, a);
        result += g[i] * y[i] * (sumR - r - a * (l * sumR + r * entropy));
      }
    }
    return result / (1 + sumE);
  }

  /** (expm1(-a l) + a l) / a^2, by its series where that would cancel. */
  private static double curvature(double l, double a) {
    double x = -a * l;
    if (Math.abs(x) < 1e-2) {
      double term = 0.5;
      double sum = term;
      for (int k = 3; k < 12; k++) {
        term *= x / k;
        sum += term;
      }
      return l * l * sum;
    }
    return (Math.expm1(x) - x) / (a * a);
  }

  /**
   * normmax: w_i = [z_i - tau]_+ ^ (1/(p-1)), y = w / sum w, tau such that sum_i [z_i - tau]_+ ^
   * (p/(p-1)) = 1.
   *
   * <p>Method: Newton on the norm of [z - tau]_+ with exponent p/(p-1) &gt; 1, which is convex and
   * falling in tau: monotone, quadratic.
   */
  public static void normmax(double[] z, boolean[] keep, int n, double p, double[] y) {
    double max = settle(z, keep, n, y);
    if (Double.isNaN(max)) {
      return;
    }
    double q = 1 / (p - 1);
    double c = 0;
    for (int step = 0; step < 200; step++) {
      double sum = 0; // of u^(q+1)
      double slope = 0; // of u^q
      for (int i = 0; i < n; i++) {
        double u = keep[i] ? 1 + (z[i] - max) - c : 0;
        y[i] = u > 0 ? q == 1 ? u : Math.pow(u, q) : 0;
        slope += y[i];
        sum += y[i] * Math.max(u, 0);
      }
      double norm = Math.pow(sum, 1 / (q + 1));
      double next = c + (norm - 1) * sum / (norm * slope);
      if (!(next > c)) {
        break;
      }
      c = next;
    }
    normalise(y, n);
  }

  /**
   * With N = ||y||_p, s_i = (y_i/N)^(2-p) / (p-1) on the support, h = N (g - &lt;y, g&gt;): gradZ =
   * s h - y &lt;s, h&gt;.
   */
  public static void normmaxBackward(double[] y, double[] g, int n, double p, double[] gradZ) {
    double power = 0;
    double dot = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        power += Math.pow(y[i], p);
        dot += y[i] * g[i];
      }
    }
    double norm = Math.pow(power, 1 / p);
    double sh = 0;
    for (int i = 0; i < n; i++) {
      gradZ[i] = y[i] == 0 ? 0 : Math.pow(y[i] / norm, 2 - p) / (p - 1) * norm * (g[i] - dot);
      sh += gradZ[i];
    }
    for (int i = 0; i < n; i++) {
      gradZ[i] = y[i] == 0 ? 0 : gradZ[i] - y[i] * sh;
    }
  }
}
