package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.SpaceParameter;
import io.github.dl4jhopfield.search.space.SpaceParameter.Kind;
import io.github.dl4jhopfield.zoo.report.Axis;
import java.util.Map;

/**
 * A parameter's range as an axis of a plot: numbers from end to end, choices side by side. Equal
 * distances on it are equal distances in the unit cube, so that a map of the cube fits behind.
 *
 * @param parameter whose axis it is
 * @param axis with both ends given
 */
record ParameterAxis(SpaceParameter parameter, Axis axis) {

  static ParameterAxis of(SpaceParameter p) {
    if (p.kind() == Kind.CHOICE) {
      return new ParameterAxis(
          p, Axis.categories(p.name(), p.choices().stream().map(String::valueOf).toList()));
    }
    // Whole numbers and steps own the range half of one to each side.
    double half = p.stepped() ? p.step() / 2 : p.kind().whole() ? 0.5 : 0;
    double steps = p.stepped() ? Math.floor((p.max() - p.min()) / p.step() + 1e-9) : 0;
    double low = p.min() - half;
    double high = (p.stepped() ? p.min() + steps * p.step() : p.max()) + half;
    boolean log = p.kind().logarithmic() && !p.stepped() && low > 0;
    if (!(low < high)) {
      low = log ? low / 2 : low - Math.max(1, Math.abs(low)) / 2;
      high = log ? high * 2 : high + Math.max(1, Math.abs(high)) / 2;
    }
    Axis axis = log ? Axis.log(p.name()) : Axis.linear(p.name());
    return new ParameterAxis(p, axis.from(low).to(high));
  }

  /** Where a candidate's value stands on the axis; NaN where it has none. */
  double of(Map<String, Object> values) {
    Object value = values.get(parameter.name());
    if (value == null || !parameter.takes(value)) {
      return Double.NaN;
    }
    if (parameter.kind() == Kind.CHOICE) {
      return Math.rint(parameter.placeOf(value) * parameter.choices().size() - 0.5);
    }
    return ((Number) value).doubleValue();
  }

  /** The axis's value at a place from 0 to 1. */
  double at(double place) {
    return axis.isLog()
        ? axis.min() * Math.pow(axis.max() / axis.min(), place)
        : axis.min() + place * (axis.max() - axis.min());
  }
}
