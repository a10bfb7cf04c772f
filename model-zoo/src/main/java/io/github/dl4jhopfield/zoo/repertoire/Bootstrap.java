package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.RocCurve;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Intervals of the AUC, and a paired comparison of two AUCs, by drawing repertoires with
 * replacement, within each class.
 */
final class Bootstrap {
  private static final int DRAWS = 2000;

  /**
   * A value with the middle 95% of its draws.
   *
   * @param p twice the smaller share of draws on one side of 0, at least 1 / draws
   */
  record Interval(double value, double low, double high, double p) {}

  private Bootstrap() {}

  /** Of the AUC of some scores. */
  static Interval auc(int[] labels, double[] scores, long seed) {
    return difference(labels, scores, null, seed);
  }

  /** Of the AUC of scores less that of others. */
  static Interval difference(int[] labels, double[] scores, double[] others, long seed) {
    int[] positives = indices(labels, 1);
    int[] negatives = indices(labels, 0);
    SplittableRandom random = new SplittableRandom(seed);
    double[] draws = new double[DRAWS];
    int[] drawnLabels = new int[labels.length];
    Arrays.fill(drawnLabels, 0, positives.length, 1);
    double[] a = new double[labels.length];
    double[] b = new double[labels.length];
    for (int d = 0; d < DRAWS; d++) {
      for (int i = 0; i < labels.length; i++) {
        int[] of = i < positives.length ? positives : negatives;
        int pick = of[random.nextInt(of.length)];
        a[i] = scores[pick];
        b[i] = others == null ? 0 : others[pick];
      }
      draws[d] = RocCurve.of(drawnLabels, a).area();
      if (others != null) {
        draws[d] -= RocCurve.of(drawnLabels, b).area();
      }
    }
    Arrays.sort(draws);
    double value = RocCurve.of(labels, scores).area();
    if (others != null) {
      value -= RocCurve.of(labels, others).area();
    }
    long below = Arrays.stream(draws).filter(v -> v <= 0).count();
    long above = Arrays.stream(draws).filter(v -> v >= 0).count();
    double p = Math.min(1, Math.max(2.0 * Math.min(below, above), 1) / DRAWS);
    return new Interval(value, draws[DRAWS / 40], draws[DRAWS - 1 - DRAWS / 40], p);
  }

  private static int[] indices(int[] labels, int label) {
    return java.util.stream.IntStream.range(0, labels.length)
        .filter(i -> labels[i] == label)
        .toArray();
  }
}
