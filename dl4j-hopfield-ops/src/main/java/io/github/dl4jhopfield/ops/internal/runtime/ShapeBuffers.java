package io.github.dl4jhopfield.ops.internal.runtime;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Shape descriptions that arrays share. ND4J 1.0.0-M2.1 keeps the first 1,000 that a JVM needs and
 * makes every other one anew for each array, in native code and with a finaliser of its own: in a
 * training on bags of many sizes a third of all garbage. libnd4j keeps each of them once and for
 * ever in any case; here are handles on them, at most {@value #MOST}, then from the start again.
 */
final class ShapeBuffers {
  static final int MOST = 20_000;

  private final Map<Key, DataBuffer> buffers = new ConcurrentHashMap<>();

  /** What a description is made of, but for the arrays, which may be changed afterwards. */
  private static final class Key {
    private final long[] numbers;
    private final int hash;

    Key(long[] shape, long[] stride, long elementStride, char order, DataType type, long extras) {
      int rank = shape.length;
      numbers = new long[rank + stride.length + 5];
      System.arraycopy(shape, 0, numbers, 0, rank);
      System.arraycopy(stride, 0, numbers, rank, stride.length);
      int end = rank + stride.length;
      numbers[end] = rank;
      numbers[end + 1] = elementStride;
      numbers[end + 2] = order;
      numbers[end + 3] = type.toInt();
      numbers[end + 4] = extras;
      hash = Arrays.hashCode(numbers);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(numbers, key.numbers);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  DataBuffer get(
      long[] shape,
      long[] stride,
      long elementStride,
      char order,
      DataType type,
      long extras,
      Supplier<DataBuffer> make) {
    Key key = new Key(shape, stride, elementStride, order, type, extras);
    DataBuffer buffer = buffers.get(key);
    if (buffer == null) {
      if (buffers.size() >= MOST) {
        buffers.clear(); // those that arrays have live on with them
      }
      buffer = make.get();
      buffers.put(key, buffer);
    }
    return buffer;
  }

  int size() {
    return buffers.size();
  }
}
