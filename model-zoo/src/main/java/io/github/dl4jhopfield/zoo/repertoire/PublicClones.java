package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.numbers.gamma.LogBeta;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.FisherExactTest;

/**
 * Baseline: sequences that are found in more positive than negative repertoires, and how many of
 * them a repertoire has.
 *
 * <pre>
 *   a sequence is associated where Fisher's exact test (one-sided) of presence against label gives
 *   p below a threshold;   k_r = associated ones in repertoire r, n_r = its distinct sequences
 *   k_r ~ beta-binomial(n_r, a_c, b_c) of class c, a and b by maximum likelihood
 *   score = P(positive | k_r, n_r), both classes being equally likely before
 * </pre>
 *
 * <p>The threshold is the one with the lowest log loss on the validation part. A sequence is its
 * residues, known by a hash of 64 bits.
 *
 * <p>Source: Emerson et al., Immunosequencing identifies signatures of cytomegalovirus exposure
 * history and HLA-mediated effects on the T cell repertoire, Nature Genetics 2017.
 */
final class PublicClones implements RepertoireModel {
  private static final double[] THRESHOLDS = {1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};
  private static final int BUCKETS = 1 << 24;

  /** A class's beta-binomial. */
  record BetaBinomial(double a, double b) {

    /** Log probability without the binomial coefficient, which both classes share. */
    double log(long k, long n) {
      return LogBeta.value(k + a, n - k + b) - LogBeta.value(a, b);
    }

    /** By maximum likelihood over a grid that is refined around its best point. */
    static BetaBinomial fit(long[] k, long[] n) {
      double total = Math.max(1, Arrays.stream(n).sum());
      double mean = (Arrays.stream(k).sum() + 0.5) / (total + 1);
      double logitMean = Math.log(mean / (1 - mean));
      double logSize = Math.log(1000);
      double step = 2;
      double best = likelihood(k, n, logitMean, logSize);
      while (step > 1e-3) {
        boolean moved = false;
        for (double[] way : new double[][] {{step, 0}, {-step, 0}, {0, step}, {0, -step}}) {
          double m = logitMean + way[0];
          // a size beyond e^16 is a binomial
          double s = Math.min(16, Math.max(-2, logSize + way[1]));
          double likelihood = likelihood(k, n, m, s);
          if (likelihood > best + 1e-9) {
            best = likelihood;
            logitMean = m;
            logSize = s;
            moved = true;
          }
        }
        step = moved ? step : step / 2;
      }
      return of(logitMean, logSize);
    }

    private static BetaBinomial of(double logitMean, double logSize) {
      double mean = 1 / (1 + Math.exp(-logitMean));
      double size = Math.exp(logSize);
      return new BetaBinomial(Math.max(1e-12, mean * size), Math.max(1e-12, (1 - mean) * size));
    }

    private static double likelihood(long[] k, long[] n, double logitMean, double logSize) {
      BetaBinomial candidate = of(logitMean, logSize);
      double sum = 0;
      for (int i = 0; i < k.length; i++) {
        sum += candidate.log(k[i], n[i]);
      }
      return sum;
    }
  }

  private final Set<Long> associated;
  private final double threshold;
  private final BetaBinomial positive;
  private final BetaBinomial negative;

  private PublicClones(
      Set<Long> associated, double threshold, BetaBinomial positive, BetaBinomial negative) {
    this.associated = associated;
    this.threshold = threshold;
    this.positive = positive;
    this.negative = negative;
  }

  /**
   * Fits one.
   *
   * @param training of a binary first target
   * @param validation by which the threshold is chosen; if empty, the training part
   */
  static PublicClones fit(Dataset<SequenceBag> training, Dataset<SequenceBag> validation)
      throws IOException {
    Map<Long, Double> pValues = pValues(training);
    Dataset<SequenceBag> held = validation.size() > 0 ? validation : training;
    PublicClones best = null;
    double least = Double.POSITIVE_INFINITY;
    for (double threshold : THRESHOLDS) {
      Set<Long> associated = new HashSet<>();
      pValues.forEach(
          (hash, p) -> {
            if (p < threshold) {
              associated.add(hash);
            }
          });
      PublicClones candidate = fit(training, associated, threshold);
      double loss = 0;
      int known = 0;
      for (int i = 0; i < held.size(); i++) {
        Sample<SequenceBag> sample = held.sample(i);
        if (!Double.isNaN(sample.label(0))) {
          double p = candidate.score(sample.open());
          loss -= Math.log(Math.max(1e-12, sample.label(0) == 1 ? p : 1 - p));
          known++;
        }
      }
      if (known > 0 && loss < least) {
        least = loss;
        best = candidate;
      }
    }
    return best;
  }

  private static PublicClones fit(
      Dataset<SequenceBag> training, Set<Long> associated, double threshold) throws IOException {
    List<List<long[]>> counts = List.of(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < training.size(); i++) {
      Sample<SequenceBag> sample = training.sample(i);
      if (!Double.isNaN(sample.label(0))) {
        counts.get((int) sample.label(0)).add(count(sample.open(), associated));
      }
    }
    return new PublicClones(
        associated, threshold, betaBinomial(counts.get(1)), betaBinomial(counts.get(0)));
  }

  private static BetaBinomial betaBinomial(List<long[]> counts) {
    return BetaBinomial.fit(
        counts.stream().mapToLong(c -> c[0]).toArray(),
        counts.stream().mapToLong(c -> c[1]).toArray());
  }

  /** p of the sequences that are in at least two repertoires, at least one of them positive. */
  private static Map<Long, Double> pValues(Dataset<SequenceBag> training) throws IOException {
    // first the repertoires that each bucket of hashes occurs in, so that the second pass keeps
    // only sequences that may be public
    byte[] buckets = new byte[BUCKETS];
    int[] totals = new int[2];
    for (int i = 0; i < training.size(); i++) {
      Sample<SequenceBag> sample = training.sample(i);
      if (Double.isNaN(sample.label(0))) {
        continue;
      }
      totals[(int) sample.label(0)]++;
      long[] hashes = distinct(sample.open());
      for (long hash : hashes) {
        int bucket = (int) (hash >>> 40) & BUCKETS - 1;
        buckets[bucket] = (byte) Math.min(2, buckets[bucket] + 1);
      }
    }
    Map<Long, int[]> presence = new HashMap<>();
    for (int i = 0; i < training.size(); i++) {
      Sample<SequenceBag> sample = training.sample(i);
      if (Double.isNaN(sample.label(0))) {
        continue;
      }
      int label = (int) sample.label(0);
      for (long hash : distinct(sample.open())) {
        if (buckets[(int) (hash >>> 40) & BUCKETS - 1] >= 2) {
          presence.computeIfAbsent(hash, h -> new int[2])[label]++;
        }
      }
    }
    FisherExactTest fisher =
        FisherExactTest.withDefaults().with(AlternativeHypothesis.GREATER_THAN);
    Map<Long, Double> byTable = new HashMap<>();
    Map<Long, Double> p = new HashMap<>();
    presence.forEach(
        (hash, seen) -> {
          if (seen[1] > 0 && seen[0] + seen[1] > 1) {
            double value =
                byTable.computeIfAbsent(
                    (long) seen[1] << 32 | seen[0],
                    t ->
                        fisher
                            .test(
                                new int[][] {
                                  {seen[1], totals[1] - seen[1]}, {seen[0], totals[0] - seen[0]}
                                })
                            .getPValue());
            if (value < THRESHOLDS[0]) {
              p.put(hash, value);
            }
          }
        });
    return p;
  }

  /** The hashes of a bag's distinct sequences, ascending. */
  private static long[] distinct(SequenceBag bag) {
    long[] hashes = new long[bag.size()];
    byte[] residues = new byte[64];
    for (int i = 0; i < hashes.length; i++) {
      int length = bag.length(i);
      if (length > residues.length) {
        residues = new byte[2 * length];
      }
      bag.residues(i, residues, 0);
      hashes[i] = hash(residues, length);
    }
    Arrays.sort(hashes);
    int n = 0;
    for (int i = 0; i < hashes.length; i++) {
      if (i == 0 || hashes[i] != hashes[i - 1]) {
        hashes[n++] = hashes[i];
      }
    }
    return Arrays.copyOf(hashes, n);
  }

  /** FNV-1a with the finaliser of MurmurHash3, so that all bits are mixed. */
  private static long hash(byte[] residues, int length) {
    long h = 0xcbf29ce484222325L;
    for (int i = 0; i < length; i++) {
      h = (h ^ residues[i]) * 0x100000001b3L;
    }
    h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
    h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
    return h ^ h >>> 33;
  }

  private static long[] count(SequenceBag bag, Set<Long> associated) {
    long[] hashes = distinct(bag);
    long k = 0;
    for (long hash : hashes) {
      k += associated.contains(hash) ? 1 : 0;
    }
    return new long[] {k, hashes.length};
  }

  @Override
  public double score(SequenceBag bag) {
    long[] count = count(bag, associated);
    double odds = positive.log(count[0], count[1]) - negative.log(count[0], count[1]);
    return 1 / (1 + Math.exp(-odds));
  }

  @Override
  public String chosen() {
    return String.format(
        Locale.ROOT, "%d associated sequences, p < %s", associated.size(), threshold);
  }
}
