package io.github.dl4jhopfield.zoo.experiment;

import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * A hyperparameter that can be searched: where its values lie and what it is without a search.
 *
 * @param name in reports and files, in camel case
 * @param kind which values it takes
 * @param min least value, for numbers
 * @param max greatest value, for numbers
 * @param choices all values, for {@link Kind#CHOICE}; numbers, strings or booleans
 * @param defaultValue value without a search: a Double, an Integer or one of the choices
 */
public record TuningParameter(
    String name, Kind kind, double min, double max, List<Object> choices, Object defaultValue) {

  /** Which values a hyperparameter takes. */
  public enum Kind {
    /** Real numbers, all equally likely. */
    UNIFORM,
    /** Positive real numbers, all orders of magnitude equally likely. */
    LOG_UNIFORM,
    /** Whole numbers, all equally likely. */
    INTEGER,
    /** One of a list. */
    CHOICE
  }

  /** Checks the range and that the default lies in it. */
  public TuningParameter {
    Objects.requireNonNull(name, "name");
    choices = List.copyOf(choices);
    boolean legal =
        switch (kind) {
          case CHOICE -> choices.contains(defaultValue);
          case INTEGER -> defaultValue instanceof Integer v && min <= v && v <= max;
          case UNIFORM -> defaultValue instanceof Double v && min <= v && v <= max && min < max;
          case LOG_UNIFORM ->
              defaultValue instanceof Double v && min <= v && v <= max && min < max && min > 0;
        };
    if (!legal) {
      throw new IllegalArgumentException(
          "hyperparameter "
              + name
              + ": expected a default of kind "
              + kind
              + (kind == Kind.CHOICE ? " of " + choices : " from " + min + " to " + max)
              + ", found "
              + defaultValue);
    }
  }

  /** A real number, all equally likely. */
  public static TuningParameter uniform(String name, double min, double max, double byDefault) {
    return new TuningParameter(name, Kind.UNIFORM, min, max, List.of(), byDefault);
  }

  /** A positive real number, all orders of magnitude equally likely. */
  public static TuningParameter logUniform(String name, double min, double max, double byDefault) {
    return new TuningParameter(name, Kind.LOG_UNIFORM, min, max, List.of(), byDefault);
  }

  /** A whole number, all equally likely. */
  public static TuningParameter integer(String name, int min, int max, int byDefault) {
    return new TuningParameter(name, Kind.INTEGER, min, max, List.of(), byDefault);
  }

  /** One of a list. */
  public static TuningParameter choice(String name, List<?> choices, Object byDefault) {
    return new TuningParameter(
        name, Kind.CHOICE, Double.NaN, Double.NaN, List.copyOf(choices), byDefault);
  }

  /** Draws a value. */
  public Object draw(RandomGenerator random) {
    return switch (kind) {
      case CHOICE -> choices.get(random.nextInt(choices.size()));
      case INTEGER -> random.nextInt((int) min, (int) max + 1);
      case UNIFORM -> random.nextDouble(min, max);
      case LOG_UNIFORM -> Math.exp(random.nextDouble(Math.log(min), Math.log(max)));
    };
  }
}
