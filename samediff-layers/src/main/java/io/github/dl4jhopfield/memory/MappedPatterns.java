package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.io.NpyFile;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Patterns in a {@code .npy} file, mapped into the address space: a file larger than memory can be
 * searched, and only pages that are read take memory, which the system may take back.
 *
 * <p>The file holds one array [N, d] of float16, float32 or float64, in C order and this machine's
 * byte order. float16 takes half the space and bandwidth; it is turned into float block by block.
 * Read-only: {@link PatternFile} writes and extends such files. The mapping lives until the store
 * is garbage-collected; a file that is replaced by {@link PatternFile} meanwhile stays as it was
 * for those who have it open.
 */
public final class MappedPatterns implements PatternStore {
  private static final long MAX_PIECE_BYTES = 1L << 30;

  private final Path file;
  private final long size;
  private final int width;
  private final DataType stored;
  private final long rowsPerPiece;
  private final MappedByteBuffer[] buffers;
  private final INDArray[] pieces;

  private MappedPatterns(Path file, NpyFile.Header header, FileChannel channel) throws IOException {
    this.file = file;
    this.size = header.shape()[0];
    this.width = Math.toIntExact(header.shape()[1]);
    this.stored = header.type();
    long rowBytes = (long) width * stored.width();
    this.rowsPerPiece = Math.max(1, MAX_PIECE_BYTES / rowBytes);
    int count = Math.toIntExact((size + rowsPerPiece - 1) / rowsPerPiece);
    this.buffers = new MappedByteBuffer[count];
    this.pieces = new INDArray[count];
    for (int i = 0; i < count; i++) {
      long rows = Math.min(rowsPerPiece, size - i * rowsPerPiece);
      buffers[i] =
          channel.map(
              FileChannel.MapMode.READ_ONLY,
              header.dataOffset() + i * rowsPerPiece * rowBytes,
              rows * rowBytes);
      pieces[i] = wrap(buffers[i], rows);
    }
  }

  /**
   * Opens a file.
   *
   * @throws IllegalArgumentException if the file is not a well-formed {@code .npy} file, is
   *     truncated, or holds something else than patterns; the message names the file
   * @throws IOException if the file cannot be read
   */
  public static MappedPatterns open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      NpyFile.Header header = PatternFile.header(file, channel);
      return new MappedPatterns(file, header, channel);
    }
  }

  private INDArray wrap(MappedByteBuffer buffer, long rows) {
    BytePointer bytes = new BytePointer(buffer);
    Pointer pointer;
    Indexer indexer;
    switch (stored) {
      case FLOAT -> {
        FloatPointer floats = new FloatPointer(bytes).capacity(rows * width);
        pointer = floats;
        indexer = FloatIndexer.create(floats);
      }
      case DOUBLE -> {
        DoublePointer doubles = new DoublePointer(bytes).capacity(rows * width);
        pointer = doubles;
        indexer = DoubleIndexer.create(doubles);
      }
      default -> {
        ShortPointer halves = new ShortPointer(bytes).capacity(rows * width);
        pointer = halves;
        indexer = HalfIndexer.create(halves);
      }
    }
    return Nd4j.create(
        Nd4j.getDataBufferFactory().create(pointer, stored, rows * width, indexer),
        new long[] {rows, width},
        new long[] {width, 1},
        0,
        'c');
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int width() {
    return width;
  }

  /** DOUBLE for a float64 file, else FLOAT. */
  @Override
  public DataType dataType() {
    return stored == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT;
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public long version() {
    return 0;
  }

  @Override
  public boolean inMemory() {
    return false;
  }

  @Override
  public INDArray block(long from, int rows) {
    if (from < 0 || from >= size) {
      throw new IndexOutOfBoundsException(
          name() + ": expected a pattern from 0 to " + (size - 1) + ", found " + from);
    }
    int piece = (int) (from / rowsPerPiece);
    long start = from - piece * rowsPerPiece;
    long end = Math.min(pieces[piece].size(0), start + rows);
    INDArray view = pieces[piece].get(NDArrayIndex.interval(start, end), NDArrayIndex.all());
    return stored == dataType() ? view : view.castTo(DataType.FLOAT);
  }

  /** The whole file as it is mapped: arrays [r, d] of the file's type, in order. */
  List<INDArray> pieces() {
    return List.of(pieces);
  }

  /**
   * Reads every number once.
   *
   * @throws IllegalArgumentException if one is NaN or infinite; the message names file, row and
   *     column. (Retrieval finds such rows too, when it meets them.)
   */
  public void verify() {
    for (long from = 0; from < size; ) {
      INDArray block = block(from, 4096);
      MemoryChecks.finite(name(), block, from);
      from += block.size(0);
    }
  }

  /** For example {@code patterns.npy [1000000, 768] FLOAT}. */
  @Override
  public String toString() {
    return file + " " + Arrays.toString(new long[] {size, width}) + " " + stored;
  }
}
