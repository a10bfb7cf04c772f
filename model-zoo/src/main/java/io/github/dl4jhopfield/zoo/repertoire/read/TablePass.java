package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import io.github.dl4jhopfield.zoo.repertoire.read.Tally.Drop;
import io.github.dl4jhopfield.zoo.repertoire.read.Tally.Warning;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One pass over a table of receptors, a row a receptor. */
final class TablePass {
  /** What only a whole pass can tell, kept for the next one. */
  static final class Choices {
    /** Which of the candidates for counts is used; -1 before the first row. */
    private int count = -1;

    /** Loci that are left out because the other chain of the pair is there. */
    private Set<String> partners = Set.of();
  }

  /** Share of the rows from which on a locus counts when one is chosen. */
  private static final double MANY = 0.05;

  /** The chain with a D gene, the more diverse one, and its partners. */
  private static final Map<String, List<String>> PARTNERS =
      Map.of("TRB", List.of("TRA"), "TRD", List.of("TRG"), "IGH", List.of("IGK", "IGL"));

  private static final int MOST_NAMED = 20;
  private static final String[] LOCI = ReadOptions.LOCI.toArray(String[]::new);

  private final Path file;
  private final ReadOptions options;
  private final TextFile text;
  private final Lines lines;
  private final Tally tally;
  private final Residues residues;
  private final SequenceSink sink;
  private final GeneNames vGenes;
  private final GeneNames jGenes;
  private final Choices choices;
  private final String onlyLocus;
  private final long[] rowsByLocus = new long[LOCI.length];
  private final Set<String> repertoires = new LinkedHashSet<>();
  private Columns columns;
  private byte delimiter;
  private boolean[] countSeen;
  private byte[] lastRepertoire = new byte[0];
  private long headersInside;

  TablePass(
      Path file,
      ReadOptions options,
      TextFile text,
      Tally tally,
      Residues residues,
      SequenceSink sink,
      GeneNames vGenes,
      GeneNames jGenes,
      Choices choices) {
    this.file = file;
    this.options = options;
    this.text = text;
    this.tally = tally;
    this.residues = residues;
    this.sink = sink;
    this.vGenes = vGenes;
    this.jGenes = jGenes;
    this.choices = choices;
    onlyLocus = ReadOptions.ALL_LOCI.equals(options.locus()) ? null : options.locus();
    lines = text.lines();
  }

  /** Reads all rows; null if the file must be read again with what was learned. */
  ReadReport read() throws IOException {
    header();
    while (text.next(delimiter)) {
      row();
    }
    if (repertoires.size() > 1 && options.repertoireId() == null) {
      throw RepertoireFaults.at(
          Kind.SEVERAL_REPERTOIRES,
          file,
          0,
          "one repertoire, or which one (--repertoire-id)",
          repertoires.size() < MOST_NAMED
              ? "the repertoires " + String.join(", ", repertoires)
              : "these and more repertoires: " + String.join(", ", repertoires));
    }
    checkRepertoireId();
    if (learned()) {
      return null;
    }
    if (vGenes.full() || jGenes.full()) {
      tally.warn(Warning.GENES_LEFT_OUT);
    }
    return report();
  }

  private void header() throws IOException {
    text.toHeader();
    Header header = Header.split(lines);
    delimiter = header.delimiter();
    columns = Columns.of(file.toString(), header.names(), options);
    if (options.countsFromHeader()) {
      throw RepertoireFaults.at(
          Kind.WRONG_FORMAT, file, 0, "a FASTA file, for counts from headers", columns.format);
    }
    if (delimiter != '\t' && !columns.format.equals("10x")) {
      columns.notes.add("fields are separated by '" + (char) delimiter + "'");
    }
    countSeen = new boolean[columns.counts.length];
  }

  private void row() throws IOException {
    if (lines.isBlank() || (lines.hasQuotes() && lines.isBlankFrom(0))) {
      return;
    }
    checkWidth();
    if (isHeaderAgain()) {
      headersInside++;
      return;
    }
    if (!isThisRepertoire()) {
      return;
    }
    tally.rows++;
    if (!lines.isUtf8()) {
      tally.warn(Warning.NOT_UTF8);
    }
    if (choices.count < 0) {
      choices.count = firstWithValue();
    }
    noteCounts();
    Drop drop = drop();
    if (drop != null) {
      tally.drop(drop);
      return;
    }
    tally.used++;
    if (residues.lowerCase()) {
      tally.warn(Warning.LOWER_CASE);
    }
    long count = count();
    int v = gene(vGenes, columns.v);
    sink.add(residues.codes(), residues.length(), count, v, gene(jGenes, columns.j));
  }

  private void checkWidth() {
    if (lines.fields() > columns.width() && lines.hasQuotes()) {
      // a quoted field may hold what separates fields
      lines.splitQuoted(delimiter);
    }
    if (lines.fields() > columns.width() && !lines.isBlankFrom(columns.width())) {
      throw RepertoireFaults.at(
          Kind.EXTRA_FIELD,
          file,
          lines.number(),
          columns.width() + " fields, as the header has",
          lines.fields()
              + (lines.fields() == columns.width() + 1
                  ? " (are row names written, as R's write.table does?)"
                  : ""));
    }
  }

  /** Whether the row is the header once more: files were put together ({@code cat a.gz b.gz}). */
  private boolean isHeaderAgain() {
    int column = columns.sequence >= 0 ? columns.sequence : columns.junction;
    String name = columns.name(column);
    return lines.find(column)
        && lines.to() - lines.from() == name.length()
        && lines.text(column).equals(name);
  }

  private boolean isThisRepertoire() {
    if (columns.repertoireId < 0) {
      return true;
    }
    boolean given = lines.find(columns.repertoireId);
    boolean last =
        Arrays.equals(
            lastRepertoire, 0, lastRepertoire.length, lines.bytes(), lines.from(), lines.to());
    if (!last || repertoires.isEmpty()) {
      lastRepertoire = Arrays.copyOfRange(lines.bytes(), lines.from(), lines.to());
      String id = given ? lines.text(columns.repertoireId) : "(none)";
      if (repertoires.size() < MOST_NAMED || id.equals(options.repertoireId())) {
        repertoires.add(id);
      }
    }
    if (options.repertoireId() == null) {
      return true;
    }
    return given && lines.text(columns.repertoireId).equals(options.repertoireId());
  }

  private void checkRepertoireId() {
    String asked = options.repertoireId();
    if (asked == null) {
      return;
    }
    if (columns.repertoireId < 0) {
      throw RepertoireFaults.at(
          Kind.MISSING_COLUMN,
          file,
          1,
          "a column repertoire_id",
          "none: the file is one repertoire");
    }
    if (!repertoires.contains(asked)) {
      throw RepertoireFaults.at(
          Kind.NO_SUCH_VALUE,
          file,
          0,
          "the repertoire_id " + RepertoireFaults.quote(asked),
          String.join(", ", repertoires));
    }
  }

  /** The first candidate with a value in this row, or the first at all. */
  private int firstWithValue() {
    for (int k = 0; k < columns.counts.length; k++) {
      if (hasValue(columns.counts[k])) {
        return k;
      }
    }
    return 0;
  }

  /** Remembers which candidates for counts have values. */
  private void noteCounts() {
    for (int k = 0; k < countSeen.length; k++) {
      if (!countSeen[k] && hasValue(columns.counts[k])) {
        countSeen[k] = true;
      }
    }
  }

  private boolean hasValue(int column) {
    return lines.find(column) && !Missing.value(lines.bytes(), lines.from(), lines.to());
  }

  private Drop drop() {
    if (isOtherLocus()) {
      return Drop.OTHER_LOCUS;
    }
    for (int k = 0; k < columns.whereColumns.length; k++) {
      if (!lines.text(columns.whereColumns[k]).equals(columns.whereValues[k])) {
        return Drop.FILTERED;
      }
    }
    for (int column : columns.cell) {
      if (truth(column) < 0) {
        return Drop.NOT_A_CELL;
      }
    }
    Drop unproductive = unproductive();
    if (unproductive != null) {
      return unproductive;
    }
    Drop unusable = sequence();
    if (unusable == null && unknownProductivity) {
      tally.warn(Warning.UNKNOWN_PRODUCTIVITY);
    }
    return unusable;
  }

  private boolean unknownProductivity;

  private Drop unproductive() {
    unknownProductivity = false;
    switch (columns.status) {
      case AIRR, UNKNOWN -> {
        int productive = truth(columns.statusColumn);
        if (productive < 0) {
          return Drop.NOT_PRODUCTIVE;
        }
        if (productive == 0) {
          unknownProductivity = true;
          if (truth(columns.inFrame) < 0) {
            return Drop.OUT_OF_FRAME;
          }
          if (truth(columns.stopCodon) > 0) {
            return Drop.STOP_CODON;
          }
        }
      }
      case TRUE_ONLY -> {
        if (truth(columns.statusColumn) <= 0) {
          return Drop.NOT_PRODUCTIVE;
        }
      }
      case FRAME -> {
        String frame = lines.text(columns.statusColumn).toLowerCase(java.util.Locale.ROOT);
        switch (frame) {
          case "in" -> {}
          case "out" -> {
            return Drop.OUT_OF_FRAME;
          }
          case "stop" -> {
            return Drop.STOP_CODON;
          }
          default -> unknownProductivity = true;
        }
      }
      default -> {}
    }
    return null;
  }

  /** 1 for true, -1 for false, 0 for anything else. */
  private int truth(int column) {
    if (!lines.find(column)) {
      return 0;
    }
    byte[] bytes = lines.bytes();
    int length = lines.to() - lines.from();
    int first = bytes[lines.from()] | 0x20;
    if (length == 1) {
      return first == 't' || bytes[lines.from()] == '1'
          ? 1
          : first == 'f' || bytes[lines.from()] == '0' ? -1 : 0;
    }
    if (length == 4 && first == 't') {
      return lines.text(column).equalsIgnoreCase("true") ? 1 : 0;
    }
    return length == 5 && first == 'f' && lines.text(column).equalsIgnoreCase("false") ? -1 : 0;
  }

  private Drop sequence() {
    if (columns.sequence >= 0 && hasValue(columns.sequence)) {
      return residues.take(lines.bytes(), lines.from(), lines.to(), false, options.maxLength());
    }
    if (columns.junction >= 0 && hasValue(columns.junction)) {
      return residues.take(lines.bytes(), lines.from(), lines.to(), true, options.maxLength());
    }
    return Drop.EMPTY;
  }

  /** Counts the row's locus; whether it is another than the one that is read. */
  private boolean isOtherLocus() {
    if (columns.pairedLocus != null) {
      return false;
    }
    int locus = locus();
    if (locus >= 0) {
      rowsByLocus[locus]++;
    }
    return onlyLocus == null
        ? locus >= 0 && choices.partners.contains(LOCI[locus])
        : locus < 0 || !LOCI[locus].equals(onlyLocus);
  }

  /** Number of the row's locus: of its column, else of its V gene; or -1. */
  private int locus() {
    if (columns.locus >= 0 && hasValue(columns.locus)) {
      return locusOf(lines.bytes(), lines.from(), lines.to());
    }
    return columns.v >= 0 && lines.find(columns.v)
        ? locusOf(lines.bytes(), lines.from(), lines.to())
        : -1;
  }

  /** {@code TRB}, {@code TRBV5-1}, {@code TCRB}, {@code TCRBV05-01}: TRB. */
  private static int locusOf(byte[] bytes, int from, int to) {
    int at = from;
    if (to - from >= 4 && bytes[from] == 'T' && bytes[from + 1] == 'C' && bytes[from + 2] == 'R') {
      at = from + 1;
      // TCR and T-R differ by one letter
      return locusOf((byte) 'T', (byte) 'R', bytes[at + 2]);
    }
    return to - at >= 3 ? locusOf(bytes[at], bytes[at + 1], bytes[at + 2]) : -1;
  }

  private static int locusOf(byte first, byte second, byte third) {
    for (int k = 0; k < LOCI.length; k++) {
      if (LOCI[k].charAt(2) == third && LOCI[k].charAt(1) == second && LOCI[k].charAt(0) == first) {
        return k;
      }
    }
    return -1;
  }

  private long count() {
    if (columns.counts.length == 0) {
      if (columns.countsExpected) {
        tally.warn(Warning.COUNT_MISSING);
      }
      return 1;
    }
    long count =
        lines.find(columns.counts[choices.count])
            ? CountParser.parse(lines.bytes(), lines.from(), lines.to())
            : CountParser.MISSING;
    if (count < 1) {
      warnOfCount(tally, count);
    }
    return Math.max(count, 1);
  }

  static void warnOfCount(Tally tally, long count) {
    tally.warn(
        count == CountParser.MISSING
            ? Warning.COUNT_MISSING
            : count == CountParser.INVALID ? Warning.COUNT_INVALID : Warning.COUNT_BELOW_ONE);
  }

  private int gene(GeneNames genes, int column) {
    return column >= 0 && lines.find(column)
        ? genes.number(lines.bytes(), lines.from(), lines.to())
        : -1;
  }

  /** Whether the whole file tells other choices than the pass was made with. */
  private boolean learned() {
    boolean learned = false;
    for (int k = 0; k < choices.count; k++) {
      if (countSeen[k]) {
        choices.count = k;
        learned = true;
        break;
      }
    }
    Set<String> partners = partners();
    if (options.locus() == null && !partners.equals(choices.partners)) {
      choices.partners = partners;
      learned = true;
    }
    return learned;
  }

  /** Loci in this file whose more diverse partner has many rows in it. */
  private Set<String> partners() {
    Map<String, Long> loci = loci();
    Set<String> partners = new LinkedHashSet<>();
    for (Map.Entry<String, Long> locus : loci.entrySet()) {
      if (locus.getValue() >= MANY * tally.rows) {
        partners.addAll(PARTNERS.getOrDefault(locus.getKey(), List.of()));
      }
    }
    partners.retainAll(loci.keySet());
    return partners;
  }

  private Map<String, Long> loci() {
    Map<String, Long> loci = new LinkedHashMap<>();
    for (int k = 0; k < LOCI.length; k++) {
      if (rowsByLocus[k] > 0) {
        loci.put(LOCI[k], rowsByLocus[k]);
      }
    }
    return loci;
  }

  private ReadReport report() {
    List<String> notes = new ArrayList<>(columns.notes);
    String locus = onlyLocus;
    Set<String> read = new LinkedHashSet<>(loci().keySet());
    read.removeAll(choices.partners);
    if (columns.pairedLocus != null) {
      locus = columns.pairedLocus;
    } else if (locus == null && read.size() == 1) {
      locus = read.iterator().next();
    }
    if (onlyLocus == null && loci().size() > 1) {
      notes.add(
          "several loci in one file (rows "
              + loci()
              + "): "
              + String.join(" and ", read)
              + (read.size() == 1 ? " is read" : " are read")
              + "; --locus says which");
    }
    if (headersInside > 0) {
      notes.add("the header comes " + headersInside + " times more: files were put together");
    }
    boolean counted = columns.counts.length > 0;
    return new ReadReport(
        columns.format,
        tally.rows,
        tally.used,
        tally.drops(),
        columns.region == null ? "as_given" : columns.region.label(),
        counted ? columns.name(columns.counts[Math.max(choices.count, 0)]) : "none",
        locus,
        tally.warnings(),
        notes);
  }
}
