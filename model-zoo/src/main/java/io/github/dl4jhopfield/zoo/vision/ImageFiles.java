package io.github.dl4jhopfield.zoo.vision;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.metadata.Directory;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.adobe.AdobeJpegDirectory;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.jpeg.JpegDirectory;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.SampleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;

/**
 * PNG, JPEG, BMP and GIF files as colours of 8 bits: stored numbers, no colour management, as
 * Pillow's {@code convert("RGB")} gives them. Alpha is left out, grey and palettes become colours,
 * CMYK and YCCK are converted with Pillow's formula. Two things differ from Pillow's {@code
 * Image.open}: a photograph is turned as its EXIF orientation says, and 16-bit grey loses its lower
 * byte where Pillow cuts off at 255, which leaves a white image.
 */
final class ImageFiles {
  private static final int MOST_PIXELS = 100_000_000;
  private static final int MOST_METADATA = 64 << 20;
  private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".bmp", ".gif");

  private ImageFiles() {}

  /**
   * An image.
   *
   * @param values [height, width, 3], flat
   */
  record Rgb(int height, int width, byte[] values) {

    /** Luma of each pixel, as Pillow's {@code convert("L")} rounds it. */
    byte[] grey() {
      byte[] grey = new byte[height * width];
      for (int i = 0; i < grey.length; i++) {
        int r = values[3 * i] & 0xff;
        int g = values[3 * i + 1] & 0xff;
        int b = values[3 * i + 2] & 0xff;
        grey[i] = (byte) (19595 * r + 38470 * g + 7471 * b + 0x8000 >> 16);
      }
      return grey;
    }

    /**
     * The image as it is to be looked at.
     *
     * @param orientation of EXIF: 1 as it is, 2 to 8 mirrored or turned
     */
    Rgb turned(int orientation) {
      if (orientation < 2 || orientation > 8) {
        return this;
      }
      boolean swapped = orientation > 4;
      int rows = swapped ? width : height;
      int columns = swapped ? height : width;
      boolean flipX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
      boolean flipY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
      byte[] turned = new byte[values.length];
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          int y = swapped ? c : r;
          int x = swapped ? r : c;
          int from = (flipY ? height - 1 - y : y) * width + (flipX ? width - 1 - x : x);
          System.arraycopy(values, 3 * from, turned, 3 * (r * columns + c), 3);
        }
      }
      return new Rgb(rows, columns, turned);
    }
  }

  /** The image files of a folder in the order of their paths, or the file itself. */
  static List<Path> files(Path data) throws IOException {
    if (Files.isRegularFile(data)) {
      return List.of(data);
    }
    try (Stream<Path> tree = Files.walk(data)) {
      List<Path> files =
          tree.filter(Files::isRegularFile).filter(ImageFiles::isImage).sorted().toList();
      if (files.isEmpty()) {
        throw new DataFormatException(
            data.toString(), 0, "files that end in " + String.join(", ", ENDINGS), "none");
      }
      return files;
    }
  }

  static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  /**
   * Reads an image.
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
        return reader.getFormatName().equalsIgnoreCase("jpeg")
            ? jpeg(file, reader)
            : colours(file, reader.read(0));
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

  private static Rgb jpeg(Path file, ImageReader reader) throws IOException {
    Metadata metadata = metadata(file);
    int orientation =
        number(
            metadata.getFirstDirectoryOfType(ExifIFD0Directory.class),
            ExifIFD0Directory.TAG_ORIENTATION,
            1);
    AdobeJpegDirectory adobe = metadata.getFirstDirectoryOfType(AdobeJpegDirectory.class);
    int transform = number(adobe, AdobeJpegDirectory.TAG_COLOR_TRANSFORM, 0);
    JpegDirectory frame = metadata.getFirstDirectoryOfType(JpegDirectory.class);
    int components = number(frame, JpegDirectory.TAG_NUMBER_OF_COMPONENTS, 3);
    Rgb image =
        components == 4
            ? fourColours(reader.readRaster(0, null), adobe != null, transform == 2)
            : colours(file, reader.read(0, unconverted(reader, components)));
    return image.turned(orientation);
  }

  /** Colours as they are stored: in the colour space of the file's profile, where it has one. */
  private static ImageReadParam unconverted(ImageReader reader, int components) throws IOException {
    ImageReadParam param = reader.getDefaultReadParam();
    Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
    while (types.hasNext()) {
      ImageTypeSpecifier type = types.next();
      boolean own = !type.getColorModel().getColorSpace().isCS_sRGB();
      if (type.getNumBands() == components && (own || param.getDestinationType() == null)) {
        param.setDestinationType(type);
      }
    }
    return param;
  }

  private static Metadata metadata(Path file) throws IOException {
    if (Files.size(file) > MOST_METADATA) {
      return new Metadata();
    }
    try {
      return JpegMetadataReader.readMetadata(file.toFile());
    } catch (ImageProcessingException e) {
      return new Metadata(); // damage: what reads the pixels will say
    }
  }

  private static int number(Directory directory, int tag, int otherwise) {
    try {
      return directory != null && directory.containsTag(tag) ? directory.getInt(tag) : otherwise;
    } catch (MetadataException e) {
      return otherwise;
    }
  }

  /**
   * CMYK or YCCK.
   *
   * @param inverted as Adobe's programs store it
   */
  private static Rgb fourColours(Raster raster, boolean inverted, boolean ycck)
      throws IIOException {
    if (raster.getNumBands() != 4) {
      throw new IIOException(raster.getNumBands() + " colours");
    }
    int height = raster.getHeight();
    int width = raster.getWidth();
    byte[] rgb = new byte[3 * height * width];
    int[] line = new int[4 * width];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, line);
      for (int x = 0; x < width; x++) {
        int at = 4 * x;
        if (ycck) {
          double luma = line[at];
          double blue = line[at + 1] - 128;
          double red = line[at + 2] - 128;
          line[at] = 255 - clipped(luma + 1.402 * red);
          line[at + 1] = 255 - clipped(luma - 0.344136286 * blue - 0.714136286 * red);
          line[at + 2] = 255 - clipped(luma + 1.772 * blue);
        }
        int key = inverted ? line[at + 3] : 255 - line[at + 3];
        for (int c = 0; c < 3; c++) {
          int ink = inverted ? 255 - line[at + c] : line[at + c];
          int t = ink * key + 128;
          rgb[3 * (y * width + x) + c] = (byte) Math.max(0, key - ((t >> 8) + t >> 8));
        }
      }
    }
    return new Rgb(height, width, rgb);
  }

  private static int clipped(double value) {
    return (int) Math.max(0, Math.min(255, Math.floor(value + 0.5)));
  }

  /** The stored numbers; {@code getRGB} would convert them from the file's colour space. */
  private static Rgb colours(Path file, BufferedImage image) {
    int height = image.getHeight();
    int width = image.getWidth();
    byte[] rgb = new byte[Math.multiplyExact(3, height * width)];
    Raster raster = image.getRaster();
    SampleModel samples = raster.getSampleModel();
    int[] line = new int[width];
    if (image.getColorModel() instanceof IndexColorModel palette) {
      int[] colours = new int[palette.getMapSize()];
      palette.getRGBs(colours);
      for (int y = 0; y < height; y++) {
        raster.getSamples(0, y, width, 1, 0, line);
        for (int x = 0; x < width; x++) {
          int colour = line[x] < colours.length ? colours[line[x]] : 0;
          int at = 3 * (y * width + x);
          rgb[at] = (byte) (colour >> 16);
          rgb[at + 1] = (byte) (colour >> 8);
          rgb[at + 2] = (byte) colour;
        }
      }
      return new Rgb(height, width, rgb);
    }
    int bands = raster.getNumBands();
    for (int c = 0; c < 3; c++) {
      int band = bands < 3 ? 0 : c;
      int depth = samples.getSampleSize(band);
      if (depth > 16) {
        throw new DataFormatException(
            file.toString(), 0, "at most 16 bits a channel", Integer.toString(depth));
      }
      int most = (1 << Math.min(depth, 8)) - 1;
      for (int y = 0; y < height; y++) {
        raster.getSamples(0, y, width, 1, band, line);
        for (int x = 0; x < width; x++) {
          int value = depth > 8 ? line[x] >> depth - 8 : line[x] * 255 / most;
          rgb[3 * (y * width + x) + c] = (byte) value;
        }
      }
    }
    return new Rgb(height, width, rgb);
  }
}
