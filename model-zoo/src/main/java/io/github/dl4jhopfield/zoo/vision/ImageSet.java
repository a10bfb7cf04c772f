package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.Fingerprint;
import io.github.dl4jhopfield.zoo.files.LabelledImages;
import io.github.dl4jhopfield.zoo.learn.Folds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images of one size with class labels, in memory as bytes: MNIST and its like in idx files,
 * CIFAR-10 and CIFAR-100 in their binary files, or {@link ImageFolders}.
 */
final class ImageSet {
  private static final int CIFAR = 32;
  private static final int CIFAR_CHANNELS = 3;
  private static final int CIFAR_BYTES = CIFAR * CIFAR * CIFAR_CHANNELS;

  private final String name;
  private final int channels;
  private final int height;
  private final int width;
  private final int classes;
  private final List<String> names;
  private final byte[][] images;
  private final int[] labels;

  private ImageSet(
      String name,
      int channels,
      int height,
      int width,
      int classes,
      List<String> names,
      byte[][] images,
      int[] labels) {
    this.name = name;
    this.names = names;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.classes = classes;
    this.images = images;
    this.labels = labels;
  }

  /**
   * Images of classes with names.
   *
   * @param images each [channel, row, column]
   */
  ImageSet(
      String name,
      int channels,
      int height,
      int width,
      List<String> names,
      byte[][] images,
      int[] labels) {
    this(name, channels, height, width, names.size(), names, images, labels);
  }

  /** Images to train with and others to test with. */
  record Split(ImageSet train, ImageSet test) {}

  /** The MNIST digits of the resource jar: 4,000 and 1,000. */
  static Split builtIn() throws IOException {
    LabelledImages.Split split = LabelledImages.mnistSubset();
    return new Split(of(split.stored()), of(split.queries()));
  }

  /**
   * A folder with MNIST's four idx files, or with binary files of CIFAR: those whose names begin
   * with {@code test} to test with, {@code train} and {@code data_batch} to train with.
   *
   * @throws DataFormatException if it has neither, or a file is damaged
   */
  static Split read(Path folder) throws IOException {
    List<Path> binaries = List.of();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        binaries = files.filter(file -> name(file).endsWith(".bin")).sorted().toList();
      }
    }
    if (binaries.isEmpty()) {
      LabelledImages.Split split = LabelledImages.folder(folder);
      return new Split(of(split.stored()), of(split.queries()));
    }
    List<Path> test = binaries.stream().filter(file -> name(file).startsWith("test")).toList();
    List<Path> train =
        binaries.stream()
            .filter(file -> name(file).startsWith("train") || name(file).startsWith("data_batch"))
            .toList();
    if (test.isEmpty() || train.isEmpty()) {
      throw new DataFormatException(
          folder.toString(),
          0,
          "binary files of CIFAR whose names begin with train (or data_batch) and with test",
          binaries.stream().map(ImageSet::name).toList().toString());
    }
    return new Split(cifar(folder, train), cifar(folder, test));
  }

  private static String name(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT);
  }

  private static ImageSet of(LabelledImages all) {
    int size = all.height() * all.width();
    byte[] pixels = all.pixels();
    byte[][] images = new byte[all.count()][];
    int[] labels = new int[all.count()];
    for (int i = 0; i < images.length; i++) {
      images[i] = Arrays.copyOfRange(pixels, i * size, (i + 1) * size);
      labels[i] = all.label(i);
    }
    return new ImageSet(all.name(), 1, all.height(), all.width(), 10, List.of(), images, labels);
  }

  private static ImageSet cifar(Path folder, List<Path> files) throws IOException {
    List<byte[]> images = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    int classes = 0;
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      // CIFAR-100 has a coarse label before the fine one.
      int labelled = bytes.length % (CIFAR_BYTES + 1) == 0 ? 1 : 2;
      int record = CIFAR_BYTES + labelled;
      if (bytes.length == 0 || bytes.length % record != 0) {
        throw new DataFormatException(
            file.toString(),
            0,
            "records of "
                + (CIFAR_BYTES + 1)
                + " or "
                + (CIFAR_BYTES + 2)
                + " bytes (CIFAR-10 or"
                + " CIFAR-100)",
            bytes.length + " bytes");
      }
      int own = labelled == 1 ? 10 : 100;
      if (classes != 0 && classes != own) {
        throw new DataFormatException(
            file.toString(), 0, classes + " classes as in the other files", Integer.toString(own));
      }
      classes = own;
      for (int at = 0; at < bytes.length; at += record) {
        int label = bytes[at + labelled - 1] & 0xff;
        if (label >= classes) {
          throw new DataFormatException(
              file.toString(),
              0,
              "labels from 0 to " + (classes - 1),
              label + " in record " + at / record);
        }
        labels.add(label);
        images.add(Arrays.copyOfRange(bytes, at + labelled, at + record));
      }
    }
    return new ImageSet(
        folder.toAbsolutePath().normalize().getFileName().toString(),
        CIFAR_CHANNELS,
        CIFAR,
        CIFAR,
        classes,
        List.of(),
        images.toArray(new byte[0][]),
        labels.stream().mapToInt(Integer::intValue).toArray());
  }

  String name() {
    return name;
  }

  int count() {
    return labels.length;
  }

  int channels() {
    return channels;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  int classes() {
    return classes;
  }

  /** Names of the classes, or none. */
  List<String> names() {
    return names;
  }

  int[] labels() {
    return labels.clone();
  }

  /** SHA-256 of images and labels. */
  String fingerprint() {
    Fingerprint fingerprint = new Fingerprint();
    for (int i = 0; i < images.length; i++) {
      fingerprint.add(labels[i]).add(images[i], 0, images[i].length);
    }
    return fingerprint.toString();
  }

  /** Some of the images. */
  ImageSet choose(int[] chosen) {
    return new ImageSet(
        name,
        channels,
        height,
        width,
        classes,
        names,
        Arrays.stream(chosen).mapToObj(i -> images[i]).toArray(byte[][]::new),
        Arrays.stream(chosen).map(i -> labels[i]).toArray());
  }

  /** The last images of a shuffled order apart from the others. */
  Split hold(double share, long seed) {
    int[] order = order(count(), seed);
    int held = Math.max(1, (int) (share * count()));
    return new Split(
        choose(Arrays.copyOf(order, count() - held)),
        choose(Arrays.copyOfRange(order, count() - held, count())));
  }

  /**
   * All but one of several parts with the classes alike, and that part.
   *
   * @throws DataFormatException if a class has fewer images than there are parts
   */
  Split fold(int fold, int folds, long seed) {
    // Classes without an image are none to be spread.
    int[] present = Arrays.stream(labels).distinct().sorted().toArray();
    int[] dense = Arrays.stream(labels).map(l -> Arrays.binarySearch(present, l)).toArray();
    int[] count = new int[present.length];
    Arrays.stream(dense).forEach(label -> count[label]++);
    int least = Arrays.stream(count).min().orElse(0);
    if (least < folds) {
      throw new DataFormatException(
          name,
          0,
          "at least " + folds + " images of each class for as many outer folds",
          least + "; give fewer");
    }
    Folds parts = Folds.stratified(dense, folds, seed);
    return new Split(choose(parts.train(fold)), choose(parts.test(fold)));
  }

  static int[] order(int count, long seed) {
    int[] order = IntStream.range(0, count).toArray();
    Random random = new Random(seed);
    for (int i = count - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /** Mean and standard deviation of each channel's values from 0 to 1. */
  double[][] statistics() {
    double[] mean = new double[channels];
    double[] std = new double[channels];
    int area = height * width;
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      double squares = 0;
      for (byte[] image : images) {
        for (int i = c * area; i < (c + 1) * area; i++) {
          double value = (image[i] & 0xff) / 255.0;
          sum += value;
          squares += value * value;
        }
      }
      double n = (double) images.length * area;
      mean[c] = sum / n;
      std[c] = Math.max(1e-6, Math.sqrt(squares / n - mean[c] * mean[c]));
    }
    return new double[][] {mean, std};
  }

  /** Bytes of an image, [channel, row, column]; not to be changed. */
  byte[] image(int number) {
    return images[number];
  }

  /**
   * Images as a model wants them.
   *
   * @param chosen which
   * @param pixels the bytes of each of them: {@link #image}, or what was made of it
   * @param random moves each by up to {@code shift} pixels and flips it where {@code flip} says so;
   *     null: as they are
   * @return [chosen, channels, height, width]
   */
  INDArray prepare(
      int[] chosen,
      IntFunction<byte[]> pixels,
      double[][] statistics,
      Random random,
      int shift,
      boolean flip) {
    int area = height * width;
    float[] values = new float[chosen.length * channels * area];
    float[][] normalised = new float[channels][256];
    for (int c = 0; c < channels; c++) {
      for (int v = 0; v < 256; v++) {
        normalised[c][v] = (float) ((v / 255.0 - statistics[0][c]) / statistics[1][c]);
      }
    }
    for (int n = 0; n < chosen.length; n++) {
      byte[] image = pixels.apply(chosen[n]);
      int down = random == null ? 0 : random.nextInt(2 * shift + 1) - shift;
      int right = random == null ? 0 : random.nextInt(2 * shift + 1) - shift;
      boolean mirrored = random != null && flip && random.nextBoolean();
      for (int c = 0; c < channels; c++) {
        float[] table = normalised[c];
        for (int y = 0; y < height; y++) {
          int fromY = y - down;
          boolean insideY = fromY >= 0 && fromY < height;
          int to = ((n * channels + c) * height + y) * width;
          int from = c * area + fromY * width;
          for (int x = 0; x < width; x++) {
            int fromX = (mirrored ? width - 1 - x : x) - right;
            boolean inside = insideY && fromX >= 0 && fromX < width;
            values[to + x] = table[inside ? image[from + fromX] & 0xff : 0];
          }
        }
      }
    }
    return Nd4j.create(values, new long[] {chosen.length, channels, height, width}, 'c');
  }

  /** Pixels from 0 to 1 of the images from one to another, a row each. */
  INDArray pixels(int from, int to) {
    int size = channels * height * width;
    float[] values = new float[(to - from) * size];
    for (int n = from; n < to; n++) {
      for (int i = 0; i < size; i++) {
        values[(n - from) * size + i] = (images[n][i] & 0xff) / 255f;
      }
    }
    return Nd4j.create(values, new long[] {to - from, size}, 'c');
  }

  /** One row a chosen image: 1 for its class; with smoothing that much spread over all. */
  INDArray targets(int[] chosen, double smoothing) {
    float[] values = new float[chosen.length * classes];
    Arrays.fill(values, (float) (smoothing / classes));
    for (int n = 0; n < chosen.length; n++) {
      values[n * classes + labels[chosen[n]]] += (float) (1 - smoothing);
    }
    return Nd4j.create(values, new long[] {chosen.length, classes}, 'c');
  }
}
