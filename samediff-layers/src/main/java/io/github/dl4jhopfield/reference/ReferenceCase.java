package io.github.dl4jhopfield.reference;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One case of a reference file: what to run, on what, and what the original computed.
 *
 * @param op what to run: a layer's class or an op's name
 * @param unit the Lagrangian unit, {@code relu} or {@code pfu}; null for none
 * @param hyper the original's arguments, by its own names
 * @param quirk whether the original does something odd here, where we may rightly differ
 * @param gradOut cotangent of the first output; empty where the case has no gradients
 */
public record ReferenceCase(
    String group,
    String name,
    String op,
    String unit,
    double tolerance,
    boolean quirk,
    String notes,
    Map<String, Object> hyper,
    Map<String, ReferenceArray> inputs,
    Map<String, ReferenceArray> weights,
    Map<String, ReferenceArray> outputs,
    Map<String, ReferenceArray> gradOut,
    Map<String, ReferenceArray> inputGrads,
    Map<String, ReferenceArray> weightGrads) {

  /**
   * The same case with inputs, weights and cotangents rounded to float: what a float run is given.
   */
  ReferenceCase rounded() {
    return withArrays(rounded(inputs), rounded(weights), rounded(gradOut));
  }

  /** The same case on other numbers. */
  ReferenceCase withArrays(
      Map<String, ReferenceArray> otherInputs,
      Map<String, ReferenceArray> otherWeights,
      Map<String, ReferenceArray> otherGradOut) {
    return new ReferenceCase(
        group,
        name,
        op,
        unit,
        tolerance,
        quirk,
        notes,
        hyper,
        otherInputs,
        otherWeights,
        outputs,
        otherGradOut,
        inputGrads,
        weightGrads);
  }

  private static Map<String, ReferenceArray> rounded(Map<String, ReferenceArray> arrays) {
    Map<String, ReferenceArray> result = new LinkedHashMap<>();
    arrays.forEach((name, array) -> result.put(name, array.rounded()));
    return result;
  }

  /**
   * An input.
   *
   * @throws IllegalArgumentException if the case has none of that name
   */
  public ReferenceArray input(String input) {
    ReferenceArray array = inputs.get(input);
    if (array == null) {
      throw new IllegalArgumentException(
          "expected an input '" + input + "', found " + inputs.keySet());
    }
    return array;
  }

  /**
   * A number among the arguments.
   *
   * @throws IllegalArgumentException if it is missing and has no default
   */
  public double number(String key, Double otherwise) {
    Object value = hyper.get(key);
    if (value == null) {
      if (otherwise == null) {
        throw new IllegalArgumentException("expected a number '" + key + "' in hyper, found none");
      }
      return otherwise;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(
        "expected a number as '" + key + "' in hyper, found " + value);
  }

  /**
   * A whole number among the arguments.
   *
   * @throws IllegalArgumentException if it is missing and has no default, or is no whole number
   */
  public int integer(String key, Integer otherwise) {
    double value = number(key, otherwise == null ? null : otherwise.doubleValue());
    if (value != (int) value) {
      throw new IllegalArgumentException(
          "expected a whole number as '" + key + "' in hyper, found " + value);
    }
    return (int) value;
  }

  /** A flag among the arguments; a number is true unless it is 0. */
  public boolean flag(String key, boolean otherwise) {
    Object value = hyper.get(key);
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    return value == null ? otherwise : Boolean.parseBoolean(value.toString());
  }

  /** A word among the arguments. */
  public String text(String key, String otherwise) {
    Object value = hyper.get(key);
    return value == null ? otherwise : value.toString();
  }

  /** Whether the case has the argument. */
  public boolean has(String key) {
    return hyper.get(key) != null;
  }
}
