package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.SpaceParameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * The model of a tree-structured Parzen estimator over a space (Bergstra et al. 2011, section 4;
 * multivariate kernels as in Falkner et al. 2018, section 3.2): the best observations give a
 * density l, the others a density g, each a mixture of one kernel an observation and one prior
 * kernel; of points drawn from l the one with the greatest l / g is proposed.
 *
 * <p>A kernel is a product over the parameters. Numbers: a normal distribution on the place, cut
 * off at 0 and 1, by cells where values are counted. Choices: most weight on the observed one. A
 * parameter that an observation did not have: the prior's.
 *
 * <p>Within a batch, points that were proposed already count as bad (the constant liar of
 * Ginsbourger et al. 2010), and a candidate that was tried before is not proposed while others are
 * left.
 */
final class TpeModel {
  private static final int DRAWS = 24;
  private static final double BEST_PART = 0.1;
  private static final int MOST_BEST = 25;
  private static final int FULL_WEIGHTS = 25;
  private static final double WIDTH = 0.2;
  private static final int RANDOM_TRIES = 100;

  /** Older observations than these weigh next to nothing and would make each draw slower. */
  private static final int MOST_OBSERVATIONS = 2_000;

  private static final NormalDistribution NORMAL = new NormalDistribution(0, 1);

  private final Places places;
  private final SplittableRandom random;
  private final List<double[]> points = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private final Set<Map<String, Object>> tried = new HashSet<>();

  TpeModel(Places places, SplittableRandom random) {
    this.places = places;
    this.random = random;
  }

  int observations() {
    return points.size();
  }

  /** A candidate and how it did. */
  void observe(Map<String, Object> values, Outcome outcome) {
    points.add(places.point(values));
    outcomes.add(outcome);
    tried.add(values);
    if (points.size() == 2 * MOST_OBSERVATIONS) {
      forgetTheOldest();
    }
  }

  /** Keeps the newest and the best. */
  private void forgetTheOldest() {
    Set<Integer> best = new HashSet<>(Ranking.order(outcomes).subList(0, MOST_BEST));
    List<double[]> keptPoints = new ArrayList<>();
    List<Outcome> keptOutcomes = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      if (i >= MOST_OBSERVATIONS || best.contains(i)) {
        keptPoints.add(points.get(i));
        keptOutcomes.add(outcomes.get(i));
      }
    }
    points.clear();
    points.addAll(keptPoints);
    outcomes.clear();
    outcomes.addAll(keptOutcomes);
  }

  /** Candidates drawn without the model. */
  Map<String, Object> drawRandom(Set<Map<String, Object>> proposed) {
    Map<String, Object> candidate = null;
    for (int i = 0; i < RANDOM_TRIES; i++) {
      candidate = places.candidate(random.doubles(places.dimensions()).toArray());
      if (isNew(candidate, proposed)) {
        return candidate;
      }
    }
    return candidate;
  }

  private boolean isNew(Map<String, Object> candidate, Set<Map<String, Object>> proposed) {
    return !tried.contains(candidate) && !proposed.contains(candidate);
  }

  /**
   * The candidate that the model finds best.
   *
   * @param proposed those that the batch has already
   */
  Map<String, Object> draw(Set<Map<String, Object>> proposed) {
    List<Integer> order = Ranking.order(outcomes);
    int best = Math.min(MOST_BEST, (int) Math.ceil(BEST_PART * order.size()));
    Set<Integer> good = new HashSet<>(order.subList(0, best));
    List<double[]> goodPoints = new ArrayList<>();
    List<double[]> otherPoints = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      (good.contains(i) && !outcomes.get(i).failed() ? goodPoints : otherPoints).add(points.get(i));
    }
    proposed.forEach(values -> otherPoints.add(places.point(values)));
    Mixture l = new Mixture(goodPoints);
    Mixture g = new Mixture(otherPoints);
    Map<String, Object> chosen = null;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < DRAWS; i++) {
      Map<String, Object> candidate = places.candidate(l.draw());
      if (!isNew(candidate, proposed)) {
        continue;
      }
      double[] point = places.point(candidate);
      double gain = l.logDensity(point) - g.logDensity(point);
      if (chosen == null || gain > greatest) {
        greatest = gain;
        chosen = candidate;
      }
    }
    return chosen == null ? drawRandom(proposed) : chosen;
  }

  /** One kernel an observation and a prior kernel, the last. */
  private final class Mixture {
    private final List<double[]> centres;
    private final double[] logWeights;
    private final double[] cumulated;
    private final double width;

    /** Logarithm of the part of each kernel's normal distribution from 0 to 1. */
    private final double[][] logInside;

    Mixture(List<double[]> centres) {
      this.centres = centres;
      int n = centres.size();
      double[] weights = new double[n + 1];
      double sum = 0;
      for (int i = 0; i <= n; i++) {
        weights[i] = i == n ? 1 : weight(i, n);
        sum += weights[i];
      }
      logWeights = new double[n + 1];
      cumulated = new double[n + 1];
      double upTo = 0;
      for (int i = 0; i <= n; i++) {
        logWeights[i] = Math.log(weights[i] / sum);
        upTo += weights[i] / sum;
        cumulated[i] = upTo;
      }
      double scott = WIDTH * Math.pow(Math.max(n, 1), -1.0 / (places.dimensions() + 4));
      width = Math.max(scott, 1.0 / Math.min(100, 1 + n));
      logInside = new double[n + 1][places.dimensions()];
      for (int kernel = 0; kernel <= n; kernel++) {
        for (int d = 0; d < places.dimensions(); d++) {
          double mean = mean(centre(kernel, d));
          double sigma = sigma(centre(kernel, d));
          logInside[kernel][d] = Math.log(NORMAL.probability(-mean / sigma, (1 - mean) / sigma));
        }
      }
    }

    private double mean(double centre) {
      return Double.isNaN(centre) ? 0.5 : centre;
    }

    private double sigma(double centre) {
      return Double.isNaN(centre) ? 1 : width;
    }

    /** Old observations count less: from 1 / n up to 1 for the last {@value #FULL_WEIGHTS}. */
    private double weight(int i, int n) {
      int ramp = n - FULL_WEIGHTS;
      return i >= ramp ? 1 : 1.0 / n + i * (1 - 1.0 / n) / Math.max(1, ramp - 1);
    }

    double[] draw() {
      double u = random.nextDouble();
      int kernel = 0;
      while (kernel < cumulated.length - 1 && u > cumulated[kernel]) {
        kernel++;
      }
      double[] point = new double[places.dimensions()];
      for (int d = 0; d < point.length; d++) {
        double centre = centre(kernel, d);
        point[d] =
            places.parameter(d).kind() == SpaceParameter.Kind.CHOICE
                ? drawChoice(d, centre)
                : drawNumber(centre);
      }
      return point;
    }

    /** Where the kernel stands; NaN for the prior and where an observation has no value. */
    private double centre(int kernel, int d) {
      return kernel < centres.size() ? centres.get(kernel)[d] : Double.NaN;
    }

    private double drawNumber(double centre) {
      double u = random.nextDouble();
      double mean = mean(centre);
      double sigma = sigma(centre);
      double low = NORMAL.cumulativeProbability((0 - mean) / sigma);
      double high = NORMAL.cumulativeProbability((1 - mean) / sigma);
      double p = Math.max(1e-300, Math.min(1 - 1e-16, low + u * (high - low)));
      return Math.max(0, Math.min(1, mean + sigma * NORMAL.inverseCumulativeProbability(p)));
    }

    private double drawChoice(int d, double centre) {
      int count = places.parameter(d).choices().size();
      double u = random.nextDouble();
      double upTo = 0;
      for (int c = 0; c < count; c++) {
        double place = (c + 0.5) / count;
        upTo += Math.exp(logChoice(d, place, centre));
        if (u < upTo) {
          return place;
        }
      }
      return (count - 0.5) / count;
    }

    private double logChoice(int d, double place, double centre) {
      int count = places.parameter(d).choices().size();
      if (Double.isNaN(centre)) {
        return -Math.log(count);
      }
      double spread = 1.0 / (centres.size() + 1);
      boolean same = (int) (place * count) == (int) (centre * count);
      return Math.log((spread + (same ? 1 : 0)) / (1 + spread * count));
    }

    private double logNumber(int kernel, int d, double place) {
      double mean = mean(centre(kernel, d));
      double sigma = sigma(centre(kernel, d));
      int cells = places.parameter(d).countedValues().orElse(0);
      double density;
      if (cells > 0) {
        double half = 0.5 / cells;
        density = NORMAL.probability((place - half - mean) / sigma, (place + half - mean) / sigma);
      } else {
        density = NORMAL.density((place - mean) / sigma) / sigma;
      }
      return Math.log(Math.max(density, 1e-300)) - logInside[kernel][d];
    }

    /** Over the parameters that the point has. */
    double logDensity(double[] point) {
      double[] terms = new double[logWeights.length];
      double most = Double.NEGATIVE_INFINITY;
      for (int kernel = 0; kernel < terms.length; kernel++) {
        double log = logWeights[kernel];
        for (int d = 0; d < point.length; d++) {
          if (!Double.isNaN(point[d])) {
            log +=
                places.parameter(d).kind() == SpaceParameter.Kind.CHOICE
                    ? logChoice(d, point[d], centre(kernel, d))
                    : logNumber(kernel, d, point[d]);
          }
        }
        terms[kernel] = log;
        most = Math.max(most, log);
      }
      double sum = 0;
      for (double term : terms) {
        sum += Math.exp(term - most);
      }
      return most + Math.log(sum);
    }
  }
}
