package io.github.dl4jhopfield.ops.internal.java;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sequential k-subsets of one row: SparseMAP over subsets of a chain (Santos et al., ICML 2024,
 * section 4.3):
 *
 * <pre>
 * argmax_p max_{q: E_q[c] = p} &lt;p, x&gt; + E_q[sum_i w_i c_i c_(i+1)] - 1/2 (|p|^2 + |1 - p|^2)
 * </pre>
 *
 * over distributions q on the c in {0,1}^n with k ones (or at most k).
 *
 * <p>Method: the active-set method of SparseMAP (Niculae et al., ICML 2018). The best subset for
 * the present gradient is found by dynamic programming over (position, how many chosen, last
 * chosen); the weights of the subsets in use solve a small linear system.
 */
public final class RowChain {
  private double[] x;
  private double[] w;
  private int[] index;
  private int[] edge;
  private final List<Integer> ones = new ArrayList<>();
  private final List<Integer> infinite = new ArrayList<>();
  private final List<Integer> entries = new ArrayList<>();
  private boolean nan;
  private int k;
  private boolean atMost;
  private final double budget;
  private final int length;

  private double tolerance;
  private final List<boolean[]> subsets = new ArrayList<>();
  private double[] weights = {1};
  private double[] p;

  /** Reads and solves a row. {@code couplings} has n - 1 entries. */
  public RowChain(
      double[] scores, double[] couplings, boolean[] keep, int n, double k, boolean atMost) {
    this.atMost = atMost;
    this.budget = Math.floor(k);
    this.length = n;
    boolean[] part = new boolean[n];
    nan = !(k >= 0);
    for (int i = 0; i < n; i++) {
      part[i] = keep[i] && scores[i] != Double.NEGATIVE_INFINITY;
      if (part[i]) {
        entries.add(i);
        nan |= Double.isNaN(scores[i]);
        if (scores[i] == Double.POSITIVE_INFINITY) {
          infinite.add(i);
        }
      }
    }
    for (int i = 0; i + 1 < n; i++) {
      nan |= part[i] && part[i + 1] && Double.isNaN(couplings[i]);
    }
    if (nan || infinite.size() > budget) {
      return;
    }
    double[] unary = scores.clone();
    for (int i : infinite) { // chosen for sure: their couplings act as scores of their neighbours
      ones.add(i);
      part[i] = false;
      if (i > 0 && part[i - 1]) {
        unary[i - 1] += couplings[i - 1];
      }
      if (i + 1 < n && part[i + 1]) {
        unary[i + 1] += couplings[i];
      }
    }
    infinite.clear();
    int m = 0;
    for (int i = 0; i < n; i++) {
      m += part[i] ? 1 : 0;
    }
    this.k = (int) Math.min(budget - ones.size(), m);
    settleCertain(unary, couplings, part);
    m = 0;
    for (int i = 0; i < n; i++) {
      m += part[i] ? 1 : 0;
    }
    x = new double[m];
    w = new double[m];
    index = new int[m];
    edge = new int[m];
    int j = 0;
    for (int i = 0; i < n; i++) {
      if (part[i]) {
        boolean coupled = i + 1 < n && part[i + 1];
        x[j] = unary[i];
        w[j] = coupled ? couplings[i] : 0;
        index[j] = i;
        edge[j++] = coupled ? i : -1;
      }
    }
    this.k = Math.min(this.k, m);
    if (m > 0) {
      solveRow();
    }
  }

  /**
   * Settles entries whose scores leave no choice, so that what is left is of the size of the
   * couplings and no digit of it is lost beside the others. With W the largest coupling, exchanging
   * one entry of a subset for another gains their difference less 2 + 4W at most, and adding one
   * its score less 1 + 2W. Where the budget is used up whatever happens, only differences count:
   * scores become relative to that of rank k.
   *
   * @param part on return only the entries that are left
   */
  private void settleCertain(double[] scores, double[] w, boolean[] part) {
    int n = length;
    for (boolean changed = true; changed && k > 0; ) {
      changed = false;
      double most = 0;
      int left = 0;
      double[] order = new double[n];
      for (int i = 0; i < n; i++) {
        if (part[i]) {
          order[left++] = scores[i];
          most = i + 1 < n && part[i + 1] ? Math.max(most, Math.abs(w[i])) : most;
        }
      }
      if (left == 0 || Double.isInfinite(most)) {
        return;
      }
      Arrays.sort(order, 0, left);
      if (atMost && order[0] > 1 + 2 * most) {
        atMost = false; // each is worth its place
      }
      boolean choice = left > k;
      double last = choice ? order[left - k] : order[0]; // of the best k
      double next = choice ? order[left - k - 1] : Double.NEGATIVE_INFINITY;
      if (!atMost && last != 0) {
        for (int i = 0; i < n; i++) {
          scores[i] -= part[i] ? last : 0;
        }
        changed = true;
        continue;
      }
      double margin = (2 + 4 * most) * (1 + 1e-12);
      for (int i = 0; i < n; i++) {
        if (!part[i]) {
          continue;
        }
        boolean worth = !atMost || scores[i] > 1 + 2 * most;
        if (worth && scores[i] - next > margin) {
          ones.add(i);
          part[i] = false;
          if (i > 0 && part[i - 1]) {
            scores[i - 1] += w[i - 1];
          }
          if (i + 1 < n && part[i + 1]) {
            scores[i + 1] += w[i];
          }
          k--;
          changed = true;
          break; // the others' scores and the budget are not what they were
        }
        if (choice && last - scores[i] > margin || atMost && scores[i] < -1 - 2 * most) {
          part[i] = false;
          changed = true;
        }
      }
    }
  }

  /** The weights of the row. */
  public void weights(double[] y) {
    Arrays.fill(y, 0, length, 0);
    if (nan) {
      entries.forEach(i -> y[i] = Double.NaN);
    } else if (!infinite.isEmpty()) {
      infinite.forEach(i -> y[i] = budget / infinite.size());
    } else {
      ones.forEach(i -> y[i] = 1);
      for (int j = 0; j < x.length; j++) {
        y[index[j]] = Math.min(1, Math.max(0, p[j]));
      }
    }
  }

  /** Gradients of scores and couplings; where scores tie, those of the whole optimal face. */
  public void backward(double[] gradY, double[] gradX, double[] gradEdges) {
    Arrays.fill(gradX, 0, length, 0);
    Arrays.fill(gradEdges, 0, Math.max(0, length - 1), 0);
    if (nan) {
      entries.forEach(i -> gradX[i] = Double.NaN);
      Arrays.fill(gradEdges, 0, Math.max(0, length - 1), Double.NaN);
      return;
    }
    if (!infinite.isEmpty() || x.length == 0) {
      return;
    }
    spanFace();
    double[] right = new double[subsets.size() + 1];
    for (int s = 0; s < subsets.size(); s++) {
      for (int i = 0; i < x.length; i++) {
        right[s] += subsets.get(s)[i] ? gradY[index[i]] : 0;
      }
    }
    double[] u = solve(system(2), right);
    for (int s = 0; s < subsets.size(); s++) {
      boolean[] c = subsets.get(s);
      for (int i = 0; i < x.length; i++) {
        if (c[i]) {
          gradX[index[i]] += u[s];
          if (i + 1 < x.length && c[i + 1] && edge[i] >= 0) {
            gradEdges[edge[i]] += u[s];
          }
        }
      }
    }
    for (int i : ones) { // couplings to an entry that is certain act as scores
      if (i > 0) {
        gradEdges[i - 1] = gradX[i - 1];
      }
      if (i + 1 < length) {
        gradEdges[i] = gradX[i + 1];
      }
    }
  }

  private boolean[] best(double[] unary) {
    int n = x.length;
    int states = 2 * (k + 1);
    double[] value = new double[states];
    Arrays.fill(value, Double.NEGATIVE_INFINITY);
    value[0] = 0;
    boolean[][] lastOfBest = new boolean[n][states];
    for (int i = 0; i < n; i++) {
      double[] next = new double[states];
      Arrays.fill(next, Double.NEGATIVE_INFINITY);
      for (int count = 0; count <= Math.min(i, k); count++) {
        for (int last = 0; last < 2; last++) {
          double so = value[2 * count + last];
          if (so == Double.NEGATIVE_INFINITY) {
            continue;
          }
          if (so > next[2 * count]) {
            next[2 * count] = so;
            lastOfBest[i][2 * count] = last == 1;
          }
          double chosen = so + unary[i] + (last == 1 ? w[i - 1] : 0);
          if (count < k && chosen > next[2 * count + 3]) {
            next[2 * count + 3] = chosen;
            lastOfBest[i][2 * count + 3] = last == 1;
          }
        }
      }
      value = next;
    }
    int state = -1;
    for (int candidate = atMost ? 0 : 2 * k; candidate < states; candidate++) {
      if (state < 0 || value[candidate] > value[state]) {
        state = candidate;
      }
    }
    boolean[] subset = new boolean[n];
    for (int i = n - 1; i >= 0; i--) {
      int previous = lastOfBest[i][state] ? 1 : 0;
      subset[i] = state % 2 == 1;
      state = state - state % 2 - (subset[i] ? 2 : 0) + previous;
    }
    return subset;
  }

  private void solveRow() {
    double scale = 1;
    for (int i = 0; i < x.length; i++) {
      scale = Math.max(scale, Math.max(Math.abs(x[i]), Math.abs(w[i])));
    }
    tolerance = 1e-13 * scale * Math.max(1, k);
    subsets.add(best(x));
    int limit = 1000 + 20 * x.length;
    for (int iteration = 0; iteration < limit; iteration++) {
      double[] right = new double[subsets.size() + 1];
      for (int s = 0; s < subsets.size(); s++) {
        right[s] = linear(subsets.get(s));
      }
      right[subsets.size()] = 1;
      double[] target = solve(system(2), right);
      double lambda = target[subsets.size()];
      // as far towards the optimum on these subsets as no weight falls below 0
      double step = 1;
      int blocking = -1;
      for (int s = 0; s < subsets.size(); s++) {
        if (target[s] < 0) {
          double reach = weights[s] / (weights[s] - target[s]);
          if (blocking < 0 || reach < step) {
            step = reach;
            blocking = s;
          }
        }
      }
      for (int s = 0; s < subsets.size(); s++) {
        weights[s] += step * (target[s] - weights[s]);
      }
      if (blocking >= 0) {
        drop(blocking);
        continue;
      }
      updateP();
      boolean[] candidate = best(marginalScores());
      if (value(candidate) - lambda <= tolerance
          || subsets.stream().anyMatch(c -> Arrays.equals(c, candidate))) {
        return;
      }
      double[] mix = mixOf(candidate);
      if (mix == null) {
        add(candidate, 0);
        continue;
      }
      // p stays, only the edges gain: all the way, until one of the others is used up
      double most = Double.POSITIVE_INFINITY;
      int used = 0;
      for (int s = 0; s < subsets.size(); s++) {
        if (mix[s] > 1e-12 && weights[s] / mix[s] < most) {
          most = weights[s] / mix[s];
          used = s;
        }
      }
      for (int s = 0; s < subsets.size(); s++) {
        weights[s] -= most * mix[s];
      }
      drop(used);
      add(candidate, most);
    }
  }

  /** Adds the other subsets of the optimal face, as far as they are independent. */
  private void spanFace() {
    long state = 0x9e3779b97f4a7c15L;
    double lambda = value(subsets.get(0));
    for (int failures = 0; failures < 8 && subsets.size() <= x.length; ) {
      double[] unary = marginalScores();
      for (int i = 0; i < unary.length; i++) {
        state = state * 6364136223846793005L + 1442695040888963407L;
        unary[i] += 1e6 * tolerance * ((state >>> 33) / 4294967296.0 * 4 - 1);
      }
      boolean[] candidate = best(unary);
      if (Math.abs(value(candidate) - lambda) > 100 * tolerance || mixOf(candidate) != null) {
        failures++;
      } else {
        add(candidate, 0);
      }
    }
  }

  private void add(boolean[] subset, double weight) {
    subsets.add(subset);
    weights = Arrays.copyOf(weights, subsets.size());
    weights[subsets.size() - 1] = weight;
  }

  private void drop(int s) {
    subsets.remove(s);
    double[] rest = new double[subsets.size()];
    System.arraycopy(weights, 0, rest, 0, s);
    System.arraycopy(weights, s + 1, rest, s, rest.length - s);
    weights = rest;
  }

  private void updateP() {
    p = new double[x.length];
    for (int s = 0; s < subsets.size(); s++) {
      for (int i = 0; i < p.length; i++) {
        p[i] += subsets.get(s)[i] ? weights[s] : 0;
      }
    }
  }

  private double[] marginalScores() {
    double[] unary = x.clone();
    for (int i = 0; i < unary.length; i++) {
      unary[i] += 1 - 2 * p[i];
    }
    return unary;
  }

  /** Score, edges and the linear part of the quadratic. */
  private double linear(boolean[] c) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      if (c[i]) {
        sum += x[i] + 1 + (i + 1 < x.length && c[i + 1] ? w[i] : 0);
      }
    }
    return sum;
  }

  /** Derivative of the objective in the weight of c. */
  private double value(boolean[] c) {
    double sum = linear(c);
    for (int i = 0; i < x.length; i++) {
      sum -= c[i] ? 2 * p[i] : 0;
    }
    return sum;
  }

  private static double common(boolean[] a, boolean[] b) {
    int sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] && b[i] ? 1 : 0;
    }
    return sum;
  }

  /** [factor G, 1; 1, 0] with the Gram matrix G of the subsets. */
  private double[][] system(double factor) {
    int m = subsets.size();
    double[][] a = new double[m + 1][m + 1];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        a[i][j] = factor * common(subsets.get(i), subsets.get(j));
      }
      a[i][m] = 1;
      a[m][i] = 1;
    }
    return a;
  }

  /**
   * The weights (sum 1) by which the subsets in use give c; null if c is affinely independent of
   * them.
   */
  private double[] mixOf(boolean[] c) {
    int m = subsets.size();
    double[] right = new double[m + 1];
    for (int s = 0; s < m; s++) {
      right[s] = common(subsets.get(s), c);
    }
    right[m] = 1;
    double[] mu = Arrays.copyOf(solve(system(1), right), m);
    double distance = 0;
    for (int i = 0; i < x.length; i++) {
      double sum = c[i] ? -1 : 0;
      for (int s = 0; s < m; s++) {
        sum += subsets.get(s)[i] ? mu[s] : 0;
      }
      distance += sum * sum;
    }
    boolean independent = distance > 1e-12 || Math.abs(Arrays.stream(mu).sum() - 1) > 1e-7;
    return independent ? null : mu;
  }

  /** Elimination with partial pivoting; a vanishing pivot gives 0 for its unknown. */
  private static double[] solve(double[][] a, double[] right) {
    int n = right.length;
    double[] b = right.clone();
    boolean[] dead = new boolean[n];
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int row = column + 1; row < n; row++) {
        if (Math.abs(a[row][column]) > Math.abs(a[pivot][column])) {
          pivot = row;
        }
      }
      if (Math.abs(a[pivot][column]) < 1e-11) {
        dead[column] = true;
        continue;
      }
      double[] line = a[pivot];
      a[pivot] = a[column];
      a[column] = line;
      double other = b[pivot];
      b[pivot] = b[column];
      b[column] = other;
      for (int row = column + 1; row < n; row++) {
        double factor = a[row][column] / a[column][column];
        for (int j = column; factor != 0 && j < n; j++) {
          a[row][j] -= factor * a[column][j];
        }
        b[row] -= factor * b[column];
      }
    }
    for (int row = n - 1; row >= 0; row--) {
      for (int j = row + 1; j < n; j++) {
        b[row] -= a[row][j] * b[j];
      }
      b[row] = dead[row] ? 0 : b[row] / a[row][row];
    }
    return b;
  }
}
