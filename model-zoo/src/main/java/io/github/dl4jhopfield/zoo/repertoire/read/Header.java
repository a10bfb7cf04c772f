package io.github.dl4jhopfield.zoo.repertoire.read;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The header of a table: its names, and what separates its fields. That is the tab, comma or
 * semicolon with which the names are those of a format that is known; else the one that occurs
 * most.
 */
record Header(byte delimiter, List<String> names) {
  private static final byte[] DELIMITERS = {'\t', ',', ';'};

  /** The header in the current line. */
  static Header split(Lines lines) {
    Header best = null;
    for (byte delimiter : DELIMITERS) {
      lines.splitQuoted(delimiter);
      List<String> names = new ArrayList<>();
      for (int k = 0; k < lines.fields(); k++) {
        names.add(name(lines, k));
      }
      Header header = new Header(delimiter, names);
      if (names.size() > 1 && Columns.known(names)) {
        return header;
      }
      if (best == null || names.size() > best.names.size()) {
        best = header;
      }
    }
    return Columns.known(best.names) ? new Header((byte) '\t', best.names) : best;
  }

  private static String name(Lines lines, int field) {
    String name = lines.text(field);
    // VDJtools and VCF-like tables begin their header so
    return field == 0 && name.startsWith("#") ? name.substring(1).strip() : name;
  }

  /** The names of a header in text, for tests. */
  static Header of(String line) throws java.io.IOException {
    Lines lines =
        new Lines(new java.io.ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)));
    lines.next((byte) 0);
    return split(lines);
  }
}
