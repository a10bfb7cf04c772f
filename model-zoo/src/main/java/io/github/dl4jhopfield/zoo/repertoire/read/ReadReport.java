package io.github.dl4jhopfield.zoo.repertoire.read;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of a repertoire file's rows.
 *
 * @param format {@code airr}, {@code immunoseq}, {@code vdjdb}, {@code mixcr}, {@code 10x}, {@code
 *     vdjtools}, {@code fasta} or {@code custom}
 * @param rows rows of this repertoire in the file
 * @param used those that were kept
 * @param dropped the others by reason
 * @param region {@code junction}, {@code cdr3}, or {@code as_given} where the file does not tell
 * @param countFrom the column of the counts; {@code header} of a FASTA file; {@code none}
 * @param locus the locus that was read; null where rows don't tell or all were asked for
 * @param warnings rows that were used although something about them was odd, by what it was
 * @param notes what the reader decided by itself, a sentence each
 */
public record ReadReport(
    String format,
    long rows,
    long used,
    Map<String, Long> dropped,
    String region,
    String countFrom,
    String locus,
    Map<String, Long> warnings,
    List<String> notes) {
  /** Share of dropped rows above which the user should be told. */
  public static final double MUCH = 0.1;

  /** Keeps copies. */
  public ReadReport {
    dropped = Collections.unmodifiableMap(new LinkedHashMap<>(dropped));
    warnings = Collections.unmodifiableMap(new LinkedHashMap<>(warnings));
    notes = List.copyOf(notes);
  }

  /** Number of rows that were not kept; rows that were merged into others are not among them. */
  public long droppedRows() {
    return dropped.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Whether more than a tenth of the rows was dropped. */
  public boolean muchDropped() {
    return droppedRows() > MUCH * rows;
  }
}
