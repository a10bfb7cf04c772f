package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/** Reads a row of weights: which patterns are heaviest, and what kind of mixture it is. */
final class Weights {
  /** Most patterns that a mixture lists. */
  static final int LISTED = 1000;

  private Weights() {}

  /** Whether the separation gives exact zeros. */
  static boolean sparse(Separation s) {
    return !s.isDense();
  }

  /** The sum of a row of weights: k for k-subsets, else 1. */
  static double total(Separation s) {
    return subsets(s) ? s.getK() : 1;
  }

  /**
   * The weight up to which a pattern does not take part. The threshold of k-subsets whose k-th
   * score leads by a margin is not unique, and a solver that takes the next score for it leaves
   * that pattern a weight of rounding size.
   */
  static double nothing(Separation s) {
    return subsets(s) ? FixedPoint.SUBSET_ROUNDING : 0;
  }

  static boolean subsets(Separation s) {
    return s.getKind() == Separation.Kind.K_SUBSETS
        || s.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS;
  }

  /**
   * Reads a row.
   *
   * @param weights of the patterns {@code ids}, or of patterns 0, 1, ... if that is null; what is
   *     left out has weight 0
   * @param scores of the same patterns
   * @param n number of stored patterns
   */
  static AssociationEngine.Top read(
      double[] weights, long[] ids, double[] scores, Separation s, long n, int topK) {
    double nothing = nothing(s);
    double largest = 0;
    long positive = 0;
    for (double w : weights) {
      largest = Math.max(largest, w);
      if (w > nothing) {
        positive++;
      }
    }
    long size = sparse(s) ? positive : massSize(weights, positive);
    boolean listed = size <= LISTED && !average(s, largest, n, size);
    int[] heaviest =
        heaviest(weights, (int) Math.min(positive, Math.max(topK, listed ? size : topK)));
    List<Match> matches = new ArrayList<>(topK);
    for (int i = 0; i < Math.min(topK, heaviest.length); i++) {
      int at = heaviest[i];
      matches.add(new Match(ids == null ? at : ids[at], scores[at], weights[at]));
    }
    int members = (int) Math.min(heaviest.length, size);
    long[] patterns = new long[members];
    double[] shares = new double[members];
    for (int i = 0; i < members; i++) {
      patterns[i] = ids == null ? heaviest[i] : ids[heaviest[i]];
      shares[i] = weights[heaviest[i]];
    }
    return new AssociationEngine.Top(
        matches, new FixedPoint(kind(s, shares, largest, n, size), patterns, shares, size));
  }

  /**
   * A dense mixture of which only the heaviest patterns are known.
   *
   * @param matches the heaviest, heaviest first
   * @param largest weight of all, also if no match was asked for
   */
  static AssociationEngine.Top dense(
      List<Match> matches, Separation separation, long n, double largest) {
    double mass = 0;
    int size = -1;
    for (int i = 0; i < matches.size() && size < 0; i++) {
      mass += matches.get(i).weight();
      if (mass >= FixedPoint.DENSE_MASS) {
        size = i + 1;
      }
    }
    List<Match> members = size < 0 ? matches : matches.subList(0, size);
    double[] weights = members.stream().mapToDouble(Match::weight).toArray();
    FixedPoint.Kind kind = kind(separation, weights, largest, n, size < 0 ? Long.MAX_VALUE : size);
    return new AssociationEngine.Top(matches, new FixedPoint(kind, ids(members), weights, size));
  }

  /**
   * A sparse mixture.
   *
   * @param matches its patterns, heaviest first: all, or where there are many, the heaviest
   * @param support how many there are in all
   */
  static AssociationEngine.Top listed(
      List<Match> matches, Separation separation, long n, long support, int topK) {
    double largest = matches.isEmpty() ? 0 : matches.get(0).weight();
    boolean whole = support <= LISTED && !average(separation, largest, n, support);
    List<Match> top = List.copyOf(matches.subList(0, Math.min(topK, matches.size())));
    List<Match> members = whole ? matches : top;
    double[] weights = members.stream().mapToDouble(Match::weight).toArray();
    FixedPoint.Kind kind = kind(separation, weights, largest, n, support);
    return new AssociationEngine.Top(top, new FixedPoint(kind, ids(members), weights, support));
  }

  private static long[] ids(List<Match> matches) {
    return matches.stream().mapToLong(Match::pattern).toArray();
  }

  static FixedPoint.Kind kind(Separation s, double[] shares, double largest, long n, long size) {
    if (subsets(s)) {
      boolean whole = size == Math.min(n, s.getK()) || s.isAtMost();
      for (double share : shares) {
        whole &= share > 1 - FixedPoint.SUBSET_ROUNDING;
      }
      if (whole && size > 0) {
        return size == 1 ? FixedPoint.Kind.SINGLE_PATTERN : FixedPoint.Kind.PATTERN_SET;
      }
      return FixedPoint.Kind.METASTABLE;
    }
    if (sparse(s) ? size == 1 : largest >= FixedPoint.SINGLE_WEIGHT) {
      return FixedPoint.Kind.SINGLE_PATTERN;
    }
    return average(s, largest, n, size)
        ? FixedPoint.Kind.GLOBAL_AVERAGE
        : FixedPoint.Kind.METASTABLE;
  }

  private static boolean average(Separation s, double largest, long n, long size) {
    return !subsets(s) && n > 1 && size > 1 && largest * n <= FixedPoint.UNIFORM_FACTOR;
  }

  /** The fewest weights that together have 90% of the whole; quickselect, linear on average. */
  private static long massSize(double[] weights, long positive) {
    double total = 0;
    double[] left = new double[(int) positive];
    int n = 0;
    for (double w : weights) {
      if (w > 0) {
        left[n++] = w;
        total += w;
      }
    }
    double wanted = FixedPoint.DENSE_MASS * total;
    long taken = 0;
    int from = 0;
    while (from < n) {
      double pivot = left[(from + n) >>> 1];
      // heavier ones first, the pivot's equals in the middle
      int low = from;
      int at = from;
      int high = n;
      double heavy = 0;
      while (at < high) {
        double w = left[at];
        if (w > pivot) {
          left[at++] = left[low];
          left[low++] = w;
          heavy += w;
        } else if (w < pivot) {
          left[at] = left[--high];
          left[high] = w;
        } else {
          at++;
        }
      }
      if (heavy >= wanted) {
        n = low;
        continue;
      }
      wanted -= heavy;
      taken += low - from;
      double equal = pivot * (high - low);
      if (equal >= wanted) {
        return taken + Math.max(1, (long) Math.ceil(wanted / pivot * (1 - 1e-12)));
      }
      wanted -= equal;
      taken += high - low;
      from = high;
    }
    return taken;
  }

  private static int[] heaviest(double[] weights, int count) {
    if (count == 0) {
      return new int[0];
    }
    if (count == 1) {
      int best = 0;
      for (int i = 1; i < weights.length; i++) {
        if (weights[i] > weights[best]) {
          best = i;
        }
      }
      return new int[] {best};
    }
    // lightest of the kept at the head; of equals the later one is lighter
    PriorityQueue<Integer> kept =
        new PriorityQueue<>(
            count,
            (a, b) ->
                weights[a] != weights[b]
                    ? Double.compare(weights[a], weights[b])
                    : Integer.compare(b, a));
    double least = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] > 0 && (kept.size() < count || weights[i] > least)) {
        if (kept.size() == count) {
          kept.poll();
        }
        kept.add(i);
        if (kept.size() == count) {
          least = weights[kept.peek()];
        }
      }
    }
    int[] result = new int[kept.size()];
    for (int i = result.length - 1; i >= 0; i--) {
      result[i] = kept.poll();
    }
    return result;
  }
}
