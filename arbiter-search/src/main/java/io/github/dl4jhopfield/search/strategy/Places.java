package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceParameter;
import java.util.List;
import java.util.Map;

/**
 * A space as a cube: each parameter is a place from 0 to 1. Parameters that don't exist beside the
 * others' values have a place that nothing depends on.
 */
final class Places {
  private final Space space;
  private final List<SpaceParameter> parameters;

  Places(Space space) {
    this.space = space;
    this.parameters = space.conditionsFirst();
  }

  int dimensions() {
    return parameters.size();
  }

  SpaceParameter parameter(int dimension) {
    return parameters.get(dimension);
  }

  /** The candidate at a point of the cube. */
  Map<String, Object> candidate(double[] point) {
    return space.candidate(p -> p.valueAt(point[parameters.indexOf(p)]));
  }

  /** The middle of the place of each value; NaN where the parameter does not exist. */
  double[] point(Map<String, Object> values) {
    double[] point = new double[parameters.size()];
    for (int d = 0; d < point.length; d++) {
      SpaceParameter p = parameters.get(d);
      point[d] =
          values.containsKey(p.name()) && p.existsWith(values)
              ? p.placeOf(values.get(p.name()))
              : Double.NaN;
    }
    return point;
  }
}
