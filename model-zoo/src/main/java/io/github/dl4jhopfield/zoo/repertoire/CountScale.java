package io.github.dl4jhopfield.zoo.repertoire;

import java.util.Locale;

/** What a sequence's count does to its residues' features. */
public enum CountScale {
  /** Nothing: every sequence counts the same. */
  NONE {
    @Override
    double of(long count) {
      return 1;
    }
  },
  /** They are multiplied with 1 + ln(count), so that a sequence seen once stays as it is. */
  LOG {
    @Override
    double of(long count) {
      return 1 + Math.log(count);
    }
  },
  /**
   * They are multiplied with ln(max(count, 1)) as in the original, which makes zeros of sequences
   * that were seen once.
   */
  REFERENCE {
    @Override
    double of(long count) {
      return Math.log(Math.max(count, 1));
    }
  };

  abstract double of(long count);

  /** As options call it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
