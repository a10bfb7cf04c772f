package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Sample;
import java.io.IOException;
import java.util.Arrays;

/**
 * How far the frequency of each pattern stands out in a class of repertoires.
 *
 * <pre>
 *   f_r = occurrences of the pattern in repertoire r / windows of r
 *   t   = (mean of f in the class - mean in the others) / sqrt(v1 / n1 + v0 / n0),
 *         v the variance, at least that of a Poisson count
 * </pre>
 */
final class KmerContrast {

  /** Sums of the frequencies of one class. */
  private static final class Sums {
    final double[] sum;
    final double[] squares;

    /** Sum of 1 / windows. */
    double grain;

    int n;

    Sums(int codes) {
      sum = new double[codes];
      squares = new double[codes];
    }
  }

  private final GappedKmers kmers;
  private final Sums[] sums;

  private KmerContrast(GappedKmers kmers, Sums[] sums) {
    this.kmers = kmers;
    this.sums = sums;
  }

  /**
   * Counts patterns in every repertoire whose first label is known.
   *
   * @param classes of the first target
   */
  static KmerContrast of(Dataset<SequenceBag> samples, int classes, GappedKmers kmers)
      throws IOException {
    Sums[] sums = new Sums[classes];
    Arrays.setAll(sums, c -> new Sums(kmers.codes()));
    int[] counts = new int[kmers.codes()];
    for (int i = 0; i < samples.size(); i++) {
      Sample<SequenceBag> sample = samples.sample(i);
      if (Double.isNaN(sample.label(0))) {
        continue;
      }
      long windows = kmers.count(sample.open(), counts);
      if (windows == 0) {
        continue;
      }
      Sums to = sums[(int) sample.label(0)];
      for (int code = 0; code < counts.length; code++) {
        if (counts[code] > 0) {
          double share = counts[code] / (double) windows;
          to.sum[code] += share;
          to.squares[code] += share * share;
        }
      }
      to.grain += 1.0 / windows;
      to.n++;
    }
    return new KmerContrast(kmers, sums);
  }

  GappedKmers kmers() {
    return kmers;
  }

  /** t of each code, of one class against all others; 0 where there are too few repertoires. */
  double[] t(int of) {
    double[] t = new double[kmers.codes()];
    int n1 = sums[of].n;
    int n0 = Arrays.stream(sums).mapToInt(s -> s.n).sum() - n1;
    if (n1 < 2 || n0 < 2) {
      return t;
    }
    for (int code = 0; code < t.length; code++) {
      double sum0 = 0;
      double squares0 = 0;
      double grain0 = 0;
      for (int other = 0; other < sums.length; other++) {
        if (other != of) {
          sum0 += sums[other].sum[code];
          squares0 += sums[other].squares[code];
          grain0 += sums[other].grain;
        }
      }
      double sum1 = sums[of].sum[code];
      double mean = (sum1 + sum0) / (n1 + n0);
      if (mean > 0) {
        double v1 = variance(sums[of].squares[code], sum1 / n1, n1, mean * sums[of].grain / n1);
        double v0 = variance(squares0, sum0 / n0, n0, mean * grain0 / n0);
        t[code] = (sum1 / n1 - sum0 / n0) / Math.sqrt(v1 / n1 + v0 / n0);
      }
    }
    return t;
  }

  private static double variance(double squares, double mean, int n, double least) {
    return Math.max((squares - n * mean * mean) / (n - 1), least);
  }

  /** The codes of largest |t|, at most that many, of equal ones the first; none of t = 0. */
  static int[] most(double[] t, int most) {
    double[] sorted = Arrays.stream(t).map(Math::abs).sorted().toArray();
    double threshold = most >= t.length ? 0 : sorted[t.length - most];
    return java.util.stream.IntStream.range(0, t.length)
        .filter(code -> t[code] != 0 && Math.abs(t[code]) >= threshold)
        .limit(most)
        .toArray();
  }
}
