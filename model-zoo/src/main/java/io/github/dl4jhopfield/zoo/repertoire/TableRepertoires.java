package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.learn.Dataset;
import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadReport;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireCache;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFiles;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireTable;
import io.github.dl4jhopfield.zoo.repertoire.read.TableOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repertoires of a user's table, through the cache. */
final class TableRepertoires {
  private static final Logger log = LoggerFactory.getLogger(TableRepertoires.class);

  private final RepertoireTable table;
  private final List<Repertoire> repertoires = new ArrayList<>();

  private TableRepertoires(RepertoireTable table) {
    this.table = table;
  }

  /**
   * Reads a table and all of its files, each once into the cache.
   *
   * @param cache folder, empty for the user's own, "none" for no cache
   */
  static TableRepertoires read(Path file, TableOptions options, ReadOptions read, String cache)
      throws IOException {
    TableRepertoires result = new TableRepertoires(RepertoireTable.read(file, options));
    List<String> digests = new ArrayList<>();
    for (RepertoireTable.Row row : result.table.rows()) {
      Repertoire repertoire = open(row.file(), row.options(read), cache);
      result.repertoires.add(repertoire);
      digests.add(repertoire.contentDigest());
    }
    result.table.checkContents(digests);
    return result;
  }

  /**
   * A repertoire by way of a cache.
   *
   * @param cache its folder; none; or empty: that of the user, or none where this cannot be written
   *     to
   */
  static Repertoire open(Path file, ReadOptions read, String cache) throws IOException {
    RepertoireCache entries = cache.equals("none") ? null : cache(cache);
    return entries == null ? RepertoireFiles.read(file, read) : entries.open(file, read);
  }

  private static RepertoireCache cache(String folder) throws IOException {
    if (!folder.isEmpty()) {
      return new RepertoireCache(Path.of(folder));
    }
    try {
      return new RepertoireCache(RepertoireCache.defaultFolder());
    } catch (IOException e) {
      log.warn("No cache of parsed repertoires, which --cache DIR would give: {}", e.toString());
      return null;
    }
  }

  RepertoireTable table() {
    return table;
  }

  List<Repertoire> repertoires() {
    return repertoires;
  }

  /** As samples with the labels of some targets. */
  Dataset<SequenceBag> dataset(List<Target> targets) {
    List<BagSample> samples = new ArrayList<>();
    StringBuilder digests = new StringBuilder();
    for (int i = 0; i < repertoires.size(); i++) {
      RepertoireTable.Row row = table.rows().get(i);
      Repertoire repertoire = repertoires.get(i);
      double[] labels = targets.stream().mapToDouble(row::number).toArray();
      SequenceBag bag = SequenceBag.of(repertoire);
      samples.add(new BagSample(row.id(), labels, row.group(), row.fold(), () -> bag));
      digests.append(repertoire.contentDigest());
    }
    return Dataset.of(table.file().getFileName().toString(), targets, digests.toString(), samples);
  }

  /** Columns that are no label, with the number of sequences of each repertoire. */
  Map<String, List<String>> covariates() {
    Map<String, List<String>> covariates = new LinkedHashMap<>();
    for (String column : table.covariates()) {
      List<String> values = new ArrayList<>();
      table.rows().forEach(row -> values.add(row.values().get(column)));
      covariates.put(column, values);
    }
    covariates.put(
        "number of sequences", repertoires.stream().map(r -> Integer.toString(r.size())).toList());
    return covariates;
  }

  /** What was left out of the files, where it was much, and what the table's reader decided. */
  List<String> notes() {
    List<String> notes = new ArrayList<>(table.notes());
    long rows = 0;
    long used = 0;
    for (int i = 0; i < repertoires.size(); i++) {
      ReadReport report = repertoires.get(i).report();
      rows += report.rows();
      used += report.used();
      if (repertoires.get(i).size() == 0) {
        notes.add(table.rows().get(i).shown() + " has no sequence that can be used");
      }
    }
    notes.add(used + " of " + rows + " rows are used; hopfield inspect says why of the others");
    return notes;
  }
}
