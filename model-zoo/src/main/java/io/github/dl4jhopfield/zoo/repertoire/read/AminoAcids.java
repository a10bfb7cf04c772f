package io.github.dl4jhopfield.zoo.repertoire.read;

import java.util.Arrays;

/**
 * The twenty standard amino acids as codes 0 to 19, in the alphabetical order of their one-letter
 * names (IUPAC): how residues are stored, and the order of a one-hot encoding.
 */
public final class AminoAcids {
  /** The letter of each code. */
  public static final String LETTERS = "ACDEFGHIKLMNPQRSTVWY";

  /** Number of codes. */
  public static final int COUNT = LETTERS.length();

  private static final byte[] CODES = new byte[256];
  private static final byte[] BYTES = LETTERS.getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  static {
    Arrays.fill(CODES, (byte) -1);
    for (int code = 0; code < COUNT; code++) {
      CODES[BYTES[code]] = (byte) code;
      CODES[Character.toLowerCase(LETTERS.charAt(code))] = (byte) code;
    }
  }

  private AminoAcids() {}

  /** Code of a letter in either case, or -1 for what is no standard amino acid. */
  public static int code(int letter) {
    return letter >= 0 && letter < CODES.length ? CODES[letter] : -1;
  }

  /** The letters of {@code length} codes from {@code from} on. */
  public static String letters(byte[] codes, int from, int length) {
    char[] letters = new char[length];
    for (int i = 0; i < length; i++) {
      letters[i] = LETTERS.charAt(codes[from + i]);
    }
    return new String(letters);
  }
}
