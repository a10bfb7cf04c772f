package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder with a folder of images for each class, or with such folders {@code train} and {@code
 * test} (or {@code val}). Each image is resized, its middle cut out to a square, so that all are of
 * one size; they are decoded by as many threads as there are processors.
 */
final class ImageFolders {
  private static final List<String> TEST = List.of("test", "val", "validation");
  private static final double TESTED = 0.2;

  private final Preprocessing size;
  private final int channels;
  private final boolean skipsDamaged;
  private final ConcurrentLinkedQueue<String> damaged = new ConcurrentLinkedQueue<>();

  /**
   * How to read.
   *
   * @param side height and width of all images
   * @param skipsDamaged leaves out what cannot be read, rather than ending
   */
  ImageFolders(int side, boolean skipsDamaged) {
    this(new Preprocessing(new double[3], null, "bicubic", 1, "center", side, side), skipsDamaged);
  }

  /**
   * How to read.
   *
   * @param size how images are resized and cut; mean and deviation are left to whoever uses them
   * @param skipsDamaged leaves out what cannot be read, rather than ending
   */
  ImageFolders(Preprocessing size, boolean skipsDamaged) {
    this.size = size;
    this.channels = size.mean().length;
    this.skipsDamaged = skipsDamaged;
  }

  private record Labelled(Path file, int label) {}

  /** Whether a folder looks like one of these: it holds a folder with an image. */
  static boolean isOne(Path folder) throws IOException {
    for (Path inner : folders(folder)) {
      try (Stream<Path> files = Files.walk(inner, 2)) {
        if (files.anyMatch(file -> Files.isRegularFile(file) && ImageFiles.isImage(file))) {
          return true;
        }
      }
    }
    return false;
  }

  /** What was left out, each with its reason. */
  List<String> damaged() {
    return damaged.stream().sorted().toList();
  }

  /**
   * Reads images to train and to test with. Without a folder of their own a fifth of each class is
   * tested with, the same each time.
   *
   * @throws DataFormatException if there are fewer than two classes, a class is empty or only in
   *     one of both, or an image is damaged
   */
  ImageSet.Split read(Path folder) throws IOException {
    Path train = folder.resolve("train");
    if (!Files.isDirectory(train)) {
      List<String> classes = classes(folder);
      List<Labelled> toTrain = new ArrayList<>();
      List<Labelled> toTest = new ArrayList<>();
      for (int c = 0; c < classes.size(); c++) {
        List<Labelled> all = images(folder, classes, c);
        java.util.Collections.shuffle(all, new Random(Seeds.mix(1, c)));
        int tested = (int) Math.rint(TESTED * all.size());
        toTest.addAll(all.subList(0, tested));
        toTrain.addAll(all.subList(tested, all.size()));
      }
      return split(folder, classes, toTrain, toTest);
    }
    Path test =
        TEST.stream()
            .map(folder::resolve)
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(
                () ->
                    new DataFormatException(
                        folder.toString(), 0, "beside train a folder test or val", "none"));
    List<String> classes = classes(train);
    List<String> tested = classes(test);
    if (!classes.containsAll(tested)) {
      throw new DataFormatException(
          test.toString(), 0, "classes of " + train + ": " + classes, tested.toString());
    }
    List<Labelled> toTrain = new ArrayList<>();
    List<Labelled> toTest = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      toTrain.addAll(images(train, classes, c));
      if (tested.contains(classes.get(c))) {
        toTest.addAll(images(test, classes, c));
      }
    }
    return split(folder, classes, toTrain, toTest);
  }

  private ImageSet.Split split(
      Path folder, List<String> classes, List<Labelled> train, List<Labelled> test)
      throws IOException {
    if (train.isEmpty() || test.isEmpty()) {
      throw new DataFormatException(
          folder.toString(),
          0,
          "images to train and to test with",
          train.size() + " and " + test.size());
    }
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    return new ImageSet.Split(set(name, classes, train), set(name, classes, test));
  }

  private static List<Path> folders(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> inner = Files.list(folder)) {
      return inner
          .filter(Files::isDirectory)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .toList();
    }
  }

  private static List<String> classes(Path folder) throws IOException {
    List<String> names =
        folders(folder).stream().map(inner -> inner.getFileName().toString()).toList();
    if (names.size() < 2) {
      throw new DataFormatException(
          folder.toString(), 0, "a folder for each of two or more classes", names.toString());
    }
    return names;
  }

  private static List<Labelled> images(Path folder, List<String> classes, int label)
      throws IOException {
    return new ArrayList<>(
        ImageFiles.files(folder.resolve(classes.get(label))).stream()
            .map(file -> new Labelled(file, label))
            .toList());
  }

  private ImageSet set(String name, List<String> classes, List<Labelled> files) throws IOException {
    long bytes = (long) files.size() * size.height() * size.width() * channels;
    if (bytes > Runtime.getRuntime().maxMemory()) {
      throw new DataFormatException(
          name,
          0,
          "images that fit into " + (Runtime.getRuntime().maxMemory() >> 20) + " MB of heap",
          (bytes >> 20)
              + " MB; a smaller --image-size, or HOPFIELD_JAVA_OPTS=-Xmx, makes them fit");
    }
    ImagePreparation preparation = new ImagePreparation(size);
    byte[][] images;
    try {
      images =
          IntStream.range(0, files.size())
              .parallel()
              .mapToObj(i -> image(preparation, files.get(i).file()))
              .toArray(byte[][]::new);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    int[] whole = IntStream.range(0, images.length).filter(i -> images[i] != null).toArray();
    if (whole.length == 0) {
      throw new DataFormatException(name, 0, "images", "damaged ones only: " + damaged());
    }
    return new ImageSet(
        name,
        channels,
        size.height(),
        size.width(),
        classes,
        IntStream.of(whole).mapToObj(i -> images[i]).toArray(byte[][]::new),
        IntStream.of(whole).map(i -> files.get(i).label()).toArray());
  }

  /** Bytes [channel, row, column] of an image, or null of a damaged one. */
  private byte[] image(ImagePreparation preparation, Path file) {
    byte[] pixels;
    try {
      pixels = preparation.bytes(ImageFiles.read(file));
    } catch (DataFormatException e) {
      if (!skipsDamaged) {
        throw e;
      }
      damaged.add(e.getMessage());
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] planes = new byte[pixels.length];
    int area = pixels.length / channels;
    for (int i = 0; i < area; i++) {
      for (int c = 0; c < channels; c++) {
        planes[c * area + i] = pixels[i * channels + c];
      }
    }
    return planes;
  }
}
