package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.learn.Seeds;
import java.util.Arrays;
import java.util.Random;

/**
 * Changes an image by some operations that are drawn anew for each image and epoch, all with the
 * same magnitude.
 *
 * <p>With m = magnitude / 30 and a sign s drawn for those that have two directions:
 *
 * <pre>
 *   identity
 *   shear x, shear y            a line is moved by 0.3 m s of its distance from the middle
 *   translate x, translate y    by 150/331 m s of the width or height
 *   rotate                      by 30 m s degrees about the middle
 *   brightness                  v (1 + 0.9 m s)
 *   colour                      grey + (v - grey) (1 + 0.9 m s); not of grey images
 *   contrast                    mean + (v - mean) (1 + 0.9 m s), mean of the grey image
 *   sharpness                   smooth + (v - smooth) (1 + 0.9 m s), smooth by 3 x 3 (1, the middle 5) / 13
 *   posterize                   the upper 8 - round(4 m) bits
 *   solarize                    255 - v from 255 - 255 m on
 *   autocontrast                each channel from its least and greatest value to 0 and 255
 *   equalize                    each channel so that its values are equally frequent
 * </pre>
 *
 * <p>What comes from outside of the image is the mean of the training images; pixels are those that
 * are nearest.
 *
 * <p>Source: Cubuk et al., RandAugment, 2020, with torchvision's ranges.
 *
 * @param operations of an image, one after the other
 * @param magnitude from 0 to 30
 */
record RandAugment(int operations, double magnitude) {
  private static final double GREATEST = 30;

  /** What can be done to an image. */
  enum Operation {
    IDENTITY,
    SHEAR_X,
    SHEAR_Y,
    TRANSLATE_X,
    TRANSLATE_Y,
    ROTATE,
    BRIGHTNESS,
    CONTRAST,
    SHARPNESS,
    POSTERIZE,
    SOLARIZE,
    AUTOCONTRAST,
    EQUALIZE,
    COLOUR;

    /** The strength of a magnitude from 0 to 1, before its sign. */
    private double strength(double m) {
      return switch (this) {
        case SHEAR_X, SHEAR_Y -> 0.3 * m;
        case TRANSLATE_X, TRANSLATE_Y -> 150.0 / 331 * m;
        case ROTATE -> Math.toRadians(30 * m);
        case BRIGHTNESS, COLOUR, CONTRAST, SHARPNESS -> 0.9 * m;
        case POSTERIZE -> Math.rint(4 * m);
        case SOLARIZE -> 255 - 255 * m;
        case IDENTITY, AUTOCONTRAST, EQUALIZE -> 0;
      };
    }

    private boolean hasSign() {
      return switch (this) {
        case SHEAR_X,
                SHEAR_Y,
                TRANSLATE_X,
                TRANSLATE_Y,
                ROTATE,
                BRIGHTNESS,
                COLOUR,
                CONTRAST,
                SHARPNESS ->
            true;
        default -> false;
      };
    }
  }

  /** How an image lies in its bytes: [channel, row, column]. */
  record Layout(int channels, int height, int width) {
    private int area() {
      return height * width;
    }
  }

  /**
   * The changed image; the given one stays as it is.
   *
   * @param seed of this image in this epoch
   * @param fill value of each channel for what comes from outside
   */
  byte[] apply(byte[] image, Layout layout, byte[] fill, long seed) {
    Random random = new Random(Seeds.mix(seed, operations));
    byte[] result = image;
    Operation[] all = Operation.values();
    int choices = layout.channels() == 3 ? all.length : all.length - 1; // colour is the last
    for (int i = 0; i < operations; i++) {
      Operation operation = all[random.nextInt(choices)];
      boolean negative = random.nextBoolean();
      double strength = operation.strength(magnitude / GREATEST);
      result =
          apply(
              operation,
              operation.hasSign() && negative ? -strength : strength,
              result,
              layout,
              fill);
    }
    return result;
  }

  /** One operation. Strength as in the table: a share, radians, bits, or a threshold. */
  static byte[] apply(
      Operation operation, double strength, byte[] image, Layout layout, byte[] fill) {
    return switch (operation) {
      case IDENTITY -> image;
      case SHEAR_X -> moved(image, layout, fill, new double[] {1, strength, 0, 0, 1, 0});
      case SHEAR_Y -> moved(image, layout, fill, new double[] {1, 0, 0, strength, 1, 0});
      case TRANSLATE_X ->
          moved(
              image,
              layout,
              fill,
              new double[] {1, 0, -Math.rint(strength * layout.width()), 0, 1, 0});
      case TRANSLATE_Y ->
          moved(
              image,
              layout,
              fill,
              new double[] {1, 0, 0, 0, 1, -Math.rint(strength * layout.height())});
      case ROTATE -> {
        double cos = Math.cos(strength);
        double sin = Math.sin(strength);
        yield moved(image, layout, fill, new double[] {cos, sin, 0, -sin, cos, 0});
      }
      case BRIGHTNESS -> blended(image, new byte[image.length], strength);
      case COLOUR -> blended(image, greyInEachChannel(image, layout), strength);
      case CONTRAST -> {
        byte[] mean = new byte[image.length];
        Arrays.fill(mean, (byte) Math.rint(meanGrey(image, layout)));
        yield blended(image, mean, strength);
      }
      case SHARPNESS -> blended(image, smoothed(image, layout), strength);
      case POSTERIZE -> {
        int kept = 0xff << (int) strength & 0xff;
        byte[] result = image.clone();
        for (int i = 0; i < result.length; i++) {
          result[i] &= (byte) kept;
        }
        yield result;
      }
      case SOLARIZE -> {
        byte[] result = image.clone();
        for (int i = 0; i < result.length; i++) {
          result[i] = (result[i] & 0xff) >= strength ? (byte) ~result[i] : result[i];
        }
        yield result;
      }
      case AUTOCONTRAST -> byTable(image, layout, RandAugment::stretching);
      case EQUALIZE -> byTable(image, layout, RandAugment::equalizing);
    };
  }

  /**
   * Each pixel from where an affine map about the middle sends it.
   *
   * @param map column = m0 x + m1 y + m2, row = m3 x + m4 y + m5
   */
  private static byte[] moved(byte[] image, Layout layout, byte[] fill, double[] map) {
    byte[] result = new byte[image.length];
    double middleX = (layout.width() - 1) / 2.0;
    double middleY = (layout.height() - 1) / 2.0;
    for (int y = 0; y < layout.height(); y++) {
      for (int x = 0; x < layout.width(); x++) {
        double dx = x - middleX;
        double dy = y - middleY;
        int fromX = (int) Math.rint(map[0] * dx + map[1] * dy + map[2] + middleX);
        int fromY = (int) Math.rint(map[3] * dx + map[4] * dy + map[5] + middleY);
        boolean inside =
            fromX >= 0 && fromX < layout.width() && fromY >= 0 && fromY < layout.height();
        for (int c = 0; c < layout.channels(); c++) {
          int plane = c * layout.area();
          result[plane + y * layout.width() + x] =
              inside ? image[plane + fromY * layout.width() + fromX] : fill[c];
        }
      }
    }
    return result;
  }

  /** other + (image - other) (1 + strength), to the nearest of 0 to 255. */
  private static byte[] blended(byte[] image, byte[] other, double strength) {
    byte[] result = new byte[image.length];
    for (int i = 0; i < result.length; i++) {
      double from = other[i] & 0xff;
      double value = from + ((image[i] & 0xff) - from) * (1 + strength);
      result[i] = (byte) Math.rint(Math.min(255, Math.max(0, value)));
    }
    return result;
  }

  /** ITU-R 601: 0.299 R + 0.587 G + 0.114 B; of other numbers of channels their mean. */
  private static double grey(byte[] image, Layout layout, int pixel) {
    int area = layout.area();
    if (layout.channels() == 3) {
      return 0.299 * (image[pixel] & 0xff)
          + 0.587 * (image[area + pixel] & 0xff)
          + 0.114 * (image[2 * area + pixel] & 0xff);
    }
    double sum = 0;
    for (int c = 0; c < layout.channels(); c++) {
      sum += image[c * area + pixel] & 0xff;
    }
    return sum / layout.channels();
  }

  private static byte[] greyInEachChannel(byte[] image, Layout layout) {
    byte[] result = new byte[image.length];
    for (int i = 0; i < layout.area(); i++) {
      byte value = (byte) Math.rint(grey(image, layout, i));
      for (int c = 0; c < layout.channels(); c++) {
        result[c * layout.area() + i] = value;
      }
    }
    return result;
  }

  private static double meanGrey(byte[] image, Layout layout) {
    double sum = 0;
    for (int i = 0; i < layout.area(); i++) {
      sum += grey(image, layout, i);
    }
    return sum / layout.area();
  }

  /** The mean of a pixel (5 of 13) and its neighbours (1 of 13 each); the edge stays. */
  private static byte[] smoothed(byte[] image, Layout layout) {
    byte[] result = image.clone();
    int width = layout.width();
    for (int c = 0; c < layout.channels(); c++) {
      for (int y = 1; y < layout.height() - 1; y++) {
        for (int x = 1; x < width - 1; x++) {
          int at = c * layout.area() + y * width + x;
          int sum = 4 * (image[at] & 0xff);
          for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
              sum += image[at + dy * width + dx] & 0xff;
            }
          }
          result[at] = (byte) Math.rint(sum / 13.0);
        }
      }
    }
    return result;
  }

  /** Makes a table of new values from how frequent each is. */
  private interface Table {
    int[] of(int[] histogram, int count);
  }

  private static byte[] byTable(byte[] image, Layout layout, Table table) {
    byte[] result = new byte[image.length];
    for (int c = 0; c < layout.channels(); c++) {
      int from = c * layout.area();
      int[] histogram = new int[256];
      for (int i = from; i < from + layout.area(); i++) {
        histogram[image[i] & 0xff]++;
      }
      int[] values = table.of(histogram, layout.area());
      for (int i = from; i < from + layout.area(); i++) {
        result[i] = (byte) values[image[i] & 0xff];
      }
    }
    return result;
  }

  private static int[] identity() {
    int[] values = new int[256];
    Arrays.setAll(values, v -> v);
    return values;
  }

  private static int[] stretching(int[] histogram, int count) {
    int low = 0;
    while (histogram[low] == 0) {
      low++;
    }
    int high = 255;
    while (histogram[high] == 0) {
      high--;
    }
    int[] values = identity();
    if (high > low) {
      for (int v = low; v <= high; v++) {
        values[v] = (int) Math.rint(255.0 * (v - low) / (high - low));
      }
    }
    return values;
  }

  /** The share of pixels below a value, from 0 for the least to 255 for the greatest. */
  private static int[] equalizing(int[] histogram, int count) {
    int greatest = 255;
    while (histogram[greatest] == 0) {
      greatest--;
    }
    int rest = count - histogram[greatest];
    int[] values = identity();
    if (rest > 0) {
      int below = 0;
      for (int v = 0; v < 256; v++) {
        values[v] = Math.min(255, (int) Math.rint(255.0 * below / rest));
        below += histogram[v];
      }
    }
    return values;
  }
}
