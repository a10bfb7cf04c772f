package io.github.dl4jhopfield.ops.internal.java;

import java.util.Arrays;

/**
 * Projections of one row onto a box with a budget, in double: y_i = clip(z_i - tau, 0, u_i).
 *
 * <p>k-subsets: u = 1, the sum is k, or at most k (Santos et al., ICML 2024, equation 17).
 * Constrained sparsemax: u given, the sum is 1 (Malaviya, Ferreira and Martins, ACL 2018). Where
 * the bounds allow no more than the budget, y = u; entries of +inf are filled first, equally up to
 * their bounds; masked entries, -inf and NaN as in {@link RowSeparations}.
 *
 * <p>Method: the sum is linear in tau between neighbouring breakpoints z_i and z_i - u_i; the two
 * that enclose the budget are found by bisection of the sorted breakpoints, and tau is exact on
 * that piece.
 */
public final class RowBudget {
  private RowBudget() {}

  /** Weights in [0, 1] that sum to k, or to at most k. A k below 0 or NaN gives NaN. */
  public static void kSubsets(
      double[] z, boolean[] keep, int n, double k, boolean atMost, double[] y) {
    double[] u = new double[n];
    Arrays.fill(u, 1);
    project(z, keep, n, u, k, atMost, y);
  }

  /** Weights in [0, u] that sum to 1; a bound below 0 counts as 0. */
  public static void constrained(double[] z, boolean[] keep, int n, double[] u, double[] y) {
    double[] bounds = u.clone();
    double mass = 1;
    for (int i = 0; i < n; i++) {
      if (keep[i] && z[i] != Double.NEGATIVE_INFINITY && Double.isNaN(bounds[i])) {
        mass = Double.NaN; // NaN in what takes part
      }
      bounds[i] = Math.max(bounds[i], 0);
    }
    project(z, keep, n, bounds, mass, false, y);
  }

  private static void project(
      double[] z, boolean[] keep, int n, double[] u, double mass, boolean atMost, double[] y) {
    boolean nan = !(mass >= 0);
    double room = 0;
    double clipped = 0;
    double max = Double.NEGATIVE_INFINITY;
    int infinite = 0;
    int finite = 0;
    for (int i = 0; i < n; i++) {
      y[i] = 0;
      keep[i] = keep[i] && z[i] != Double.NEGATIVE_INFINITY;
      if (!keep[i]) {
        continue;
      }
      nan |= Double.isNaN(z[i]);
      if (z[i] == Double.POSITIVE_INFINITY) {
        infinite++;
      } else {
        finite++;
        room += u[i];
        clipped += Math.min(Math.max(z[i], 0), u[i]);
        max = Math.max(max, z[i]);
      }
    }
    if (nan) {
      for (int i = 0; i < n; i++) {
        y[i] = keep[i] ? Double.NaN : 0;
      }
      return;
    }
    if (infinite > 0) {
      mass -= fillInfinite(z, keep, n, u, mass, infinite, y);
    }
    boolean asTheyAre = atMost && clipped <= mass;
    boolean full = room <= mass;
    if (finite == 0 || mass <= 0 && !asTheyAre && !full) {
      return;
    }
    double tau = asTheyAre || full ? 0 : threshold(z, keep, n, u, mass, max);
    for (int i = 0; i < n; i++) {
      if (keep[i] && z[i] != Double.POSITIVE_INFINITY) {
        y[i] =
            asTheyAre
                ? Math.min(Math.max(z[i], 0), u[i])
                : full ? u[i] : Math.min(Math.max(z[i] - max - tau, 0), u[i]);
      }
    }
  }

  /**
   * Shares the budget between the entries of +inf, equally up to their bounds; gives what they
   * took.
   */
  private static double fillInfinite(
      double[] z, boolean[] keep, int n, double[] u, double mass, int infinite, double[] y) {
    Integer[] order = new Integer[infinite];
    int next = 0;
    for (int i = 0; i < n; i++) {
      if (keep[i] && z[i] == Double.POSITIVE_INFINITY) {
        order[next++] = i;
      }
    }
    Arrays.sort(order, (a, b) -> Double.compare(u[a], u[b]));
    double taken = 0;
    for (int j = 0; j < infinite; j++) {
      double part = Math.min(u[order[j]], (mass - taken) / (infinite - j));
      y[order[j]] = part;
      taken += part;
    }
    return taken;
  }

  /** tau with sum clip(z - max - tau, 0, u) = mass, given that sum u &gt; mass &gt; 0. */
  private static double threshold(
      double[] z, boolean[] keep, int n, double[] u, double mass, double max) {
    double[] breaks = new double[2 * n];
    int count = 0;
    for (int i = 0; i < n; i++) {
      if (keep[i] && z[i] != Double.POSITIVE_INFINITY) {
        breaks[count++] = z[i] - max;
        breaks[count++] = z[i] - max - u[i];
      }
    }
    Arrays.sort(breaks, 0, count);
    int low = 0;
    int high = count - 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (total(z, keep, n, u, max, breaks[middle]) >= mass) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double fixed = 0;
    double sum = 0;
    int inside = 0;
    for (int i = 0; i < n; i++) {
      if (!keep[i] || z[i] == Double.POSITIVE_INFINITY) {
        continue;
      }
      double at = z[i] - max;
      if (at - u[i] >= breaks[high]) {
        fixed += u[i];
      } else if (at > breaks[low]) {
        sum += at - breaks[low];
        inside++;
      }
    }
    return inside == 0 ? breaks[low] : breaks[low] + (fixed + sum - mass) / inside;
  }

  private static double total(
      double[] z, boolean[] keep, int n, double[] u, double max, double tau) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      if (keep[i] && z[i] != Double.POSITIVE_INFINITY) {
        sum += Math.min(Math.max(z[i] - max - tau, 0), u[i]);
      }
    }
    return sum;
  }

  /**
   * On entries strictly between 0 and 1: g minus their mean g; g itself where the budget of "at
   * most" is not used up. 0 elsewhere.
   *
   * @param epsilon spacing of 1 in the type of y
   */
  public static void kSubsetsBackward(
      double[] y, double[] g, int n, double k, boolean atMost, double epsilon, double[] gradZ) {
    double total = 0;
    double sum = 0;
    int inside = 0;
    for (int i = 0; i < n; i++) {
      total += y[i];
      if (y[i] != 0 && y[i] != 1) {
        sum += g[i];
        inside++;
      }
    }
    boolean slack = atMost && total < k - 4 * epsilon * Math.max(1, k);
    double mean = slack || inside == 0 ? 0 : sum / inside;
    for (int i = 0; i < n; i++) {
      gradZ[i] = y[i] == 0 || y[i] == 1 ? 0 : Double.isNaN(y[i]) ? y[i] : g[i] - mean;
    }
  }

  /**
   * Inside the bounds the gradient of z is g - m, m the mean g inside; at a bound that of the bound
   * is g - m (g where the bounds allow at most 1).
   */
  public static void constrainedBackward(
      double[] y, double[] u, boolean[] keep, double[] g, int n, double[] gradZ, double[] gradU) {
    double sum = 0;
    double room = 0;
    int inside = 0;
    for (int i = 0; i < n; i++) {
      if (keep[i]) {
        room += u[i] > 0 ? u[i] : 0;
        if (y[i] != 0 && !(y[i] >= u[i])) {
          sum += g[i];
          inside++;
        }
      }
    }
    double mean = inside == 0 || room <= 1 ? 0 : sum / inside;
    for (int i = 0; i < n; i++) {
      double difference = Double.isNaN(y[i]) ? y[i] : g[i] - mean;
      boolean takesPart = keep[i] && y[i] != 0;
      boolean atBound = takesPart && y[i] >= u[i];
      gradZ[i] = takesPart && !atBound ? difference : 0;
      gradU[i] = atBound ? difference : 0;
    }
  }
}
