package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.learn.Target;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A column of labels. Classes are in the order of their numbers, else of the alphabet; of two the
 * negative one ({@code 0}, {@code -}, {@code no}, {@code false}, {@code control}, ...) comes first.
 *
 * @param column its name
 * @param distinct its labels, each once, in the order of classes
 */
record TargetColumn(String column, List<String> distinct) {
  /** More whole numbers than these are measured, and not classes. */
  private static final int MOST_NUMBERED_CLASSES = 20;

  private static final Set<String> NEGATIVE =
      Set.of(
          "0",
          "-1",
          "-",
          "f",
          "false",
          "n",
          "no",
          "neg",
          "negative",
          "control",
          "ctrl",
          "healthy",
          "normal");

  private static final Set<String> POSITIVE =
      Set.of("1", "+", "t", "true", "y", "yes", "pos", "positive", "case", "patient", "diseased");

  /** The column of labels of which missing ones are null. */
  static TargetColumn of(String column, Stream<String> labels) {
    Set<String> distinct =
        labels.filter(Objects::nonNull).collect(TreeSet::new, Set::add, Set::addAll);
    Comparator<String> order =
        distinct.stream().allMatch(TargetColumn::isNumber)
            ? Comparator.comparingDouble(Double::parseDouble)
            : Comparator.comparingInt(TargetColumn::sign).thenComparing(Comparator.naturalOrder());
    return new TargetColumn(column, distinct.stream().sorted(order).toList());
  }

  /** Whether there is something to tell apart. */
  boolean isTarget() {
    return distinct.size() > 1;
  }

  Target target() {
    boolean numbers = distinct.size() > 2 && distinct.stream().allMatch(TargetColumn::isNumber);
    boolean whole = distinct.stream().allMatch(label -> label.matches("[+-]?\\d+"));
    if (numbers && (!whole || distinct.size() > MOST_NUMBERED_CLASSES)) {
      return Target.regression(column);
    }
    Target.Kind kind = distinct.size() == 2 ? Target.Kind.BINARY : Target.Kind.MULTICLASS;
    return new Target(column, kind, distinct);
  }

  private static int sign(String label) {
    String lower = label.toLowerCase(Locale.ROOT);
    return NEGATIVE.contains(lower) ? -1 : POSITIVE.contains(lower) ? 1 : 0;
  }

  private static boolean isNumber(String label) {
    return label.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  }
}
