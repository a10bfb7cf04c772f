package io.github.dl4jhopfield.memory;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An associative memory: stores patterns and completes queries to them by going down an energy.
 *
 * <p>Retrieval and energies may be called from many threads at once, storing and removing not.
 */
public interface AssociativeMemory {
  /** The stored patterns (of a heteroassociative memory: the keys). */
  PatternStore store();

  /** Number of stored patterns, N. */
  default long size() {
    return store().size();
  }

  /** Features of a pattern, d. */
  default int width() {
    return store().width();
  }

  /**
   * Stores further patterns.
   *
   * @param patterns [n, d] or one pattern [d]
   * @throws IllegalArgumentException if the width differs, a number is not finite, or this memory
   *     does not take such values
   */
  void append(INDArray patterns);

  /** Removes patterns; those behind move up. */
  void remove(long... indices);

  /**
   * Energy of each state.
   *
   * @param states [n, d] or one state [d]
   * @return n energies
   * @throws IllegalStateException if nothing is stored
   * @throws UnsupportedOperationException if the dynamics have no known energy
   */
  double[] energies(INDArray states);

  /** Energy of one state [d]. */
  default double energy(INDArray state) {
    if (state != null && state.rank() == 2 && state.size(0) != 1) {
      throw MemoryChecks.bad("state", "one state", state.size(0) + " states");
    }
    return energies(state)[0];
  }

  /**
   * Completes queries.
   *
   * @param queries [n, d] or one query [d]
   * @throws IllegalStateException if nothing is stored
   * @throws IllegalArgumentException if the width differs or a number is not finite
   */
  Retrieval retrieve(INDArray queries, RetrievalOptions options);

  /** {@link #retrieve(INDArray, RetrievalOptions)} with the default options. */
  default Retrieval retrieve(INDArray queries) {
    return retrieve(queries, RetrievalOptions.defaults());
  }
}
