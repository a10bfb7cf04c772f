package io.github.dl4jhopfield.zoo.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Grey images with class labels: MNIST and what comes in the same files. */
public final class LabelledImages {
  private static final String RESOURCES = "io/github/dl4jhopfield/zoo/mnist/";

  private final String name;
  private final int height;
  private final int width;
  private final byte[] pixels;
  private final byte[] labels;

  private LabelledImages(String name, int height, int width, byte[] pixels, byte[] labels) {
    this.name = name;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
    this.labels = labels;
  }

  /** Images to store and images to ask with, without any in common. */
  public record Split(LabelledImages stored, LabelledImages queries) {}

  /**
   * The 5,000 MNIST digits of the resource jar, 4,000 to store and 1,000 to ask with.
   *
   * @throws IllegalStateException if the jar (model-zoo, classifier mnist) is not on the class path
   */
  public static Split mnistSubset() throws IOException {
    LabelledImages all =
        of("MNIST subset", resource("images-idx3-ubyte.gz"), resource("labels-idx1-ubyte.gz"));
    return new Split(all.range(0, 4000), all.range(4000, 5000));
  }

  /**
   * MNIST's four files from a folder ({@code train-images-idx3-ubyte}, {@code
   * train-labels-idx1-ubyte} to store, {@code t10k-...} to ask with), each plain or with {@code
   * .gz}. Fashion-MNIST and others come under the same names.
   *
   * @throws DataFormatException if a file is missing or broken; the message names it
   */
  public static Split folder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new DataFormatException(
          folder.toString(), 0, "a folder with idx files such as MNIST's", "no folder");
    }
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    return new Split(files(name, folder, "train"), files(name, folder, "t10k"));
  }

  private static LabelledImages files(String name, Path folder, String part) throws IOException {
    Path images = find(folder, part + "-images-idx3-ubyte");
    Path labels = find(folder, part + "-labels-idx1-ubyte");
    try (InputStream i = Files.newInputStream(images);
        InputStream l = Files.newInputStream(labels)) {
      return of(
          name,
          IdxFile.read(images.toString(), i, 3),
          labels(labels.toString(), IdxFile.read(labels.toString(), l, 1)));
    }
  }

  private static Path find(Path folder, String name) {
    for (String suffix : new String[] {".gz", ""}) {
      Path file = folder.resolve(name + suffix);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new DataFormatException(
        folder.toString(), 0, "a file " + name + ".gz or " + name, "neither");
  }

  private static IdxFile resource(String file) throws IOException {
    InputStream in = LabelledImages.class.getClassLoader().getResourceAsStream(RESOURCES + file);
    if (in == null) {
      throw new IllegalStateException(
          "MNIST digits: expected the resource jar model-zoo with classifier mnist on the class"
              + " path, found no "
              + RESOURCES
              + file
              + "; add the jar, or give a folder of idx files with --data");
    }
    return IdxFile.read(file, in, file.startsWith("images") ? 3 : 1);
  }

  private static IdxFile labels(String name, IdxFile labels) {
    for (int i = 0; i < labels.data().length; i++) {
      if (labels.data()[i] < 0 || labels.data()[i] > 9) {
        throw new DataFormatException(
            name, 0, "labels from 0 to 9", (labels.data()[i] & 0xff) + " at " + i);
      }
    }
    return labels;
  }

  private static LabelledImages of(String name, IdxFile images, IdxFile labels) {
    if (images.shape()[0] != labels.shape()[0]) {
      throw new DataFormatException(
          name,
          0,
          "a label for each image",
          images.shape()[0] + " images and " + labels.shape()[0] + " labels");
    }
    return new LabelledImages(
        name, images.shape()[1], images.shape()[2], images.data(), labels.data());
  }

  /** Name of the data. */
  public String name() {
    return name;
  }

  /** How many images. */
  public int count() {
    return labels.length;
  }

  /** Rows of an image. */
  public int height() {
    return height;
  }

  /** Columns of an image. */
  public int width() {
    return width;
  }

  /** Class of an image, 0 to 9. */
  public int label(int image) {
    return labels[image];
  }

  /** Images {@code from} to {@code to}, the latter not included. */
  public LabelledImages range(int from, int to) {
    return choose(IntStream.range(from, to).toArray());
  }

  /** Some images, drawn without replacement. */
  public LabelledImages draw(int images, Random random) {
    if (images > count()) {
      throw new IllegalArgumentException(
          name + ": expected at most " + count() + " images to draw, found " + images);
    }
    int[] order = IntStream.range(0, count()).toArray();
    for (int i = 0; i < images; i++) {
      int j = i + random.nextInt(order.length - i);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return choose(Arrays.copyOf(order, images));
  }

  private LabelledImages choose(int[] images) {
    int size = height * width;
    byte[] chosen = new byte[images.length * size];
    byte[] chosenLabels = new byte[images.length];
    for (int i = 0; i < images.length; i++) {
      System.arraycopy(pixels, images[i] * size, chosen, i * size, size);
      chosenLabels[i] = labels[images[i]];
    }
    return new LabelledImages(name, height, width, chosen, chosenLabels);
  }

  /** Pixels from 0 to 1, an image a row: [count, height * width], float. */
  public INDArray toArray() {
    int size = height * width;
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (pixels[i] & 0xff) / 255f;
    }
    return Nd4j.create(values, new long[] {count(), size}, 'c');
  }

  /** The pixels of all images as bytes, row by row. */
  public byte[] pixels() {
    return pixels.clone();
  }
}
