package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * Reads multiple-instance data from files, by content:
 *
 * <ul>
 *   <li>a MIL CSV: the columns bag label (1; 0 or -1), bag id, features; a header line is optional.
 *       Rows with one id form a bag;
 *   <li>a classic MIL benchmark of MATLAB 5 form ({@code .mat}): {@code features} [instances,
 *       features], dense or sparse, {@code labels} and {@code bag_ids}, one entry an instance;
 *   <li>a table with the columns {@code file} and {@code label} whose files are NumPy arrays
 *       [instances, features], or a folder with such a table {@code labels.csv}: read bag by bag,
 *       never all in memory.
 * </ul>
 *
 * <p>Every problem is a {@link DataFormatException} that names the file, the line and what was
 * expected. The first two may hold at most {@link #maxValues()} values.
 */
public final class BagFiles {
  /** What a data file may be, for messages. */
  static final String EXPECTED =
      "a MIL CSV (bag label, bag id, features), a .mat file with features, labels and bag_ids, or a"
          + " table of NumPy files (file, label)";

  private static final long MOST_VALUES = 100_000_000;
  private static final int MAGIC = 128;

  private BagFiles() {}

  /**
   * Largest number of feature values that are read, 100 million or what fits into half of the heap,
   * whichever is less: a file that claims more is refused before the memory is gone.
   */
  public static long maxValues() {
    return Math.min(MOST_VALUES, Runtime.getRuntime().maxMemory() / (2 * Double.BYTES));
  }

  /**
   * The labelled data of a file, for training and evaluation: both labels must occur.
   *
   * @throws DataFormatException if the file is missing, unreadable or not such data
   */
  public static BagDataset read(Path file) {
    return read(file, true);
  }

  /**
   * The data of a file whose labels don't matter, for prediction: one label only will do.
   *
   * @throws DataFormatException if the file is missing, unreadable or not such data
   */
  public static BagDataset readForPrediction(Path file) {
    return read(file, false);
  }

  private static BagDataset read(Path file, boolean labelled) {
    String shown = file.toString();
    try {
      if (Files.isDirectory(file)) {
        Path table = NpyBags.tableOf(file);
        if (table == null) {
          throw new DataFormatException(
              shown,
              0,
              EXPECTED,
              "a folder without a table " + String.join(" or ", NpyBags.TABLES));
        }
        return NpyBags.read(table, nameOf(file), labelled);
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new DataFormatException(shown, 0, EXPECTED, "not a regular file");
      }
      byte[] start;
      try (InputStream in = Files.newInputStream(file)) {
        start = in.readNBytes(MAGIC);
      }
      if (start.length == 0) {
        throw new DataFormatException(shown, 0, EXPECTED, "an empty file");
      }
      String text = new String(start, StandardCharsets.ISO_8859_1);
      String lower = shown.toLowerCase(Locale.ROOT);
      if (text.startsWith("MATLAB ") || lower.endsWith(".mat")) {
        return MatBags.read(file, start, nameOf(file), labelled);
      }
      if (text.startsWith("\u0093NUMPY")) {
        if (labelled) {
          throw new DataFormatException(
              shown,
              0,
              EXPECTED,
              "one NumPy file: its label is in no table; give the table or its folder");
        }
        return NpyBags.single(file, nameOf(file));
      }
      if (NpyBags.isHeader(text.lines().findFirst().orElse(""))) {
        return NpyBags.read(file, nameOf(file), labelled);
      }
      if (text.indexOf('\0') >= 0) {
        throw new DataFormatException(shown, 0, EXPECTED, "a binary file");
      }
      try (Reader reader = utf8(Files.newInputStream(file))) {
        return CsvBags.read(reader, shown, nameOf(file), labelled, maxValues());
      }
    } catch (NoSuchFileException e) {
      throw new DataFormatException(shown, 0, EXPECTED, "no such file", e);
    } catch (AccessDeniedException e) {
      throw new DataFormatException(shown, 0, EXPECTED, "no permission to read it", e);
    } catch (IOException e) {
      throw new DataFormatException(shown, 0, EXPECTED, "an unreadable file: " + e.getMessage(), e);
    }
  }

  /**
   * MUSK1: 92 molecules (bags), their 476 conformations (instances) with 166 features each; label 1
   * for musks. Shipped in this jar; UCI Machine Learning Repository, CC BY 4.0, by D. Chapman and
   * A. Jain (see META-INF/NOTICE).
   */
  public static BagDataset musk1() {
    String resource = "musk1.csv.gz";
    try (InputStream in = BagFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks its resource " + resource);
      }
      return CsvBags.read(utf8(new GZIPInputStream(in)), resource, "musk1", true, maxValues());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Reader utf8(InputStream in) {
    return new InputStreamReader(
        in,
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /** The file's name without the last extension and the size that the MIL benchmarks append. */
  static String nameOf(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    name = dot > 0 ? name.substring(0, dot) : name;
    String[] parts = name.split("_");
    boolean sized = parts.length > 1 && parts[parts.length - 1].matches("[0-9]+x[0-9]+");
    return sized ? String.join("_", Arrays.copyOf(parts, parts.length - 1)) : name;
  }
}
