package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceParameter;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * How much of the variance of scores over the space each parameter explains on its own: functional
 * analysis of variance of a {@link Forest} (Hutter et al. 2014, section 4).
 *
 * <p>Shares of single parameters; what they leave to 1 is interaction. A parameter that a candidate
 * did not have counts as in the middle of its range. Candidates without a score are left out.
 */
final class Importance {
  private static final int MOST_POINTS = 2_000;

  private Importance() {}

  /**
   * Each parameter's share of the variance, the greatest first; empty where fewer than four
   * candidates have a score or all scores are the same.
   */
  static Map<String, Double> of(Space space, List<TrialResult> candidates) {
    List<TrialResult> scored = thinned(scored(candidates), MOST_POINTS);
    List<SpaceParameter> parameters = space.parameters();
    double[] shares =
        shares(points(space, scored), scored.stream().mapToDouble(TrialResult::score).toArray());
    Map<String, Double> importance = new LinkedHashMap<>();
    if (shares.length == 0) {
      return importance;
    }
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < shares.length; d++) {
      order.add(d);
    }
    order.sort(Comparator.comparingDouble(d -> -shares[d]));
    order.forEach(d -> importance.put(parameters.get(d).name(), shares[d]));
    return importance;
  }

  private static List<TrialResult> scored(List<TrialResult> candidates) {
    Predicate<TrialResult> condition = c -> !c.failed() && Double.isFinite(c.score());
    return candidates instanceof TrialTable.Results results
        ? results.where(condition)
        : candidates.stream().filter(condition).toList();
  }

  /** At most so many, evenly spread. */
  static List<TrialResult> thinned(List<TrialResult> candidates, int most) {
    int step = Math.max(1, (candidates.size() + most - 1) / most);
    List<TrialResult> thinned = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i += step) {
      thinned.add(candidates.get(i));
    }
    return thinned;
  }

  /** Candidates as points of the unit cube, a dimension for each parameter. */
  static double[][] points(Space space, List<TrialResult> candidates) {
    List<SpaceParameter> parameters = space.parameters();
    double[][] points = new double[candidates.size()][parameters.size()];
    for (int i = 0; i < points.length; i++) {
      for (int d = 0; d < parameters.size(); d++) {
        SpaceParameter p = parameters.get(d);
        Object value = candidates.get(i).values().get(p.name());
        points[i][d] = value != null && p.takes(value) ? p.placeOf(value) : 0.5;
      }
    }
    return points;
  }

  /** Share of each dimension of the unit cube; empty where there is nothing to explain. */
  static double[] shares(double[][] points, double[] values) {
    if (values.length < 4 || Arrays.stream(values).distinct().count() < 2) {
      return new double[0];
    }
    double least = Arrays.stream(values).min().getAsDouble();
    double half = Arrays.stream(values).max().getAsDouble() / 2 - least / 2;
    // From 0 to 1, so that squares neither overflow nor vanish.
    double[] scaled = Arrays.stream(values).map(value -> (value / 2 - least / 2) / half).toArray();
    return Forest.grow(points, scaled).shares();
  }
}
