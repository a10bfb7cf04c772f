package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Patterns of a few residues at given offsets, such as "AC.DE": how often each occurs in a
 * repertoire. A pattern's code is its residues' codes as the digits of a number to base 20, before
 * them, where positions tell patterns apart, the IMGT position of the first residue.
 *
 * <p>Positions: of a junction, C at 104 and F or W at 118 (Lefranc et al., IMGT unique numbering,
 * 2003): counted from both ends, short ones lack those in the middle, and what long ones have there
 * beyond 111 and 112 is one position each.
 *
 * @param positioned whether the same residues at another position are another pattern
 * @param offsets of the residues, rising from 0
 */
record GappedKmers(boolean positioned, int... offsets) {
  private static final int BASE = AminoAcids.COUNT;

  /** The first position, of the conserved C. */
  private static final int FIRST = 104;

  private static final int LAST = 118;

  /** After which insertions lie, in the middle of the loop. */
  private static final int TOP = 111;

  /** Wherever they are. */
  GappedKmers(int... offsets) {
    this(false, offsets);
  }

  /** Four residues with at most one gap of one. */
  static final List<GappedKmers> FOURS =
      List.of(
          new GappedKmers(0, 1, 2, 3),
          new GappedKmers(0, 2, 3, 4),
          new GappedKmers(0, 1, 3, 4),
          new GappedKmers(0, 1, 2, 4));

  /** Five residues with at most one gap of one. */
  static final List<GappedKmers> FIVES =
      List.of(
          new GappedKmers(0, 1, 2, 3, 4),
          new GappedKmers(0, 2, 3, 4, 5),
          new GappedKmers(0, 1, 3, 4, 5),
          new GappedKmers(0, 1, 2, 4, 5),
          new GappedKmers(0, 1, 2, 3, 5));

  /** Three residues with at most one gap of one. */
  static final List<GappedKmers> THREES =
      List.of(new GappedKmers(0, 1, 2), new GappedKmers(0, 2, 3), new GappedKmers(0, 1, 3));

  /** Three residues without a gap, by where they are. */
  static final List<GappedKmers> POSITIONED_THREES = List.of(new GappedKmers(true, 0, 1, 2));

  /**
   * IMGT position of a residue of a junction.
   *
   * @param at from 0
   * @param length of the junction
   */
  static int position(int at, int length) {
    int fromEnd = length - 1 - at;
    return at < (length + 1) / 2 ? Math.min(FIRST + at, TOP) : Math.max(LAST - fromEnd, TOP + 1);
  }

  /** Number of codes. */
  int codes() {
    int codes = positioned ? LAST - FIRST + 1 : 1;
    for (int ignored : offsets) {
      codes *= BASE;
    }
    return codes;
  }

  /** Residues from the first to the last. */
  int width() {
    return offsets[offsets.length - 1] + 1;
  }

  /**
   * Counts the codes of a bag.
   *
   * @param counts overwritten, {@link #codes()} of them
   * @return the number of windows
   */
  long count(SequenceBag bag, int[] counts) {
    Arrays.fill(counts, 0);
    int width = width();
    long windows = 0;
    byte[] residues = new byte[64];
    for (int i = 0; i < bag.size(); i++) {
      int length = bag.length(i);
      if (length > residues.length) {
        residues = new byte[2 * length];
      }
      bag.residues(i, residues, 0);
      for (int p = 0; p + width <= length; p++) {
        counts[code(residues, p, length)]++;
        windows++;
      }
    }
    return windows;
  }

  /** The codes of a sequence's windows. */
  IntStream codes(byte[] residues, int length) {
    return IntStream.range(0, Math.max(0, length - width() + 1))
        .map(p -> code(residues, p, length));
  }

  private int code(byte[] residues, int at, int length) {
    int code = positioned ? position(at, length) - FIRST : 0;
    for (int offset : offsets) {
      code = BASE * code + residues[at + offset];
    }
    return code;
  }

  /** The pattern of a code, with dots for gaps; with positions such as "105-ASS". */
  String letters(int code) {
    char[] letters = new char[width()];
    Arrays.fill(letters, '.');
    int rest = code;
    for (int i = offsets.length - 1; i >= 0; i--) {
      letters[offsets[i]] = AminoAcids.LETTERS.charAt(rest % BASE);
      rest /= BASE;
    }
    return (positioned ? (FIRST + rest) + "-" : "") + new String(letters);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GappedKmers kmers
        && positioned == kmers.positioned
        && Arrays.equals(offsets, kmers.offsets);
  }

  @Override
  public int hashCode() {
    return 2 * Arrays.hashCode(offsets) + (positioned ? 1 : 0);
  }
}
