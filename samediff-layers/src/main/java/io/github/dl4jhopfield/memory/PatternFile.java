package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.io.PartialFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Writes pattern files, {@code .npy} arrays [N, d] that {@link MappedPatterns} maps and NumPy
 * reads, row by row, so that N need not be known and nothing has to fit into memory.
 *
 * <p>A file that is being written can't be half-read: everything goes to a temporary file beside
 * it, which {@link #commit()} moves into place. Closing without committing leaves what was there
 * before.
 *
 * <pre>
 *   try (PatternFile file = PatternFile.create(path, 768, DataType.HALF)) {
 *     file.append(rows);
 *     file.commit();
 *   }
 * </pre>
 */
public final class PatternFile implements Closeable {
  private static final int CHUNK_BYTES = 1 << 26;

  private final Path target;
  private final PartialFile partial;
  private final int width;
  private final DataType type;
  private long rows;
  private boolean committed;

  private PatternFile(Path file, int width, DataType type) throws IOException {
    this.target = file;
    this.width = width;
    this.type = type;
    this.partial = PartialFile.create(file);
  }

  /**
   * A new file; an existing one is replaced on {@link #commit()}.
   *
   * @param type HALF, FLOAT or DOUBLE
   */
  public static PatternFile create(Path file, int width, DataType type) throws IOException {
    if (width < 1) {
      throw MemoryChecks.bad(file + ": width", "a whole number of at least 1", width);
    }
    checkType(file, type);
    PatternFile writer = new PatternFile(file, width, type);
    try {
      writer.writeHeader();
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
    return writer;
  }

  /**
   * An existing file with more rows to come. Its content is copied first, so prefer few large
   * additions.
   *
   * @throws IllegalArgumentException if the file holds no patterns or is truncated
   */
  public static PatternFile append(Path file) throws IOException {
    try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ)) {
      NpyFile.Header header = header(file, from);
      PatternFile writer = new PatternFile(file, Math.toIntExact(header.shape()[1]), header.type());
      try {
        writer.rows = header.shape()[0];
        writer.writeHeader();
        writer.partial.transferFrom(from, header.dataOffset());
        return writer;
      } catch (IOException | RuntimeException e) {
        writer.close();
        throw e;
      }
    }
  }

  /** Rows so far. */
  public long rows() {
    return rows;
  }

  /**
   * Adds patterns.
   *
   * @param patterns [n, d] or one pattern [d]
   * @throws IllegalArgumentException if the width differs, a number is not finite, or float16
   *     cannot hold it
   */
  public void append(INDArray patterns) throws IOException {
    INDArray plain =
        MemoryChecks.rows(target + ": patterns to store", patterns, width, patterns.dataType());
    MemoryChecks.finite(target + ": patterns to store", plain, 0);
    INDArray typed = plain.dataType() == type ? plain : plain.castTo(type);
    if (typed != plain) {
      MemoryChecks.finite(target + ": patterns to store, as " + type, typed, 0);
    }
    if (typed.isView() || typed.offset() != 0) {
      typed = typed.dup('c');
    }
    long bytes = typed.length() * type.width();
    try (Pointer whole = new Pointer(typed.data().addressPointer());
        BytePointer window = new BytePointer(whole)) {
      for (long at = 0; at < bytes; at += CHUNK_BYTES) {
        ByteBuffer chunk =
            window.position(at).limit(Math.min(bytes, at + CHUNK_BYTES)).asByteBuffer();
        partial.write(chunk);
      }
    }
    rows += typed.size(0);
  }

  /** Completes the file and moves it into place. */
  public void commit() throws IOException {
    if (committed) {
      throw new IllegalStateException(target + ": already committed");
    }
    partial.position(0);
    writeHeader();
    partial.commit();
    committed = true;
  }

  /** Gives up what was not committed. */
  @Override
  public void close() throws IOException {
    partial.close();
  }

  /** The header of a rank-2 file takes 128 bytes whatever its N, so it can be written last. */
  private void writeHeader() throws IOException {
    ByteBuffer header =
        ByteBuffer.wrap(
            NpyFile.headerBytes(
                switch (type) {
                  case HALF -> "f2";
                  case FLOAT -> "f4";
                  default -> "f8";
                },
                new long[] {rows, width}));
    if (header.remaining() != 128) {
      throw new IllegalStateException(
          target + ": expected a header of 128 bytes, found " + header.remaining());
    }
    partial.write(header);
  }

  /** Reads and checks the header of a pattern file, and that the file is as long as it says. */
  static NpyFile.Header header(Path file, FileChannel channel) throws IOException {
    NpyFile.Header header = NpyFile.header(file, channel);
    String shape = Arrays.toString(header.shape());
    if (header.shape().length != 2) {
      throw MemoryChecks.bad(file.toString(), "an array of rank 2, one pattern a row", shape);
    }
    checkType(file, header.type());
    if (header.bigEndian() || header.fortranOrder()) {
      throw MemoryChecks.bad(
          file.toString(),
          "C order and this machine's byte order",
          header.fortranOrder() ? "Fortran order" : "the other byte order");
    }
    if (header.shape()[0] < 1 || header.shape()[1] < 1) {
      throw MemoryChecks.bad(file.toString(), "at least one pattern and feature", shape);
    }
    long bytes;
    try {
      bytes =
          Math.multiplyExact(
              Math.multiplyExact(header.shape()[0], header.shape()[1]),
              (long) header.type().width());
    } catch (ArithmeticException e) {
      throw MemoryChecks.bad(file.toString(), "a shape whose size fits into 63 bits", shape);
    }
    long found = channel.size() - header.dataOffset();
    if (found != bytes) {
      throw MemoryChecks.bad(
          file.toString(),
          bytes + " bytes of data for shape " + shape + " of " + header.type(),
          found + (found < bytes ? " (the file is truncated)" : ""));
    }
    return header;
  }

  private static void checkType(Path file, DataType type) {
    if (type != DataType.HALF && type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw MemoryChecks.bad(file + ": data type", "HALF, FLOAT or DOUBLE", type);
    }
  }
}
