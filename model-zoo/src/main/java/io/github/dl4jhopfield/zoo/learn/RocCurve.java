package io.github.dl4jhopfield.zoo.learn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Receiver operating characteristic of scores against labels, and the area under it.
 *
 * <p>The area is the exact rank statistic P(s+ &gt; s-) + P(s+ = s-)/2 over all pairs of a positive
 * and a negative (Hanley and McNeil 1982), which is also the area under the curve whose points with
 * one score are joined by a straight line. No thresholds are binned.
 */
public final class RocCurve {
  /**
   * A point of the curve: what counts as positive when every score of at least {@code threshold}
   * does.
   */
  public record Point(double falsePositiveRate, double truePositiveRate, double threshold) {}

  private final List<Point> points;
  private final double area;

  private RocCurve(List<Point> points, double area) {
    this.points = List.copyOf(points);
    this.area = area;
  }

  /**
   * The curve.
   *
   * @param labels 0 or 1; at least one of each
   * @param scores as many, finite; greater means more likely positive
   */
  public static RocCurve of(int[] labels, double[] scores) {
    if (labels.length != scores.length) {
      throw new IllegalArgumentException(
          "expected a score for each of " + labels.length + " labels, found " + scores.length);
    }
    long positives = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != 0 && labels[i] != 1) {
        throw new IllegalArgumentException("expected labels 0 and 1, found " + labels[i]);
      }
      if (Double.isNaN(scores[i])) {
        throw new IllegalArgumentException("expected scores that are numbers, found NaN at " + i);
      }
      positives += labels[i];
    }
    long negatives = labels.length - positives;
    if (positives == 0 || negatives == 0) {
      throw new IllegalArgumentException(
          "expected both labels, found " + positives + " positive, " + negatives + " negative");
    }
    int[] order =
        IntStream.range(0, labels.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -scores[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<Point> points = new ArrayList<>();
    points.add(new Point(0, 0, Double.POSITIVE_INFINITY));
    long truePositives = 0;
    long falsePositives = 0;
    // twice the number of pairs in the right order, a tie counting one: exact in whole numbers
    long pairs = 0;
    for (int i = 0; i < order.length; ) {
      double score = scores[order[i]];
      long tiedPositives = 0;
      long tiedNegatives = 0;
      for (; i < order.length && scores[order[i]] == score; i++) {
        tiedPositives += labels[order[i]];
        tiedNegatives += 1 - labels[order[i]];
      }
      pairs += tiedNegatives * (2 * truePositives + tiedPositives);
      truePositives += tiedPositives;
      falsePositives += tiedNegatives;
      points.add(
          new Point(
              (double) falsePositives / negatives, (double) truePositives / positives, score));
    }
    return new RocCurve(points, pairs / (2.0 * positives * negatives));
  }

  /** From (0, 0) to (1, 1), one point for each distinct score. */
  public List<Point> points() {
    return points;
  }

  /** The area under the curve, in [0, 1]; 0.5 for scores without information. */
  public double area() {
    return area;
  }
}
