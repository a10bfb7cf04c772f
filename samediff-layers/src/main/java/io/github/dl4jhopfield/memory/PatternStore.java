package io.github.dl4jhopfield.memory;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Stored patterns, one a row: N rows of d features, read block by block.
 *
 * <p>Reading is safe from many threads as long as nobody writes.
 */
public interface PatternStore {
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
    INDArray result =
        org.nd4j.linalg.factory.Nd4j.create(dataType(), new long[] {indices.length, width()}, 'c');
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= size()) {
        throw new IndexOutOfBoundsException(
            name() + ": expected a pattern from 0 to " + (size() - 1) + ", found " + indices[i]);
      }
      result.getRow(i).assign(block(indices[i], 1).getRow(0));
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
