package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.SpaceParameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The model of a tree-structured Parzen estimator over a space (Bergstra et al. 2011, section 4;
 * multivariate kernels as in Falkner et al. 2018, section 3.2): the best observations give a
 * density l, the others a density g, each a mixture of one kernel an observation and one prior
 * kernel; of points drawn from l the one with the greatest l / g is proposed.
 *
 * <p>A kernel is a product over the parameters. Numbers: a normal distribution on the place, cut
 * off at 0 and 1, by cells where values are counted, as wide as the distance to the neighbours.
 * Choices: most weight on the observed one. A parameter that an observation did not have: the
 * prior's.
 *
 * <p>Within a batch, points that were proposed already count as bad (the constant liar of
 * Ginsbourger et al. 2010), and a candidate that was tried before is not proposed while others are
 * left.
 */
final class TpeModel {
  private static final int DRAWS = 24;
  private static final double BEST_PART = 0.15;

  /** Widest kernel of an observation: with few of them distances say little. */
  private static final double MOST_WIDTH = 0.3;

  private static final int MOST_BEST = 25;
  private static final int FULL_WEIGHTS = 25;
  private static final int MOST_KERNELS_ACROSS = 100;
  private static final int RANDOM_TRIES = 100;

  /** Older observations than these are let go, but for the best: they would make draws slower. */
  private static final int MOST_OBSERVATIONS = 1_000;

  private final Places places;
  private final SplittableRandom random;
  private final List<double[]> points = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();
  private final Tried tried;

  /** How many choices each parameter has; 0 for numbers. */
  private final int[] choices;

  /** Half the width of the place of each counted value; 0 where values are not counted. */
  private final double[] halfCell;

  TpeModel(Places places, SplittableRandom random) {
    this(places, random, new Tried());
  }

  /**
   * @param tried candidates that are not proposed again; what is observed is added
   */
  TpeModel(Places places, SplittableRandom random, Tried tried) {
    this.places = places;
    this.random = random;
    this.tried = tried;
    choices = new int[places.dimensions()];
    halfCell = new double[places.dimensions()];
    for (int d = 0; d < halfCell.length; d++) {
      choices[d] =
          places.parameter(d).kind() == SpaceParameter.Kind.CHOICE
              ? places.parameter(d).choices().size()
              : 0;
      int cells = places.parameter(d).countedValues().orElse(0);
      halfCell[d] = cells == 0 ? 0 : 0.5 / cells;
    }
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
   * The candidates that the model finds best, one after the other.
   *
   * @param count how many; fewer where all others were tried
   * @param proposed those that the batch has already; the new ones are added
   */
  void draw(int count, Set<Map<String, Object>> proposed) {
    if (count == 0) {
      return;
    }
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
    for (int i = 0; i < count; i++) {
      Map<String, Object> candidate = draw(l, new Mixture(otherPoints), proposed);
      proposed.add(candidate);
      otherPoints.add(places.point(candidate));
    }
  }

  private Map<String, Object> draw(Mixture l, Mixture g, Set<Map<String, Object>> proposed) {
    Map<String, Object> chosen = null;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < DRAWS; i++) {
      Map<String, Object> candidate = places.candidate(l.draw());
      if (!isNew(candidate, proposed)) {
        continue;
      }
      double[] point = places.point(candidate);
      double gain = l.density(point) / g.density(point);
      if (chosen == null || gain > greatest) {
        greatest = gain;
        chosen = candidate;
      }
    }
    return chosen == null ? drawRandom(proposed) : chosen;
  }

  /** One kernel an observation and a prior kernel, the last. */
  private final class Mixture {
    private final int dimensions = places.dimensions();
    private final int kernels;

    /** Where each kernel stands; NaN for the prior and where an observation has no value. */
    private final double[][] centres;

    private final double[][] widths;
    private final double[] weights;
    private final double sum;

    /** What is added to the weight of every choice, where an observation's own has 1. */
    private final double spread;

    /** 1 over what a kernel's normal distribution has from 0 to 1; 1 for choices. */
    private final double[][] scales;

    Mixture(List<double[]> observed) {
      int n = observed.size();
      kernels = n + 1;
      double[] nowhere = new double[dimensions];
      Arrays.fill(nowhere, Double.NaN);
      centres = observed.toArray(new double[kernels][]);
      centres[n] = nowhere;
      weights = new double[kernels];
      Arrays.setAll(weights, i -> i == n ? 1 : weight(i, n));
      sum = Arrays.stream(weights).sum();
      spread = 1.0 / kernels;
      widths = new double[kernels][dimensions];
      for (int d = 0; d < dimensions; d++) {
        widen(d);
      }
      scales = new double[kernels][dimensions];
      for (int kernel = 0; kernel < kernels; kernel++) {
        for (int d = 0; d < dimensions; d++) {
          scales[kernel][d] = choices[d] > 0 ? 1 : 1 / inside(kernel, d);
        }
      }
    }

    /**
     * The width of a kernel is the greater of the distances to the neighbours on both sides
     * (Bergstra et al. 2011, section 4.2), the outermost ones having one neighbour, but never less
     * than if as many observations lay evenly, and never more than {@link #MOST_WIDTH}.
     */
    private void widen(int d) {
      int[] order = order(d);
      double least = 1.0 / Math.min(MOST_KERNELS_ACROSS, kernels + 1);
      for (int kernel = 0; kernel < kernels; kernel++) {
        widths[kernel][d] = 1;
      }
      for (int i = 0; i < order.length; i++) {
        double at = centres[order[i]][d];
        double below = i > 0 ? at - centres[order[i - 1]][d] : order.length == 1 ? at : 0;
        double above =
            i < order.length - 1 ? centres[order[i + 1]][d] - at : order.length == 1 ? 1 - at : 0;
        widths[order[i]][d] = Math.max(least, Math.min(MOST_WIDTH, Math.max(below, above)));
      }
    }

    /** The kernels of observations that have a value, by place; of equals the elder first. */
    private int[] order(int d) {
      long[] keys = new long[kernels];
      int count = 0;
      for (int kernel = 0; kernel < kernels; kernel++) {
        if (!Double.isNaN(centres[kernel][d])) {
          keys[count++] = (long) (centres[kernel][d] * (1L << 40)) << 20 | kernel;
        }
      }
      Arrays.sort(keys, 0, count);
      int[] order = new int[count];
      for (int i = 0; i < count; i++) {
        order[i] = (int) (keys[i] & (1 << 20) - 1);
      }
      return order;
    }

    private double inside(int kernel, int d) {
      double mean = mean(centres[kernel][d]);
      double width = widths[kernel][d];
      return NormalTable.between((0 - mean) / width, (1 - mean) / width);
    }

    private double mean(double centre) {
      return Double.isNaN(centre) ? 0.5 : centre;
    }

    /** Old observations count less: from 1 / n up to 1 for the last {@value #FULL_WEIGHTS}. */
    private double weight(int i, int n) {
      int ramp = n - FULL_WEIGHTS;
      return i >= ramp ? 1 : 1.0 / n + i * (1 - 1.0 / n) / Math.max(1, ramp - 1);
    }

    double[] draw() {
      double left = random.nextDouble() * sum;
      int kernel = kernels - 1;
      while (kernel > 0 && left > weights[kernel]) {
        left -= weights[kernel--];
      }
      double[] point = new double[dimensions];
      for (int d = 0; d < dimensions; d++) {
        double centre = centres[kernel][d];
        point[d] = choices[d] > 0 ? drawChoice(d, centre) : drawNumber(centre, widths[kernel][d]);
      }
      return point;
    }

    private double drawNumber(double centre, double width) {
      double mean = mean(centre);
      double low = NormalTable.below((0 - mean) / width);
      double high = NormalTable.below((1 - mean) / width);
      double place = mean + width * NormalTable.quantile(low + random.nextDouble() * (high - low));
      return Math.max(0, Math.min(1, place));
    }

    private double drawChoice(int d, double centre) {
      int count = choices[d];
      double u = random.nextDouble();
      double upTo = 0;
      for (int c = 0; c < count; c++) {
        double place = (c + 0.5) / count;
        upTo += choice(d, place, centre);
        if (u < upTo) {
          return place;
        }
      }
      return (count - 0.5) / count;
    }

    /** Probability of the choice at a place. */
    private double choice(int d, double place, double centre) {
      int count = choices[d];
      if (Double.isNaN(centre)) {
        return 1.0 / count;
      }
      boolean same = (int) (place * count) == (int) (centre * count);
      return (spread + (same ? 1 : 0)) / (1 + spread * count);
    }

    /** Over the parameters that the point has; positive, since the prior kernel is everywhere. */
    double density(double[] point) {
      double density = 0;
      for (int kernel = 0; kernel < kernels; kernel++) {
        double[] centre = centres[kernel];
        double factor = weights[kernel];
        double squares = 0;
        for (int d = 0; d < dimensions; d++) {
          if (Double.isNaN(point[d])) {
            continue;
          }
          if (choices[d] > 0) {
            factor *= choice(d, point[d], centre[d]);
            continue;
          }
          double width = widths[kernel][d];
          double z = (point[d] - mean(centre[d])) / width;
          double half = halfCell[d] / width;
          factor *= scales[kernel][d];
          if (half > 0) {
            factor *= NormalTable.between(z - half, z + half);
          } else {
            factor /= width;
            squares += z * z;
          }
        }
        density += squares == 0 ? factor : factor * Math.exp(-0.5 * squares);
      }
      return density / sum;
    }
  }
}
