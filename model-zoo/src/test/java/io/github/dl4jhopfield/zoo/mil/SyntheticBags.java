package io.github.dl4jhopfield.zoo.mil;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Bags that are positive if one of their instances has a high first feature. */
final class SyntheticBags {
  private SyntheticBags() {}

  static BagDataset of(int bags, int features, long seed) {
    Random random = new Random(seed);
    List<Bag> all = new ArrayList<>();
    for (int b = 0; b < bags; b++) {
      double[][] instances = new double[1 + random.nextInt(6)][features];
      for (double[] instance : instances) {
        for (int f = 0; f < features; f++) {
          instance[f] = random.nextGaussian();
        }
      }
      if (b % 2 == 0) {
        instances[random.nextInt(instances.length)][0] += 6;
      }
      all.add(Bag.of("bag" + b, 1 - b % 2, instances));
    }
    return new BagDataset("synthetic", all);
  }
}
