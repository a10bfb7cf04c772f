package io.github.dl4jhopfield.zoo.repertoire.read;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** How files write that a value is missing. */
final class Missing {
  private static final int LONGEST = 10;
  private static final Set<String> SPELLINGS =
      Set.of(
          "",
          "NA",
          "na",
          "N/A",
          "n/a",
          "#N/A",
          "None",
          "none",
          "nan",
          "NaN",
          "null",
          "NULL",
          "Null",
          "no data",
          "unresolved");

  private Missing() {}

  /** Whether a value without blanks around it is missing. */
  static boolean value(String text) {
    return SPELLINGS.contains(text);
  }

  /** As {@link #value(String)}, of bytes. */
  static boolean value(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length <= 0) {
      return true;
    }
    if (length > LONGEST) {
      return false;
    }
    byte first = bytes[from];
    // the only letters that a spelling begins with
    return (first == 'N' || first == 'n' || first == '#' || first == 'u')
        && SPELLINGS.contains(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
  }
}
