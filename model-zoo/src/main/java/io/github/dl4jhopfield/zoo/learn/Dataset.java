package io.github.dl4jhopfield.zoo.learn;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Samples with their targets. What is known of a sample without opening it is in memory, the
 * contents need not be.
 *
 * @param <C> content of a sample
 */
public interface Dataset<C> {
  /** Short name for reports. */
  String name();

  /** What is predicted; at least one. */
  List<Target> targets();

  /** Number of samples. */
  int size();

  /** A sample. */
  Sample<C> sample(int index);

  /**
   * A hash in hexadecimal digits of what the samples hold, for the provenance of a model; the same
   * for the same data wherever they lie. Empty where nobody can tell without reading everything.
   */
  String fingerprint();

  /**
   * Samples in memory.
   *
   * @throws IllegalArgumentException if an id comes twice or a label is not one of its target's
   */
  static <C> Dataset<C> of(
      String name,
      List<Target> targets,
      String fingerprint,
      List<? extends Sample<? extends C>> samples) {
    return new SampleList<>(name, targets, fingerprint, samples);
  }

  /** Some of the samples, in that order. Its name stays. */
  default Dataset<C> subset(int... indices) {
    return new Subset<>(this, indices);
  }

  /** The labels of a target; NaN where missing. */
  default double[] labels(int target) {
    return IntStream.range(0, size()).mapToDouble(i -> sample(i).label(target)).toArray();
  }

  /** The labels of a binary or multi-class target as class numbers; -1 where missing. */
  default int[] classes(int target) {
    return IntStream.range(0, size())
        .map(i -> Double.isNaN(sample(i).label(target)) ? -1 : (int) sample(i).label(target))
        .toArray();
  }

  /** The group of each sample. */
  default List<String> groups() {
    return IntStream.range(0, size()).mapToObj(i -> sample(i).group()).toList();
  }

  /** Whether a group has more than one sample. */
  default boolean isGrouped() {
    Set<String> groups = new HashSet<>();
    return !IntStream.range(0, size()).allMatch(i -> groups.add(sample(i).group()));
  }
}
