package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.Region;
import io.github.dl4jhopfield.zoo.repertoire.read.TableOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Options of every command that reads repertoires: how files are read, what a table's columns are.
 */
final class ReadingOptions {
  /** What {@code --merge} takes. */
  enum Merge {
    none,
    aa
  }

  /** What {@code --count-from} takes. */
  enum CountFrom {
    column,
    header
  }

  @Option(
      names = "--region",
      paramLabel = "junction|cdr3",
      description = "Residues with or without the conserved C and F/W; default: the file's own.")
  Region region;

  @Option(
      names = "--locus",
      paramLabel = "TRB|...|all",
      description =
          "The chain that is read; default: all but TRA beside TRB, IGK and IGL beside IGH.")
  String locus;

  @Option(
      names = "--count-column",
      paramLabel = "NAME",
      description = "The column of counts; default: molecules before reads.")
  String countColumn;

  @Option(
      names = "--count-from",
      paramLabel = "column|header",
      description = "header: counts of FASTA records stand in their headers.")
  CountFrom countFrom = CountFrom.column;

  @Option(
      names = "--merge",
      paramLabel = "none|aa",
      description = "aa: one sequence of all with the same residues, counts summed.")
  Merge merge = Merge.none;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Leave out sequences with more residues.")
  int maxLength;

  @Option(
      names = "--repertoire-id",
      paramLabel = "ID",
      description = "Which repertoire of a file that holds several.")
  String repertoireId;

  @Option(
      names = "--where",
      paramLabel = "COLUMN=VALUE",
      description = "Use only rows with this value; can be given several times.")
  List<String> where = new ArrayList<>();

  @Option(
      names = "--sequence-column",
      paramLabel = "NAME",
      description = "The column of amino acids, in a format that isn't known.")
  String sequenceColumn;

  @Option(names = "--v-column", paramLabel = "NAME", description = "The column of V genes.")
  String vColumn;

  @Option(names = "--j-column", paramLabel = "NAME", description = "The column of J genes.")
  String jColumn;

  @Option(
      names = "--id-column",
      paramLabel = "NAME",
      description = "The table's column of files, or of their names without ending.")
  String idColumn;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      description = "A column to predict; can be given several times.")
  List<String> targets = new ArrayList<>();

  @Option(
      names = "--fold-column",
      paramLabel = "NAME",
      description = "The table's column of given folds; default: fold.")
  String foldColumn;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description = "The column of which equal values belong together (subject_id).")
  String group;

  @Option(
      names = "--files",
      paramLabel = "DIR",
      description = "The folder of the table's files; default: the table's own.")
  Path files;

  /** How files are read. */
  ReadOptions reading() {
    if (maxLength < 0) {
      throw new UsageException("--max-length: expected 0 or more, found " + maxLength);
    }
    ReadOptions.Builder options = ReadOptions.builder();
    try {
      options.locus(locus);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--locus: " + e.getMessage());
    }
    conditions().forEach(options::where);
    return options
        .region(region)
        .countColumn(countColumn)
        .countsFromHeader(countFrom == CountFrom.header)
        .merge(merge == Merge.aa)
        .maxLength(maxLength)
        .repertoireId(repertoireId)
        .sequenceColumn(sequenceColumn)
        .vColumn(vColumn)
        .jColumn(jColumn)
        .build();
  }

  private Map<String, String> conditions() {
    Map<String, String> conditions = new LinkedHashMap<>();
    for (String condition : where) {
      int at = condition.indexOf('=');
      if (at < 1) {
        throw new UsageException("--where: expected COLUMN=VALUE, found " + condition);
      }
      if (conditions.put(condition.substring(0, at), condition.substring(at + 1)) != null) {
        throw new UsageException(
            "--where: expected one value of a column, found two of " + condition.substring(0, at));
      }
    }
    return conditions;
  }

  /** What the columns of a table are. */
  TableOptions.Builder table() {
    TableOptions.Builder options =
        TableOptions.builder()
            .idColumn(idColumn)
            .foldColumn(foldColumn)
            .groupColumn(group)
            .folder(files);
    targets.forEach(options::target);
    return options;
  }
}
