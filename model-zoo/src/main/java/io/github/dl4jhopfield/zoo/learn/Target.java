package io.github.dl4jhopfield.zoo.learn;

import java.util.List;
import java.util.Objects;

/**
 * Something that is predicted of each sample.
 *
 * @param name as in the user's table
 * @param kind what its labels are
 * @param classes names of the classes in the order of their numbers; of a binary target the
 *     negative one, then the positive one; empty for a regression
 */
public record Target(String name, Kind kind, List<String> classes) {
  /** What labels are. */
  public enum Kind {
    /** 0 or 1. */
    BINARY,
    /** The number of a class, from 0. */
    MULTICLASS,
    /** Any finite number. */
    REGRESSION
  }

  /** Checks the number of classes. */
  public Target {
    Objects.requireNonNull(name, "name");
    classes = List.copyOf(classes);
    boolean legal =
        switch (kind) {
          case BINARY -> classes.size() == 2;
          case MULTICLASS -> classes.size() >= 2;
          case REGRESSION -> classes.isEmpty();
        };
    if (!legal) {
      throw new IllegalArgumentException(
          "target "
              + name
              + ": expected "
              + (kind == Kind.BINARY ? "2" : kind == Kind.MULTICLASS ? "at least 2" : "no")
              + " classes, found "
              + classes.size());
    }
  }

  /** A yes or no. */
  public static Target binary(String name) {
    return new Target(name, Kind.BINARY, List.of("negative", "positive"));
  }

  /** One of several classes. */
  public static Target multiClass(String name, List<String> classes) {
    return new Target(name, Kind.MULTICLASS, classes);
  }

  /** A number. */
  public static Target regression(String name) {
    return new Target(name, Kind.REGRESSION, List.of());
  }

  /**
   * Numbers that a prediction of this target has: 1 for a binary one (the probability of the
   * positive class) and a regression, one for each class otherwise.
   */
  public int outputs() {
    return kind == Kind.MULTICLASS ? classes.size() : 1;
  }

  /**
   * Checks a label.
   *
   * @param label a number of {@link Kind}, or NaN where the label is missing
   * @param sample whose it is, for the message
   */
  public void check(double label, String sample) {
    if (Double.isNaN(label)) {
      return;
    }
    boolean legal =
        kind == Kind.REGRESSION
            ? !Double.isInfinite(label)
            : label == Math.rint(label) && label >= 0 && label < classes.size();
    if (!legal) {
      throw new IllegalArgumentException(
          "sample \""
              + sample
              + "\", target "
              + name
              + ": expected "
              + (kind == Kind.REGRESSION
                  ? "a finite number"
                  : "a whole number from 0 to " + (classes.size() - 1))
              + ", found "
              + label);
    }
  }
}
