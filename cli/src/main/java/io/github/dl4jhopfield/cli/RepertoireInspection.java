package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadReport;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireCache;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Fault;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFiles;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireTable;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireTable.Row;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Shows repertoires and tables of them for {@code hopfield inspect}. */
final class RepertoireInspection {
  private static final int WIDEST_LABEL = 30;

  private final InspectCommand command;
  private final Console console;
  private final ReadOptions options;
  private final RepertoireCache cache;

  private RepertoireInspection(InspectCommand command, Console console) throws IOException {
    this.command = command;
    this.console = console;
    options = command.reading.reading();
    cache = command.cache == null ? null : new RepertoireCache(command.cache);
  }

  /** What was found in one file; the repertoire itself only where its sequences are shown. */
  private record Found(ReadReport report, String digest, Repertoire repertoire) {}

  static void file(InspectCommand command, Console console) throws IOException {
    new RepertoireInspection(command, console).file();
  }

  static void table(InspectCommand command, Console console) throws IOException {
    new RepertoireInspection(command, console).table();
  }

  private Found read(Path file, ReadOptions how) throws IOException {
    if (cache == null && !command.values) {
      RepertoireFiles.Checked checked = RepertoireFiles.check(file, how);
      return new Found(checked.report(), checked.contentDigest(), null);
    }
    Repertoire repertoire = cache == null ? RepertoireFiles.read(file, how) : cache.open(file, how);
    return new Found(
        repertoire.report(), repertoire.contentDigest(), command.values ? repertoire : null);
  }

  private void file() throws IOException {
    Found found = read(command.file, options);
    if (command.json) {
      console.json(json(found));
    } else {
      show(found);
    }
    noteCache();
  }

  private Map<String, Object> json(Found found) {
    ReadReport report = found.report();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rows", report.rows());
    json.put("used", report.used());
    json.put("dropped", report.dropped());
    json.put("region", report.region());
    json.put("count_from", report.countFrom());
    if (command.values) {
      json.put("sequences", sequences(found.repertoire()));
    }
    json.put("warnings", report.warnings());
    json.put("format", report.format());
    json.put("locus", report.locus());
    json.put("notes", report.notes());
    addReduction(json, report);
    return json;
  }

  private void addReduction(Map<String, Object> json, ReadReport report) {
    if (command.reductionFraction != null) {
      json.put("reduced_to", Math.max(1, (long) (command.reductionFraction * report.used())));
    }
  }

  private static List<Object> sequences(Repertoire repertoire) {
    return IntStream.range(0, repertoire.size())
        .<Object>mapToObj(i -> List.of(repertoire.sequence(i), repertoire.count(i)))
        .toList();
  }

  private void show(Found found) {
    ReadReport report = found.report();
    console.result(
        "%s: %s, region %s, counts from %s%s",
        command.file,
        report.format(),
        report.region(),
        report.countFrom(),
        report.locus() == null ? "" : ", locus " + report.locus());
    console.result(
        "%d rows, %d used%s", report.rows(), report.used(), dropped(report, ", dropped "));
    report.warnings().forEach((what, rows) -> console.result("warning: %s", inWords(what, rows)));
    report.notes().forEach(note -> console.result("note: %s", note));
    warnOfMuch(command.file.toString(), report);
    if (command.values) {
      Repertoire repertoire = found.repertoire();
      for (int i = 0; i < repertoire.size(); i++) {
        console.raw(repertoire.sequence(i) + "\t" + repertoire.count(i));
      }
    }
  }

  private static String dropped(ReadReport report, String before) {
    return report.dropped().isEmpty()
        ? ""
        : before
            + report.dropped().entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
  }

  private static String inWords(String warning, long rows) {
    return switch (warning) {
      case "unknown_productivity" ->
          rows + " used rows of which no column says that they are productive";
      case "count_missing" -> rows + " used rows without a count: 1 each";
      case "count_invalid" -> rows + " used rows with a count that is no number: 1 each";
      case "count_below_one" -> rows + " used rows with a count below 1: 1 each";
      case "lower_case" -> rows + " used sequences with lower-case letters: taken as upper-case";
      case "not_utf8" -> rows + " rows with bytes that are not UTF-8";
      case "genes_left_out" -> "more than 65,534 names of genes: the others were left out";
      default -> rows + " " + warning;
    };
  }

  private void warnOfMuch(String file, ReadReport report) {
    if (report.muchDropped()) {
      console.warn(
          "%s: %.0f%% of the rows were dropped (%s)",
          file, 100.0 * report.droppedRows() / report.rows(), dropped(report, ""));
    }
  }

  private void noteCache() throws IOException {
    if (cache != null) {
      console.note(
          "cache %s holds %.1f MB; deleting the folder empties it",
          cache.folder(), cache.bytes() / 1e6);
    }
  }

  private void table() throws IOException {
    RepertoireTable table = RepertoireTable.read(command.file, command.reading.table().build());
    List<Found> found = readAll(table);
    table.checkContents(found.stream().map(Found::digest).toList());
    if (command.json) {
      console.json(json(table, found));
    } else {
      show(table, found);
    }
    for (int i = 0; i < found.size(); i++) {
      warnOfMuch(table.rows().get(i).shown(), found.get(i).report());
    }
    noteCache();
  }

  /** Reads all repertoires, on all cores; the faults of all of them come together. */
  private List<Found> readAll(RepertoireTable table) throws IOException {
    List<Fault> faults = new ArrayList<>();
    List<Object> outcomes;
    try {
      outcomes = table.rows().parallelStream().map(this::outcome).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    List<Found> found = new ArrayList<>();
    for (Object outcome : outcomes) {
      if (outcome instanceof RepertoireFaults faulty) {
        faults.addAll(faulty.details());
      } else {
        found.add((Found) outcome);
      }
    }
    if (!faults.isEmpty()) {
      throw new RepertoireFaults(faults);
    }
    return found;
  }

  private Object outcome(Row row) {
    try {
      return read(row.file(), row.options(options));
    } catch (RepertoireFaults e) {
      return e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Object> json(RepertoireTable table, List<Found> found) {
    List<Object> repertoires = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      Row row = table.rows().get(i);
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("file", row.shown());
      json.put("label", table.targets().isEmpty() ? null : row.label(table.targets().get(0)));
      json.putAll(json(found.get(i)));
      json.put("id", row.id());
      json.put("fold", row.fold());
      json.put("group", row.group());
      Map<String, String> labels = new LinkedHashMap<>();
      table.targets().forEach(target -> labels.put(target.name(), row.label(target)));
      json.put("labels", labels);
      repertoires.add(json);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("repertoires", repertoires);
    json.put("targets", table.targets());
    json.put("covariates", table.covariates());
    json.put("notes", table.notes());
    return json;
  }

  private void show(RepertoireTable table, List<Found> found) {
    List<Target> targets = table.targets();
    List<String> columns = new ArrayList<>(List.of("repertoire"));
    targets.forEach(target -> columns.add(target.name()));
    if (table.foldColumn() != null) {
      columns.add("fold");
    }
    columns.addAll(List.of("format", "region", "counts", "locus", "rows", "used", "dropped"));
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      Row row = table.rows().get(i);
      ReadReport report = found.get(i).report();
      List<String> cells = new ArrayList<>(List.of(row.id()));
      targets.forEach(target -> cells.add(Objects.requireNonNullElse(row.label(target), "-")));
      if (table.foldColumn() != null) {
        cells.add(Objects.requireNonNullElse(row.fold(), "-"));
      }
      cells.addAll(
          List.of(
              report.format(),
              report.region(),
              report.countFrom(),
              Objects.requireNonNullElse(report.locus(), "-"),
              String.valueOf(report.rows()),
              String.valueOf(report.used()),
              dropped(report, "")));
      rows.add(cells);
    }
    console.raw(new ResultTable(command.file.toString(), columns, rows).toText().stripTrailing());
    for (Target target : targets) {
      console.result("%s: %s", target.name(), summary(table, target));
    }
    if (!table.covariates().isEmpty()) {
      console.result("covariates: %s", String.join(", ", table.covariates()));
    }
    table.notes().forEach(note -> console.result("note: %s", note));
    found.stream()
        .flatMap(one -> one.report().notes().stream())
        .distinct()
        .forEach(note -> console.result("note: %s", note));
    console.result(
        "%d repertoires, %d sequences used of %d rows",
        found.size(),
        found.stream().mapToLong(one -> one.report().used()).sum(),
        found.stream().mapToLong(one -> one.report().rows()).sum());
    if (command.values) {
      for (int i = 0; i < found.size(); i++) {
        Repertoire repertoire = found.get(i).repertoire();
        for (int s = 0; s < repertoire.size(); s++) {
          console.raw(
              table.rows().get(i).id()
                  + "\t"
                  + repertoire.sequence(s)
                  + "\t"
                  + repertoire.count(s));
        }
      }
    }
  }

  private static String summary(RepertoireTable table, Target target) {
    long missing = table.rows().stream().filter(row -> row.label(target) == null).count();
    String classes =
        target.classes().stream()
            .map(
                label ->
                    table.rows().stream().filter(row -> label.equals(row.label(target))).count()
                        + " "
                        + (label.length() > WIDEST_LABEL
                            ? label.substring(0, WIDEST_LABEL) + "..."
                            : label))
            .collect(Collectors.joining(", "));
    return target.kind().name().toLowerCase(Locale.ROOT)
        + (classes.isEmpty() ? "" : ", " + classes)
        + (missing > 0 ? ", " + missing + " missing" : "");
  }
}
