package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.learn.Sample;

/**
 * A bag of instances under one label, the unit of multiple-instance learning: positive if at least
 * one instance has the property sought.
 *
 * @param id name of the bag in its data set
 * @param label 1 positive, 0 negative
 * @param instances [instances, features], at least one row; not to be modified
 */
public record Bag(String id, int label, double[][] instances) implements Sample<double[][]> {
  /** Number of instances. */
  public int size() {
    return instances.length;
  }

  @Override
  public double label(int target) {
    return label;
  }

  @Override
  public double[][] open() {
    return instances;
  }
}
