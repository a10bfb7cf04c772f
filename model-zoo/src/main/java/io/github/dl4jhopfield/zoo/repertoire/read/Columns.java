package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Fault;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The columns of a table of receptors that matter, found by name in its header. Each format of the
 * field is one method that says which names it has for them.
 */
final class Columns {
  /** What a column says of whether a row is productive. */
  enum Status {
    /** AIRR's booleans: blank means unknown. */
    AIRR,
    /** immunoSEQ's In, Out, Stop. */
    FRAME,
    /** 10x's booleans: what isn't true is not productive. */
    TRUE_ONLY,
    /** No such column, in a format that could have one. */
    UNKNOWN,
    /** Rows are judged by their residues, as the format does. */
    NONE
  }

  private static final int MOST_SHOWN = 40;

  String format;

  /** Region of the sequences that are given out; null for a column of the user's. */
  Region region;

  int sequence = -1;

  /** Junction whose ends are cut off where {@link #sequence} is empty or not there. */
  int junction = -1;

  int v = -1;
  int j = -1;
  int locus = -1;

  /** The locus of the column itself, where rows are pairs of chains. */
  String pairedLocus;

  int repertoireId = -1;
  Status status = Status.NONE;
  int statusColumn = -1;
  int inFrame = -1;
  int stopCodon = -1;

  /** Columns that must be true for a row to be of a cell. */
  int[] cell = new int[0];

  /** Candidates for counts, the preferred first. */
  int[] counts = new int[0];

  /** Whether a missing count column deserves a warning a row. */
  boolean countsExpected;

  int[] whereColumns = new int[0];
  String[] whereValues = new String[0];
  final List<String> notes = new ArrayList<>();

  private final String file;
  private final List<String> header;
  private final Map<String, Integer> index = new LinkedHashMap<>();

  private Columns(String file, List<String> header) {
    this.file = file;
    this.header = header;
    for (int i = 0; i < header.size(); i++) {
      index.putIfAbsent(header.get(i), i);
    }
  }

  /** Whether a header is one of a table of receptors in a format that is known. */
  static boolean known(List<String> header) {
    return new Columns("", header).detect() != null;
  }

  /** Name of a column as the file writes it. */
  String name(int column) {
    return header.get(column);
  }

  int width() {
    return header.size();
  }

  /**
   * The columns of a table.
   *
   * @throws RepertoireFaults for everything that is wrong with the header
   */
  static Columns of(String file, List<String> header, ReadOptions options) {
    Columns columns = new Columns(file, header);
    List<Fault> faults = new ArrayList<>();
    columns.checkTwice(faults);
    columns.format = columns.detect();
    if (columns.format == null && options.sequenceColumn() == null) {
      faults.add(columns.noSequences());
    } else {
      columns.find(options, faults);
    }
    if (!faults.isEmpty()) {
      throw new RepertoireFaults(faults);
    }
    return columns;
  }

  private void checkTwice(List<Fault> faults) {
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    for (String name : header) {
      if (!name.isEmpty() && !seen.add(name) && twice.add(name)) {
        faults.add(
            new Fault(
                Kind.DUPLICATE_COLUMN,
                RepertoireFaults.describe(
                    file, 1, "each column once", "the column " + quote(name) + " twice")));
      }
    }
  }

  private String detect() {
    if (has("junction_aa") || has("cdr3_aa")) {
      return "airr";
    }
    if (has("cdr3.alpha")
        || has("cdr3.beta")
        || vdjdbPair("cdr3", "gene")
        || vdjdbPair("CDR3", "Gene")) {
      return "vdjdb";
    }
    if (has("cdr3") && has("chain") && (has("barcode") || has("contig_id"))) {
      return "10x";
    }
    if (loose("aaseqcdr3") >= 0) {
      return "mixcr";
    }
    if (has("aminoAcid") || has("amino_acid") || has("cdr3_amino_acid")) {
      return "immunoseq";
    }
    if (has("cdr3aa") || has("CDR3aa")) {
      return "vdjtools";
    }
    return null;
  }

  private boolean vdjdbPair(String cdr3, String gene) {
    return has(cdr3) && has(gene) && !has("barcode");
  }

  private void find(ReadOptions options, List<Fault> faults) {
    if (format == null) {
      format = "custom";
    }
    switch (format) {
      case "airr" -> airr(options, faults);
      case "vdjdb" -> vdjdb(options, faults);
      case "10x" -> tenx();
      case "mixcr" -> mixcr();
      case "immunoseq" -> immunoseq();
      case "vdjtools" -> vdjtools();
      default -> custom();
    }
    if (!format.equals("airr") && !format.equals("custom")) {
      region = Region.JUNCTION;
      if (options.region() == Region.CDR3) {
        region = Region.CDR3;
        junction = sequence;
        sequence = -1;
      }
    }
    if (options.sequenceColumn() != null) {
      sequence = require(options.sequenceColumn(), faults);
      junction = -1;
      region = options.region();
      pairedLocus = null;
    }
    v = options.vColumn() != null ? require(options.vColumn(), faults) : v;
    j = options.jColumn() != null ? require(options.jColumn(), faults) : j;
    if (options.countColumn() != null) {
      counts = new int[] {require(options.countColumn(), faults)};
    }
    whereColumns = new int[options.where().size()];
    whereValues = new String[whereColumns.length];
    int k = 0;
    for (Map.Entry<String, String> condition : options.where().entrySet()) {
      whereColumns[k] = require(condition.getKey(), faults);
      whereValues[k++] = condition.getValue();
    }
    boolean oneLocus = options.locus() != null && !options.locus().equals(ReadOptions.ALL_LOCI);
    if (oneLocus && locus < 0 && v < 0 && pairedLocus == null) {
      faults.add(
          missing(
              "a column that tells the locus, "
                  + options.locus()
                  + " being asked for (locus, v_call)"));
    }
  }

  private void airr(ReadOptions options, List<Fault> faults) {
    int cdr3 = at("cdr3_aa");
    int whole = at("junction_aa");
    if (options.region() == Region.JUNCTION && whole < 0 && options.sequenceColumn() == null) {
      faults.add(missing("a column junction_aa for the region junction"));
    }
    boolean asCdr3 = options.region() == Region.CDR3 || whole < 0;
    region = asCdr3 ? Region.CDR3 : Region.JUNCTION;
    sequence = asCdr3 ? cdr3 : whole;
    junction = asCdr3 ? whole : -1;
    v = first("v_call", "v_gene");
    j = first("j_call", "j_gene");
    locus = at("locus");
    repertoireId = at("repertoire_id");
    statusColumn = at("productive");
    status = statusColumn < 0 ? Status.UNKNOWN : Status.AIRR;
    inFrame = at("vj_in_frame");
    stopCodon = at("stop_codon");
    // 10x's airr_rearrangement.tsv
    cell = all("is_cell");
    counts = all("umi_count", "duplicate_count", "consensus_count");
    countsExpected = true;
  }

  private void immunoseq() {
    sequence = first("aminoAcid", "amino_acid", "cdr3_amino_acid");
    v = first("v_gene", "v_resolved", "vGeneName", "vMaxResolved");
    j = first("j_gene", "j_resolved", "jGeneName", "jMaxResolved");
    locus = at("locus");
    statusColumn = first("frame_type", "sequenceStatus");
    status = statusColumn < 0 ? Status.UNKNOWN : Status.FRAME;
    List<Integer> found = new ArrayList<>();
    for (int column : all("templates", "reads", "seq_reads")) {
      found.add(column);
    }
    for (int i = 0; i < header.size(); i++) {
      if (header.get(i).startsWith("count (") || header.get(i).equals("count")) {
        found.add(i);
      }
    }
    counts = found.stream().mapToInt(Integer::intValue).toArray();
    countsExpected = true;
  }

  private void vdjdb(ReadOptions options, List<Fault> faults) {
    if (has("cdr3.alpha") || has("cdr3.beta")) {
      boolean alpha =
          "TRA".equals(options.locus()) || (options.locus() == null && !has("cdr3.beta"));
      if (options.locus() != null && !alpha && !options.locus().equals("TRB")) {
        faults.add(
            missing(
                "one chain of pairs, TRA or TRB (the locus "
                    + options.locus()
                    + " being asked for)"));
      }
      String chain = alpha ? "alpha" : "beta";
      sequence = at("cdr3." + chain);
      v = at("v." + chain);
      j = at("j." + chain);
      pairedLocus = alpha ? "TRA" : "TRB";
      if (sequence < 0) {
        faults.add(missing("a column cdr3." + chain));
      } else if (options.locus() == null && has("cdr3.alpha") && has("cdr3.beta")) {
        notes.add("rows are pairs of chains; TRB was read (--locus TRA reads the other)");
      }
      return;
    }
    sequence = first("CDR3", "cdr3");
    locus = first("Gene", "gene");
    v = first("V", "v.segm");
    j = first("J", "j.segm");
  }

  private void mixcr() {
    sequence = loose("aaseqcdr3");
    v = firstLoose("allvhitswithscore", "allvhits", "bestvhit", "bestvgene", "vgene", "vhit");
    j = firstLoose("alljhitswithscore", "alljhits", "bestjhit", "bestjgene", "jgene", "jhit");
    locus = firstLoose("topchains", "chains");
    counts =
        java.util.stream.Stream.of(
                "uniqueumicount", "uniquemoleculecount", "readcount", "clonecount")
            .mapToInt(this::loose)
            .filter(column -> column >= 0)
            .toArray();
    countsExpected = true;
  }

  private void tenx() {
    sequence = at("cdr3");
    v = at("v_gene");
    j = at("j_gene");
    locus = at("chain");
    statusColumn = at("productive");
    status = statusColumn < 0 ? Status.UNKNOWN : Status.TRUE_ONLY;
    cell = all("is_cell", "high_confidence");
    counts = all("umis", "reads");
    countsExpected = true;
  }

  private void vdjtools() {
    sequence = first("cdr3aa", "CDR3aa");
    v = first("v", "V", "v.segm");
    j = first("j", "J", "j.segm");
    counts = all("count");
    countsExpected = true;
  }

  private void custom() {
    v = first("v_call", "v_gene", "v");
    j = first("j_call", "j_gene", "j");
    locus = first("locus", "chain");
    counts = all("umi_count", "duplicate_count", "templates", "umis", "count", "reads");
    countsExpected = true;
  }

  private boolean has(String name) {
    return index.containsKey(name);
  }

  private int at(String name) {
    return index.getOrDefault(name, -1);
  }

  private int first(String... names) {
    return Arrays.stream(names).mapToInt(this::at).filter(i -> i >= 0).findFirst().orElse(-1);
  }

  private int[] all(String... names) {
    return Arrays.stream(names).mapToInt(this::at).filter(i -> i >= 0).toArray();
  }

  /** A column by its name without blanks, dots and case: MiXCR's two styles. */
  private int loose(String name) {
    for (int i = 0; i < header.size(); i++) {
      if (header.get(i).replaceAll("[ .]", "").toLowerCase(Locale.ROOT).equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private int firstLoose(String... names) {
    return Arrays.stream(names).mapToInt(this::loose).filter(i -> i >= 0).findFirst().orElse(-1);
  }

  private int require(String name, List<Fault> faults) {
    int column = at(name);
    if (column < 0) {
      faults.add(
          new Fault(
              Kind.MISSING_COLUMN,
              RepertoireFaults.describe(
                  file,
                  1,
                  "a column " + quote(name),
                  "the columns " + shown() + Suggestions.hint(name, header))));
    }
    return column;
  }

  private Fault missing(String expected) {
    return new Fault(
        Kind.MISSING_COLUMN,
        RepertoireFaults.describe(file, 1, expected, "the columns " + shown()));
  }

  private Fault noSequences() {
    String expected =
        "a column of amino acids: junction_aa or cdr3_aa (AIRR), aminoAcid or amino_acid (immunoSEQ),"
            + " CDR3 or cdr3 (VDJdb, 10x), aaSeqCDR3 (MiXCR), cdr3aa (VDJtools), or the one that"
            + " --sequence-column names";
    String hint = "";
    for (String name : header) {
      for (String known :
          List.of("junction_aa", "cdr3_aa", "amino_acid", "aminoAcid", "aaSeqCDR3", "cdr3aa")) {
        if (name.equalsIgnoreCase(known)) {
          hint = "; " + name + " is not " + known + ": names are case-sensitive";
        }
      }
    }
    if (hint.isEmpty() && has("cdr3s_aa")) {
      hint = "; of 10x the contig annotations are read, not the clonotypes";
    } else if (hint.isEmpty() && (has("junction") || has("sequence"))) {
      hint = "; nucleotides are not translated here";
    }
    return new Fault(
        Kind.MISSING_COLUMN,
        RepertoireFaults.describe(file, 1, expected, "the columns " + shown() + hint));
  }

  private String shown() {
    String names =
        header.stream()
            .limit(MOST_SHOWN)
            .map(Columns::quoteIfOdd)
            .collect(Collectors.joining(", "));
    int more = header.size() - MOST_SHOWN;
    return more > 0 ? names + " and " + more + " more" : names;
  }

  private static String quoteIfOdd(String name) {
    return name.matches("[A-Za-z0-9_.()/-]{1,40}") ? name : quote(name);
  }

  private static String quote(String name) {
    return RepertoireFaults.quote(name);
  }
}
