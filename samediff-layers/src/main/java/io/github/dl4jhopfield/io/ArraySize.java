package io.github.dl4jhopfield.io;

import org.nd4j.linalg.api.buffer.DataType;

/** Sizes that files claim for their arrays. */
final class ArraySize {
  private ArraySize() {}

  /**
   * Bytes of an array.
   *
   * @throws ArithmeticException if they do not fit into 63 bits; an overflow may hide behind a
   *     later 0, so zeros are no excuse
   */
  static long bytes(DataType type, long[] shape) {
    long bytes = type.width();
    boolean empty = false;
    for (long size : shape) {
      empty |= size == 0;
      bytes = Math.multiplyExact(bytes, Math.max(size, 1));
    }
    return empty ? 0 : bytes;
  }
}
