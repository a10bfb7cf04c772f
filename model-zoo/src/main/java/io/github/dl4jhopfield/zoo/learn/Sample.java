package io.github.dl4jhopfield.zoo.learn;

import java.io.IOException;

/**
 * What is learned from and predicted for: a bag, a repertoire of a million sequences, an image, a
 * text. What is known of it without opening it is here; its content is opened on demand, each time
 * anew, so that a data set need not fit into memory.
 *
 * @param <C> its content
 */
public interface Sample<C> {
  /** Its name, unique in its data set. */
  String id();

  /**
   * Its label: 0 or 1 of a binary target, the number of the class of a multi-class one, the value
   * of a regression; NaN where it is missing, which is never the same as negative.
   *
   * @param target number of the target in the data set
   */
  double label(int target);

  /** What belongs together, such as the subject: a group is never on two sides of a split. */
  default String group() {
    return id();
  }

  /** The fold that the user's table puts it into, or null. */
  default String fold() {
    return null;
  }

  /** Its content. Whoever opens something that must be closed closes it. */
  C open() throws IOException;
}
