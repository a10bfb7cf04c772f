package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.files.LabelledImages;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Bags of digits: positive if one of them is the digit that is sought. Sizes are normal, rounded,
 * at least 1; half of the bags are positive. Digits of a bag are drawn with replacement from the
 * images, and drawn again until the bag has the label it should.
 */
final class DigitBags {
  /** A bag, whose instances are the pixels of its images, row by row. */
  final class DigitBag implements Bag {
    private final String id;
    private final int[] own;
    private final int label;

    private DigitBag(String id, int[] own, int label) {
      this.id = id;
      this.own = own;
      this.label = label;
    }

    /** Indices of the images. */
    int[] images() {
      return own;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public int label() {
      return label;
    }

    @Override
    public int size() {
      return own.length;
    }

    @Override
    public int features() {
      return images.height() * images.width();
    }

    @Override
    public void forEach(Visitor visitor) {
      for (int image : own) {
        visitor.see(values(image));
      }
    }
  }

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
      bags.add(new DigitBag("bag " + b, drawn, label));
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
    return BagTensors.of(some, images.height() * images.width(), (value, pixel) -> value);
  }
}
