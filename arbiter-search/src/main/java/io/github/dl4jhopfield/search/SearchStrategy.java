package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.arbiter.optimize.generator.GridSearchCandidateGenerator;
import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;

/** How candidates are found. */
public enum SearchStrategy {
  /** Each value is drawn on its own. */
  RANDOM {
    @Override
    List<Map<String, Object>> draw(List<TuningParameter> parameters, int count, long seed) {
      RandomSearchGenerator generator = new RandomSearchGenerator(new SearchSpace(parameters));
      generator.setRngSeed(seed);
      Set<Map<String, Object>> drawn = new LinkedHashSet<>();
      // a space of few points may not have that many
      for (int tries = 0; drawn.size() < count && tries < TRIES * count; tries++) {
        drawn.add(point(generator.getCandidate().getValue()));
      }
      return new ArrayList<>(drawn);
    }
  },

  /**
   * Points of a regular grid, in random order: each choice, and three values evenly spread over
   * each range of numbers.
   */
  GRID {
    @Override
    List<Map<String, Object>> draw(List<TuningParameter> parameters, int count, long seed) {
      // Arbiter's random order cannot be seeded: it is shuffled when the generator is made
      GridSearchCandidateGenerator generator =
          new GridSearchCandidateGenerator(
              new SearchSpace(parameters),
              GRID_POINTS,
              GridSearchCandidateGenerator.Mode.Sequential,
              null);
      if (generator.getTotalNumCandidates() > MOST_GRID_POINTS) {
        throw new IllegalArgumentException(
            "expected a grid of at most "
                + MOST_GRID_POINTS
                + " points, found "
                + generator.getTotalNumCandidates()
                + "; use the random strategy");
      }
      Set<Map<String, Object>> points = new LinkedHashSet<>();
      while (generator.hasMoreCandidates()) {
        points.add(point(generator.getCandidate().getValue()));
      }
      List<Map<String, Object>> order = new ArrayList<>(points);
      Collections.shuffle(order, new Random(seed));
      return order.subList(0, Math.min(count, order.size()));
    }
  };

  private static final int TRIES = 20;
  private static final int GRID_POINTS = 3;
  private static final int MOST_GRID_POINTS = 1_000_000;

  /** At most {@code count} different points of the space, decided by the seed. */
  abstract List<Map<String, Object>> draw(List<TuningParameter> parameters, int count, long seed);

  @SuppressWarnings("unchecked") // the spaces of this package yield such maps
  private static Map<String, Object> point(Object value) {
    return (Map<String, Object>) value;
  }

  /**
   * The strategy of that name in lower case.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static SearchStrategy byName(String name) {
    for (SearchStrategy strategy : values()) {
      if (strategy.toString().equals(name)) {
        return strategy;
      }
    }
    throw new IllegalArgumentException(
        "expected a strategy of random, grid, found \"" + name + '"');
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
