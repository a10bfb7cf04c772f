package io.github.dl4jhopfield.zoo.repertoire.read;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Genes of one column, numbered in the order in which they occur. Spellings of one gene get one
 * number: of several calls the first counts, alleles and scores are left out ({@code
 * TRBV5-1*00(362),TRBV5-4*00(300)} is TRBV5-1), and immunoSEQ's names become IMGT's ({@code
 * TCRBV05-01*01} is TRBV5-1, {@code TCRBV27-01} is TRBV27).
 */
final class GeneNames {
  /** Numbers are stored in 16 bits, 0 for none. */
  static final int MOST = 65_534;

  private static final Pattern ADAPTIVE =
      Pattern.compile("TCR([ABGD])([VDJ])0*(\\d+)(?:-0*(\\d+))?.*");

  /** Families of TRBV with one gene: IMGT writes it without a number of its own. */
  private static final Set<String> SINGLE_TRBV =
      Set.of("1", "2", "9", "13", "14", "15", "16", "17", "18", "19", "26", "27", "28", "30");

  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  /** Spellings as bytes, open addressing. */
  private byte[][] spellings = new byte[256][];

  private int[] spellingNumbers = new int[256];
  private int known;
  private boolean full;

  void clear() {
    names.clear();
    numbers.clear();
    Arrays.fill(spellings, null);
    known = 0;
    full = false;
  }

  /** The genes by number. */
  List<String> names() {
    return names;
  }

  /** Whether a gene got no number because there are too many. */
  boolean full() {
    return full;
  }

  /** Number of a gene, or -1 for a missing value. */
  int number(byte[] bytes, int from, int to) {
    if (from >= to) {
      return -1;
    }
    int hash = 1;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + bytes[i];
    }
    int slot = (hash ^ hash >>> 15) & spellings.length - 1;
    while (spellings[slot] != null) {
      if (Arrays.equals(spellings[slot], 0, spellings[slot].length, bytes, from, to)) {
        return spellingNumbers[slot];
      }
      slot = slot + 1 & spellings.length - 1;
    }
    int number = resolve(bytes, from, to);
    if (known < 4 * MOST) {
      // hostile files may have a spelling a row: beyond these nothing is remembered
      spellings[slot] = Arrays.copyOfRange(bytes, from, to);
      spellingNumbers[slot] = number;
      if (++known > spellings.length / 2) {
        grow();
      }
    }
    return number;
  }

  private int resolve(byte[] bytes, int from, int to) {
    if (Missing.value(bytes, from, to)) {
      return -1;
    }
    String name = normal(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    if (name.isEmpty()) {
      return -1;
    }
    Integer number = numbers.get(name);
    if (number == null) {
      if (names.size() == MOST) {
        full = true;
        return -1;
      }
      number = names.size();
      names.add(name);
      numbers.put(name, number);
    }
    return number;
  }

  private void grow() {
    byte[][] oldSpellings = spellings;
    int[] oldNumbers = spellingNumbers;
    spellings = new byte[2 * oldSpellings.length][];
    spellingNumbers = new int[spellings.length];
    for (int i = 0; i < oldSpellings.length; i++) {
      if (oldSpellings[i] != null) {
        int hash = Arrays.hashCode(oldSpellings[i]);
        int slot = (hash ^ hash >>> 15) & spellings.length - 1;
        while (spellings[slot] != null) {
          slot = slot + 1 & spellings.length - 1;
        }
        spellings[slot] = oldSpellings[i];
        spellingNumbers[slot] = oldNumbers[i];
      }
    }
  }

  /** A gene's name as IMGT spells it, without allele; empty for a dot or a dash. */
  static String normal(String call) {
    String first = call.split("[,;|]| or ", 2)[0].strip();
    first = first.startsWith("Homsap ") || first.startsWith("Musmus ") ? first.substring(7) : first;
    int end = first.length();
    for (char mark : new char[] {'*', '(', ' '}) {
      int at = first.indexOf(mark);
      end = at >= 0 ? Math.min(end, at) : end;
    }
    String gene = first.substring(0, end).toUpperCase(Locale.ROOT);
    if (gene.equals(".") || gene.equals("-")) {
      return "";
    }
    Matcher adaptive = ADAPTIVE.matcher(gene);
    if (!adaptive.matches()) {
      return gene;
    }
    String family = "TR" + adaptive.group(1) + adaptive.group(2) + adaptive.group(3);
    String member = adaptive.group(4);
    boolean single =
        member == null
            || (adaptive.group(1).equals("B")
                && adaptive.group(2).equals("V")
                && SINGLE_TRBV.contains(adaptive.group(3)));
    return single ? family : family + "-" + member;
  }
}
