package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers instances into bags by id, in order of first appearance. */
final class BagCollector {
  private static final class Open {
    final int label;
    final String where;
    final List<double[]> instances = new ArrayList<>();

    Open(int label, String where) {
      this.label = label;
      this.where = where;
    }
  }

  private final String file;
  private final Map<String, Open> bags = new LinkedHashMap<>();

  BagCollector(String file) {
    this.file = file;
  }

  /**
   * @param line line of the file, 0 for none
   * @param where the same in words, to be quoted by a later conflict: {@code line 7}
   */
  void add(String id, int label, double[] instance, long line, String where) {
    Open bag = bags.computeIfAbsent(id, key -> new Open(label, where));
    if (bag.label != label) {
      throw new DataFormatException(
          file,
          line,
          "one label for bag " + DataFormatException.quote(id) + ", as in " + bag.where,
          "the other label in " + where);
    }
    bag.instances.add(instance);
  }

  BagDataset finish(String name, boolean labelled) {
    List<Bag> all = new ArrayList<>(bags.size());
    bags.forEach(
        (id, bag) -> all.add(Bag.of(id, bag.label, bag.instances.toArray(double[][]::new))));
    return new BagDataset(name, file, labelled, all);
  }
}
