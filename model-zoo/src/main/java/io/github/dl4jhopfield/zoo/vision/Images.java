package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * PNG and JPEG files as a pretrained model wants them: what timm's evaluation does with Pillow and
 * torchvision (resize, middle, scale to 0 to 1, mean and standard deviation), in the same order and
 * with Pillow's filters and its rounding to bytes after each pass.
 */
final class Images {
  private static final int MOST_PIXELS = 100_000_000;
  private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".bmp", ".gif");

  private Images() {}

  /**
   * An image.
   *
   * @param rgb [height, width, 3] from 0 to 255, flat
   */
  record Rgb(int height, int width, double[] rgb) {}

  /** The image files of a folder in the order of their paths, or the file itself. */
  static List<Path> files(Path data) throws IOException {
    if (Files.isRegularFile(data)) {
      return List.of(data);
    }
    try (Stream<Path> tree = Files.walk(data)) {
      List<Path> files =
          tree.filter(Files::isRegularFile).filter(Images::isImage).sorted().toList();
      if (files.isEmpty()) {
        throw new DataFormatException(
            data.toString(), 0, "files that end in " + String.join(", ", ENDINGS), "none");
      }
      return files;
    }
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  /**
   * Reads an image; alpha is left out, grey and palettes become colours, as Pillow's {@code
   * convert("RGB")} does.
   *
   * @throws DataFormatException if it is damaged or of a kind that is not read
   */
  static Rgb read(Path file) throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new DataFormatException(
            file.toString(), 0, "a PNG, JPEG, BMP or GIF image", "another file");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        long pixels = (long) reader.getHeight(0) * reader.getWidth(0);
        if (pixels > MOST_PIXELS) {
          throw new DataFormatException(
              file.toString(), 0, "at most " + MOST_PIXELS + " pixels", Long.toString(pixels));
        }
        return rgb(file, reader.read(0));
      } finally {
        reader.dispose();
      }
    } catch (IIOException | IndexOutOfBoundsException | IllegalArgumentException e) {
      if (e instanceof DataFormatException format) {
        throw format;
      }
      throw new DataFormatException(
          file.toString(), 0, "a whole image of a common kind", "damage: " + e.getMessage());
    }
  }

  private static Rgb rgb(Path file, BufferedImage image) {
    ColorModel colours = image.getColorModel();
    int depth = colours.getComponentSize(0);
    if (!(colours instanceof java.awt.image.IndexColorModel) && depth > 8) {
      throw new DataFormatException(
          file.toString(), 0, "8 bits a channel", Integer.toString(depth));
    }
    int height = image.getHeight();
    int width = image.getWidth();
    double[] rgb = new double[height * width * 3];
    boolean grey =
        !(colours instanceof java.awt.image.IndexColorModel)
            && colours.getNumColorComponents() == 1;
    int[] line = new int[width];
    for (int y = 0; y < height; y++) {
      if (grey) {
        // Not through getRGB, which takes grey for linear light.
        image.getRaster().getSamples(0, y, width, 1, 0, line);
      } else {
        image.getRGB(0, y, width, 1, line, 0, width);
      }
      for (int x = 0; x < width; x++) {
        int at = (y * width + x) * 3;
        rgb[at] = grey ? line[x] : line[x] >> 16 & 0xff;
        rgb[at + 1] = grey ? line[x] : line[x] >> 8 & 0xff;
        rgb[at + 2] = grey ? line[x] : line[x] & 0xff;
      }
    }
    return new Rgb(height, width, rgb);
  }

  /**
   * The image as the model wants it.
   *
   * @return [1, 3, height, width]
   */
  static INDArray prepare(Rgb image, Preprocessing p, DataType type) {
    int edge = p.resizeShortEdge();
    int height = edge;
    int width = edge;
    if (!p.cropMode().equals("squash")) {
      // As torchvision's Resize of one number: the shorter edge, the longer cut to a whole number.
      boolean wide = image.width() >= image.height();
      int shorter = Math.min(image.height(), image.width());
      int other = (int) ((long) edge * Math.max(image.height(), image.width()) / shorter);
      height = wide ? edge : other;
      width = wide ? other : edge;
    }
    Resampling filter = Resampling.valueOf(p.interpolation().toUpperCase(Locale.ROOT));
    double[] resized = bytes(image, filter, height, width);
    int top = (int) Math.rint((height - p.height()) / 2.0);
    int left = (int) Math.rint((width - p.width()) / 2.0);
    double[] values = new double[3 * p.height() * p.width()];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < p.height(); y++) {
        for (int x = 0; x < p.width(); x++) {
          int fromY = top + y;
          int fromX = left + x;
          boolean inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
          double value = inside ? resized[(fromY * width + fromX) * 3 + c] / 255 : 0;
          values[(c * p.height() + y) * p.width() + x] = (value - p.mean()[c]) / p.std()[c];
        }
      }
    }
    return Nd4j.create(values, new long[] {1, 3, p.height(), p.width()}, type);
  }

  /** Resized columns first, then rows, rounded to bytes after each, as Pillow does. */
  private static double[] bytes(Rgb image, Resampling filter, int height, int width) {
    double[] wide = image.rgb();
    if (width != image.width()) {
      wide = rounded(filter.resize(wide, image.height(), image.width(), 3, image.height(), width));
    }
    return height == image.height()
        ? wide
        : rounded(filter.resize(wide, image.height(), width, 3, height, width));
  }

  private static double[] rounded(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, Math.min(255, Math.floor(values[i] + 0.5)));
    }
    return values;
  }
}
