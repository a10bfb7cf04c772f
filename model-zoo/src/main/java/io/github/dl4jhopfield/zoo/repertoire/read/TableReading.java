package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Fault;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Reads a table of repertoires and collects everything that is wrong with it. */
final class TableReading {
  private static final List<String> FILE_COLUMNS =
      List.of("file", "filename", "file_name", "path", "filepath", "file_path");
  private static final List<String> ID_COLUMNS =
      List.of("repertoire_id", "id", "sample_id", "sample", "sample_name", "repertoire");
  private static final Set<String> SUBJECT_COLUMNS =
      Set.of("subject_id", "subject", "donor_id", "donor", "patient_id", "patient");
  private static final Set<String> FOLD_COLUMNS = Set.of("fold", "split");
  private static final Set<String> LABEL_COLUMNS = Set.of("label", "target", "class");

  /** Columns of receptors: a header with one of them is no table of repertoires. */
  private static final Set<String> RECEPTOR_COLUMNS =
      Set.of(
          "sequence_id",
          "sequence",
          "junction",
          "junction_aa",
          "v_call",
          "j_call",
          "productive",
          "rearrangement",
          "nucleotide");

  /** Endings that an id may leave out. */
  private static final String ENDINGS =
      "(\\.(tsv|csv|txt|tab|airr|fasta|fa|faa|fas|clonotypes|clones|TR[ABGD]|IG[HKL]|gz|bgz))+";

  private final Path file;
  private final TableOptions options;
  private final List<Fault> faults = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Values of all rows, of those too whose file was not found. */
  private final List<Map<String, String>> table = new ArrayList<>();

  private List<String> header;
  private String fileColumn;
  private String idColumn;
  private String foldColumn;
  private List<Target> targets = List.of();
  private List<Path> candidates;

  TableReading(Path file, TableOptions options) {
    this.file = file;
    this.options = options;
  }

  static boolean looksLikeTable(List<String> header, String idColumn) {
    if (idColumn != null && header.contains(idColumn)) {
      return true;
    }
    return !Columns.known(header)
        && header.stream().noneMatch(RECEPTOR_COLUMNS::contains)
        && (named(header, FILE_COLUMNS) != null || named(header, ID_COLUMNS) != null);
  }

  /** The first of the names that the header has, in any case. */
  private static String named(List<String> header, List<String> names) {
    for (String name : names) {
      for (String column : header) {
        if (column.equalsIgnoreCase(name)) {
          return column;
        }
      }
    }
    return null;
  }

  TableReading read() throws IOException {
    try (TextFile text = TextFile.open(file)) {
      Lines lines = text.lines();
      text.toHeader();
      Header head = Header.split(lines);
      header = head.names();
      checkHeader();
      throwFaults();
      while (text.next(head.delimiter())) {
        if (!lines.isBlank()) {
          row(lines, head.delimiter());
        }
      }
    }
    if (table.isEmpty() && faults.isEmpty()) {
      add(Kind.EMPTY_FILE, 0, "at least one repertoire", "a header only");
    }
    checkFiles();
    shareFiles();
    checkIds();
    checkGroups();
    findTargets();
    throwFaults();
    return this;
  }

  private void throwFaults() {
    if (!faults.isEmpty()) {
      throw new RepertoireFaults(faults);
    }
  }

  private void add(Kind kind, long line, String expected, String found) {
    faults.add(new Fault(kind, RepertoireFaults.describe(file, line, expected, found)));
  }

  private void checkHeader() {
    Set<String> seen = new TreeSet<>();
    for (String name : header) {
      if (!name.isEmpty() && !seen.add(name)) {
        add(
            Kind.DUPLICATE_COLUMN,
            1,
            "each column once",
            "the column " + RepertoireFaults.quote(name) + " twice");
      }
    }
    fileColumn = options.idColumn() != null ? options.idColumn() : named(header, FILE_COLUMNS);
    idColumn = options.idColumn() != null ? options.idColumn() : named(header, ID_COLUMNS);
    if (fileColumn == null) {
      fileColumn = idColumn;
    }
    if (fileColumn == null) {
      add(
          Kind.MISSING_COLUMN,
          1,
          "a column of files or ids (file, filename, path, repertoire_id, id; or --id-column)",
          "the columns " + String.join(", ", header));
    } else {
      require(fileColumn);
    }
    foldColumn = options.foldColumn();
    if (foldColumn == null) {
      foldColumn =
          header.stream()
              .filter(name -> FOLD_COLUMNS.contains(name.toLowerCase(Locale.ROOT)))
              .findFirst()
              .orElse(null);
    } else {
      require(foldColumn);
    }
    if (options.groupColumn() != null) {
      require(options.groupColumn());
    }
    options.targets().forEach(this::require);
  }

  private void require(String column) {
    if (!header.contains(column)) {
      add(
          Kind.MISSING_COLUMN,
          1,
          "a column " + RepertoireFaults.quote(column),
          "the columns " + String.join(", ", header) + Suggestions.hint(column, header));
    }
  }

  private void row(Lines lines, byte delimiter) throws IOException {
    if (delimiter == '\t' && lines.fields() > header.size() && lines.hasQuotes()) {
      lines.splitQuoted(delimiter);
    }
    int line = (int) lines.number();
    if (lines.fields() > header.size() && !lines.isBlankFrom(header.size())) {
      add(
          Kind.EXTRA_FIELD,
          line,
          header.size() + " fields, as the header has",
          String.valueOf(lines.fields()));
      return;
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int k = 0; k < header.size(); k++) {
      String value = lines.text(k);
      values.put(header.get(k), Missing.value(value) ? null : value);
    }
    table.add(values);
    String named = values.get(fileColumn);
    if (named == null) {
      add(
          Kind.MISSING_VALUE,
          line,
          "a file in the column " + RepertoireFaults.quote(fileColumn),
          "none");
      return;
    }
    String fold = foldColumn == null ? null : values.get(foldColumn);
    if (foldColumn != null && fold == null) {
      add(
          Kind.MISSING_VALUE,
          line,
          "a fold in the column " + RepertoireFaults.quote(foldColumn),
          "none");
    }
    Path found = resolve(named, line);
    if (found == null) {
      return;
    }
    String shown = shown(found);
    String id = values.get(idColumn == null ? fileColumn : idColumn);
    rows.add(
        new Row(
            line,
            id == null ? shown : id,
            found,
            shown,
            null,
            fold,
            options.groupColumn() == null ? null : values.get(options.groupColumn()),
            values));
  }

  private Path folder() {
    Path given = options.folder();
    Path own = file.toAbsolutePath().getParent();
    return given == null ? own : given.toAbsolutePath();
  }

  private String shown(Path found) {
    Path absolute = found.toAbsolutePath().normalize();
    Path folder = folder().normalize();
    String shown = (absolute.startsWith(folder) ? folder.relativize(absolute) : found).toString();
    return shown.replace('\\', '/');
  }

  /** The file of a row: by its path, or else by its name without ending. */
  private Path resolve(String named, int line) throws IOException {
    Path found;
    try {
      found = folder().resolve(named);
      if (!Files.exists(found) && named.indexOf('\\') >= 0) {
        found = folder().resolve(named.replace('\\', '/'));
      }
    } catch (InvalidPathException e) {
      add(Kind.MISSING_FILE, line, "a file's name", RepertoireFaults.quote(named));
      return null;
    }
    if (Files.exists(found)) {
      return found;
    }
    if (candidates == null) {
      candidates = RepertoireTable.filesOf(folder());
    }
    List<Path> matches = new ArrayList<>();
    for (Path candidate : candidates) {
      String name = candidate.getFileName().toString();
      if (name.startsWith(named) && name.substring(named.length()).matches(ENDINGS)) {
        matches.add(candidate);
      }
    }
    if (matches.size() == 1) {
      return matches.get(0);
    }
    if (matches.isEmpty()) {
      add(
          Kind.MISSING_FILE,
          line,
          "the file " + RepertoireFaults.quote(named),
          "none of that name, with any ending, in " + folder());
    } else {
      add(
          Kind.AMBIGUOUS_ID,
          line,
          "one file for " + RepertoireFaults.quote(named),
          matches.stream().map(this::shown).toList().toString());
    }
    return null;
  }

  private void checkFiles() {
    for (Row row : rows) {
      try {
        TextFile.checkReadable(row.file());
      } catch (RepertoireFaults e) {
        e.details()
            .forEach(
                fault ->
                    faults.add(
                        new Fault(fault.kind(), file + ":" + row.line() + ": " + fault.message())));
      }
    }
  }

  /** Rows of one file: each its own repertoire where ids tell them apart, a fault where not. */
  private void shareFiles() throws IOException {
    Map<Path, List<Integer>> byFile = new LinkedHashMap<>();
    for (int i = 0; i < rows.size(); i++) {
      Path path = rows.get(i).file();
      Path real = Files.exists(path) ? path.toRealPath() : path;
      byFile.computeIfAbsent(real, key -> new ArrayList<>()).add(i);
    }
    String column = header.contains("repertoire_id") ? "repertoire_id" : null;
    for (List<Integer> sharing : byFile.values()) {
      if (sharing.size() == 1) {
        continue;
      }
      Map<String, Integer> seen = new HashMap<>();
      for (int i : sharing) {
        Row row = rows.get(i);
        String id = column == null || column.equals(fileColumn) ? null : row.values().get(column);
        Integer other = seen.putIfAbsent(String.valueOf(id), i);
        if (other == null) {
          rows.set(i, withRepertoire(row, id));
        } else {
          sameFile(rows.get(other), row);
        }
      }
    }
  }

  private static Row withRepertoire(Row row, String id) {
    return new Row(
        row.line(), row.id(), row.file(), row.shown(), id, row.fold(), row.group(), row.values());
  }

  private void sameFile(Row a, Row b) {
    String both = a.shown() + " in line " + a.line() + " and again";
    if (a.fold() != null && !Objects.equals(a.fold(), b.fold())) {
      add(
          Kind.LEAK_SAME_FILE,
          b.line(),
          "each file in one fold",
          both + ", in the folds " + a.fold() + " and " + b.fold());
    } else {
      add(Kind.SAME_ROW, b.line(), "each repertoire once", both);
    }
  }

  private void checkIds() {
    if (idColumn == null || idColumn.equals(fileColumn)) {
      return;
    }
    Map<String, Row> seen = new HashMap<>();
    for (Row row : rows) {
      Row other = seen.putIfAbsent(row.id(), row);
      if (other != null && !other.file().equals(row.file())) {
        add(
            Kind.AMBIGUOUS_ID,
            row.line(),
            "each " + idColumn + " once",
            RepertoireFaults.quote(row.id()) + " in line " + other.line() + " too");
      }
    }
  }

  private void checkGroups() {
    if (foldColumn == null) {
      return;
    }
    for (String column : header) {
      boolean asked = column.equals(options.groupColumn());
      if (!asked && !SUBJECT_COLUMNS.contains(column.toLowerCase(Locale.ROOT))) {
        continue;
      }
      Map<String, Row> seen = new LinkedHashMap<>();
      Set<String> told = new TreeSet<>();
      for (Row row : rows) {
        String group = row.values().get(column);
        Row other = group == null ? null : seen.putIfAbsent(group, row);
        if (other != null && !Objects.equals(other.fold(), row.fold()) && told.add(group)) {
          String found =
              group
                  + " in line "
                  + other.line()
                  + " (fold "
                  + other.fold()
                  + ") and line "
                  + row.line()
                  + " (fold "
                  + row.fold()
                  + ")";
          if (asked) {
            add(Kind.LEAK_SAME_GROUP, 0, "each " + column + " in one fold", found);
          } else {
            notes.add(
                "the same "
                    + column
                    + " lies in two folds: "
                    + found
                    + "; with --group "
                    + column
                    + " this is an error");
          }
        }
      }
    }
  }

  private void findTargets() {
    List<String> columns = new ArrayList<>(options.targets());
    if (columns.isEmpty()) {
      List<String> free = covariates();
      List<String> labels =
          free.stream().filter(c -> LABEL_COLUMNS.contains(c.toLowerCase(Locale.ROOT))).toList();
      if (labels.size() == 1) {
        columns.addAll(labels);
      } else if (free.size() == 1) {
        columns.addAll(free);
      } else if (!free.isEmpty()) {
        notes.add("no target was chosen of " + String.join(", ", free) + " (--target)");
      }
    }
    List<Target> found = new ArrayList<>();
    for (String column : columns) {
      if (!header.contains(column)) {
        continue;
      }
      TargetColumn labels =
          TargetColumn.of(column, table.stream().map(values -> values.get(column)));
      if (labels.isTarget()) {
        found.add(labels.target());
      } else if (options.labelled() && !table.isEmpty()) {
        add(
            Kind.ONE_CLASS,
            0,
            "at least two classes in the column " + RepertoireFaults.quote(column),
            labels.distinct().isEmpty() ? "no label" : "only " + labels.distinct().get(0));
      }
    }
    targets = found;
  }

  Path file() {
    return file;
  }

  List<Row> rows() {
    return rows;
  }

  List<Target> targets() {
    return targets;
  }

  String foldColumn() {
    return foldColumn;
  }

  String groupColumn() {
    return options.groupColumn();
  }

  List<String> covariates() {
    return header.stream()
        .filter(column -> !column.isEmpty())
        .filter(column -> !column.equals(fileColumn) && !column.equals(idColumn))
        .filter(column -> !column.equals(foldColumn) && !column.equals(options.groupColumn()))
        .filter(column -> !SUBJECT_COLUMNS.contains(column.toLowerCase(Locale.ROOT)))
        .filter(column -> targets.stream().noneMatch(t -> t.name().equals(column)))
        .filter(column -> !isFileOrId(column))
        .toList();
  }

  private static boolean isFileOrId(String column) {
    String lower = column.toLowerCase(Locale.ROOT);
    return FILE_COLUMNS.contains(lower) || ID_COLUMNS.contains(lower);
  }

  List<String> notes() {
    return notes;
  }
}
