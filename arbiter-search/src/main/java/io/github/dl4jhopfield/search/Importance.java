package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceParameter;
import io.github.dl4jhopfield.search.trial.TrialResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How much of the variance of scores over the space each parameter explains on its own: functional
 * analysis of variance of a forest of regression trees (Hutter et al. 2014, section 4), whose
 * marginals are exact, as a tree is constant on boxes.
 *
 * <p>Shares of single parameters; what they leave to 1 is interaction. A parameter that a candidate
 * did not have counts as in the middle of its range. Candidates without a score are left out.
 */
final class Importance {
  private static final int TREES = 64;
  private static final int LEAST_IN_LEAF = 2;
  private static final int MOST_POINTS = 2_000;

  private Importance() {}

  /**
   * Each parameter's share of the variance, the greatest first; empty where fewer than four
   * candidates have a score or all scores are the same.
   */
  static Map<String, Double> of(Space space, List<TrialResult> candidates) {
    List<TrialResult> scored =
        candidates.stream()
            .filter(c -> !c.failed() && Double.isFinite(c.score()))
            .limit(MOST_POINTS)
            .toList();
    List<SpaceParameter> parameters = space.parameters();
    double[][] points = new double[scored.size()][parameters.size()];
    double[] scores = new double[scored.size()];
    for (int i = 0; i < scored.size(); i++) {
      scores[i] = scored.get(i).score();
      for (int d = 0; d < parameters.size(); d++) {
        SpaceParameter p = parameters.get(d);
        Object value = scored.get(i).values().get(p.name());
        points[i][d] = value != null && p.takes(value) ? p.placeOf(value) : 0.5;
      }
    }
    double[] shares = shares(points, scores);
    Map<String, Double> importance = new LinkedHashMap<>();
    if (shares.length == 0) {
      return importance;
    }
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < shares.length; d++) {
      order.add(d);
    }
    order.sort(Comparator.comparingDouble(d -> -shares[d]));
    order.forEach(d -> importance.put(parameters.get(d).name(), shares[d]));
    return importance;
  }

  /** Share of each dimension of the unit cube; empty where there is nothing to explain. */
  static double[] shares(double[][] points, double[] values) {
    if (values.length < 4 || Arrays.stream(values).distinct().count() < 2) {
      return new double[0];
    }
    double least = Arrays.stream(values).min().getAsDouble();
    double half = Arrays.stream(values).max().getAsDouble() / 2 - least / 2;
    // From 0 to 1, so that squares neither overflow nor vanish.
    double[] scaled = Arrays.stream(values).map(value -> (value / 2 - least / 2) / half).toArray();
    SplittableRandom random = new SplittableRandom(values.length);
    double[] sum = new double[points[0].length];
    int trees = 0;
    for (int t = 0; t < TREES; t++) {
      int[] drawn = random.ints(values.length, 0, values.length).toArray();
      List<Leaf> leaves = new ArrayList<>();
      grow(points, scaled, drawn, fullBox(sum.length), random, leaves);
      double[] shares = decompose(leaves, sum.length);
      if (shares != null) {
        trees++;
        for (int d = 0; d < sum.length; d++) {
          sum[d] += shares[d];
        }
      }
    }
    if (trees == 0) {
      return new double[0];
    }
    for (int d = 0; d < sum.length; d++) {
      sum[d] /= trees;
    }
    return sum;
  }

  /** A box of the cube, [d][0] to [d][1], on which a tree is constant. */
  private record Leaf(double[][] box, double value) {
    double volume() {
      double volume = 1;
      for (double[] side : box) {
        volume *= side[1] - side[0];
      }
      return volume;
    }
  }

  private static double[][] fullBox(int dimensions) {
    double[][] box = new double[dimensions][];
    Arrays.setAll(box, d -> new double[] {0, 1});
    return box;
  }

  private static void grow(
      double[][] points,
      double[] values,
      int[] members,
      double[][] box,
      SplittableRandom random,
      List<Leaf> leaves) {
    double mean = Arrays.stream(members).mapToDouble(i -> values[i]).average().orElse(0);
    double best = 0;
    int dimension = -1;
    double threshold = 0;
    for (int d = 0; d < box.length; d++) {
      int at = d;
      int[] sorted =
          Arrays.stream(members)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> points[i][at]))
              .mapToInt(i -> i)
              .toArray();
      double left = 0;
      for (int i = 1; i < sorted.length; i++) {
        left += values[sorted[i - 1]] - mean;
        boolean possible =
            i >= LEAST_IN_LEAF
                && sorted.length - i >= LEAST_IN_LEAF
                && points[sorted[i]][d] > points[sorted[i - 1]][d];
        // Sum of squares between the two sides.
        double gain = left * left * (1.0 / i + 1.0 / (sorted.length - i));
        if (possible && gain > best * (1 + 1e-12) + 1e-300) {
          best = gain;
          dimension = d;
          // Anywhere in the gap, so that the forest's mean is smooth.
          double low = points[sorted[i - 1]][d];
          threshold = low + (points[sorted[i]][d] - low) * (0.1 + 0.8 * random.nextDouble());
        }
      }
    }
    if (dimension < 0) {
      leaves.add(new Leaf(box, mean));
      return;
    }
    int d = dimension;
    double split = threshold;
    double[][] low = copy(box);
    low[d][1] = split;
    double[][] high = copy(box);
    high[d][0] = split;
    grow(
        points,
        values,
        Arrays.stream(members).filter(i -> points[i][d] < split).toArray(),
        low,
        random,
        leaves);
    grow(
        points,
        values,
        Arrays.stream(members).filter(i -> points[i][d] >= split).toArray(),
        high,
        random,
        leaves);
  }

  private static double[][] copy(double[][] box) {
    double[][] copy = new double[box.length][];
    Arrays.setAll(copy, d -> box[d].clone());
    return copy;
  }

  /** Variance of each dimension's marginal over the variance of the tree; null for a constant. */
  private static double[] decompose(List<Leaf> leaves, int dimensions) {
    double mean = 0;
    for (Leaf leaf : leaves) {
      mean += leaf.volume() * leaf.value();
    }
    double variance = 0;
    for (Leaf leaf : leaves) {
      variance += leaf.volume() * (leaf.value() - mean) * (leaf.value() - mean);
    }
    if (!(variance > 0)) {
      return null;
    }
    double[] shares = new double[dimensions];
    for (int d = 0; d < dimensions; d++) {
      int at = d;
      double[] edges =
          leaves.stream()
              .flatMapToDouble(leaf -> Arrays.stream(leaf.box()[at]))
              .distinct()
              .sorted()
              .toArray();
      for (int e = 1; e < edges.length; e++) {
        double middle = (edges[e - 1] + edges[e]) / 2;
        double marginal = 0;
        for (Leaf leaf : leaves) {
          double[] side = leaf.box()[d];
          if (side[0] <= middle && middle < side[1]) {
            marginal += leaf.value() * leaf.volume() / (side[1] - side[0]);
          }
        }
        shares[d] += (edges[e] - edges[e - 1]) * (marginal - mean) * (marginal - mean) / variance;
      }
    }
    return shares;
  }
}
