package io.github.dl4jhopfield.zoo.learn;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Whether two methods that predicted the same samples differ beyond chance.
 *
 * @param difference first minus second
 * @param pValue two-sided: how often a difference at least as large would come by chance if the
 *     methods were the same
 */
public record PairedTest(double difference, double pValue) {
  private static final int MOST_EXACT = 16;

  /**
   * The permutation test of a measure over samples: whether the predictions of a sample (or a
   * group) came from one method or the other is shuffled (Good, "Permutation, Parametric and
   * Bootstrap Tests of Hypotheses", 2005). P-value (1 + as large) / (1 + draws).
   *
   * @param labels of a target; NaN where missing
   * @param groups the group of each sample, exchanged together, or null
   * @param draws how often is shuffled, such as 10,000
   */
  public static PairedTest permutation(
      Measure measure,
      double[] labels,
      double[][] first,
      double[][] second,
      List<String> groups,
      int draws,
      long seed) {
    double difference = measure.of(labels, first) - measure.of(labels, second);
    List<int[]> units = Interval.units(labels, groups);
    SplittableRandom random = new SplittableRandom(seed);
    int asLarge = 0;
    double[][] one = first.clone();
    double[][] other = second.clone();
    for (int draw = 0; draw < draws; draw++) {
      for (int[] unit : units) {
        boolean exchanged = random.nextBoolean();
        for (int i : unit) {
          one[i] = exchanged ? second[i] : first[i];
          other[i] = exchanged ? first[i] : second[i];
        }
      }
      double shuffled = measure.of(labels, one) - measure.of(labels, other);
      asLarge += atLeast(shuffled, difference) ? 1 : 0;
    }
    return new PairedTest(difference, (1.0 + asLarge) / (1 + draws));
  }

  /**
   * The sign-flip test of paired differences, such as those of several seeds or data sets: exact up
   * to {@value #MOST_EXACT} pairs, by draws above. Folds of one cross-validation are not
   * independent of each other: for them the samples' {@link #permutation} is the test.
   *
   * @param first a value for each pair
   * @param second as many
   */
  public static PairedTest signFlip(double[] first, double[] second, int draws, long seed) {
    if (first.length != second.length || first.length == 0) {
      throw new IllegalArgumentException(
          "expected as many values of each, at least one, found "
              + first.length
              + " and "
              + second.length);
    }
    double[] differences = new double[first.length];
    Arrays.setAll(differences, i -> first[i] - second[i]);
    double sum = Arrays.stream(differences).sum();
    double mean = sum / differences.length;
    if (differences.length <= MOST_EXACT) {
      int all = 1 << differences.length;
      int asLarge = 0;
      for (int signs = 0; signs < all; signs++) {
        asLarge += atLeast(flipped(differences, signs), sum) ? 1 : 0;
      }
      return new PairedTest(mean, (double) asLarge / all);
    }
    SplittableRandom random = new SplittableRandom(seed);
    int asLarge = 0;
    for (int draw = 0; draw < draws; draw++) {
      double flipped = 0;
      for (double difference : differences) {
        flipped += random.nextBoolean() ? difference : -difference;
      }
      asLarge += atLeast(flipped, sum) ? 1 : 0;
    }
    return new PairedTest(mean, (1.0 + asLarge) / (1 + draws));
  }

  private static double flipped(double[] differences, int signs) {
    double sum = 0;
    for (int i = 0; i < differences.length; i++) {
      sum += (signs >> i & 1) == 0 ? differences[i] : -differences[i];
    }
    return sum;
  }

  /**
   * The corrected resampled t-test of paired scores of the folds of repeated cross-validation,
   * whose training parts overlap: the variance of the mean difference is (1/n + test/train) times
   * that of the differences (Nadeau and Bengio, Inference for the Generalization Error, Machine
   * Learning 2003; Bouckaert and Frank, 2004).
   *
   * @param first a score for each fold of each repeat, at least two
   * @param second as many, of the same folds
   * @param testShare test samples of a fold for each training sample: 1/9 of ten folds
   */
  public static PairedTest resampled(double[] first, double[] second, double testShare) {
    if (first.length != second.length || first.length < 2) {
      throw new IllegalArgumentException(
          "expected as many scores of each, at least two, found "
              + first.length
              + " and "
              + second.length);
    }
    double[] differences = new double[first.length];
    Arrays.setAll(differences, i -> first[i] - second[i]);
    double mean = Arrays.stream(differences).average().orElseThrow();
    double error = resampledError(differences, testShare);
    if (error == 0) {
      return new PairedTest(mean, mean == 0 ? 1 : 0);
    }
    TDistribution t = TDistribution.of(differences.length - 1);
    return new PairedTest(mean, 2 * t.survivalProbability(Math.abs(mean) / error));
  }

  /**
   * The interval of a mean score of repeated cross-validation that goes with {@link #resampled}.
   *
   * @param level share of such intervals that hold the true value
   */
  public static Interval resampledInterval(double[] scores, double testShare, double level) {
    double mean = Arrays.stream(scores).average().orElseThrow();
    double quantile =
        TDistribution.of(scores.length - 1).inverseCumulativeProbability((1 + level) / 2);
    double half = quantile * resampledError(scores, testShare);
    return new Interval(mean, mean - half, mean + half, level);
  }

  private static double resampledError(double[] values, double testShare) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1);
    return Math.sqrt((1.0 / values.length + testShare) * variance);
  }

  /** Rounding must not break ties. */
  private static boolean atLeast(double value, double reference) {
    return Math.abs(value) >= Math.abs(reference) * (1 - 1e-12) - 1e-300;
  }

  /**
   * DeLong's test of two correlated areas under the ROC curve (DeLong, DeLong and Clarke-Pearson,
   * Biometrics 1988), by the normal distribution: for many samples, where it takes no draws.
   *
   * @param labels 0 or 1; at least two of each
   * @param first scores of one method
   * @param second scores of the other
   */
  public static PairedTest deLong(int[] labels, double[] first, double[] second) {
    double difference = RocCurve.of(labels, first).area() - RocCurve.of(labels, second).area();
    double variance = 0;
    for (int label = 0; label <= 1; label++) {
      int wanted = label;
      int[] of = index(labels, wanted);
      int[] against = index(labels, 1 - wanted);
      if (of.length < 2) {
        throw new IllegalArgumentException(
            "expected at least 2 samples of each label, found " + of.length + " of " + label);
      }
      double[] placed = new double[of.length];
      for (int i = 0; i < of.length; i++) {
        placed[i] =
            placement(first, of[i], against, wanted) - placement(second, of[i], against, wanted);
      }
      double mean = Arrays.stream(placed).average().orElseThrow();
      double squares = Arrays.stream(placed).map(v -> (v - mean) * (v - mean)).sum();
      variance += squares / (of.length - 1) / of.length;
    }
    if (variance == 0) {
      return new PairedTest(difference, difference == 0 ? 1 : 0);
    }
    return new PairedTest(difference, twoSided(Math.abs(difference) / Math.sqrt(variance)));
  }

  private static int[] index(int[] labels, int label) {
    return java.util.stream.IntStream.range(0, labels.length)
        .filter(i -> labels[i] == label)
        .toArray();
  }

  /** Share of the other label's samples on the right side of this one, ties counting half. */
  private static double placement(double[] scores, int sample, int[] against, int label) {
    double right = 0;
    for (int other : against) {
      double lead = (label == 1 ? 1 : -1) * (scores[sample] - scores[other]);
      right += lead > 0 ? 1 : lead == 0 ? 0.5 : 0;
    }
    return right / against.length;
  }

  /** P(|Z| >= z) of a standard normal Z, by the continued fraction or the series of erfc. */
  static double twoSided(double z) {
    double x = z / Math.sqrt(2);
    if (x < 2) {
      double term = x;
      double sum = x;
      for (int n = 1; n < 100; n++) {
        term *= -x * x / n;
        sum += term / (2 * n + 1);
      }
      return Math.max(0, 1 - 2 / Math.sqrt(Math.PI) * sum);
    }
    double fraction = 0;
    for (int n = 60; n >= 1; n--) {
      fraction = n / 2.0 / (x + fraction);
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
}
