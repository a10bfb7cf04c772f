package io.github.dl4jhopfield.search.space;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A parameter of a {@link Space}: which values it takes, and under which condition it exists.
 *
 * @param name of the hyperparameter
 * @param kind which values it takes
 * @param min least value; NaN for a choice
 * @param max greatest value; NaN for a choice
 * @param step distance of neighbouring values from {@code min} on; NaN where every value between is
 *     meant. The greatest value is the last that does not pass {@code max}
 * @param points number of evenly spread values (by order of magnitude for logarithmic kinds) that a
 *     grid takes of a range that has no step; 0 where none was given
 * @param choices all values of a choice, each once: text, numbers, booleans or lists of these
 * @param defaultValue its value without a search, or null where the file gives none
 * @param when the parameter exists only where each named parameter has one of these values; empty
 *     where it always exists
 */
public record SpaceParameter(
    String name,
    Kind kind,
    double min,
    double max,
    double step,
    int points,
    List<Object> choices,
    Object defaultValue,
    Map<String, List<Object>> when) {

  /** Which values a parameter takes. */
  public enum Kind {
    /** Real numbers, all equally likely. */
    UNIFORM("uniform"),
    /** Positive real numbers, all orders of magnitude equally likely. */
    LOG_UNIFORM("logUniform"),
    /** Whole numbers, all equally likely. */
    INTEGER("integer"),
    /** Positive whole numbers, all orders of magnitude equally likely. */
    LOG_INTEGER("logInteger"),
    /** One of a list. */
    CHOICE("choice");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As in a file. */
    public String word() {
      return word;
    }

    /** Whether its values are whole numbers. */
    public boolean whole() {
      return this == INTEGER || this == LOG_INTEGER;
    }

    /** Whether values are spread by order of magnitude. */
    public boolean logarithmic() {
      return this == LOG_UNIFORM || this == LOG_INTEGER;
    }

    /** The kind of that word. */
    static Optional<Kind> of(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return Optional.of(kind);
        }
      }
      return Optional.empty();
    }

    /** All words, as a message lists them. */
    static List<String> words() {
      List<String> words = new ArrayList<>();
      for (Kind kind : values()) {
        words.add(kind.word);
      }
      return words;
    }
  }

  /** Copies the collections, which keep their order. */
  public SpaceParameter {
    choices = Collections.unmodifiableList(new ArrayList<>(choices));
    when = Collections.unmodifiableMap(new LinkedHashMap<>(when));
  }

  /** Whether it has a step. */
  public boolean stepped() {
    return !Double.isNaN(step);
  }

  /**
   * How many values a grid takes of it: all of a choice, of whole numbers and of a stepped range;
   * of another range as many as its {@link #points}, and none where it has not said how many.
   */
  public OptionalInt gridValues() {
    if (kind == Kind.CHOICE) {
      return OptionalInt.of(choices.size());
    }
    if (points > 0) {
      return OptionalInt.of(points);
    }
    if (kind == Kind.INTEGER || stepped()) {
      return OptionalInt.of((int) Math.min(Integer.MAX_VALUE, steps() + 1));
    }
    return OptionalInt.empty();
  }

  /** Whole steps from {@code min} to {@code max}; 0.1 three times reaches 0.3. */
  private long steps() {
    double width = stepped() ? step : 1;
    return (long) Math.floor((max - min) / width + 1e-9);
  }

  /**
   * The value number {@code index} of a grid.
   *
   * @param index from 0, less than {@link #gridValues}
   * @return a Double, an Integer or one of the choices
   */
  public Object gridValue(int index) {
    int count = gridValues().orElseThrow();
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException(
          name + ": expected a grid value from 0 to " + (count - 1) + ", found " + index);
    }
    if (kind == Kind.CHOICE) {
      return choices.get(index);
    }
    double value;
    if (points == 0) {
      value = stepped() ? stepAt(index) : min + index;
    } else if (count == 1) {
      value = min;
    } else {
      value = between(index / (count - 1.0));
    }
    return number(value);
  }

  /**
   * The value at a place of the range, for strategies that draw places.
   *
   * @param place from 0 (least value, first choice) to 1 (greatest, last)
   * @return a Double, an Integer or one of the choices
   */
  public Object valueAt(double place) {
    if (!(place >= 0 && place <= 1)) {
      throw new IllegalArgumentException(name + ": expected a place from 0 to 1, found " + place);
    }
    if (kind == Kind.CHOICE) {
      return choices.get(cell(place, choices.size()));
    }
    if (stepped()) {
      return number(stepAt(cell(place, steps() + 1)));
    }
    if (kind == Kind.INTEGER) {
      return (int) (min + cell(place, (long) (max - min) + 1));
    }
    if (kind == Kind.LOG_INTEGER) {
      // each whole number owns the range half a unit to each side
      double low = Math.log(min - 0.5);
      double value = Math.rint(Math.exp(low + place * (Math.log(max + 0.5) - low)));
      return (int) Math.max(min, Math.min(max, value));
    }
    return number(between(place));
  }

  /**
   * The middle of the places whose value this is: {@link #valueAt} of it gives the value back.
   *
   * @throws IllegalArgumentException if the parameter does not take the value
   */
  public double placeOf(Object value) {
    if (!takes(value)) {
      throw new IllegalArgumentException(name + ": expected one of its values, found " + value);
    }
    if (kind == Kind.CHOICE) {
      for (int i = 0; ; i++) {
        if (Values.same(choices.get(i), value)) {
          return (i + 0.5) / choices.size();
        }
      }
    }
    double v = ((Number) value).doubleValue();
    if (stepped() || kind == Kind.INTEGER) {
      return (Math.rint((v - min) / (stepped() ? step : 1)) + 0.5) / (steps() + 1);
    }
    if (min == max) {
      return 0.5;
    }
    if (kind == Kind.LOG_INTEGER) {
      double low = Math.log(min - 0.5);
      double place = (Math.log(v) - low) / (Math.log(max + 0.5) - low);
      return Math.max(0, Math.min(1, place));
    }
    double place =
        kind.logarithmic()
            ? (Math.log(v) - Math.log(min)) / (Math.log(max) - Math.log(min))
            : (v - min) / (max - min);
    return Math.max(0, Math.min(1, place));
  }

  /**
   * The number of values that it takes, where these are counted: a choice, whole numbers, a range
   * with a step.
   */
  public OptionalInt countedValues() {
    if (kind == Kind.CHOICE) {
      return OptionalInt.of(choices.size());
    }
    if (kind.whole() || stepped()) {
      return OptionalInt.of((int) Math.min(Integer.MAX_VALUE, steps() + 1));
    }
    return OptionalInt.empty();
  }

  /** In decimals, as they were written: six steps of 0.1 are 0.6, not 0.6000000000000001. */
  private double stepAt(int index) {
    return BigDecimal.valueOf(min)
        .add(BigDecimal.valueOf(step).multiply(BigDecimal.valueOf(index)))
        .doubleValue();
  }

  /** Cell of {@code count} equal ones that a place from 0 to 1 lies in. */
  private static int cell(double place, long count) {
    return (int) Math.min(count - 1, (long) (place * count));
  }

  private double between(double part) {
    double value =
        kind.logarithmic()
            ? Math.exp(Math.log(min) + part * (Math.log(max) - Math.log(min)))
            : min + part * (max - min);
    return Math.max(min, Math.min(max, value));
  }

  private Object number(double value) {
    return kind.whole() ? (Object) (int) Math.rint(value) : (Object) value;
  }

  /** Whether the value is one of those that the parameter takes. */
  public boolean takes(Object value) {
    if (kind == Kind.CHOICE) {
      return choices.stream().anyMatch(choice -> Values.same(choice, value));
    }
    if (!(value instanceof Number number) || value instanceof Double d && !Double.isFinite(d)) {
      return false;
    }
    double v = number.doubleValue();
    if (!(v >= min && v <= max) || kind.whole() && v != Math.rint(v)) {
      return false;
    }
    double steps = (v - min) / step;
    return !stepped() || Math.abs(steps - Math.rint(steps)) <= 1e-9 * Math.max(1, steps);
  }

  /** Whether the parameter exists beside these values. */
  public boolean existsWith(Map<String, Object> values) {
    return when.entrySet().stream()
        .allMatch(
            condition ->
                values.containsKey(condition.getKey())
                    && condition.getValue().stream()
                        .anyMatch(v -> Values.same(v, values.get(condition.getKey()))));
  }
}
