package io.github.dl4jhopfield.memory;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Stored patterns, one a row: N rows of d features, read block by block.
 *
 * <p>Reading is safe from many threads as long as nobody writes.
 */
public interface PatternStore {
  /** Rows read at once by {@link #rows}. */
  int NEIGHBOURS = 64;

  /** Number of patterns, N. */
  long size();

  /** Features of a pattern, d. */
  int width();

  /** What computations on these patterns are done in: FLOAT or DOUBLE. */
  DataType dataType();

  /** Name for messages: a file, or "patterns in memory". */
  String name();

  /** Grows with every change, so that whoever keeps something derived knows when it is stale. */
  long version();

  /** True if the rows lie in memory as one array, so that asking for all of them costs nothing. */
  boolean inMemory();

  /**
   * Rows {@code from} to at most {@code from + rows}; fewer at the end, or where the file is mapped
   * in pieces, at least one. Not to be written to; valid until the store changes.
   *
   * @return [r, d], 'c' order, of {@link #dataType()}
   * @throws IndexOutOfBoundsException if there is no row {@code from}
   */
  INDArray block(long from, int rows);

  /**
   * A copy of chosen rows.
   *
   * @return [indices, d], of {@link #dataType()}
   * @throws IndexOutOfBoundsException if a row does not exist; the message names it
   */
  default INDArray rows(long... indices) {
    for (long index : indices) {
      if (index < 0 || index >= size()) {
        throw new IndexOutOfBoundsException(
            name() + ": expected a pattern from 0 to " + (size() - 1) + ", found " + index);
      }
    }
    INDArray result = Nd4j.create(dataType(), new long[] {indices.length, width()}, 'c');
    for (int i = 0; i < indices.length; ) {
      // neighbours come together, since each array operation costs more than a row
      long from = indices[i];
      INDArray block = block(from, NEIGHBOURS);
      int end = i;
      while (end < indices.length && indices[end] >= from && indices[end] < from + block.size(0)) {
        end++;
      }
      int[] within = Arrays.stream(indices, i, end).mapToInt(r -> (int) (r - from)).toArray();
      result
          .get(NDArrayIndex.interval(i, end), NDArrayIndex.all())
          .assign(Nd4j.pullRows(block, 1, within));
      i = end;
    }
    return result;
  }

  /**
   * Adds patterns at the end.
   *
   * @param patterns [n, d] or one pattern [d]
   * @throws UnsupportedOperationException if the store is read-only
   */
  default void append(INDArray patterns) {
    throw new UnsupportedOperationException(
        name() + " is read-only: append to a pattern file with PatternFile.append");
  }

  /**
   * Removes patterns; those behind move up.
   *
   * @throws UnsupportedOperationException if the store is read-only
   */
  default void remove(long... indices) {
    throw new UnsupportedOperationException(name() + " is read-only");
  }
}
