package io.github.dl4jhopfield.zoo.repertoire.read;

import java.nio.charset.StandardCharsets;

/** Counts as tools write them: {@code 12}, {@code 12.0}, {@code 1e+05}. */
final class CountParser {
  /** A missing value. */
  static final long MISSING = -1;

  /** Text that is no number, or a number that no count can be. */
  static final long INVALID = -2;

  /** A number below 1. */
  static final long BELOW_ONE = -3;

  private static final int SAFE_DIGITS = 18;

  private CountParser() {}

  /** A count of 1 or more, fractions rounded; or one of the constants. */
  static long parse(byte[] bytes, int from, int to) {
    if (to - from > 0 && to - from <= SAFE_DIGITS) {
      long value = 0;
      int i = from;
      while (i < to && bytes[i] >= '0' && bytes[i] <= '9') {
        value = 10 * value + bytes[i++] - '0';
      }
      if (i == to) {
        return value >= 1 ? value : BELOW_ONE;
      }
    }
    return Missing.value(bytes, from, to)
        ? MISSING
        : parseText(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
  }

  private static long parseText(String text) {
    // no Infinity, hexadecimal or type suffix, which Java would take
    if (text.length() > 40 || !text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?")) {
      return INVALID;
    }
    double value = Double.parseDouble(text);
    if (value < 1) {
      return BELOW_ONE;
    }
    return value < 0x1p62 ? Math.round(value) : INVALID;
  }
}
