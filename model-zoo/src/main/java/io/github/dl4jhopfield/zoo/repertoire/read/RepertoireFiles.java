package io.github.dl4jhopfield.zoo.repertoire.read;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Repertoire files of the field's formats, told by their columns and not by their names: AIRR
 * Rearrangement, immunoSEQ (v1 to v4), VDJdb, MiXCR (2 to 4), contig annotations of 10x, VDJtools,
 * FASTA, and tables with a column that {@link ReadOptions#sequenceColumn()} names; plain or gzip.
 *
 * <p>A file is read whole or refused: every fault is a {@link RepertoireFaults}.
 */
public final class RepertoireFiles {
  /** Entries up to this size stay in memory. */
  private static final int IN_MEMORY = 1 << 26;

  private RepertoireFiles() {}

  /**
   * Whether a file looks like a repertoire: it is FASTA, or a table in a format that is known.
   *
   * @throws RepertoireFaults if it is no text
   */
  public static boolean isRepertoire(Path file) throws IOException {
    try (TextFile text = TextFile.open(file)) {
      if (!text.toFirst()) {
        return false;
      }
      Lines lines = text.lines();
      return FileReading.namedFasta(file)
          || lines.text(0).startsWith(">")
          || Columns.known(Header.split(lines).names());
    }
  }

  /**
   * Reads a file, without a cache.
   *
   * @throws RepertoireFaults if it cannot be read right
   * @throws IOException if the disk fails, or the temporary folder is full (it is used for a
   *     repertoire of some millions of sequences)
   */
  public static Repertoire read(Path file, ReadOptions options) throws IOException {
    try (Spilling target = new Spilling()) {
      write(file, options, new EntryWriter(target::open));
      return target.repertoire();
    }
  }

  /**
   * Reads a file and keeps nothing of it but the report.
   *
   * @throws RepertoireFaults if it cannot be read right
   */
  public static Checked check(Path file, ReadOptions options) throws IOException {
    EntryFooter footer = write(file, options, new EntryWriter(OutputStream::nullOutputStream));
    return new Checked(footer.report(), footer.contentDigest());
  }

  /**
   * What {@link #check} found.
   *
   * @param report what became of the rows
   * @param contentDigest see {@link Repertoire#contentDigest()}
   */
  public record Checked(ReadReport report, String contentDigest) {}

  static EntryFooter write(Path file, ReadOptions options, EntryWriter writer) throws IOException {
    try {
      FileReading reading = new FileReading(file, options, writer);
      ReadReport report = reading.read();
      return writer.finish(
          options.key(),
          reading.fileDigest(),
          report,
          reading.vGenes.names(),
          reading.jGenes.names());
    } finally {
      writer.close();
    }
  }

  /** An entry in memory, or in a temporary file from some size on. */
  private static final class Spilling implements AutoCloseable {
    private Path spilled;
    private Buffer buffer;

    OutputStream open() throws IOException {
      close();
      buffer = new Buffer();
      return new Output();
    }

    Repertoire repertoire() throws IOException {
      // on systems that do not delete mapped files the temporary file stays until the JVM ends
      return spilled == null
          ? EntryReader.wrap(buffer.bytes(), buffer.size())
          : EntryReader.map(spilled);
    }

    @Override
    public void close() throws IOException {
      if (spilled != null) {
        spilled.toFile().deleteOnExit();
        Files.deleteIfExists(spilled);
        spilled = null;
      }
    }

    private static final class Buffer extends ByteArrayOutputStream {
      byte[] bytes() {
        return buf;
      }
    }

    private final class Output extends OutputStream {
      private OutputStream now = buffer;

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        if (now == buffer && (long) buffer.size() + length > IN_MEMORY) {
          spilled = Files.createTempFile("repertoire", ".rep");
          now = new BufferedOutputStream(Files.newOutputStream(spilled));
          buffer.writeTo(now);
          buffer.reset();
        }
        now.write(bytes, from, length);
      }

      @Override
      public void close() throws IOException {
        now.close();
      }
    }
  }
}
