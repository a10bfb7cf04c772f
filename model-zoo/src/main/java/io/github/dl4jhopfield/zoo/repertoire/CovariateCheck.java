package io.github.dl4jhopfield.zoo.repertoire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Whether a column beside the labels tells the label or the fold: then a network may learn the
 * column (a sequencing lane, an age, the number of sequences) in place of the disease.
 *
 * <pre>
 *   u = I(label; covariate) / H(label)      1: the covariate tells the label, 0: nothing of it
 * </pre>
 *
 * <p>I is the mutual information and H the entropy of what is known of both. Numbers are cut at
 * their quartiles. p is the share of 2,000 permutations of the covariate with at least as much
 * information. A covariate is called out where p is below 0.01, or below 0.05 and u above 0.5.
 */
final class CovariateCheck {
  private static final int PERMUTATIONS = 2000;
  private static final int MOST_CATEGORIES = 8;

  /**
   * One covariate against one other column.
   *
   * @param covariate its name
   * @param against "label" or "fold"
   * @param known rows with both values
   * @param told u
   * @param p of the permutations
   */
  record Finding(String covariate, String against, int known, double told, double p) {

    boolean alarming() {
      return p < 0.01 || p < 0.05 && told > 0.5;
    }
  }

  private CovariateCheck() {}

  /** Every covariate against labels and folds; those without two values are left out. */
  static List<Finding> of(
      Map<String, List<String>> covariates, List<String> labels, List<String> folds, long seed) {
    List<Finding> findings = new ArrayList<>();
    covariates.forEach(
        (name, values) -> {
          add(findings, name, "label", values, labels, seed);
          if (folds != null) {
            add(findings, name, "fold", values, folds, seed);
          }
        });
    return findings;
  }

  private static void add(
      List<Finding> to,
      String name,
      String against,
      List<String> values,
      List<String> others,
      long seed) {
    List<String> x = new ArrayList<>();
    List<String> y = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) != null && others.get(i) != null) {
        x.add(values.get(i));
        y.add(others.get(i));
      }
    }
    int[] a = codes(categories(x));
    int[] b = codes(y);
    if (a.length < 4 || distinct(a) < 2 || distinct(b) < 2) {
      return;
    }
    double observed = information(a, b);
    SplittableRandom random = new SplittableRandom(seed);
    int asMuch = 0;
    int[] shuffled = a.clone();
    for (int n = 0; n < PERMUTATIONS; n++) {
      for (int i = shuffled.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = shuffled[i];
        shuffled[i] = shuffled[j];
        shuffled[j] = swapped;
      }
      asMuch += information(shuffled, b) >= observed - 1e-12 ? 1 : 0;
    }
    double told = observed / information(b, b);
    to.add(new Finding(name, against, a.length, told, (asMuch + 1.0) / (PERMUTATIONS + 1)));
  }

  /** Numbers of many values as quarters. */
  private static List<String> categories(List<String> values) {
    double[] numbers = new double[values.size()];
    try {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.parseDouble(values.get(i));
      }
    } catch (NumberFormatException e) {
      return values;
    }
    if (Arrays.stream(numbers).distinct().count() <= MOST_CATEGORIES && numbers.length > 16) {
      return values;
    }
    double[] sorted = numbers.clone();
    Arrays.sort(sorted);
    List<String> quarters = new ArrayList<>();
    for (double number : numbers) {
      int quarter = 0;
      for (int q = 1; q < 4; q++) {
        quarter += number >= sorted[sorted.length * q / 4] ? 1 : 0;
      }
      quarters.add("quarter " + quarter);
    }
    return quarters;
  }

  private static int[] codes(List<String> values) {
    Map<String, Integer> codes = new LinkedHashMap<>();
    return values.stream()
        .map(Objects::toString)
        .mapToInt(v -> codes.computeIfAbsent(v, k -> codes.size()))
        .toArray();
  }

  private static int distinct(int[] codes) {
    return Arrays.stream(codes).max().orElse(-1) + 1;
  }

  /** Mutual information in nats. */
  private static double information(int[] a, int[] b) {
    int n = a.length;
    double[][] joint = new double[distinct(a)][distinct(b)];
    double[] ofA = new double[joint.length];
    double[] ofB = new double[joint[0].length];
    for (int i = 0; i < n; i++) {
      joint[a[i]][b[i]]++;
      ofA[a[i]]++;
      ofB[b[i]]++;
    }
    double sum = 0;
    for (int i = 0; i < ofA.length; i++) {
      for (int j = 0; j < ofB.length; j++) {
        if (joint[i][j] > 0) {
          sum += joint[i][j] / n * Math.log(joint[i][j] * n / (ofA[i] * ofB[j]));
        }
      }
    }
    return sum;
  }
}
