package io.github.dl4jhopfield.zoo.learn;

import java.util.SplittableRandom;

/** Seeds made of seeds. */
public final class Seeds {
  private Seeds() {}

  /** A seed for part {@code index} of what {@code seed} starts; from 0 to 2^31 - 1. */
  public static long mix(long seed, long index) {
    // DL4J and ND4J take long seeds, some of their generators use the lower half only
    return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + index).nextLong() >>> 33;
  }
}
