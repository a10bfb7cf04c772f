package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.util.List;
import java.util.stream.Stream;

/**
 * On which samples candidates are scored.
 *
 * @param kind what is done
 * @param outerFolds test folds of {@link Kind#NESTED}, at least 2; 0 for the others
 */
public record Validation(Kind kind, int outerFolds) {

  /** What is done. */
  public enum Kind {
    /** One part of the data is held out. */
    VALIDATION("validation"),
    /** Each part of the data is held out once. */
    CROSS_VALIDATION("cross-validation"),
    /**
     * The data is split into outer test folds; outside of each the whole search is made by
     * cross-validation, and what it finds is trained there and tested on the fold.
     */
    NESTED("nested");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As in {@code --score}. */
    public String word() {
      return word;
    }
  }

  /** Each part held out once. */
  public static final Validation CROSS_VALIDATION = new Validation(Kind.CROSS_VALIDATION, 0);

  /** Checks the number of folds. */
  public Validation {
    if (kind == Kind.NESTED ? outerFolds < 2 : outerFolds != 0) {
      throw new IllegalArgumentException(
          "outer-folds: expected "
              + (kind == Kind.NESTED ? "at least 2" : "none with " + kind.word())
              + ", found "
              + outerFolds);
    }
  }

  /** The words of all kinds. */
  public static List<String> words() {
    return Stream.of(Kind.values()).map(Kind::word).toList();
  }

  /**
   * The one of that word.
   *
   * @param outerFolds null for 5 where it is nested, else none
   * @throws IllegalArgumentException if there is none, or the number does not go with it
   */
  public static Validation of(String word, Integer outerFolds) {
    for (Kind kind : Kind.values()) {
      if (kind.word.equals(word)) {
        return new Validation(kind, outerFolds != null ? outerFolds : kind == Kind.NESTED ? 5 : 0);
      }
    }
    throw new IllegalArgumentException(
        "score: expected one of "
            + String.join(", ", words())
            + ", found \""
            + word
            + '"'
            + Suggestions.hint(word, words()));
  }

  @Override
  public String toString() {
    return kind.word() + (outerFolds > 0 ? " " + outerFolds : "");
  }
}
