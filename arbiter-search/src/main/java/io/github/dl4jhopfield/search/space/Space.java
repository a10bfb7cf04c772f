package io.github.dl4jhopfield.search.space;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A search space: parameters, some of which exist only where others have certain values, fixed
 * values beside them, and settings of the strategy. Read by {@link SpaceFile}.
 */
public final class Space {
  private final List<SpaceParameter> parameters;
  private final List<SpaceParameter> ordered;
  private final Map<String, Object> fixed;
  private final Map<String, Object> strategy;

  /**
   * A space.
   *
   * @param parameters each name once; conditions name other parameters or fixed values and don't go
   *     in a circle
   * @param fixed values that every candidate has
   * @param strategy settings of the strategy, such as {@code kind}; empty for none
   * @throws IllegalArgumentException if a condition names what is not there, or goes in a circle
   */
  public Space(
      List<SpaceParameter> parameters, Map<String, Object> fixed, Map<String, Object> strategy) {
    this.parameters = List.copyOf(parameters);
    this.fixed = Collections.unmodifiableMap(new LinkedHashMap<>(fixed));
    this.strategy = Collections.unmodifiableMap(new LinkedHashMap<>(strategy));
    ordered = order(this.parameters, fixed.keySet());
  }

  /** The parameters in the file's order. */
  public List<SpaceParameter> parameters() {
    return parameters;
  }

  /** The parameters in an order in which each comes after those that its condition names. */
  public List<SpaceParameter> conditionsFirst() {
    return ordered;
  }

  /** Values that every candidate has, by name. */
  public Map<String, Object> fixed() {
    return fixed;
  }

  /** Settings of the strategy, by name. */
  public Map<String, Object> strategy() {
    return strategy;
  }

  /** The parameter of that name. */
  public Optional<SpaceParameter> parameter(String name) {
    return parameters.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  private static List<SpaceParameter> order(List<SpaceParameter> parameters, Set<String> fixed) {
    List<SpaceParameter> ordered = new ArrayList<>();
    Set<String> placed = new LinkedHashSet<>(fixed);
    List<SpaceParameter> left = new ArrayList<>(parameters);
    while (!left.isEmpty()) {
      List<SpaceParameter> next =
          left.stream().filter(p -> placed.containsAll(p.when().keySet())).toList();
      if (next.isEmpty()) {
        throw new IllegalArgumentException(
            "conditions: expected an order in which each parameter comes after those that its"
                + " condition names, found "
                + String.join(", ", left.stream().map(SpaceParameter::name).toList())
                + " waiting for each other");
      }
      next.forEach(p -> placed.add(p.name()));
      ordered.addAll(next);
      left.removeAll(next);
    }
    return ordered;
  }

  /**
   * The values of a candidate: fixed ones, then each parameter that exists beside those before it,
   * by a function that decides its value.
   */
  public Map<String, Object> candidate(java.util.function.Function<SpaceParameter, Object> value) {
    Map<String, Object> values = new LinkedHashMap<>(fixed);
    for (SpaceParameter parameter : ordered) {
      if (parameter.existsWith(values)) {
        values.put(parameter.name(), value.apply(parameter));
      }
    }
    return values;
  }

  /** The parameters of which a grid cannot tell how many values to take. */
  public List<SpaceParameter> withoutGrid() {
    return parameters.stream().filter(p -> p.gridValues().isEmpty()).toList();
  }

  /**
   * Number of different candidates of a grid: a conditional parameter counts only where it exists.
   *
   * @return empty where a parameter has no number of grid values
   */
  public Optional<BigInteger> gridSize() {
    return withoutGrid().isEmpty() ? Optional.of(count(0, fixed)) : Optional.empty();
  }

  /** Candidates of the parameters from {@code at} on, beside values of those before. */
  private BigInteger count(int at, Map<String, Object> values) {
    if (at == ordered.size()) {
      return BigInteger.ONE;
    }
    SpaceParameter parameter = ordered.get(at);
    if (!parameter.existsWith(values)) {
      return count(at + 1, values);
    }
    long all = parameter.gridValues().orElseThrow();
    // Only values that a later condition names make a difference: the others are counted at once.
    List<Object> named = namedBy(parameter, at);
    BigInteger sum = BigInteger.ZERO;
    for (Object value : named) {
      Map<String, Object> beside = new LinkedHashMap<>(values);
      beside.put(parameter.name(), value);
      sum = sum.add(count(at + 1, beside));
    }
    long others = all - named.size();
    return others == 0 ? sum : sum.add(BigInteger.valueOf(others).multiply(count(at + 1, values)));
  }

  private List<Object> namedBy(SpaceParameter parameter, int at) {
    List<Object> named = new ArrayList<>();
    for (SpaceParameter later : ordered.subList(at + 1, ordered.size())) {
      for (Object value : later.when().getOrDefault(parameter.name(), List.of())) {
        if (named.stream().noneMatch(v -> Values.same(v, value))) {
          named.add(value);
        }
      }
    }
    return named;
  }

  /**
   * The space as it was understood, as one JSON object: {@code parameters} (each with {@code name},
   * {@code kind}, {@code min} and {@code max} or {@code choices}, {@code step}, {@code points},
   * {@code when}), {@code gridSize} (null where not every parameter has a number of grid values),
   * and, where there are any, {@code defaults}, {@code fixed} and {@code strategy}.
   */
  public String toJson() {
    try {
      return new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValueAsString(toMap());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a search space has no JSON form", e);
    }
  }

  /** As {@link #toJson}, as maps and lists. */
  public Map<String, Object> toMap() {
    List<Map<String, Object>> list = new ArrayList<>();
    Map<String, Object> defaults = new LinkedHashMap<>();
    for (SpaceParameter p : parameters) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("name", p.name());
      fields.put("kind", p.kind().word());
      if (p.kind() == SpaceParameter.Kind.CHOICE) {
        fields.put("choices", p.choices());
      } else {
        fields.put("min", number(p, p.min()));
        fields.put("max", number(p, p.max()));
      }
      if (p.stepped()) {
        fields.put("step", number(p, p.step()));
      }
      if (p.points() > 0) {
        fields.put("points", p.points());
      }
      if (!p.when().isEmpty()) {
        fields.put("when", p.when());
      }
      if (p.defaultValue() != null) {
        defaults.put(p.name(), p.defaultValue());
      }
      list.add(fields);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("parameters", list);
    fields.put("gridSize", gridSize().orElse(null));
    putUnlessEmpty(fields, "defaults", defaults);
    putUnlessEmpty(fields, "fixed", fixed);
    putUnlessEmpty(fields, "strategy", strategy);
    return fields;
  }

  private static void putUnlessEmpty(
      Map<String, Object> fields, String name, Map<String, Object> values) {
    if (!values.isEmpty()) {
      fields.put(name, values);
    }
  }

  private static Number number(SpaceParameter parameter, double value) {
    return parameter.kind().whole() ? (Number) (long) value : (Number) value;
  }
}
