package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Fault;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A table of repertoires, TSV or CSV, immuneML's metadata too: a row a repertoire, with its file,
 * and any number of labels, a given fold, a group and covariates.
 *
 * <p>Reading checks everything that the table itself can tell, and reports all of it at once,
 * before any repertoire is read; {@link #checkContents} checks what only the repertoires can.
 */
public final class RepertoireTable {
  /**
   * One repertoire.
   *
   * @param line line of the table
   * @param id its name in results: of the id column, or else the file as the table writes it
   * @param file where it is
   * @param shown the file relative to the table, for results
   * @param repertoireId which repertoire of the file, where rows share one; or null
   * @param fold the given fold, or null
   * @param group what must not be in two folds, or null
   * @param values all columns by name; null where the table has a missing value
   */
  public record Row(
      int line,
      String id,
      Path file,
      String shown,
      String repertoireId,
      String fold,
      String group,
      Map<String, String> values) {
    /** Keeps the values as they are: nulls too. */
    public Row {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The label for a target: its text, or null where it is missing. */
    public String label(Target target) {
      return values.get(target.name());
    }

    /**
     * The label for a target as a number: that of the class, the value of a regression, NaN where
     * it is missing.
     */
    public double number(Target target) {
      String label = label(target);
      return label == null
          ? Double.NaN
          : target.kind() == Target.Kind.REGRESSION
              ? Double.parseDouble(label)
              : target.classes().indexOf(label);
    }

    /** The options to read this row's file with. */
    public ReadOptions options(ReadOptions options) {
      return repertoireId == null
          ? options
          : options.toBuilder().repertoireId(repertoireId).build();
    }
  }

  private final Path file;
  private final List<Row> rows;
  private final List<Target> targets;
  private final String foldColumn;
  private final String groupColumn;
  private final List<String> covariates;
  private final List<String> notes;

  private RepertoireTable(TableReading read) {
    file = read.file();
    rows = List.copyOf(read.rows());
    targets = List.copyOf(read.targets());
    foldColumn = read.foldColumn();
    groupColumn = read.groupColumn();
    covariates = List.copyOf(read.covariates());
    notes = List.copyOf(read.notes());
  }

  /**
   * Reads a table and looks for its files.
   *
   * @throws RepertoireFaults that lists everything that is wrong with it
   */
  public static RepertoireTable read(Path file, TableOptions options) throws IOException {
    return new RepertoireTable(new TableReading(file, options).read());
  }

  /**
   * Whether a file's header is one of a table of repertoires and not of receptors: it has a column
   * of files or ids and none of sequences.
   *
   * @param idColumn the column that the user names as that, or null
   */
  public static boolean isTable(Path file, String idColumn) throws IOException {
    try (TextFile text = TextFile.open(file)) {
      return text.toFirst()
          && TableReading.looksLikeTable(Header.split(text.lines()).names(), idColumn);
    }
  }

  /** The table's own file. */
  public Path file() {
    return file;
  }

  /** The repertoires in the table's order. */
  public List<Row> rows() {
    return rows;
  }

  /**
   * What is to be predicted; none if the options name none and no column is plainly it. Two
   * distinct labels are classes of a binary target, more are those of a multi-class one, or numbers
   * of a regression if any has a fraction or there are more than 20 of them.
   */
  public List<Target> targets() {
    return targets;
  }

  /** The column of given folds, or null. */
  public String foldColumn() {
    return foldColumn;
  }

  /** The column of groups, or null. */
  public String groupColumn() {
    return groupColumn;
  }

  /** Columns that are nothing else: what a label may be confounded with. */
  public List<String> covariates() {
    return covariates;
  }

  /** What was decided without being asked for, and what is odd, a sentence each. */
  public List<String> notes() {
    return notes;
  }

  /**
   * Checks that no two rows hold the same repertoire, unless both lie in one given fold.
   *
   * @param digests {@link Repertoire#contentDigest()} of each row
   * @throws RepertoireFaults that lists all such pairs
   */
  public void checkContents(List<String> digests) {
    Map<String, Integer> first = new HashMap<>();
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Integer other = first.putIfAbsent(digests.get(i), i);
      if (other != null && !sameGivenFold(rows.get(other), rows.get(i))) {
        Row a = rows.get(other);
        Row b = rows.get(i);
        faults.add(
            new Fault(
                Kind.LEAK_SAME_CONTENT,
                file
                    + ": expected each repertoire once, found the same sequences and counts in "
                    + a.shown()
                    + " (line "
                    + a.line()
                    + ", fold "
                    + shown(a.fold())
                    + ") and "
                    + b.shown()
                    + " (line "
                    + b.line()
                    + ", fold "
                    + shown(b.fold())
                    + ")"));
      }
    }
    if (!faults.isEmpty()) {
      throw new RepertoireFaults(faults);
    }
  }

  private static boolean sameGivenFold(Row a, Row b) {
    return a.fold() != null && Objects.equals(a.fold(), b.fold());
  }

  private static String shown(String fold) {
    return fold == null ? "not given" : fold;
  }

  /** Files of a folder, by name. */
  static List<Path> filesOf(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (var files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
