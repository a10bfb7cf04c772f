package io.github.dl4jhopfield.zoo.mil;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Standardises features: z = (x - mean) / deviation, cut off at &#177;{@value #LIMIT}, with mean
 * and population standard deviation of each feature over the instances that it was fitted on. A
 * feature that is constant there has deviation 1. The cut-off keeps a feature that hardly varies in
 * training from overwhelming the others later.
 *
 * <p>Its own JSON form, {@code {"mean":[...],"deviation":[...]}}, goes with a saved model.
 */
public final class Standardizer {
  /** Greatest absolute value of a standardised feature. */
  public static final double LIMIT = 10;

  private static final double CONSTANT = 1e-9;

  private final double[] mean;
  private final double[] deviation;

  /** Restores one from its JSON form. */
  @JsonCreator
  public Standardizer(
      @JsonProperty(value = "mean", required = true) double[] mean,
      @JsonProperty(value = "deviation", required = true) double[] deviation) {
    if (mean == null || deviation == null || mean.length != deviation.length || mean.length == 0) {
      throw new IllegalArgumentException(
          "standardizer: expected as many means as deviations, found "
              + (mean == null ? 0 : mean.length)
              + " and "
              + (deviation == null ? 0 : deviation.length));
    }
    for (int f = 0; f < mean.length; f++) {
      if (!Double.isFinite(mean[f]) || !Double.isFinite(deviation[f]) || deviation[f] <= 0) {
        throw new IllegalArgumentException(
            "standardizer: expected finite means and positive deviations, found "
                + mean[f]
                + " and "
                + deviation[f]
                + " for feature "
                + (f + 1));
      }
    }
    this.mean = mean.clone();
    this.deviation = deviation.clone();
  }

  /** Fits one on the instances of some bags; at least one bag. */
  public static Standardizer fit(List<Bag> bags) {
    int features = bags.get(0).features();
    double[] mean = new double[features];
    double[] deviation = new double[features];
    long n = bags.stream().mapToLong(Bag::size).sum();
    for (Bag bag : bags) {
      bag.forEach(
          instance -> {
            for (int f = 0; f < features; f++) {
              mean[f] += instance[f] / n;
            }
          });
    }
    for (Bag bag : bags) {
      bag.forEach(
          instance -> {
            for (int f = 0; f < features; f++) {
              double d = instance[f] - mean[f];
              deviation[f] += d * d / n;
            }
          });
    }
    for (int f = 0; f < features; f++) {
      deviation[f] = Math.sqrt(deviation[f]);
      boolean constant = !(deviation[f] > CONSTANT * Math.max(1, Math.abs(mean[f])));
      if (constant || !Double.isFinite(deviation[f])) {
        deviation[f] = 1;
      }
    }
    return new Standardizer(mean, deviation);
  }

  /** Number of features. */
  public int features() {
    return mean.length;
  }

  /** Mean of each feature. */
  @JsonProperty
  public double[] mean() {
    return mean.clone();
  }

  /** Standard deviation of each feature. */
  @JsonProperty
  public double[] deviation() {
    return deviation.clone();
  }

  /** The standardised value of one feature. */
  public double apply(double value, int feature) {
    double z = (value - mean[feature]) / deviation[feature];
    return Math.max(-LIMIT, Math.min(LIMIT, z));
  }
}
