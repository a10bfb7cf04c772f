package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.ValueIndex;
import java.util.Map;

/**
 * Candidates that were tried, as 64-bit hashes. One that is taken for another (5 in 10^14 among a
 * million) is not proposed, no more.
 */
final class Tried {
  private final ValueIndex index = new ValueIndex();

  void add(Map<String, Object> candidate) {
    if (!contains(candidate)) {
      index.add(candidate, index.size());
    }
  }

  boolean contains(Map<String, Object> candidate) {
    return index.find(candidate, number -> true) >= 0;
  }
}
