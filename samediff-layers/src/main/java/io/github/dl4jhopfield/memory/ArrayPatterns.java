package io.github.dl4jhopfield.memory;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Patterns in memory; grows by appending. Float or double; patterns of other types become float.
 */
public final class ArrayPatterns implements PatternStore {
  private final int width;
  private final DataType type;
  private INDArray buffer;
  private long size;
  private long version;

  private ArrayPatterns(int width, DataType type) {
    if (width < 1) {
      throw MemoryChecks.bad("width of the patterns", "a whole number of at least 1", width);
    }
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw MemoryChecks.bad("data type of the patterns", "FLOAT or DOUBLE", type);
    }
    this.width = width;
    this.type = type;
    this.buffer = Nd4j.create(type, new long[] {16, width}, 'c');
  }

  /**
   * No patterns yet, d features each.
   *
   * @throws IllegalArgumentException if the type is neither FLOAT nor DOUBLE, or width below 1
   */
  public static ArrayPatterns empty(int width, DataType type) {
    return new ArrayPatterns(width, type);
  }

  /**
   * A copy of the patterns.
   *
   * @param patterns [N, d]; double stays double, everything else becomes float
   * @throws IllegalArgumentException if the rank is not 2 or a number is not finite
   */
  public static ArrayPatterns of(INDArray patterns) {
    if (patterns == null || patterns.rank() != 2 || patterns.isEmpty()) {
      throw MemoryChecks.bad(
          "stored patterns",
          "an array of rank 2, one pattern a row",
          patterns == null ? "null" : "shape " + Arrays.toString(patterns.shape()));
    }
    ArrayPatterns store =
        new ArrayPatterns(
            Math.toIntExact(patterns.size(1)),
            patterns.dataType() == DataType.DOUBLE ? DataType.DOUBLE : DataType.FLOAT);
    store.append(patterns);
    return store;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public DataType dataType() {
    return type;
  }

  @Override
  public String name() {
    return "patterns in memory";
  }

  @Override
  public long version() {
    return version;
  }

  @Override
  public boolean inMemory() {
    return true;
  }

  /** All patterns, [N, d]: a view, not to be written to. */
  public INDArray array() {
    MemoryChecks.notEmpty(this);
    return block(0, Math.toIntExact(size));
  }

  @Override
  public INDArray block(long from, int rows) {
    if (from < 0 || from >= size) {
      throw new IndexOutOfBoundsException(
          name() + ": expected a pattern from 0 to " + (size - 1) + ", found " + from);
    }
    return buffer.get(NDArrayIndex.interval(from, Math.min(size, from + rows)), NDArrayIndex.all());
  }

  @Override
  public void append(INDArray patterns) {
    INDArray rows = MemoryChecks.rows("patterns to store", patterns, width, type);
    MemoryChecks.finite("patterns to store", rows, 0);
    long needed = size + rows.size(0);
    if (needed > buffer.size(0)) {
      // a first fill takes what it needs, later ones double, so that appending stays linear
      long capacity = size == 0 ? needed : Math.max(needed, buffer.size(0) * 2);
      INDArray grown = Nd4j.create(type, new long[] {capacity, width}, 'c');
      if (size > 0) {
        grown.get(NDArrayIndex.interval(0, size), NDArrayIndex.all()).assign(array());
      }
      buffer = grown;
    }
    buffer.get(NDArrayIndex.interval(size, needed), NDArrayIndex.all()).assign(rows);
    size = needed;
    version++;
  }

  @Override
  public void remove(long... indices) {
    boolean[] gone = new boolean[Math.toIntExact(size)];
    for (long index : indices) {
      if (index < 0 || index >= size) {
        throw new IndexOutOfBoundsException(
            name() + ": expected a pattern from 0 to " + (size - 1) + ", found " + index);
      }
      gone[(int) index] = true;
    }
    long kept = 0;
    for (int i = 0; i < gone.length; i++) {
      if (!gone[i]) {
        if (kept != i) {
          buffer.getRow(kept).assign(buffer.getRow(i));
        }
        kept++;
      }
    }
    size = kept;
    version++;
  }
}
