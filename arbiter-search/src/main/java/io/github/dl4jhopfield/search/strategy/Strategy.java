package io.github.dl4jhopfield.search.strategy;

import java.util.List;
import java.util.Map;

/**
 * Proposes candidates in batches, each from the outcomes of the batches before it. The size of a
 * batch is the strategy's own choice and not the number of workers, so that the same seed and the
 * same outcomes give the same candidates however many workers there are, and a search that was
 * interrupted goes on as if it had not been: ask again, tell again.
 *
 * <p>Not thread-safe: {@link #ask} and {@link #tell} alternate.
 */
public interface Strategy {
  /** As in {@code --strategy}. */
  String name();

  /**
   * The next batch.
   *
   * @param most no more candidates than this; at least 1
   * @return each candidate's values, fixed ones included; empty when there is nothing left to try
   * @throws IllegalStateException if the batch before was not told
   */
  List<Map<String, Object>> ask(int most);

  /**
   * How the batch did.
   *
   * @param outcomes one for each candidate of the last batch, in its order
   * @throws IllegalStateException if there is no batch to tell of
   * @throws IllegalArgumentException if these are not as many as the batch has
   */
  void tell(List<Outcome> outcomes);

  /**
   * How a candidate did that the strategy did not propose, such as the defaults: those that learn
   * from outcomes learn from it too.
   */
  default void observe(Map<String, Object> values, Outcome outcome) {}
}
