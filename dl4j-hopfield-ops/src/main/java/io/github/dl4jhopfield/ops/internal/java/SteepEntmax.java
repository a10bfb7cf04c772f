package io.github.dl4jhopfield.ops.internal.java;

import java.util.Arrays;

/**
 * alpha-entmax of one row for alpha above 2, in double, where the threshold tells little of the
 * weights.
 *
 * <p>y_i = [a (z_i - tau)]_+ ^ (1/a), a = alpha - 1 &gt; 1, is steep without bound where an entry
 * leaves the support. The smallest weight s of the support in place of tau,
 *
 * <pre>
 * y_i = (s^a + a (z_i - z_s))^(1/a)   for z_i &gt;= z_s, else 0,      sum_i y_i = 1,
 * </pre>
 *
 * <p>has only positive terms, so nothing cancels, and 0 &lt; dy_i/ds &lt;= 1: an error of s is no
 * larger in any weight. The sum is convex and rising in s: Newton from 1/n falls to the root.
 * Logarithms keep s^a and a (z_i - z_s) in range at any alpha. An entry is in the support just if
 * the weights of those above it have a sum below 1 where it has weight 0.
 */
final class SteepEntmax {
  private final double a;
  private final double logA;
  private final double scale;

  private SteepEntmax(double a, double scale) {
    this.a = a;
    this.logA = Math.log(a);
    this.scale = scale;
  }

  /** Unnormalised by rounding only. {@code max}: the largest x of what takes part. */
  static void weights(RowScores row, double max, double a, double[] y) {
    double[] candidates = new double[row.n];
    int m = 0;
    for (int i = 0; i < row.n; i++) {
      if (row.keep[i] && a * -row.from(max, i) <= 1.001) { // others are too far below
        candidates[m++] = row.x[i];
      }
    }
    Arrays.sort(candidates, 0, m);
    for (int i = 0, j = m - 1; i < j; i++, j--) { // largest first
      double x = candidates[i];
      candidates[i] = candidates[j];
      candidates[j] = x;
    }
    SteepEntmax of = new SteepEntmax(a, row.scale());
    int last = of.lastOfSupport(candidates, m);
    double origin = candidates[last];
    double least = of.least(candidates, last + 1, origin);
    double logPower = a * Math.log(least);
    for (int i = 0; i < row.n; i++) {
      boolean inside = row.keep[i] && row.x[i] >= origin;
      y[i] =
          !inside
              ? 0
              : row.x[i] == origin
                  ? least
                  : Math.exp(logSum(of.logGap(row.x[i], origin), logPower) / a);
    }
  }

  /** log of a scale (high - low). */
  private double logGap(double high, double low) {
    double gap = high - low;
    double log =
        Double.isInfinite(gap) ? Math.log(high / 2 - low / 2) + Math.log(2) : Math.log(gap);
    return logA + Math.log(scale) + log;
  }

  /** log(exp(p) + exp(q)). */
  private static double logSum(double p, double q) {
    double top = Math.max(p, q);
    double rest = Math.min(p, q) - top;
    return rest < -40 ? top : top + Math.log1p(Math.exp(rest));
  }

  private int lastOfSupport(double[] x, int m) {
    int low = 0;
    int high = m;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      double sum = 0;
      for (int i = 0; i < middle && sum < 1 && x[i] > x[middle]; i++) {
        double l = logGap(x[i], x[middle]);
        sum += l >= 0 ? 1 : Math.exp(l / a);
      }
      if (sum < 1) {
        low = middle;
      } else {
        high = middle;
      }
    }
    while (low + 1 < m && x[low + 1] == x[low]) { // where rounding parted equal entries
      low++;
    }
    return low;
  }

  private double least(double[] x, int count, double origin) {
    int ties = 0;
    double[] logs = new double[count];
    for (int i = 0; i < count; i++) {
      if (x[i] == origin) {
        ties++;
      } else {
        logs[i] = logGap(x[i], origin);
      }
    }
    double s = 1.0 / count;
    for (int iteration = 0; iteration < 200; iteration++) {
      double logS = Math.log(s);
      double power = a * logS;
      double excess = ties * s - 1;
      double slope = ties;
      for (int i = 0; i < count - ties; i++) {
        double logY = logSum(logs[i], power) / a;
        excess += Math.exp(logY);
        slope += Math.exp((a - 1) * (logS - logY));
      }
      double next = s - excess / slope;
      if (!(next < s) && iteration > 0) { // convex: from above
        break;
      }
      if (!(next > 0)) { // below rounding
        s /= 1024;
        if (s < 1e-30) {
          break;
        }
        continue;
      }
      boolean last = s - next <= 1e-17;
      s = next;
      if (last) {
        break;
      }
    }
    return s;
  }

  /**
   * With r = y^(2 - alpha) on the support: gradZ = r (g - &lt;r, g&gt; / sum r). Slopes r may
   * differ by any factor, and be beyond the range of double. So g is taken relative to that of the
   * steepest entry: its own g - mean, a difference of nearly equal numbers times a huge one,
   * becomes the sum of the others. What is beyond the range of double is infinite, never NaN.
   */
  static void backward(double[] y, double[] g, int n, double alpha, double[] gradZ) {
    double power = 2 - alpha;
    int top = -1;
    boolean nan = false;
    for (int i = 0; i < n; i++) {
      gradZ[i] = 0;
      nan |= Double.isNaN(y[i]);
      if (y[i] != 0 && (top < 0 || y[i] < y[top])) {
        top = i;
      }
    }
    if (top < 0) {
      return;
    }
    if (nan) {
      for (int i = 0; i < n; i++) {
        gradZ[i] = y[i] == 0 ? 0 : Double.NaN;
      }
      return;
    }
    double least = y[top];
    double mass = 0;
    double reach = Double.NEGATIVE_INFINITY; // the largest slope where g differs
    for (int i = 0; i < n; i++) {
      if (y[i] != 0) {
        mass += Math.exp(power * Math.log1p((y[i] - least) / least));
        if (g[i] != g[top]) {
          reach = Math.max(reach, power * Math.log(y[i]));
        }
      }
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      if (y[i] != 0 && g[i] != g[top]) {
        sum += Math.exp(power * Math.log(y[i]) - reach) * (g[i] - g[top]);
      }
    }
    double mean = sum == 0 ? 0 : sum * Math.exp(reach - power * Math.log(least)) / mass;
    for (int i = 0; i < n; i++) {
      if (y[i] == 0) {
        continue;
      }
      if (g[i] == g[top]) {
        double relative = power * Math.log1p((y[i] - least) / least);
        gradZ[i] = sum == 0 ? 0 : -sum / mass * Math.exp(reach + relative);
      } else {
        double difference = g[i] - g[top] - mean;
        double root = Math.exp(power * Math.log(y[i]) / 2);
        gradZ[i] = difference == 0 ? 0 : root * difference * root;
      }
    }
  }
}
