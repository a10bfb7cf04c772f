package io.github.dl4jhopfield.zoo.learn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A partition of labelled items into folds in which each label is spread as evenly as it can be:
 * the counts of a label in two folds, and the sizes of two folds, differ by at most one.
 */
public final class StratifiedFolds {
  private final int[] foldOf;
  private final int count;

  private StratifiedFolds(int[] foldOf, int count) {
    this.foldOf = foldOf;
    this.count = count;
  }

  /**
   * Draws a partition.
   *
   * @param labels 0 or 1 for each item
   * @param count number of folds, at least 2 and at most the number of items of the rarer label, so
   *     that both labels are in each fold
   * @param seed same seed, same labels: same folds
   */
  public static StratifiedFolds of(int[] labels, int count, long seed) {
    Random random = new Random(seed);
    int[] foldOf = new int[labels.length];
    int next = 0;
    for (int label = 0; label <= 1; label++) {
      List<Integer> items = new ArrayList<>();
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] == label) {
          items.add(i);
        }
      }
      if (count < 2 || count > items.size()) {
        throw new IllegalArgumentException(
            "expected from 2 folds to one for each "
                + (label == 1 ? "positive" : "negative")
                + " bag, of which there are "
                + items.size()
                + ", found "
                + count);
      }
      Collections.shuffle(items, random);
      // the second label goes on where the first stopped, which evens out the sizes
      for (int item : items) {
        foldOf[item] = next++ % count;
      }
    }
    return new StratifiedFolds(foldOf, count);
  }

  /** Number of folds. */
  public int count() {
    return count;
  }

  /** The items of a fold, ascending. */
  public int[] test(int fold) {
    return IntStream.range(0, foldOf.length).filter(i -> foldOf[i] == fold).toArray();
  }

  /** The items of all other folds, ascending. */
  public int[] train(int fold) {
    return IntStream.range(0, foldOf.length).filter(i -> foldOf[i] != fold).toArray();
  }
}
