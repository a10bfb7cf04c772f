package io.github.dl4jhopfield.zoo.learn;

import java.util.ArrayList;
import java.util.List;

/**
 * Precision against recall as the threshold falls, and the average precision: sum of (R_i -
 * R_(i-1)) P_i over the distinct scores, without interpolation.
 */
public final class PrecisionRecall {
  /** A point: what counts as positive when every score of at least {@code threshold} does. */
  public record Point(double recall, double precision, double threshold) {}

  private final List<Point> points;
  private final double average;

  private PrecisionRecall(List<Point> points, double average) {
    this.points = List.copyOf(points);
    this.average = average;
  }

  /**
   * The curve.
   *
   * @param labels 0 or 1; at least one of each
   * @param scores as many, finite; greater means more likely positive
   */
  public static PrecisionRecall of(int[] labels, double[] scores) {
    long positives = 0;
    for (int label : labels) {
      positives += label;
    }
    long negatives = labels.length - positives;
    List<Point> points = new ArrayList<>();
    double average = 0;
    double recall = 0;
    List<RocCurve.Point> curve = RocCurve.of(labels, scores).points();
    for (RocCurve.Point point : curve.subList(1, curve.size())) {
      double right = point.truePositiveRate() * positives;
      double precision = right / (right + point.falsePositiveRate() * negatives);
      average += (point.truePositiveRate() - recall) * precision;
      recall = point.truePositiveRate();
      points.add(new Point(recall, precision, point.threshold()));
    }
    return new PrecisionRecall(points, average);
  }

  /** By falling threshold, one point for each distinct score. */
  public List<Point> points() {
    return points;
  }

  /** The average precision; the share of positives for scores without information. */
  public double average() {
    return average;
  }
}
