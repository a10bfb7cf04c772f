package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.Fingerprint;
import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Sample;
import io.github.dl4jhopfield.zoo.learn.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Bags with as many features each: the data of multiple-instance learning. Both labels occur,
 * identifiers are unique, every value is finite. Bags may be in files; see {@link Bag}.
 */
public final class BagDataset implements Dataset<double[][]> {
  private static final List<Target> TARGETS = List.of(Target.binary("label"));

  private final String name;
  private final List<Bag> bags;
  private final int features;

  /**
   * @param name short name for reports, such as {@code musk1}
   * @param bags at least one of each label
   * @throws DataFormatException if the bags don't form a data set; the name stands for the file
   */
  public BagDataset(String name, List<Bag> bags) {
    this(name, name, true, bags);
  }

  /** As the public one, naming {@code source} in errors; one class will do if not labelled. */
  BagDataset(String name, String source, boolean labelled, List<Bag> bags) {
    this.name = name;
    this.bags = List.copyOf(bags);
    if (bags.isEmpty()) {
      throw new DataFormatException(source, 0, "bags of instances", "none");
    }
    features = bags.get(0).features();
    Set<String> ids = new HashSet<>();
    for (Bag bag : bags) {
      if (!ids.add(bag.id())) {
        throw new DataFormatException(
            source, 0, "each bag once", "bag " + DataFormatException.quote(bag.id()) + " twice");
      }
      if (bag.size() == 0) {
        throw new DataFormatException(
            source,
            0,
            "at least one instance in each bag",
            "the empty bag " + DataFormatException.quote(bag.id()));
      }
      if (bag.label() != 0 && bag.label() != 1) {
        throw new DataFormatException(source, 0, "labels 0 and 1", "label " + bag.label());
      }
      if (bag instanceof BagInMemory) {
        bag.forEach(instance -> check(source, bag, instance));
      } else if (bag.features() != features) {
        // values are checked when they are read
        throw new DataFormatException(
            source,
            0,
            features + " features in each instance",
            bag.features() + " in bag " + DataFormatException.quote(bag.id()));
      }
    }
    if (labelled && (positives() == 0 || positives() == bags.size())) {
      throw new DataFormatException(
          source,
          0,
          "positive and negative bags (label 1, and 0 or -1)",
          bags.size() + " bags, all " + (positives() == 0 ? "negative" : "positive"));
    }
  }

  private void check(String source, Bag bag, double[] instance) {
    if (instance.length != features || features == 0) {
      throw new DataFormatException(
          source,
          0,
          features == 0 ? "at least one feature" : features + " features in each instance",
          instance.length + " in bag " + DataFormatException.quote(bag.id()));
    }
    for (double value : instance) {
      if (!Double.isFinite(value)) {
        throw new DataFormatException(
            source, 0, "finite numbers", value + " in bag " + DataFormatException.quote(bag.id()));
      }
    }
  }

  /** Short name for reports. */
  @Override
  public String name() {
    return name;
  }

  /** The bags, in the order of the file. */
  public List<Bag> bags() {
    return bags;
  }

  /** Number of bags. */
  @Override
  public int size() {
    return bags.size();
  }

  /** Number of features of an instance. */
  public int features() {
    return features;
  }

  /** Number of bags of label 1. */
  public int positives() {
    return (int) bags.stream().filter(bag -> bag.label() == 1).count();
  }

  /** Number of instances in all bags. */
  public long instances() {
    return bags.stream().mapToLong(Bag::size).sum();
  }

  /** Labels in the order of the bags, 0 or 1. */
  public int[] labels() {
    return bags.stream().mapToInt(Bag::label).toArray();
  }

  @Override
  public List<Target> targets() {
    return TARGETS;
  }

  @Override
  public Sample<double[][]> sample(int index) {
    return bags.get(index);
  }

  @Override
  public String fingerprint() {
    Fingerprint print = new Fingerprint();
    for (Bag bag : bags) {
      print.add(bag.id()).add(bag.label());
      if (bag instanceof NpyBag file) {
        try {
          file.addTo(print);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      } else {
        bag.forEach(print::add);
      }
    }
    return print.toString();
  }
}
