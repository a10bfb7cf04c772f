package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.files.LabelledImages;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Bags of digits: positive if one of them is the digit that is sought. Sizes are normal, rounded,
 * at least 1; half of the bags are positive. Digits of a bag are drawn with replacement from the
 * images, and drawn again until the bag has the label it should.
 */
final class DigitBags {
  /**
   * A bag.
   *
   * @param images indices of the images
   */
  record DigitBag(int[] images, int label) {}

  private final LabelledImages images;
  private final byte[] pixels;
  private final int digit;
  private final List<DigitBag> bags = new ArrayList<>();

  DigitBags(
      LabelledImages images, int digit, int count, double meanSize, double deviation, long seed) {
    this.images = images;
    this.pixels = images.pixels();
    this.digit = digit;
    Random random = new Random(seed);
    for (int b = 0; b < count; b++) {
      int size = (int) Math.max(1, Math.round(meanSize + deviation * random.nextGaussian()));
      int label = 1 - b % 2;
      int[] drawn = new int[size];
      do {
        for (int i = 0; i < size; i++) {
          drawn[i] = random.nextInt(images.count());
        }
      } while ((sought(drawn) > 0 ? 1 : 0) != label);
      bags.add(new DigitBag(drawn, label));
    }
  }

  private int sought(int[] drawn) {
    int found = 0;
    for (int image : drawn) {
      found += images.label(image) == digit ? 1 : 0;
    }
    return found;
  }

  List<DigitBag> bags() {
    return bags;
  }

  boolean isSought(int image) {
    return images.label(image) == digit;
  }

  int[] labels() {
    return bags.stream().mapToInt(DigitBag::label).toArray();
  }

  /** An image from 0 to 1, row by row. */
  double[] values(int image) {
    double[] values = new double[images.height() * images.width()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (pixels[image * values.length + i] & 0xff) / 255.0;
    }
    return values;
  }

  int side() {
    return images.height();
  }

  /** Some bags as arrays, padded with zeros, with a mask. */
  DataSet tensors(List<DigitBag> some) {
    int longest = some.stream().mapToInt(bag -> bag.images().length).max().orElseThrow();
    int size = images.height() * images.width();
    float[] x = new float[some.size() * longest * size];
    float[] mask = new float[some.size() * longest];
    float[] y = new float[some.size()];
    for (int b = 0; b < some.size(); b++) {
      int[] own = some.get(b).images();
      y[b] = some.get(b).label();
      for (int t = 0; t < own.length; t++) {
        int at = b * longest + t;
        mask[at] = 1;
        for (int i = 0; i < size; i++) {
          x[at * size + i] = (pixels[own[t] * size + i] & 0xff) / 255f;
        }
      }
    }
    return new DataSet(
        Nd4j.create(x, new long[] {some.size(), longest, size}, 'c'),
        Nd4j.create(y, new long[] {some.size(), 1}, 'c'),
        Nd4j.create(mask, new long[] {some.size(), longest}, 'c'),
        null);
  }
}
