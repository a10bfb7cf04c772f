package io.github.dl4jhopfield.zoo.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * An option of an experiment: its name, what it means, its default and which values it takes.
 *
 * @param name in lower case with hyphens, without leading dashes: {@code inner-folds}
 * @param type what its values are
 * @param description one line of help
 * @param defaultValue used when the option is not given; never null
 * @param min least value of a number, NaN for no bound
 * @param max greatest value of a number, NaN for no bound
 * @param choices what a {@link Type#CHOICE} may be, or each of {@link Type#CHOICES}; empty
 *     otherwise
 */
public record ExperimentOption(
    String name,
    Type type,
    String description,
    String defaultValue,
    double min,
    double max,
    List<String> choices) {

  /** What an option's values are. */
  public enum Type {
    /** A whole number. */
    INTEGER("a whole number"),
    /** A real number. */
    NUMBER("a number"),
    /** {@code true} or {@code false}. */
    BOOLEAN("true or false"),
    /** One of a fixed list of words. */
    CHOICE("one of"),
    /** Some of a fixed list of words, separated by commas. */
    CHOICES("some of"),
    /** Any text. */
    TEXT("text");

    private final String words;

    Type(String words) {
      this.words = words;
    }
  }

  /** Checks that the default is a legal value. */
  public ExperimentOption {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(description, "description");
    Objects.requireNonNull(defaultValue, "defaultValue");
    choices = List.copyOf(choices);
    check(name, type, min, max, choices, defaultValue.isEmpty(), defaultValue);
  }

  /** A whole number from {@code min} to {@code max}. */
  public static ExperimentOption integer(
      String name, long defaultValue, long min, long max, String description) {
    return new ExperimentOption(
        name, Type.INTEGER, description, Long.toString(defaultValue), min, max, List.of());
  }

  /** A real number from {@code min} to {@code max}. */
  public static ExperimentOption number(
      String name, double defaultValue, double min, double max, String description) {
    return new ExperimentOption(
        name, Type.NUMBER, description, Double.toString(defaultValue), min, max, List.of());
  }

  /** True or false. */
  public static ExperimentOption flag(String name, boolean defaultValue, String description) {
    return new ExperimentOption(
        name,
        Type.BOOLEAN,
        description,
        Boolean.toString(defaultValue),
        Double.NaN,
        Double.NaN,
        List.of());
  }

  /** One of a list of words. */
  public static ExperimentOption choice(
      String name, String defaultValue, List<String> choices, String description) {
    return new ExperimentOption(
        name, Type.CHOICE, description, defaultValue, Double.NaN, Double.NaN, choices);
  }

  /** Some of a list of words, separated by commas; none of them where that is the default. */
  public static ExperimentOption choices(
      String name, String defaultValue, List<String> choices, String description) {
    return new ExperimentOption(
        name, Type.CHOICES, description, defaultValue, Double.NaN, Double.NaN, choices);
  }

  /** The words of a value of {@link #choices}. */
  public static List<String> words(String value) {
    return value.isEmpty()
        ? List.of()
        : Arrays.stream(value.split(",", -1)).map(String::strip).toList();
  }

  /** Any text. */
  public static ExperimentOption text(String name, String defaultValue, String description) {
    return new ExperimentOption(
        name, Type.TEXT, description, defaultValue, Double.NaN, Double.NaN, List.of());
  }

  /** What the option takes, in words: {@code a whole number from 2 to 20}. */
  public String expects() {
    return expects(type, min, max, choices);
  }

  /**
   * Returns the value if it is legal.
   *
   * @throws IllegalArgumentException with a one-line message that names the option, what it takes
   *     and what was given
   */
  public String checked(String value) {
    check(name, type, min, max, choices, defaultValue.isEmpty(), value);
    return value;
  }

  /** The value as what it is: a Long, a Double, a Boolean or a String. */
  public Object parse(String value) {
    String legal = checked(value);
    return switch (type) {
      case INTEGER -> (Object) Long.valueOf(legal);
      case NUMBER -> Double.valueOf(legal);
      case BOOLEAN -> Boolean.valueOf(legal);
      case CHOICE, CHOICES, TEXT -> legal;
    };
  }

  private static void check(
      String name,
      Type type,
      double min,
      double max,
      List<String> choices,
      boolean mayBeEmpty,
      String value) {
    boolean legal;
    try {
      legal =
          switch (type) {
            case INTEGER -> within(Long.parseLong(value), min, max);
            case NUMBER -> within(Double.parseDouble(value), min, max);
            case BOOLEAN -> value.equals("true") || value.equals("false");
            case CHOICE -> choices.contains(value);
            case CHOICES -> (mayBeEmpty || !value.isEmpty()) && choices.containsAll(words(value));
            case TEXT -> true;
          };
    } catch (NumberFormatException e) {
      legal = false;
    }
    if (!legal) {
      throw new IllegalArgumentException(
          "option "
              + name
              + ": expected "
              + expects(type, min, max, choices)
              + ", found \""
              + value
              + '"');
    }
  }

  private static boolean within(double value, double min, double max) {
    return Double.isFinite(value) && !(value < min) && !(value > max);
  }

  private static String expects(Type type, double min, double max, List<String> choices) {
    if (type == Type.CHOICE) {
      return type.words + ' ' + String.join(", ", choices);
    }
    if (type == Type.CHOICES) {
      return type.words + ' ' + String.join(", ", choices) + ", separated by commas";
    }
    StringBuilder words = new StringBuilder(type.words);
    if (!Double.isNaN(min)) {
      words.append(" from ").append(number(min));
    }
    if (!Double.isNaN(max)) {
      words.append(" to ").append(number(max));
    }
    return words.toString();
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** The name as hyperparameters are called: {@code batch-size} is {@code batchSize}. */
  public String camelCase() {
    StringBuilder camel = new StringBuilder();
    for (String word : name.split("-")) {
      camel.append(
          camel.length() == 0
              ? word
              : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
    }
    return camel.toString();
  }

  /** A value as an option is written: 20 where it is a whole number. */
  public static String written(Object value) {
    return value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15
        ? Long.toString(d.longValue())
        : String.valueOf(value);
  }
}
