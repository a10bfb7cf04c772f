package io.github.dl4jhopfield.zoo.mil;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Bags as {@link HopfieldMIL} takes them: standardised features [B, T, F] with T the largest bag,
 * padded with zeros, mask [B, T] of 1 for an instance and 0 for padding, labels [B, 1].
 */
final class BagTensors {
  private BagTensors() {}

  /** What becomes of a value. */
  @FunctionalInterface
  interface Scaling {
    /** A value of that feature, as the network takes it. */
    double apply(double value, int feature);
  }

  static DataSet of(List<Bag> bags, Standardizer standardizer) {
    return of(bags, standardizer.features(), standardizer::apply);
  }

  static DataSet of(List<? extends Bag> bags, int features, Scaling scaling) {
    int longest = bags.stream().mapToInt(Bag::size).max().orElseThrow();
    long size = (long) bags.size() * longest * features;
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "expected a batch of fewer than 2^31 values, found "
              + bags.size()
              + " bags of up to "
              + longest
              + " instances with "
              + features
              + " features; use a smaller batch size");
    }
    float[] x = new float[(int) size];
    float[] mask = new float[bags.size() * longest];
    float[] y = new float[bags.size()];
    for (int b = 0; b < bags.size(); b++) {
      y[b] = bags.get(b).label();
      int first = b * longest;
      int[] next = {first};
      bags.get(b)
          .forEach(
              instance -> {
                int row = next[0]++;
                for (int f = 0; f < features; f++) {
                  x[row * features + f] = (float) scaling.apply(instance[f], f);
                }
              });
      Arrays.fill(mask, first, next[0], 1);
    }
    return new DataSet(
        Nd4j.create(x, new long[] {bags.size(), longest, features}, 'c'),
        Nd4j.create(y, new long[] {bags.size(), 1}, 'c'),
        Nd4j.create(mask, new long[] {bags.size(), longest}, 'c'),
        null);
  }
}
