package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.files.Fingerprint;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Reads one repertoire file into a sink, in memory that doesn't depend on its size. A file is read
 * a second time where only its end tells what the first rows should have been taken for: which of
 * its count columns has values, which of several loci is read.
 */
final class FileReading {
  /**
   * Raised with every change of what is made of a file: entries of the cache that an earlier
   * version filled are not found then.
   */
  static final int VERSION = 1;

  private static final List<String> FASTA_ENDINGS = List.of(".fasta", ".fa", ".faa", ".fas");

  /** No file needs more: one for the counts, one for the locus, and one after both. */
  private static final int MOST_PASSES = 4;

  private final Path file;
  private final ReadOptions options;
  private final SequenceSink sink;
  final GeneNames vGenes = new GeneNames();
  final GeneNames jGenes = new GeneNames();
  private String fileDigest;

  FileReading(Path file, ReadOptions options, SequenceSink sink) {
    this.file = file;
    this.options = options;
    this.sink = options.merge() ? new Merger(sink) : sink;
  }

  /** SHA-256 of the bytes that were read. */
  String fileDigest() {
    return fileDigest;
  }

  /**
   * Reads the file.
   *
   * @throws RepertoireFaults if it cannot be read right as a whole
   */
  ReadReport read() throws IOException {
    TablePass.Choices choices = new TablePass.Choices();
    for (int pass = 0; pass < MOST_PASSES; pass++) {
      vGenes.clear();
      jGenes.clear();
      sink.begin();
      Fingerprint digest = new Fingerprint();
      ReadReport report;
      try (TextFile text = TextFile.open(file, digest)) {
        Tally tally = new Tally();
        Residues residues = new Residues();
        report =
            isFasta(text)
                ? fasta(text, tally, residues)
                : new TablePass(file, options, text, tally, residues, sink, vGenes, jGenes, choices)
                    .read();
        if (report != null) {
          checkUsable(tally, residues);
        }
      }
      String found = digest.toString();
      if (fileDigest != null && !found.equals(fileDigest)) {
        throw changed(file);
      }
      fileDigest = found;
      if (report != null) {
        return withUsed(report, sink.end());
      }
    }
    throw changed(file);
  }

  static RepertoireFaults changed(Path file) {
    return new RepertoireFaults(
        Kind.CHANGED_WHILE_READ,
        file + ": expected a file that stays as it is, found that it changed while it was read");
  }

  private boolean isFasta(TextFile text) {
    for (byte b : text.lines().head()) {
      if (b > ' ' || b < 0) {
        return b == '>' || namedFasta(file);
      }
    }
    return namedFasta(file);
  }

  static boolean namedFasta(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String plain = name.replaceAll("\\.(gz|bgz)$", "");
    return FASTA_ENDINGS.stream().anyMatch(plain::endsWith);
  }

  private ReadReport fasta(TextFile text, Tally tally, Residues residues) throws IOException {
    return new FastaPass(file, options, text, tally, residues, sink).read();
  }

  private void checkUsable(Tally tally, Residues residues) {
    if (tally.used == 0) {
      String dropped =
          tally.drops().entrySet().stream()
              .map(e -> e.getValue() + " " + e.getKey())
              .collect(Collectors.joining(", "));
      throw RepertoireFaults.at(
          Kind.NO_USABLE_SEQUENCES,
          file,
          0,
          "at least one usable sequence",
          tally.rows == 0 ? "no rows" : "none in " + tally.rows + " rows: " + dropped);
    }
    if (2 * residues.likeNucleotides() > tally.used) {
      throw RepertoireFaults.at(
          Kind.LOOKS_LIKE_NUCLEOTIDES,
          file,
          0,
          "amino acids",
          residues.likeNucleotides()
              + " of "
              + tally.used
              + " sequences with no letters but A, C, G, T and N: they look like nucleotides");
    }
  }

  private static ReadReport withUsed(ReadReport report, long used) {
    return new ReadReport(
        report.format(),
        report.rows(),
        used,
        report.dropped(),
        report.region(),
        report.countFrom(),
        report.locus(),
        report.warnings(),
        report.notes());
  }
}
