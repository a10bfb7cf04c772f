package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceParameter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Every point of the space's grid once, in a random order; conditional parameters where they exist.
 */
final class GridStrategy extends BatchStrategy {
  private final List<Map<String, Object>> points;
  private int next;

  /**
   * @throws IllegalArgumentException if the space has no grid, or one of more than {@code most}
   *     points
   */
  GridStrategy(Space space, long seed, long most) {
    BigInteger size =
        space
            .gridSize()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "grid: expected a step or points of "
                            + String.join(
                                ", ",
                                space.withoutGrid().stream().map(SpaceParameter::name).toList())
                            + ", found neither"));
    if (size.compareTo(BigInteger.valueOf(most)) > 0) {
      throw new IllegalArgumentException(
          "grid: expected at most " + most + " points, found " + size);
    }
    points = new ArrayList<>(size.intValueExact());
    walk(space, 0, new HashMap<>(), points);
    Collections.shuffle(points, new Random(seed));
  }

  private static void walk(
      Space space, int at, Map<String, Object> values, List<Map<String, Object>> points) {
    if (at == space.conditionsFirst().size()) {
      points.add(space.candidate(p -> values.get(p.name())));
      return;
    }
    SpaceParameter parameter = space.conditionsFirst().get(at);
    Map<String, Object> before = new HashMap<>(space.fixed());
    before.putAll(values);
    if (!parameter.existsWith(before)) {
      walk(space, at + 1, values, points);
      return;
    }
    for (int i = 0; i < parameter.gridValues().orElseThrow(); i++) {
      values.put(parameter.name(), parameter.gridValue(i));
      walk(space, at + 1, values, points);
    }
    values.remove(parameter.name());
  }

  @Override
  public String name() {
    return "grid";
  }

  @Override
  List<Map<String, Object>> propose(int most) {
    int end = Math.min(points.size(), next + Math.min(most, MOST_AT_ONCE));
    List<Map<String, Object>> batch = points.subList(next, end);
    next = end;
    return batch;
  }
}
