package io.github.dl4jhopfield.zoo.mil;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Bags of which each is a NumPy file [instances, features], and a table that names them: CSV or TSV
 * with a header, a column {@code label} (1; 0 or -1) and a column of files ({@code file}, {@code
 * filename}, {@code path}, {@code bag}, {@code slide}, {@code slide_id} or {@code id}), relative to
 * the table, with or without {@code .npy}. All that is wrong with the table is said at once.
 * Instances are never all in memory.
 */
final class NpyBags {
  /** Names of a table in a folder. */
  static final List<String> TABLES = List.of("labels.csv", "labels.tsv");

  private static final Set<String> FILE_COLUMNS =
      Set.of("file", "filename", "path", "bag", "slide", "slide_id", "id");
  private static final String LABEL = "label";
  private static final String ENDING = ".npy";

  private NpyBags() {}

  /** The table of a folder; null if it has none. */
  static Path tableOf(Path folder) {
    List<Path> found = TABLES.stream().map(folder::resolve).filter(Files::isRegularFile).toList();
    if (found.size() > 1) {
      throw new DataFormatException(
          folder.toString(), 0, "one of " + String.join(" and ", TABLES), "both");
    }
    return found.isEmpty() ? null : found.get(0);
  }

  /** Whether a first line is the header of such a table and not of a table of instances. */
  static boolean isHeader(String line) {
    List<String> names = names(line);
    return names.contains(LABEL)
        && names.stream()
            .anyMatch(Set.of("file", "filename", "path", "slide", "slide_id")::contains);
  }

  private static List<String> names(String line) {
    List<String> names = new ArrayList<>();
    String text = line.startsWith("\uFEFF") ? line.substring(1) : line;
    for (String name : text.split(line.indexOf('\t') >= 0 ? "\t" : ",", -1)) {
      names.add(name.strip().replace("\"", "").toLowerCase(Locale.ROOT));
    }
    return names;
  }

  /**
   * The bags of a table.
   *
   * @param labelled whether both labels must occur
   */
  static BagDataset read(Path table, String name, boolean labelled) throws IOException {
    List<Bag> bags = new ArrayList<>();
    List<String> wrong = new ArrayList<>();
    Map<String, Long> seen = new HashMap<>();
    boolean tabs = firstLine(table).indexOf('\t') >= 0;
    int fileColumn = -1;
    int labelColumn = -1;
    try (CsvReader<CsvRecord> rows =
        CsvReader.builder()
            .fieldSeparator(tabs ? '\t' : ',')
            .skipEmptyLines(true)
            .detectBomHeader(true)
            .ofCsvRecord(table, StandardCharsets.UTF_8)) {
      for (CsvRecord row : rows) {
        long line = row.getStartingLineNumber();
        if (fileColumn < 0) {
          List<String> header =
              row.getFields().stream().map(f -> f.strip().toLowerCase(Locale.ROOT)).toList();
          labelColumn = header.indexOf(LABEL);
          fileColumn = fileColumn(header);
          if (labelColumn < 0 || fileColumn < 0) {
            throw new DataFormatException(
                table.toString(),
                line,
                "a header with the columns label and file",
                String.join(", ", row.getFields()));
          }
          continue;
        }
        try {
          bags.add(bag(table, row, fileColumn, labelColumn, seen));
        } catch (DataFormatException e) {
          wrong.add(e.getMessage());
        }
      }
    } catch (CsvParseException | UncheckedIOException e) {
      throw new DataFormatException(table.toString(), 0, "CSV in UTF-8", e.getMessage(), e);
    }
    bags.stream()
        .filter(bag -> bag.features() != bags.get(0).features())
        .forEach(
            bag ->
                wrong.add(
                    ((NpyBag) bag).file()
                        + ": expected "
                        + bags.get(0).features()
                        + " features as in "
                        + ((NpyBag) bags.get(0)).file()
                        + ", found "
                        + bag.features()));
    if (!wrong.isEmpty()) {
      throw new BagFaults(wrong);
    }
    return new BagDataset(name, table.toString(), labelled, bags);
  }

  private static String firstLine(Path table) throws IOException {
    try (var reader = Files.newBufferedReader(table, StandardCharsets.UTF_8)) {
      String line = reader.readLine();
      return line == null ? "" : line;
    } catch (CharacterCodingException e) {
      throw new DataFormatException(table.toString(), 1, "text in UTF-8", "other bytes", e);
    }
  }

  private static int fileColumn(List<String> header) {
    for (int i = 0; i < header.size(); i++) {
      if (FILE_COLUMNS.contains(header.get(i))) {
        return i;
      }
    }
    return -1;
  }

  private static Bag bag(
      Path table, CsvRecord row, int fileColumn, int labelColumn, Map<String, Long> seen) {
    long line = row.getStartingLineNumber();
    if (row.getFieldCount() <= Math.max(fileColumn, labelColumn)) {
      throw new DataFormatException(
          table.toString(), line, "a file and a label", row.getFieldCount() + " columns");
    }
    String given = row.getField(fileColumn).strip();
    String text = row.getField(labelColumn).strip();
    int label =
        switch (text) {
          case "1", "+1", "1.0" -> 1;
          case "0", "-1", "0.0", "-1.0" -> 0;
          default ->
              throw new DataFormatException(
                  table.toString(),
                  line,
                  "a label of 1, 0 or -1",
                  text.isEmpty() ? "an empty field" : DataFormatException.quote(text));
        };
    if (given.isEmpty()) {
      throw new DataFormatException(table.toString(), line, "a file", "an empty field");
    }
    Path folder = table.toAbsolutePath().getParent();
    Path file = folder.resolve(given);
    if (!Files.isRegularFile(file)) {
      file = folder.resolve(given + ENDING);
    }
    if (!Files.isRegularFile(file)) {
      throw new DataFormatException(
          table.toString(),
          line,
          "the file " + DataFormatException.quote(given),
          "none in " + folder);
    }
    Long before = seen.put(file.normalize().toString(), line);
    if (before != null) {
      throw new DataFormatException(
          table.toString(),
          line,
          "each file once",
          DataFormatException.quote(given) + " as in line " + before);
    }
    return NpyBag.of(given, label, file);
  }

  /** A single file as a bag without a label, for prediction. */
  static BagDataset single(Path file, String name) {
    return new BagDataset(name, file.toString(), false, List.of(NpyBag.of(name, 0, file)));
  }
}
