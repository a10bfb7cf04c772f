package io.github.dl4jhopfield.search.space;

import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Numbers by the 64-bit hash of values, 18 to 36 bytes each: a search of a hundred thousand
 * candidates has no room for all their values once more. An open-addressed table.
 */
public final class ValueIndex {
  private long[] hashes = new long[64];

  /** The number of each place, and one; 0 for none. */
  private int[] numbers = new int[64];

  private int size;

  /** An empty index. */
  public ValueIndex() {}

  /** How many there are. */
  public int size() {
    return size;
  }

  /**
   * A number that was added with these values.
   *
   * @param sure tells whether a number whose values have the same hash is meant
   * @return -1 if there is none
   */
  public int find(Map<String, Object> values, IntPredicate sure) {
    long hash = hash(values);
    for (int i = place(hash); numbers[i] != 0; i = i + 1 & numbers.length - 1) {
      if (hashes[i] == hash && sure.test(numbers[i] - 1)) {
        return numbers[i] - 1;
      }
    }
    return -1;
  }

  /** Adds a number, from 0 on, with its values. */
  public void add(Map<String, Object> values, int number) {
    if (3 * (size + 1) > 2 * numbers.length) {
      grow();
    }
    add(hash(values), number + 1);
    size++;
  }

  private void add(long hash, int entry) {
    int i = place(hash);
    while (numbers[i] != 0) {
      i = i + 1 & numbers.length - 1;
    }
    hashes[i] = hash;
    numbers[i] = entry;
  }

  private void grow() {
    long[] before = hashes;
    int[] entries = numbers;
    hashes = new long[2 * before.length];
    numbers = new int[2 * before.length];
    for (int i = 0; i < before.length; i++) {
      if (entries[i] != 0) {
        add(before[i], entries[i]);
      }
    }
  }

  private int place(long hash) {
    return (int) hash & numbers.length - 1;
  }

  /** Whatever the order of the values. */
  private static long hash(Map<String, Object> values) {
    long hash = 0;
    for (Map.Entry<String, Object> entry : values.entrySet()) {
      hash += mix(31 * mix(hash(entry.getKey())) + hash(entry.getValue()));
    }
    return mix(hash);
  }

  /** Of the kinds of values that spaces have; other kinds have their own 32 bits. */
  private static long hash(Object value) {
    if (value instanceof Double number) {
      return Double.doubleToLongBits(number);
    }
    if (value instanceof String text) {
      long hash = 0;
      for (int i = 0; i < text.length(); i++) {
        hash = mix(hash + text.charAt(i));
      }
      return hash;
    }
    if (value instanceof List<?> list) {
      return list.stream().mapToLong(ValueIndex::hash).reduce(1, (h, k) -> mix(31 * h + k));
    }
    return value == null ? 0 : value.hashCode();
  }

  /** The finalizer of MurmurHash3 (Appleby, public domain). */
  private static long mix(long x) {
    long z = (x ^ x >>> 33) * 0xff51afd7ed558ccdL;
    z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
    return z ^ z >>> 33;
  }
}
