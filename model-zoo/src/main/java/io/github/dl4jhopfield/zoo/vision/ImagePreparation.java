package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.vision.ImageFiles.Rgb;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images as a pretrained model wants them: what timm's evaluation does with Pillow and torchvision
 * (resize, middle or border, scale to 0 to 1, mean and standard deviation), to the last bit of the
 * resized bytes.
 */
final class ImagePreparation {
  private final Preprocessing p;
  private final Resampling filter;
  private final int channels;

  ImagePreparation(Preprocessing preprocessing) {
    this.p = preprocessing;
    this.filter = preprocessing.filter();
    this.channels = p.mean().length;
  }

  /** A size in pixels. */
  record Size(int height, int width) {}

  /** What an image of a size is resized to, before its middle is cut out. */
  Size resized(int height, int width) {
    int targetHeight = (int) Math.floor(p.height() / p.cropPct());
    int targetWidth = (int) Math.floor(p.width() / p.cropPct());
    double across = (double) width / targetWidth;
    double down = (double) height / targetHeight;
    return switch (p.cropMode()) {
      case "squash" -> new Size(targetHeight, targetWidth);
      case "border" -> divided(height, width, Math.max(across, down));
      default -> {
        if (targetHeight != targetWidth) {
          yield divided(height, width, Math.min(across, down));
        }
        // torchvision's Resize of one number: the shorter edge; the longer is cut to a whole number
        int longer =
            (int) ((long) targetHeight * Math.max(height, width) / Math.min(height, width));
        yield width <= height ? new Size(longer, targetWidth) : new Size(targetHeight, longer);
      }
    };
  }

  private static Size divided(int height, int width, double ratio) {
    return new Size(
        Math.max(1, (int) Math.rint(height / ratio)), Math.max(1, (int) Math.rint(width / ratio)));
  }

  /** The bytes that the model sees, [height, width, channels], flat. */
  byte[] bytes(Rgb image) {
    byte[] values = channels == 1 ? image.grey() : image.values();
    Size size = resized(image.height(), image.width());
    byte[] resized =
        filter.resize(values, image.height(), image.width(), channels, size.height(), size.width());
    int top = before(size.height(), p.height());
    int left = before(size.width(), p.width());
    byte[] result = new byte[p.height() * p.width() * channels];
    for (int y = 0; y < p.height(); y++) {
      for (int x = 0; x < p.width(); x++) {
        int fromY = top + y;
        int fromX = left + x;
        boolean inside = fromY >= 0 && fromY < size.height() && fromX >= 0 && fromX < size.width();
        for (int c = 0; c < channels; c++) {
          result[(y * p.width() + x) * channels + c] =
              inside ? resized[(fromY * size.width() + fromX) * channels + c] : border(c);
        }
      }
    }
    return result;
  }

  /** Where the middle begins; negative where a border goes before it. */
  private static int before(int length, int wanted) {
    return length < wanted ? -((wanted - length) / 2) : (int) Math.rint((length - wanted) / 2.0);
  }

  private byte border(int channel) {
    return p.cropMode().equals("border") ? (byte) Math.rint(255 * p.mean()[channel]) : 0;
  }

  /**
   * The image as the model wants it.
   *
   * @return [1, channels, height, width]
   */
  INDArray prepare(Rgb image, DataType type) {
    byte[] bytes = bytes(image);
    int area = p.height() * p.width();
    float[] values = new float[bytes.length];
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < area; i++) {
        double value = (bytes[i * channels + c] & 0xff) / 255.0;
        values[c * area + i] = (float) ((value - p.mean()[c]) / p.std()[c]);
      }
    }
    return Nd4j.create(values, new long[] {1, channels, p.height(), p.width()}, 'c').castTo(type);
  }
}
