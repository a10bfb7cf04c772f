package io.github.dl4jhopfield.search.space;

import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A {@link Space} for readers. */
public final class SpaceTable {
  private SpaceTable() {}

  /** A row a parameter; the title says how many candidates a grid has. */
  public static ResultTable of(String name, Space space) {
    List<List<String>> rows = new ArrayList<>();
    for (SpaceParameter p : space.parameters()) {
      rows.add(
          List.of(
              p.name(),
              p.kind().word(),
              values(p),
              p.defaultValue() == null ? "-" : p.defaultValue().toString(),
              p.when().isEmpty()
                  ? "always"
                  : p.when().entrySet().stream()
                      .map(e -> e.getKey() + " is " + words(e.getValue(), " or "))
                      .collect(Collectors.joining(" and "))));
    }
    space
        .fixed()
        .forEach((fixed, value) -> rows.add(List.of(fixed, "fixed", "" + value, "-", "always")));
    return new ResultTable(
        name
            + ": "
            + space
                .gridSize()
                .map(SpaceTable::grid)
                .orElse("no grid (ranges without step or points)"),
        List.of("parameter", "kind", "values", "default", "exists"),
        rows);
  }

  private static String grid(BigInteger size) {
    return "a grid of " + size + (size.equals(BigInteger.ONE) ? " candidate" : " candidates");
  }

  private static String values(SpaceParameter p) {
    if (p.kind() == SpaceParameter.Kind.CHOICE) {
      return words(p.choices(), ", ");
    }
    String range = number(p, p.min()) + " to " + number(p, p.max());
    if (p.stepped()) {
      range += " by " + number(p, p.step());
    }
    return p.points() > 0 ? range + ", " + p.points() + " points" : range;
  }

  private static String words(List<Object> values, String between) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(between));
  }

  private static String number(SpaceParameter p, double value) {
    return p.kind().whole() ? Long.toString((long) value) : Double.toString(value);
  }
}
