package io.github.dl4jhopfield.search.strategy;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Candidates that were tried, as 64-bit hashes: a search of a hundred thousand has no room for all
 * their values once more. One that is taken for another (5 in 10^14 among a million) is not
 * proposed, no more.
 */
final class Tried {
  private final Set<Long> hashes = new HashSet<>();

  void add(Map<String, Object> candidate) {
    hashes.add(hash(candidate));
  }

  boolean contains(Map<String, Object> candidate) {
    return hashes.contains(hash(candidate));
  }

  /** Whatever the order of the values. */
  private static long hash(Map<String, Object> candidate) {
    long hash = 0;
    for (Map.Entry<String, Object> entry : candidate.entrySet()) {
      Object value = entry.getValue();
      long bits = value instanceof Double d ? Double.doubleToLongBits(d) : value.hashCode();
      hash += mix(mix(entry.getKey().hashCode()) ^ bits);
    }
    return hash;
  }

  /** The finalizer of MurmurHash3 (Appleby, public domain). */
  private static long mix(long x) {
    long z = (x ^ x >>> 33) * 0xff51afd7ed558ccdL;
    z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
    return z ^ z >>> 33;
  }
}
