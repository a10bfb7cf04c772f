package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.repertoire.read.Tally.Drop;
import java.util.Arrays;

/** One sequence as it is taken from a file: checked, and turned into codes. */
final class Residues {
  /** A, C, G, T and N as bits of their codes: the letters of nucleotides. */
  private static final int NUCLEOTIDES =
      1 << AminoAcids.code('A')
          | 1 << AminoAcids.code('C')
          | 1 << AminoAcids.code('G')
          | 1 << AminoAcids.code('T')
          | 1 << AminoAcids.code('N');

  private byte[] codes = new byte[64];
  private int length;
  private boolean lowerCase;
  private long likeNucleotides;

  /** The codes of the last sequence that was taken. */
  byte[] codes() {
    return codes;
  }

  int length() {
    return length;
  }

  /** Whether the last sequence had lower-case letters. */
  boolean lowerCase() {
    return lowerCase;
  }

  /** How many sequences that were taken could be nucleotides. */
  long likeNucleotides() {
    return likeNucleotides;
  }

  /**
   * Takes a sequence.
   *
   * @param trim whether its first and last letter are cut off: a junction becomes a CDR3
   * @param maxLength most residues, or 0
   * @return why it cannot be used, or null
   */
  Drop take(byte[] bytes, int from, int to, boolean trim, int maxLength) {
    if (Missing.value(bytes, from, to)) {
      return Drop.EMPTY;
    }
    int first = trim ? from + 1 : from;
    int last = trim ? to - 1 : to;
    length = last - first;
    if (length <= 0) {
      return Drop.EMPTY;
    }
    if (codes.length < length) {
      codes = Arrays.copyOf(codes, Math.max(2 * codes.length, length));
    }
    int seen = 0;
    boolean standard = true;
    lowerCase = false;
    for (int i = 0; i < length; i++) {
      byte letter = bytes[first + i];
      int code = AminoAcids.code(letter);
      standard &= code >= 0;
      lowerCase |= letter >= 'a';
      codes[i] = (byte) code;
      seen |= 1 << code;
    }
    if (!standard) {
      return why(bytes, first, last);
    }
    if (maxLength > 0 && length > maxLength) {
      return Drop.TOO_LONG;
    }
    if ((seen & ~NUCLEOTIDES) == 0) {
      likeNucleotides++;
    }
    return null;
  }

  private static Drop why(byte[] bytes, int from, int to) {
    Drop why = Drop.NON_STANDARD;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '*') {
        return Drop.STOP_CODON;
      }
      if (bytes[i] == '_' || bytes[i] == '~') {
        why = Drop.OUT_OF_FRAME;
      }
    }
    return why;
  }
}
