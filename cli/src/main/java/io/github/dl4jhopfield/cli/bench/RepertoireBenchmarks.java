package io.github.dl4jhopfield.cli.bench;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.github.dl4jhopfield.zoo.repertoire.read.ReadOptions;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireCache;
import io.github.dl4jhopfield.zoo.repertoire.read.RepertoireFiles;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * An epoch over a repertoire of 100,000 rows of AIRR Rearrangement, 40 columns and about 1 kB each,
 * gzipped: parsed and from the cache, against the fields being split, no more, by a CSV library. On
 * one thread.
 */
final class RepertoireBenchmarks {
  private static final int ROWS = 100_000;
  private static final int COLUMNS = 40;
  private static final int WIDTH = 1_000;
  private static final String AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY";
  private static final String BASELINE = "fields split by fastcsv";

  private RepertoireBenchmarks() {}

  static List<Benchmark> all() {
    return List.of(
        new Benchmark("repertoire", "100000 rows, parsed", BASELINE, () -> work(false)),
        new Benchmark("repertoire", "100000 rows, cached", BASELINE, () -> work(true)));
  }

  /** A run that reads files. */
  private interface Reading {
    long run() throws IOException;
  }

  private static Runnable run(Reading reading) {
    return () -> {
      try {
        if (reading.run() == 0) {
          throw new IllegalStateException("nothing was read");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private static Benchmark.Work work(boolean cached) {
    try {
      Path folder = Files.createTempDirectory("repertoires");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
      Path file = folder.resolve("a.tsv.gz");
      write(file);
      RepertoireCache cache = new RepertoireCache(folder.resolve("cache"));
      Reading reading =
          cached
              ? () -> sum(cache.open(file, ReadOptions.defaults()))
              : () -> sum(RepertoireFiles.read(file, ReadOptions.defaults()));
      return new Benchmark.Work(
          Map.of(Benchmark.FORWARD, run(reading)),
          Map.of(Benchmark.FORWARD, run(() -> split(file))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      // left to the system's own cleaning of its folder
    }
  }

  private static void write(Path file) throws IOException {
    Random random = new Random(1);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16)) {
      out.write(header().getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < ROWS; i++) {
        out.write(row(i, random).getBytes(StandardCharsets.US_ASCII));
      }
    }
  }

  private static String header() {
    StringBuilder names =
        new StringBuilder(
            "sequence_id\tsequence\tproductive\tv_call\tj_call\tjunction_aa\tduplicate_count");
    for (int c = 7; c < COLUMNS; c++) {
      names.append("\tcolumn_").append(c);
    }
    return names.append('\n').toString();
  }

  private static String row(int i, Random random) {
    StringBuilder row = new StringBuilder(WIDTH + 32).append("s").append(i).append('\t');
    letters(row, 300, "ACGT", random);
    row.append(random.nextInt(10) == 0 ? "\tF" : "\tT")
        .append("\tTRBV")
        .append(1 + random.nextInt(30));
    row.append("-1*01\tTRBJ2-").append(1 + random.nextInt(7)).append("*01\tCAS");
    letters(row, 6 + random.nextInt(10), AMINO_ACIDS, random);
    row.append("F\t").append(1 + random.nextInt(500));
    int each = (WIDTH - row.length() - (COLUMNS - 7)) / (COLUMNS - 7);
    for (int c = 7; c < COLUMNS; c++) {
      row.append('\t');
      letters(row, each, c % 2 == 0 ? "ACGT" : "0123456789", random);
    }
    return row.append('\n').toString();
  }

  private static void letters(StringBuilder text, int n, String alphabet, Random random) {
    for (int k = 0; k < n; k++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
  }

  private static long split(Path file) throws IOException {
    long sum = 0;
    try (CsvReader<CsvRecord> rows =
        CsvReader.builder()
            .fieldSeparator('\t')
            .ofCsvRecord(
                new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(file), 1 << 16),
                    StandardCharsets.UTF_8))) {
      for (CsvRecord row : rows) {
        sum += row.getField(5).length();
      }
    }
    return sum;
  }

  /** An epoch: every residue and count is looked at. */
  private static long sum(Repertoire repertoire) {
    long sum = 0;
    byte[] codes = new byte[1 << 10];
    for (int i = 0; i < repertoire.size(); i++) {
      int length = repertoire.residues(i, codes, 0);
      for (int k = 0; k < length; k++) {
        sum += codes[k];
      }
      sum += repertoire.count(i);
    }
    return sum;
  }
}
