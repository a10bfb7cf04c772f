package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import java.util.Arrays;
import java.util.List;

/**
 * Patterns of a few residues at given offsets, such as "AC.DE": how often each occurs in a
 * repertoire. A pattern's code is its residues' codes as the digits of a number to base 20.
 *
 * @param offsets of the residues, rising from 0
 */
record GappedKmers(int... offsets) {
  private static final int BASE = AminoAcids.COUNT;

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

  /** Number of codes. */
  int codes() {
    int codes = 1;
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
        int code = 0;
        for (int offset : offsets) {
          code = BASE * code + residues[p + offset];
        }
        counts[code]++;
        windows++;
      }
    }
    return windows;
  }

  /** The pattern of a code, with dots for gaps. */
  String letters(int code) {
    char[] letters = new char[width()];
    Arrays.fill(letters, '.');
    int rest = code;
    for (int i = offsets.length - 1; i >= 0; i--) {
      letters[offsets[i]] = AminoAcids.LETTERS.charAt(rest % BASE);
      rest /= BASE;
    }
    return new String(letters);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GappedKmers kmers && Arrays.equals(offsets, kmers.offsets);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(offsets);
  }
}
