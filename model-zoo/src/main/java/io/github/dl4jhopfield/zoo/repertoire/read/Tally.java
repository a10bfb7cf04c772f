package io.github.dl4jhopfield.zoo.repertoire.read;

import java.util.LinkedHashMap;
import java.util.Map;

/** What was counted in one pass over a file, in the words of reports. */
final class Tally {
  /** Why a row was not used, in the order in which the reasons are looked at. */
  enum Drop {
    OTHER_LOCUS,
    FILTERED,
    NOT_A_CELL,
    NOT_PRODUCTIVE,
    OUT_OF_FRAME,
    STOP_CODON,
    EMPTY,
    NON_STANDARD,
    TOO_LONG
  }

  /** What was odd about a row that was used, or about a line. */
  enum Warning {
    UNKNOWN_PRODUCTIVITY,
    COUNT_MISSING,
    COUNT_INVALID,
    COUNT_BELOW_ONE,
    LOWER_CASE,
    NOT_UTF8,
    GENES_LEFT_OUT
  }

  private final long[] drops = new long[Drop.values().length];
  private final long[] warnings = new long[Warning.values().length];
  long rows;
  long used;

  void drop(Drop reason) {
    drops[reason.ordinal()]++;
  }

  void warn(Warning warning) {
    warnings[warning.ordinal()]++;
  }

  Map<String, Long> drops() {
    return named(Drop.values(), drops);
  }

  Map<String, Long> warnings() {
    return named(Warning.values(), warnings);
  }

  private static Map<String, Long> named(Enum<?>[] names, long[] numbers) {
    Map<String, Long> named = new LinkedHashMap<>();
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] > 0) {
        named.put(names[i].name().toLowerCase(java.util.Locale.ROOT), numbers[i]);
      }
    }
    return named;
  }
}
