package io.github.dl4jhopfield.zoo.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A partition of samples into folds, each of which is the test part once: stratified, grouped,
 * given by the user, or a fold for each group. No fold is empty. Same arguments, same seed: same
 * folds.
 */
public final class Folds {
  private final int[] foldOf;
  private final List<String> names;

  private Folds(int[] foldOf, List<String> names) {
    this.foldOf = foldOf;
    this.names = names;
  }

  /**
   * Each class is spread as evenly as it can be: the counts of a class in two folds, and the sizes
   * of two folds, differ by at most one.
   *
   * @param classes class of each sample from 0; -1 for a missing label, spread evenly too
   * @param count number of folds, at least 2 and at most the number of samples of the rarest class,
   *     so that each class is in each fold
   */
  public static Folds stratified(int[] classes, int count, long seed) {
    int[] foldOf = new int[classes.length];
    Random random = new Random(seed);
    int highest = Arrays.stream(classes).max().orElse(0);
    // a binary target has both classes, whatever the samples have
    int last = Math.max(1, highest);
    int next = 0;
    for (int label = 0; label <= last + 1; label++) {
      // missing labels last
      int wanted = label <= last ? label : -1;
      List<Integer> items = new ArrayList<>();
      for (int i = 0; i < classes.length; i++) {
        if (classes[i] == wanted) {
          items.add(i);
        }
      }
      if (wanted >= 0 && (count < 2 || count > items.size())) {
        throw new IllegalArgumentException(
            "expected from 2 folds to one for each sample of class "
                + wanted
                + ", of which there are "
                + items.size()
                + ", found "
                + count);
      }
      Collections.shuffle(items, random);
      // a class goes on where the one before stopped, which evens out the sizes
      for (int item : items) {
        foldOf[item] = next++ % count;
      }
    }
    return new Folds(foldOf, numbers(count));
  }

  /**
   * For a regression: of each {@code count} samples that follow one another by value one goes into
   * each fold.
   *
   * @param labels a value for each sample; NaN for a missing one, spread evenly too
   */
  public static Folds stratifiedByValue(double[] labels, int count, long seed) {
    checkCount(count, labels.length, "sample");
    Random random = new Random(seed);
    List<Integer> order = shuffled(labels.length, random);
    // a stable sort, so that ties stay shuffled; NaN come last
    order.sort(Comparator.comparingDouble(i -> labels[i]));
    int[] foldOf = new int[labels.length];
    for (int from = 0; from < order.size(); from += count) {
      List<Integer> turn = shuffled(count, random);
      for (int i = from; i < Math.min(from + count, order.size()); i++) {
        foldOf[order.get(i)] = turn.get(i - from);
      }
    }
    // the last, incomplete block goes to random folds: none can be empty, since count <= length
    return new Folds(foldOf, numbers(count));
  }

  /**
   * No group is in two folds; classes and sizes are as even as that allows. Groups are dealt from
   * the largest down, each to the fold that is shortest of what it brings.
   *
   * @param classes class of each sample from 0; -1 for a missing label
   * @param groups group of each sample
   * @param count number of folds, at least 2 and at most the number of groups
   */
  public static Folds grouped(int[] classes, List<String> groups, int count, long seed) {
    checkLength(classes.length, groups.size(), "groups");
    Map<String, List<Integer>> members = members(groups);
    checkCount(count, members.size(), "group");
    int kinds = Arrays.stream(classes).max().orElse(0) + 2;
    double[] total = new double[kinds];
    for (int label : classes) {
      total[label + 1]++;
    }
    List<List<Integer>> order = new ArrayList<>(members.values());
    Collections.shuffle(order, new Random(seed));
    order.sort(Comparator.comparingInt((List<Integer> group) -> group.size()).reversed());
    double[][] counts = new double[count][kinds];
    double[] sizes = new double[count];
    int[] foldOf = new int[classes.length];
    for (List<Integer> group : order) {
      double[] brings = new double[kinds];
      group.forEach(i -> brings[classes[i] + 1]++);
      int best = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int fold = 0; fold < count; fold++) {
        double cost = square(sizes[fold] + group.size(), sizes[fold], classes.length);
        for (int c = 0; c < kinds; c++) {
          cost += square(counts[fold][c] + brings[c], counts[fold][c], total[c]);
        }
        // an empty fold first: there may be no more groups than folds
        cost += sizes[fold] == 0 ? -1e6 : 0;
        if (cost < least) {
          least = cost;
          best = fold;
        }
      }
      for (int i : group) {
        foldOf[i] = best;
      }
      sizes[best] += group.size();
      for (int c = 0; c < kinds; c++) {
        counts[best][c] += brings[c];
      }
    }
    return new Folds(foldOf, numbers(count));
  }

  private static double square(double after, double before, double total) {
    return total == 0 ? 0 : (after * after - before * before) / (total * total);
  }

  /** A fold for each group, named after it, in the order of the names. */
  public static Folds leaveOneGroupOut(List<String> groups) {
    return named(groups, "groups");
  }

  /**
   * The folds of the user's table, named as there, in the order of the names.
   *
   * @param folds the fold of each sample; none null
   */
  public static Folds given(List<String> folds) {
    return named(folds, "folds");
  }

  private static Folds named(List<String> labels, String what) {
    for (int i = 0; i < labels.size(); i++) {
      if (labels.get(i) == null) {
        throw new IllegalArgumentException(
            "expected one of the " + what + " for each sample, found none for sample " + i);
      }
    }
    List<String> names = new ArrayList<>(new TreeSet<>(labels));
    if (names.size() < 2) {
      throw new IllegalArgumentException("expected at least 2 " + what + ", found " + names);
    }
    return new Folds(labels.stream().mapToInt(names::indexOf).toArray(), names);
  }

  /**
   * Folds for a target of a data set as they should be: grouped where groups have more than one
   * sample, stratified otherwise.
   */
  public static Folds of(Dataset<?> data, int target, int count, long seed) {
    if (data.targets().get(target).kind() == Target.Kind.REGRESSION) {
      return data.isGrouped()
          ? grouped(new int[data.size()], data.groups(), count, seed)
          : stratifiedByValue(data.labels(target), count, seed);
    }
    return data.isGrouped()
        ? grouped(data.classes(target), data.groups(), count, seed)
        : stratified(data.classes(target), count, seed);
  }

  private static List<Integer> shuffled(int n, Random random) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, n).boxed().toList());
    Collections.shuffle(order, random);
    return order;
  }

  private static Map<String, List<Integer>> members(List<String> groups) {
    Map<String, List<Integer>> members = new LinkedHashMap<>();
    for (int i = 0; i < groups.size(); i++) {
      members.computeIfAbsent(groups.get(i), group -> new ArrayList<>()).add(i);
    }
    return members;
  }

  private static void checkCount(int count, int most, String what) {
    if (count < 2 || count > most) {
      throw new IllegalArgumentException(
          "expected from 2 folds to one for each "
              + what
              + ", of which there are "
              + most
              + ", found "
              + count);
    }
  }

  private static void checkLength(int expected, int found, String what) {
    if (expected != found) {
      throw new IllegalArgumentException(
          "expected " + what + " of " + expected + " samples, found " + found);
    }
  }

  private static List<String> numbers(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(Integer::toString).toList();
  }

  /** Number of folds. */
  public int count() {
    return names.size();
  }

  /** Number of samples. */
  public int size() {
    return foldOf.length;
  }

  /** Name of a fold: its number from 1, or what the user calls it. */
  public String name(int fold) {
    return names.get(fold);
  }

  /** The fold of a sample. */
  public int of(int sample) {
    return foldOf[sample];
  }

  /** The samples of a fold, ascending. */
  public int[] test(int fold) {
    return IntStream.range(0, foldOf.length).filter(i -> foldOf[i] == fold).toArray();
  }

  /** The samples of all other folds, ascending. */
  public int[] train(int fold) {
    return IntStream.range(0, foldOf.length).filter(i -> foldOf[i] != fold).toArray();
  }

  /**
   * The samples of all folds but some, ascending: what is left to train on where one fold is the
   * test part and another the validation part.
   */
  public int[] without(int... folds) {
    return IntStream.range(0, foldOf.length)
        .filter(i -> Arrays.stream(folds).noneMatch(fold -> foldOf[i] == fold))
        .toArray();
  }
}
