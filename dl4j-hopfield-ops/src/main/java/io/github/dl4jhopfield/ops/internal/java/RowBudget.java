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
 * that piece. All is relative to a score near the threshold, so that no digit is lost by what the
 * others are: for k-subsets that of rank ceil(k), which has tau in [-1, 0).
 */
public final class RowBudget {
  private RowBudget() {}

  /** Weights in [0, 1] that sum to k, or to at most k. A k below 0 or NaN gives NaN. */
  public static void kSubsets(RowScores row, double k, boolean atMost, double[] y) {
    double[] u = new double[row.n];
    Arrays.fill(u, 1);
    project(row, u, k, true, atMost, y);
  }

  /** Weights in [0, u] that sum to 1; a bound below 0 counts as 0. */
  public static void constrained(RowScores row, double[] u, double[] y) {
    double[] bounds = u.clone();
    double mass = 1;
    for (int i = 0; i < row.n; i++) {
      if (row.keep[i] && row.x[i] != Double.NEGATIVE_INFINITY && Double.isNaN(bounds[i])) {
        mass = Double.NaN; // NaN in what takes part
      }
      bounds[i] = Math.max(bounds[i], 0);
    }
    project(row, bounds, mass, false, false, y);
  }

  /**
   * @param equal whether all bounds are 1
   */
  private static void project(
      RowScores row, double[] u, double mass, boolean equal, boolean atMost, double[] y) {
    int n = row.n;
    boolean[] keep = row.keep;
    boolean nan = !(mass >= 0);
    int infinite = 0;
    int finite = 0;
    for (int i = 0; i < n; i++) {
      y[i] = 0;
      keep[i] = keep[i] && row.x[i] != Double.NEGATIVE_INFINITY;
      if (!keep[i]) {
        continue;
      }
      nan |= Double.isNaN(row.x[i]);
      if (row.x[i] == Double.POSITIVE_INFINITY) {
        infinite++;
      } else {
        finite++;
      }
    }
    if (nan) {
      RowSeparations.fillKept(row, y, Double.NaN);
      return;
    }
    if (infinite > 0) {
      mass -= fillInfinite(row, u, mass, infinite, y);
    }
    if (finite == 0) {
      return;
    }
    int[] index = new int[finite];
    double[] bound = new double[finite];
    double room = 0;
    double clipped = 0;
    for (int i = 0, j = 0; i < n; i++) {
      if (keep[i] && row.x[i] != Double.POSITIVE_INFINITY) {
        index[j] = i;
        bound[j++] = Math.min(u[i], mass);
        room += u[i];
        clipped += Math.min(Math.max(row.z(i), 0), u[i]);
      }
    }
    boolean asTheyAre = atMost && clipped <= mass;
    boolean full = room <= mass;
    if (mass <= 0 && !asTheyAre && !full) {
      return;
    }
    Threshold t =
        asTheyAre || full
            ? null
            : equal ? ofRank(row, index, bound, mass) : ofBounds(row, index, bound, mass);
    for (int j = 0; j < finite; j++) {
      int i = index[j];
      y[i] =
          asTheyAre
              ? Math.min(Math.max(row.z(i), 0), u[i])
              : full ? u[i] : Math.min(Math.max(row.from(t.origin, i) - t.tau, 0), bound[j]);
    }
  }

  /** tau, and the x whose score it is relative to. */
  private record Threshold(double origin, double tau) {}

  private static Threshold ofRank(RowScores row, int[] index, double[] u, double k) {
    double[] order = new double[index.length];
    for (int j = 0; j < index.length; j++) {
      order[j] = row.x[index[j]];
    }
    Arrays.sort(order);
    double origin = order[order.length - (int) Math.ceil(k)];
    return new Threshold(origin, threshold(relative(row, index, origin, 2), u, k));
  }

  /**
   * With bounds of their own: relative to the largest score first, then to the score nearest to the
   * threshold, until they are one piece away. Each turn gains the digits of a double.
   */
  private static Threshold ofBounds(RowScores row, int[] index, double[] u, double mass) {
    double origin = Double.NEGATIVE_INFINITY;
    for (int i : index) {
      origin = Math.max(origin, row.x[i]);
    }
    double tau = 0;
    for (int turn = 0; turn < 40; turn++) {
      double[] z = relative(row, index, origin, Double.MAX_VALUE);
      tau = threshold(z, u, mass);
      if (Math.abs(tau) <= 2) {
        break;
      }
      int nearest = 0;
      for (int j = 1; j < z.length; j++) {
        if (Math.abs(z[j] - tau) < Math.abs(z[nearest] - tau)) {
          nearest = j;
        }
      }
      if (row.x[index[nearest]] == origin) {
        break;
      }
      origin = row.x[index[nearest]];
    }
    return new Threshold(origin, tau);
  }

  private static double[] relative(RowScores row, int[] index, double origin, double most) {
    double[] z = new double[index.length];
    for (int j = 0; j < z.length; j++) {
      z[j] = Math.max(-most, Math.min(most, row.from(origin, index[j])));
    }
    return z;
  }

  /**
   * Shares the budget between the entries of +inf, equally up to their bounds; gives what they
   * took.
   */
  private static double fillInfinite(
      RowScores row, double[] u, double mass, int infinite, double[] y) {
    Integer[] order = new Integer[infinite];
    int next = 0;
    for (int i = 0; i < row.n; i++) {
      if (row.keep[i] && row.x[i] == Double.POSITIVE_INFINITY) {
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

  /** tau with sum clip(z - tau, 0, u) = mass, given that sum u &gt; mass &gt; 0. */
  private static double threshold(double[] z, double[] u, double mass) {
    double[] breaks = new double[2 * z.length];
    for (int j = 0; j < z.length; j++) {
      breaks[2 * j] = z[j];
      breaks[2 * j + 1] = z[j] - u[j];
    }
    Arrays.sort(breaks);
    int low = 0;
    int high = breaks.length - 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (total(z, u, breaks[middle]) >= mass) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double fixed = 0;
    double sum = 0;
    int inside = 0;
    for (int j = 0; j < z.length; j++) {
      if (z[j] - u[j] >= breaks[high]) {
        fixed += u[j];
      } else if (z[j] > breaks[low]) {
        sum += z[j] - breaks[low];
        inside++;
      }
    }
    if (inside == 0) { // pieces that rounding joined, or a flat one
      return fixed > mass ? breaks[high] : breaks[low];
    }
    return breaks[low] + (fixed + sum - mass) / inside;
  }

  private static double total(double[] z, double[] u, double tau) {
    double sum = 0;
    for (int j = 0; j < z.length; j++) {
      sum += Math.min(Math.max(z[j] - tau, 0), u[j]);
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
    double lost = 0; // by rounding of the sum
    double sum = 0;
    int inside = 0;
    for (int i = 0; i < n; i++) {
      double next = total + y[i];
      lost += y[i] - (next - total);
      total = next;
      if (y[i] != 0 && y[i] != 1) {
        sum += g[i];
        inside++;
      }
    }
    // what rounding of that many weights may take off the budget
    boolean slack = atMost && total + lost < k - 4 * epsilon * (Math.max(1, k) + inside);
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
