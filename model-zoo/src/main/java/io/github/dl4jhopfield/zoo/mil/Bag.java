package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.learn.Sample;
import java.util.ArrayList;
import java.util.List;

/**
 * A bag of instances under one label, the unit of multiple-instance learning: positive if at least
 * one instance has the property sought. Its instances are in memory, or in a file from which they
 * are read each time.
 */
public interface Bag extends Sample<double[][]> {
  /** Receives instances. */
  @FunctionalInterface
  interface Visitor {
    /**
     * An instance.
     *
     * @param features valid during the call only, not to be modified
     */
    void see(double[] features);
  }

  /**
   * A bag in memory.
   *
   * @param id name of the bag in its data set
   * @param label 1 positive, 0 negative
   * @param instances [instances, features], at least one row; not to be modified
   */
  static Bag of(String id, int label, double[][] instances) {
    return new BagInMemory(id, label, instances);
  }

  /** Its label: 1 positive, 0 negative. */
  int label();

  /** Number of instances. */
  int size();

  /** Number of features of an instance; 0 where there is none. */
  int features();

  /**
   * Shows all instances in their order.
   *
   * @throws io.github.dl4jhopfield.zoo.files.DataFormatException if they are in a file that has
   *     changed or holds what is no number
   */
  void forEach(Visitor visitor);

  /** All instances, [instances, features]; not to be modified. */
  default double[][] instances() {
    List<double[]> rows = new ArrayList<>(size());
    forEach(row -> rows.add(row.clone()));
    return rows.toArray(double[][]::new);
  }

  @Override
  default double label(int target) {
    return label();
  }

  @Override
  default double[][] open() {
    return instances();
  }
}
