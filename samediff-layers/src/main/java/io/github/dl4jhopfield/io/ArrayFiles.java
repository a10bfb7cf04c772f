package io.github.dl4jhopfield.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Elements of arrays between memory and files, in pieces, without a copy on the Java heap. */
final class ArrayFiles {
  private static final int CHUNK_BYTES = 1 << 26;

  private ArrayFiles() {}

  /** Something that fills a file. */
  interface Content {
    void writeTo(PartialFile file) throws IOException;
  }

  /** Looks at or changes elements that were just read. */
  interface Chunk {
    void accept(ByteBuffer bytes);
  }

  /** The file appears whole or not at all. */
  static void write(Path file, Content content) throws IOException {
    try (PartialFile partial = PartialFile.create(file)) {
      content.writeTo(partial);
      partial.commit();
    }
  }

  /** Writes the elements in C order, in this machine's byte order. */
  static void writeElements(PartialFile file, INDArray array) throws IOException {
    if (array.isEmpty()) {
      return;
    }
    INDArray plain = array.dup('c');
    long bytes = Math.multiplyExact(plain.length(), plain.dataType().width());
    for (long at = 0; at < bytes; at += CHUNK_BYTES) {
      file.write(window(plain.data(), at, Math.min(CHUNK_BYTES, bytes - at)));
    }
  }

  /**
   * Reads an array whose elements begin at the channel's position.
   *
   * @param bytes how many they are; the caller has checked that the file holds them
   */
  static INDArray read(
      Path file,
      FileChannel channel,
      DataType type,
      long[] shape,
      char order,
      long bytes,
      Chunk check)
      throws IOException {
    if (shape.length == 0) {
      INDArray scalar = Nd4j.createUninitialized(type, new long[] {1}, 'c');
      fill(file, channel, scalar, bytes, check);
      return scalar.reshape();
    }
    if (bytes == 0) {
      return Nd4j.create(type, shape);
    }
    INDArray array = Nd4j.createUninitialized(type, shape, order);
    fill(file, channel, array, bytes, check);
    return array;
  }

  private static void fill(Path file, FileChannel channel, INDArray array, long bytes, Chunk check)
      throws IOException {
    for (long at = 0; at < bytes; at += CHUNK_BYTES) {
      ByteBuffer chunk = window(array.data(), at, Math.min(CHUNK_BYTES, bytes - at));
      if (!readFully(channel, chunk)) {
        throw new EOFException(file + ": the file became shorter while it was read");
      }
      check.accept(chunk);
    }
  }

  /** Whether the channel held enough to fill the buffer. */
  static boolean readFully(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        return false;
      }
    }
    return true;
  }

  /** A window on an array's memory. */
  private static ByteBuffer window(DataBuffer data, long from, long length) {
    try (Pointer whole = new Pointer(data.addressPointer());
        BytePointer window = new BytePointer(whole)) {
      return window.position(from).limit(from + length).asByteBuffer();
    }
  }
}
