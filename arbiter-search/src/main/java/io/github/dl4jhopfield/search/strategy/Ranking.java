package io.github.dl4jhopfield.search.strategy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Orders outcomes from best to worst, so that strategies need to know nothing of how many
 * objectives there are.
 *
 * <p>One objective: by loss. Several: by front of non-dominated sorting, within a front by crowding
 * distance, the least crowded first (NSGA-II, Deb et al. 2002, sections III.A and III.B). Ties by
 * position, failed ones last.
 */
public final class Ranking {
  private Ranking() {}

  /** Positions of the outcomes, the best first. */
  public static List<Integer> order(List<Outcome> outcomes) {
    List<Integer> order = new ArrayList<>();
    for (List<Integer> front : fronts(outcomes)) {
      order.addAll(byCrowding(outcomes, front));
    }
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i).failed()) {
        order.add(i);
      }
    }
    return order;
  }

  /** Positions of those that no other dominates; failed ones are not among them. */
  public static List<Integer> paretoFront(List<Outcome> outcomes) {
    double[][] losses = new double[outcomes.size()][];
    List<Integer> front = new ArrayList<>();
    for (int i : scored(outcomes)) {
      double[] loss = outcomes.get(i).losses();
      losses[i] = loss;
      if (front.stream().noneMatch(other -> dominates(losses[other], loss))) {
        front.removeIf(other -> dominates(loss, losses[other]));
        front.add(i);
      }
    }
    return front;
  }

  /**
   * The outcomes that did not fail in fronts: each is dominated by none of its own front or of a
   * later one.
   *
   * @throws IllegalArgumentException if outcomes differ in their number of objectives
   */
  static List<List<Integer>> fronts(List<Outcome> outcomes) {
    List<Integer> left = scored(outcomes);
    double[][] losses = new double[outcomes.size()][];
    left.forEach(i -> losses[i] = outcomes.get(i).losses());
    return !left.isEmpty() && losses[left.get(0)].length == 1
        ? byLoss(losses, left)
        : byDominance(losses, left);
  }

  /** Positions of those that did not fail, which have as many objectives each. */
  private static List<Integer> scored(List<Outcome> outcomes) {
    List<Integer> scored = new ArrayList<>();
    int objectives = -1;
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i).failed()) {
        continue;
      }
      int found = outcomes.get(i).losses().length;
      if (objectives >= 0 && found != objectives) {
        throw new IllegalArgumentException(
            "expected " + objectives + " losses as of the others, found " + found);
      }
      objectives = found;
      scored.add(i);
    }
    return scored;
  }

  private static List<List<Integer>> byLoss(double[][] losses, List<Integer> left) {
    left.sort(Comparator.comparingDouble(i -> losses[i][0]));
    List<List<Integer>> fronts = new ArrayList<>();
    for (int i = 0; i < left.size(); i++) {
      if (i == 0 || losses[left.get(i)][0] != losses[left.get(i - 1)][0]) {
        fronts.add(new ArrayList<>());
      }
      fronts.get(fronts.size() - 1).add(left.get(i));
    }
    return fronts;
  }

  private static List<List<Integer>> byDominance(double[][] losses, List<Integer> left) {
    int[] dominators = new int[losses.length];
    List<List<Integer>> fronts = new ArrayList<>();
    for (int i : left) {
      for (int j : left) {
        dominators[i] += dominates(losses[j], losses[i]) ? 1 : 0;
      }
    }
    List<Integer> rest = new ArrayList<>(left);
    while (!rest.isEmpty()) {
      List<Integer> front = rest.stream().filter(i -> dominators[i] == 0).toList();
      rest.removeAll(front);
      for (int i : rest) {
        for (int j : front) {
          dominators[i] -= dominates(losses[j], losses[i]) ? 1 : 0;
        }
      }
      fronts.add(front);
    }
    return fronts;
  }

  /** Whether a is nowhere worse than b and somewhere better. */
  private static boolean dominates(double[] a, double[] b) {
    boolean better = false;
    for (int k = 0; k < a.length; k++) {
      if (a[k] > b[k]) {
        return false;
      }
      better |= a[k] < b[k];
    }
    return better;
  }

  private static List<Integer> byCrowding(List<Outcome> outcomes, List<Integer> front) {
    int objectives = outcomes.get(front.get(0)).losses().length;
    if (objectives == 1 || front.size() < 3) {
      return front;
    }
    double[] crowding = new double[outcomes.size()];
    for (int k = 0; k < objectives; k++) {
      int objective = k;
      double[] loss = new double[outcomes.size()];
      front.forEach(i -> loss[i] = outcomes.get(i).losses()[objective]);
      List<Integer> sorted = new ArrayList<>(front);
      sorted.sort(Comparator.comparingDouble(i -> loss[i]));
      int last = sorted.size() - 1;
      double range = loss[sorted.get(last)] - loss[sorted.get(0)];
      crowding[sorted.get(0)] = Double.POSITIVE_INFINITY;
      crowding[sorted.get(last)] = Double.POSITIVE_INFINITY;
      for (int i = 1; i < last; i++) {
        double gap = loss[sorted.get(i + 1)] - loss[sorted.get(i - 1)];
        crowding[sorted.get(i)] += range > 0 && Double.isFinite(range) ? gap / range : 0;
      }
    }
    List<Integer> sorted = new ArrayList<>(front);
    sorted.sort(Comparator.comparingDouble((Integer i) -> -crowding[i]));
    return sorted;
  }

  /** Rank of each outcome, 0 for the best; equal single losses have equal ranks. */
  static double[] ranks(List<Outcome> outcomes) {
    double[] ranks = new double[outcomes.size()];
    Arrays.fill(ranks, outcomes.size());
    int rank = 0;
    for (List<Integer> front : fronts(outcomes)) {
      boolean single = outcomes.get(front.get(0)).losses().length == 1;
      for (int i : byCrowding(outcomes, front)) {
        ranks[i] = rank;
        rank += single ? 0 : 1;
      }
      rank += single ? front.size() : 0;
    }
    return ranks;
  }
}
