package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.Fingerprint;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A bag in a NumPy file [instances, features], such as a slide's embeddings: read each time it is
 * looked at, a few rows at once. Float and double in C order are streamed; other types and orders
 * are read whole.
 */
final class NpyBag implements Bag {
  private static final int CHUNK = 1 << 18;
  private static final int SAMPLED = 4096;

  private final String id;
  private final int label;
  private final Path file;
  private final NpyFile.Header header;

  private NpyBag(String id, int label, Path file, NpyFile.Header header) {
    this.id = id;
    this.label = label;
    this.file = file;
    this.header = header;
  }

  /**
   * Reads the header.
   *
   * @throws DataFormatException if the file is no array of two dimensions with an instance and a
   *     feature
   */
  static NpyBag of(String id, int label, Path file) {
    NpyFile.Header header;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      header = NpyFile.completeHeader(file, channel);
    } catch (IllegalArgumentException e) {
      throw new DataFormatException(
          file.toString(), 0, "a NumPy array [instances, features]", said(file, e), e);
    } catch (IOException e) {
      throw new DataFormatException(
          file.toString(), 0, "a NumPy file", "an unreadable one: " + e.getMessage(), e);
    }
    long[] shape = header.shape();
    if (shape.length != 2
        || shape[0] < 1
        || shape[1] < 1
        || shape[0] > Integer.MAX_VALUE
        || shape[1] > Integer.MAX_VALUE) {
      throw new DataFormatException(
          file.toString(),
          0,
          "a NumPy array [instances, features] with at least one of each",
          "the shape " + Arrays.toString(shape));
    }
    return new NpyBag(id, label, file, header);
  }

  private static String said(Path file, IllegalArgumentException e) {
    String message = e.getMessage();
    return message.startsWith(file + ": ")
        ? message.substring(file.toString().length() + 2)
        : message;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public int label() {
    return label;
  }

  @Override
  public int size() {
    return (int) header.shape()[0];
  }

  @Override
  public int features() {
    return (int) header.shape()[1];
  }

  Path file() {
    return file;
  }

  @Override
  public void forEach(Visitor visitor) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      NpyFile.Header now = NpyFile.completeHeader(file, channel);
      if (!Arrays.equals(now.shape(), header.shape()) || now.type() != header.type()) {
        throw changed(Arrays.toString(now.shape()) + " of " + now.type());
      }
      boolean streamed =
          !header.fortranOrder()
              && (header.type() == DataType.FLOAT || header.type() == DataType.DOUBLE);
      if (streamed) {
        stream(channel, visitor);
      } else {
        whole(visitor);
      }
    } catch (IllegalArgumentException e) {
      throw e instanceof DataFormatException ? e : changed(said(file, e));
    } catch (IOException e) {
      throw changed("a file that cannot be read: " + e);
    }
  }

  private DataFormatException changed(String found) {
    return new DataFormatException(
        file.toString(),
        0,
        "the array "
            + Arrays.toString(header.shape())
            + " of "
            + header.type()
            + " that was there at first",
        found);
  }

  private void stream(FileChannel channel, Visitor visitor) throws IOException {
    int width = header.type().width();
    int rowBytes = Math.multiplyExact(features(), width);
    int rows = Math.max(1, CHUNK / rowBytes);
    ByteBuffer chunk =
        ByteBuffer.allocate(rows * rowBytes)
            .order(header.bigEndian() ? opposite() : ByteOrder.nativeOrder());
    double[] row = new double[features()];
    channel.position(header.dataOffset());
    for (int t = 0; t < size(); t += rows) {
      int count = Math.min(rows, size() - t);
      chunk.clear().limit(count * rowBytes);
      while (chunk.hasRemaining()) {
        if (channel.read(chunk) < 0) {
          throw new EOFException("it ends in row " + (t + 1));
        }
      }
      chunk.flip();
      for (int i = 0; i < count; i++) {
        for (int f = 0; f < row.length; f++) {
          row[f] = width == Float.BYTES ? chunk.getFloat() : chunk.getDouble();
        }
        show(visitor, row, t + i);
      }
    }
  }

  private static ByteOrder opposite() {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
        ? ByteOrder.LITTLE_ENDIAN
        : ByteOrder.BIG_ENDIAN;
  }

  private void whole(Visitor visitor) throws IOException {
    try (INDArray array = NpyFile.read(file);
        INDArray doubles = array.castTo(DataType.DOUBLE).dup('c')) {
      for (int t = 0; t < size(); t++) {
        show(visitor, doubles.getRow(t).toDoubleVector(), t);
      }
    }
  }

  private void show(Visitor visitor, double[] row, int at) {
    for (int f = 0; f < row.length; f++) {
      if (!Double.isFinite(row[f])) {
        throw new DataFormatException(
            file.toString(),
            0,
            "finite numbers",
            row[f] + " in row " + (at + 1) + ", column " + (f + 1));
      }
    }
    visitor.see(row);
  }

  /** Shape, type, and the first and last bytes: all of it would be to read 40 GB first. */
  void addTo(Fingerprint print) throws IOException {
    print.add(size()).add(features()).add(header.type().toString());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long from : new long[] {header.dataOffset(), Math.max(0, channel.size() - SAMPLED)}) {
        ByteBuffer some = ByteBuffer.allocate(SAMPLED);
        channel.read(some, from);
        print.add(some.array(), 0, some.position());
      }
    }
  }
}
