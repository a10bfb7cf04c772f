package io.github.dl4jhopfield.zoo.files;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Reader of idx files of unsigned bytes, MNIST's format, plain or gzipped (told by the first two
 * bytes): two zero bytes, type 8, rank, the sizes as big-endian 32-bit numbers, then the data.
 *
 * @param shape sizes of the dimensions
 * @param data the bytes, last index fastest
 */
record IdxFile(int[] shape, byte[] data) {
  /** No idx file of ours is larger: 4 times the largest of the MNIST family. */
  static final long MAX_BYTES = 1L << 28;

  /**
   * Reads a whole file.
   *
   * @param name for messages
   * @param rank the rank that is expected
   * @throws DataFormatException if the file is truncated, has more bytes than its header says, or
   *     is no such file; the message names it
   */
  static IdxFile read(String name, InputStream in, int rank) throws IOException {
    try (InputStream plain = unzip(in)) {
      ByteBuffer header = ByteBuffer.wrap(exactly(name, plain, 4 + 4 * rank, "a header"));
      int magic = header.getInt();
      if (magic != 0x800 + rank) {
        throw new DataFormatException(
            name,
            0,
            String.format("idx magic number 0x%08x: unsigned bytes of rank %d", 0x800 + rank, rank),
            String.format("0x%08x", magic));
      }
      int[] shape = new int[rank];
      long bytes = 1;
      for (int i = 0; i < rank; i++) {
        shape[i] = header.getInt();
        if (shape[i] < 1) {
          throw new DataFormatException(
              name, 0, "sizes of at least 1", Arrays.toString(Arrays.copyOf(shape, i + 1)));
        }
        bytes = Math.min(Long.MAX_VALUE / shape[i], bytes) * shape[i];
        if (bytes > MAX_BYTES) {
          throw new DataFormatException(
              name, 0, "at most " + MAX_BYTES + " bytes of data", Arrays.toString(shape));
        }
      }
      byte[] data = exactly(name, plain, (int) bytes, "data of shape " + Arrays.toString(shape));
      if (plain.read() >= 0) {
        throw new DataFormatException(
            name, 0, bytes + " bytes of data for shape " + Arrays.toString(shape), "more");
      }
      return new IdxFile(shape, data);
    } catch (ZipException e) {
      throw new DataFormatException(name, 0, "a whole gzip file", e.getMessage(), e);
    } catch (EOFException e) {
      throw new DataFormatException(
          name, 0, "a whole gzip file", "its end too early (the file is truncated)", e);
    }
  }

  private static InputStream unzip(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(2);
    boolean gzip = buffered.read() == 0x1f && buffered.read() == 0x8b;
    buffered.reset();
    return gzip ? new GZIPInputStream(buffered, 1 << 16) : buffered;
  }

  private static byte[] exactly(String name, InputStream in, int count, String what)
      throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new DataFormatException(
          name, 0, count + " bytes of " + what, bytes.length + " (the file is truncated)");
    }
    return bytes;
  }
}
