package io.github.dl4jhopfield.search.strategy;

import java.util.List;
import java.util.Map;

/** Holds the alternation of {@link #ask} and {@link #tell}. */
abstract class BatchStrategy implements Strategy {
  /**
   * Most candidates at once of a strategy that doesn't learn: it could propose all, but a search of
   * a hundred thousand should not hold them.
   */
  static final int MOST_AT_ONCE = 1_000;

  private List<Map<String, Object>> open;

  @Override
  public final List<Map<String, Object>> ask(int most) {
    if (open != null) {
      throw new IllegalStateException(
          name() + ": expected the outcomes of the last batch before the next, found none");
    }
    if (most < 1) {
      throw new IllegalArgumentException(
          name() + ": expected to be asked for at least 1 candidate, found " + most);
    }
    List<Map<String, Object>> batch = List.copyOf(propose(most));
    open = batch.isEmpty() ? null : batch;
    return batch;
  }

  @Override
  public final void tell(List<Outcome> outcomes) {
    if (open == null) {
      throw new IllegalStateException(
          name() + ": expected a batch before its outcomes, found none");
    }
    if (outcomes.size() != open.size()) {
      throw new IllegalArgumentException(
          name()
              + ": expected "
              + open.size()
              + " outcomes for as many candidates, found "
              + outcomes.size());
    }
    List<Map<String, Object>> batch = open;
    open = null;
    learn(batch, List.copyOf(outcomes));
  }

  /** The next batch of at most that many; empty at the end. */
  abstract List<Map<String, Object>> propose(int most);

  /** Takes the outcomes of the last batch; strategies that don't learn ignore them. */
  void learn(List<Map<String, Object>> batch, List<Outcome> outcomes) {}

  @Override
  public String toString() {
    return name();
  }
}
