package io.github.dl4jhopfield.zoo.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A value with an interval around it.
 *
 * @param value the measure of the samples as they are
 * @param low lower end
 * @param high upper end
 * @param level share of such intervals that hold the true value: 0.95
 */
public record Interval(double value, double low, double high, double level) {
  private static final int TRIES = 50;

  /**
   * The percentile bootstrap (Efron and Tibshirani, 1993, chapter 13) of a measure: samples are
   * drawn with replacement, those of one group together.
   *
   * @param labels of a target; NaN where missing
   * @param predictions a row for each label
   * @param groups the group of each sample, or null for each on its own
   * @param draws how often is drawn, such as 2,000
   * @param level from 0 to 1, such as 0.95
   * @param seed same seed: same interval
   * @throws IllegalArgumentException if the measure is not defined of the samples as they are, or
   *     of hardly any draw, as the AUC where a label comes once
   */
  public static Interval bootstrap(
      Measure measure,
      double[] labels,
      double[][] predictions,
      List<String> groups,
      int draws,
      double level,
      long seed) {
    if (draws < 1 || !(level > 0 && level < 1)) {
      throw new IllegalArgumentException(
          "bootstrap: expected at least 1 draw and a level between 0 and 1, found "
              + draws
              + " and "
              + level);
    }
    double value = measure.of(labels, predictions);
    List<int[]> units = units(labels, groups);
    SplittableRandom random = new SplittableRandom(seed);
    double[] drawn = new double[draws];
    for (int draw = 0; draw < draws; draw++) {
      drawn[draw] = draw(measure, labels, predictions, units, random);
    }
    Arrays.sort(drawn);
    double tail = (1 - level) / 2;
    return new Interval(value, quantile(drawn, tail), quantile(drawn, 1 - tail), level);
  }

  /** The samples that are drawn together; those without a label are not drawn. */
  static List<int[]> units(double[] labels, List<String> groups) {
    Map<Object, List<Integer>> members = new LinkedHashMap<>();
    for (int i = 0; i < labels.length; i++) {
      if (!Double.isNaN(labels[i])) {
        members
            .computeIfAbsent(groups == null ? i : groups.get(i), key -> new ArrayList<>())
            .add(i);
      }
    }
    return members.values().stream()
        .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private static double draw(
      Measure measure,
      double[] labels,
      double[][] predictions,
      List<int[]> units,
      SplittableRandom random) {
    IllegalArgumentException undefined = null;
    for (int attempt = 0; attempt < TRIES; attempt++) {
      int[][] picked = new int[units.size()][];
      for (int i = 0; i < picked.length; i++) {
        picked[i] = units.get(random.nextInt(units.size()));
      }
      int[] samples = Arrays.stream(picked).flatMapToInt(Arrays::stream).toArray();
      try {
        return measure.of(
            Arrays.stream(samples).mapToDouble(i -> labels[i]).toArray(),
            Arrays.stream(samples).mapToObj(i -> predictions[i]).toArray(double[][]::new));
      } catch (IllegalArgumentException e) {
        // a draw without one of the labels has no AUC: drawn again
        undefined = e;
      }
    }
    throw new IllegalArgumentException(
        "bootstrap: expected draws of which the measure is defined, found none of "
            + TRIES
            + ": "
            + undefined.getMessage(),
        undefined);
  }

  /** Linear between the order statistics. */
  private static double quantile(double[] sorted, double p) {
    double at = p * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
