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
   * @param row on entry its mask; on return only entries that take part are kept
   * @return the largest x, or NaN if {@code y} is final already
   */
  static double settle(RowScores row, double[] y) {
    double[] x = row.x;
    boolean[] keep = row.keep;
    double max = Double.NEGATIVE_INFINITY;
    boolean nan = false;
    for (int i = 0; i < row.n; i++) {
      if (keep[i] && x[i] == Double.NEGATIVE_INFINITY) {
        keep[i] = false;
      }
      if (keep[i]) {
        nan |= Double.isNaN(x[i]);
        max = Math.max(max, x[i]);
      }
    }
    if (nan) {
      fillKept(row, y, Double.NaN);
      return Double.NaN;
    }
    if (max == Double.NEGATIVE_INFINITY) {
      Arrays.fill(y, 0, row.n, 0);
      return Double.NaN;
    }
    if (max == Double.POSITIVE_INFINITY) {
      int equals = 0;
      for (int i = 0; i < row.n; i++) {
        equals += keep[i] && x[i] == max ? 1 : 0;
      }
      for (int i = 0; i < row.n; i++) {
        y[i] = keep[i] && x[i] == max ? 1.0 / equals : 0;
      }
      return Double.NaN;
    }
    return max;
  }

  static void fillKept(RowScores row, double[] y, double value) {
    for (int i = 0; i < row.n; i++) {
      y[i] = row.keep[i] ? value : 0;
    }
  }

  /** y_i = exp(z_i) / sum_j exp(z_j). */
  public static void softmax(RowScores row, double[] y) {
    double max = settle(row, y);
    if (Double.isNaN(max)) {
      return;
    }
    for (int i = 0; i < row.n; i++) {
      y[i] = row.keep[i] ? Math.exp(row.from(max, i)) : 0;
    }
    normalise(y, row.n);
  }

  /**
   * y_i = exp(z_i) / (1 + sum_j exp(z_j)): {@link #softmax} with one more entry, 0, that is given
   * nothing.
   */
  public static void softmax1(RowScores row, double[] y) {
    double max = settle(row, y);
    if (Double.isNaN(max)) {
      return;
    }
    double top = Math.max(max, 0);
    double sum = Math.exp(-row.scale() * top);
    for (int i = 0; i < row.n; i++) {
      y[i] = row.keep[i] ? Math.exp(row.from(top, i)) : 0;
      sum += y[i];
    }
    for (int i = 0; i < row.n; i++) {
      y[i] /= sum;
    }
  }

  /** Omega* of softmax1: log(1 + sum exp(z)) over the entries kept. */
  public static double logOnePlusSum(RowScores row) {
    double top = 0;
    for (int i = 0; i < row.n; i++) {
      top = row.keep[i] && row.x[i] > top ? row.x[i] : top;
    }
    double high = row.scale() * top;
    if (Double.isInfinite(high)) {
      return high;
    }
    double sum = Math.exp(-high);
    for (int i = 0; i < row.n; i++) {
      sum += row.keep[i] ? Math.exp(row.from(top, i)) : 0;
    }
    return high + Math.log(sum);
  }

  /** gradZ = y (g - &lt;y, g&gt;), of softmax and softmax1. */
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
   * is 1; NaN where alpha is below 1 or NaN.
   *
   * <p>Method: for alpha up to 2, Newton on the norm S(c)^(alpha - 1), S the sum: it is convex and
   * falling in c, so from c = 0 the steps rise to the root without passing it, and converge
   * quadratically. For alpha above 2 see {@link SteepEntmax}.
   */
  public static void entmax(RowScores row, double alpha, double[] y) {
    if (alpha == 1) {
      softmax(row, y);
      return;
    }
    double max = settle(row, y);
    if (Double.isNaN(max)) {
      return;
    }
    if (!(alpha > 1)) {
      fillKept(row, y, Double.NaN);
      return;
    }
    if (alpha > 2) {
      SteepEntmax.weights(row, max, Math.min(alpha, Double.MAX_VALUE) - 1, y);
      normalise(y, row.n);
      return;
    }
    double a = alpha - 1;
    int n = row.n;
    double[] d = new double[n];
    for (int i = 0; i < n; i++) {
      d[i] = row.keep[i] ? row.from(max, i) : Double.NEGATIVE_INFINITY;
    }
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double c = 0;
    for (int step = 0; step < 200; step++) {
      double sum = 0;
      double slope = 0; // -dS/dc
      for (int i = 0; i < n; i++) {
        double v = a * (d[i] - c);
        y[i] = 0;
        if (v > -1) {
          y[i] = power(v, a);
          sum += y[i];
          slope += a == 1 ? 1 : y[i] / (1 + v);
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
      if (!(next >= low && next <= high)) {
        next = next > high ? high : low + (high - low) / 2;
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
    if (alpha > 2) {
      SteepEntmax.backward(y, g, n, alpha, gradZ);
      return;
    }
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
   * cancels as alpha goes to 1. With a = alpha - 1, l = log y, e = exp(-a l), r = (e - 1 + a l) /
   * a^2, R = &lt;y, r&gt;, H = -&lt;y, l&gt;, E = &lt;y, e&gt;: dy_i/dalpha = y_i ((1 - a l_i) R -
   * (1 + a H) r_i) / E. Where e is beyond the range of double, R, r and E are taken relative to its
   * largest.
   */
  public static double entmaxAlphaGradient(double[] y, double[] g, int n, double alpha) {
    double a = alpha - 1;
    double largest = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        largest = Math.max(largest, -a * Math.log(y[i]));
      }
    }
    double c = largest > 300 ? largest : 0;
    double sumR = 0;
    double entropy = 0;
    double sumE = 0;
    double linear = 0;
    double curved = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        double l = Math.log(y[i]);
        double r = curvature(l, a, c);
        sumR += y[i] * r;
        entropy -= y[i] * l;
        sumE += y[i] * (c == 0 ? Math.expm1(-a * l) : Math.exp(-a * l - c) - Math.exp(-c));
        linear += g[i] * y[i] * (1 - a * l);
        curved += g[i] * y[i] * r;
      }
    }
    return (sumR * linear - (1 + a * entropy) * curved) / (Math.exp(-c) + sumE);
  }

  /** (exp(-a l) - 1 + a l) / a^2 times exp(-c), by its series where that would cancel. */
  private static double curvature(double l, double a, double c) {
    double x = -a * l;
    if (Math.abs(x) < 1e-2) {
      double term = 0.5;
      double sum = term;
      for (int k = 3; k < 12; k++) {
        term *= x / k;
        sum += term;
      }
      return l * l * sum * Math.exp(-c);
    }
    double rest =
        c == 0 ? Math.expm1(x) - x : Math.exp(x - c) - (c > 1e3 ? 0 : (1 + x) * Math.exp(-c));
    return rest / a / a;
  }

  /**
   * normmax: w_i = u_i ^ (1/(p-1)), y = w / sum w, u_i = [1 + z_i - max + v]_+, v &lt;= 0 such that
   * sum_i u_i ^ (p/(p-1)) = 1.
   *
   * <p>Method: Newton on the norm of u with exponent p/(p-1) &gt; 1, which is convex and rising in
   * v: it falls to the root from v = 0. For p above 2 a root magnifies errors of a small u without
   * bound: so u is made of 1 + z_i - max, which is exact there, and v is found to its own last
   * digit, with a lone maximum's part of the sum as its difference from 1.
   */
  public static void normmax(RowScores row, double p, double[] y) {
    double max = settle(row, y);
    if (Double.isNaN(max)) {
      return;
    }
    if (!(p > 1)) {
      fillKept(row, y, Double.NaN);
      return;
    }
    double q = 1 / (p - 1);
    int n = row.n;
    double[] above = new double[n]; // 1 + z_i - max
    boolean[] tie = new boolean[n];
    int ties = 0;
    for (int i = 0; i < n; i++) {
      above[i] = row.keep[i] ? row.oneAbove(max, i) : Double.NEGATIVE_INFINITY;
      tie[i] = row.keep[i] && row.x[i] == max;
      ties += tie[i] ? 1 : 0;
    }
    double v = 0;
    for (int step = 0; step < 300; step++) {
      double others = 0;
      double slope = ties * Math.pow(1 + v, q);
      for (int i = 0; i < n; i++) {
        double u = above[i] + v;
        if (!tie[i] && u > 0) {
          double w = Math.pow(u, q);
          others += w * u;
          slope += w;
        }
      }
      double excess = ties * Math.expm1((q + 1) * Math.log1p(v)) + (ties - 1) + others;
      double next = v + Math.expm1(-Math.log1p(excess) / (q + 1)) * (1 + excess) / slope;
      if (!(next < v)) {
        v = step == 0 ? 0 : next;
        break;
      }
      boolean last = v - next <= 1e-16 * -next;
      v = next;
      if (last) {
        break;
      }
    }
    for (int i = 0; i < n; i++) {
      double u = above[i] + v;
      y[i] = tie[i] ? Math.exp(q * Math.log1p(v)) : u > 0 ? Math.pow(u, q) : 0;
    }
    normalise(y, n);
  }

  /**
   * With N = ||y||_p, s_i = (y_i/N)^(2-p) / (p-1) on the support, h = N (g - &lt;y, g&gt;): gradZ =
   * s h - y &lt;s, h&gt;. s has no bound where p is above 2: g is taken relative to that of the
   * smallest weight, and what is beyond the range of double relative to the largest.
   */
  public static void normmaxBackward(double[] y, double[] g, int n, double p, double[] gradZ) {
    double largest = 0;
    double smallest = 0;
    double origin = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        largest = Math.max(largest, y[i]);
        if (smallest == 0 || y[i] < smallest) {
          smallest = y[i];
          origin = g[i];
        }
      }
    }
    double power = 0;
    double mass = 0;
    double mean = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        power += Math.pow(y[i] / largest, p);
        mass += y[i];
        mean += y[i] * (g[i] - origin);
      }
    }
    mean /= mass;
    double share = Math.pow(power, 1 / p); // of the norm in the largest weight
    double norm = largest * share;
    double steepest = (2 - p) * Math.log(smallest / largest / share);
    double c = steepest > 600 ? steepest : 0;
    double sum = 0;
    for (int i = 0; i < n; i++) {
      gradZ[i] = 0;
      double h = g[i] - origin - mean;
      if (y[i] != 0 && h != 0) {
        double ratio = y[i] / largest / share;
        double slope = c == 0 ? Math.pow(ratio, 2 - p) : Math.exp((2 - p) * Math.log(ratio) - c);
        gradZ[i] = slope / (p - 1) * norm * h;
        sum += gradZ[i];
      }
    }
    for (int i = 0; i < n; i++) {
      double raw = y[i] == 0 ? 0 : gradZ[i] - y[i] * sum;
      gradZ[i] = raw == 0 || c == 0 ? raw : raw * Math.exp(c / 2) * Math.exp(c / 2);
    }
  }
}
