package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFaults.Kind;
import io.github.dl4jhopfield.zoo.repertoire.read.Tally.Drop;
import io.github.dl4jhopfield.zoo.repertoire.read.Tally.Warning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One pass over a FASTA file: records of a line that begins with {@code >} and lines of residues.
 * Counts are 1, or those of the header as pRESTO ({@code DUPCOUNT=}) and vsearch ({@code size=})
 * write them. What region the residues are only the user knows.
 */
final class FastaPass {
  private static final Pattern COUNT =
      Pattern.compile("(?:^|[|;\\s>])(?:DUPCOUNT|size)=([^|;\\s]*)");

  private final Path file;
  private final ReadOptions options;
  private final TextFile text;
  private final Tally tally;
  private final Residues residues;
  private final SequenceSink sink;
  private byte[] record = new byte[256];
  private int length;
  private long count;

  FastaPass(
      Path file,
      ReadOptions options,
      TextFile text,
      Tally tally,
      Residues residues,
      SequenceSink sink) {
    this.file = file;
    this.options = options;
    this.text = text;
    this.tally = tally;
    this.residues = residues;
    this.sink = sink;
  }

  ReadReport read() throws IOException {
    checkOptions();
    Lines lines = text.lines();
    boolean inside = false;
    while (text.next((byte) 0)) {
      if (lines.isBlank()) {
        continue;
      }
      byte[] bytes = lines.bytes();
      int at = lines.start();
      while (bytes[at] <= ' ' && bytes[at] >= 0) {
        at++;
      }
      if (bytes[at] == '>') {
        if (inside) {
          finish();
        }
        inside = true;
        begin(bytes, at, lines.stop());
      } else if (!inside) {
        throw RepertoireFaults.at(
            Kind.NOT_FASTA,
            file,
            lines.number(),
            "a FASTA header that begins with >",
            "other text");
      } else {
        append(bytes, at, lines.stop(), lines.number());
      }
    }
    if (inside) {
      finish();
    }
    return new ReadReport(
        "fasta",
        tally.rows,
        tally.used,
        tally.drops(),
        options.region() == null ? "as_given" : options.region().label(),
        options.countsFromHeader() ? "header" : "none",
        null,
        tally.warnings(),
        List.of());
  }

  private void checkOptions() {
    String asked = null;
    if (options.locus() != null && !options.locus().equals(ReadOptions.ALL_LOCI)) {
      asked = "the locus " + options.locus();
    } else if (!options.where().isEmpty()) {
      asked = "columns " + options.where().keySet();
    } else if (options.countColumn() != null) {
      asked = "a count column";
    } else if (options.sequenceColumn() != null) {
      asked = "a sequence column";
    }
    if (asked != null) {
      throw RepertoireFaults.at(
          Kind.MISSING_COLUMN, file, 0, "a table with columns, for " + asked, "a FASTA file");
    }
  }

  private void begin(byte[] bytes, int from, int to) {
    tally.rows++;
    length = 0;
    count = CountParser.MISSING;
    if (options.countsFromHeader()) {
      Matcher matcher = COUNT.matcher(new String(bytes, from, to - from, StandardCharsets.UTF_8));
      if (matcher.find()) {
        byte[] number = matcher.group(1).getBytes(StandardCharsets.UTF_8);
        count = CountParser.parse(number, 0, number.length);
      }
    }
  }

  private void append(byte[] bytes, int from, int to, long line) {
    if ((long) length + to - from > Lines.LONGEST) {
      throw RepertoireFaults.at(
          Kind.LONG_LINE, file, line, "at most " + Lines.LONGEST + " residues a record", "more");
    }
    if (record.length - length < to - from) {
      record = Arrays.copyOf(record, Math.max(2 * record.length, length + to - from));
    }
    for (int i = from; i < to; i++) {
      if (bytes[i] > ' ' || bytes[i] < 0) {
        record[length++] = bytes[i];
      }
    }
  }

  private void finish() throws IOException {
    Drop drop = residues.take(record, 0, length, false, options.maxLength());
    if (drop != null) {
      tally.drop(drop);
      return;
    }
    tally.used++;
    if (residues.lowerCase()) {
      tally.warn(Warning.LOWER_CASE);
    }
    if (options.countsFromHeader() && count < 1) {
      TablePass.warnOfCount(tally, count);
    }
    sink.add(residues.codes(), residues.length(), Math.max(count, 1), -1, -1);
  }
}
