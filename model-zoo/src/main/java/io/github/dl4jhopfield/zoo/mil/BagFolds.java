package io.github.dl4jhopfield.zoo.mil;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.Folds;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The folds of a study in a file, so that another study, or another program, has the same: CSV with
 * a header {@code bag,repeat 1,repeat 2,...} and the fold of each bag in each repeat.
 */
final class BagFolds {
  private BagFolds() {}

  /** Stratified folds, each repeat drawn anew; the first as a run without repeats has them. */
  static List<Folds> draw(BagDataset bags, int count, int repeats, long seed) {
    List<Folds> all = new ArrayList<>();
    for (int r = 0; r < repeats; r++) {
      all.add(Folds.stratified(bags.labels(), count, seedOf(seed, r)));
    }
    return all;
  }

  /** The seed of a repeat. */
  static long seedOf(long seed, int repeat) {
    return repeat == 0 ? seed : Seeds.mix(seed, 1_000_000L + repeat);
  }

  static void write(Path file, BagDataset bags, List<Folds> repeats) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().build(text)) {
      List<String> header = new ArrayList<>(List.of("bag"));
      for (int r = 0; r < repeats.size(); r++) {
        header.add("repeat " + (r + 1));
      }
      csv.writeRecord(header);
      for (int i = 0; i < bags.size(); i++) {
        List<String> row = new ArrayList<>(List.of(bags.bags().get(i).id()));
        for (Folds folds : repeats) {
          row.add(folds.name(folds.of(i)));
        }
        csv.writeRecord(row);
      }
    }
    AtomicFiles.writeText(file, text.toString());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws DataFormatException if it is not of these bags, or a part of a split would have one
   *     label only
   */
  static List<Folds> read(Path file, BagDataset bags) throws IOException {
    Map<String, Integer> known = new HashMap<>();
    for (int i = 0; i < bags.size(); i++) {
      known.put(bags.bags().get(i).id(), i);
    }
    String[][] foldOf = null;
    try (CsvReader<CsvRecord> csv =
        CsvReader.builder().skipEmptyLines(true).ofCsvRecord(file, StandardCharsets.UTF_8)) {
      for (CsvRecord row : csv) {
        if (foldOf == null) {
          foldOf = header(file, row, bags.size());
        } else {
          place(file, row, known, foldOf);
        }
      }
    } catch (CsvParseException | UncheckedIOException e) {
      throw new DataFormatException(file.toString(), 0, "CSV in UTF-8", e.getMessage(), e);
    }
    if (foldOf == null) {
      throw new DataFormatException(file.toString(), 0, "a header \"bag,repeat 1,...\"", "nothing");
    }
    List<Folds> all = new ArrayList<>();
    for (int r = 0; r < foldOf.length; r++) {
      all.add(checked(file, r, bags, foldOf[r]));
    }
    return all;
  }

  private static String[][] header(Path file, CsvRecord row, int bags) {
    if (row.getFieldCount() < 2 || !row.getField(0).equals("bag")) {
      throw wrong(file, row, "a header \"bag,repeat 1,...\"", String.join(",", row.getFields()));
    }
    return new String[row.getFieldCount() - 1][bags];
  }

  private static void place(
      Path file, CsvRecord row, Map<String, Integer> known, String[][] foldOf) {
    String id = row.getField(0);
    Integer bag = known.get(id);
    if (bag == null) {
      throw wrong(file, row, "a bag of the data", "bag " + DataFormatException.quote(id));
    }
    if (row.getFieldCount() != foldOf.length + 1) {
      throw wrong(
          file,
          row,
          (foldOf.length + 1) + " columns as in the header",
          row.getFieldCount() + " columns");
    }
    for (int r = 0; r < foldOf.length; r++) {
      if (foldOf[r][bag] != null) {
        throw wrong(file, row, "each bag once", "bag " + DataFormatException.quote(id) + " again");
      }
      if (row.getField(r + 1).isBlank()) {
        throw wrong(file, row, "a fold in repeat " + (r + 1), "nothing");
      }
      foldOf[r][bag] = row.getField(r + 1);
    }
  }

  private static Folds checked(Path file, int repeat, BagDataset bags, String[] foldOf) {
    for (int i = 0; i < foldOf.length; i++) {
      if (foldOf[i] == null) {
        throw new DataFormatException(
            file.toString(),
            0,
            "a row for each of the " + bags.size() + " bags",
            "none for bag " + DataFormatException.quote(bags.bags().get(i).id()));
      }
    }
    Folds folds;
    try {
      folds = Folds.given(List.of(foldOf));
    } catch (IllegalArgumentException e) {
      throw new DataFormatException(
          file.toString(), 0, "at least 2 folds in repeat " + (repeat + 1), "one", e);
    }
    for (int f = 0; f < folds.count(); f++) {
      for (int[] part : new int[][] {folds.test(f), folds.train(f)}) {
        long positives = Arrays.stream(part).map(i -> bags.labels()[i]).sum();
        if (positives == 0 || positives == part.length) {
          throw new DataFormatException(
              file.toString(),
              0,
              "both labels inside and outside of each fold",
              "one in or outside of fold " + folds.name(f) + " of repeat " + (repeat + 1));
        }
      }
    }
    return folds;
  }

  private static DataFormatException wrong(
      Path file, CsvRecord row, String expected, String found) {
    return new DataFormatException(file.toString(), row.getStartingLineNumber(), expected, found);
  }
}
