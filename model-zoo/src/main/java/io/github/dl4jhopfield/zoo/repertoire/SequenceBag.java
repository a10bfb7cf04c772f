package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;

/**
 * The sequences of one repertoire as DeepRC takes them: residue codes (0 to 19, {@link AminoAcids})
 * and counts, any of which can be had at once. Implementations may be read by several threads.
 */
public interface SequenceBag {

  /** Number of sequences, at least 1. */
  int size();

  /**
   * Copies the residue codes of a sequence.
   *
   * @return its length
   */
  int residues(int sequence, byte[] into, int at);

  /** Number of residues of a sequence. */
  int length(int sequence);

  /** How often the sequence was seen, at least 1. */
  long count(int sequence);

  /** The residues of a sequence in letters. */
  default String letters(int sequence) {
    byte[] codes = new byte[length(sequence)];
    residues(sequence, codes, 0);
    return AminoAcids.letters(codes, 0, codes.length);
  }

  /** The sequences of a repertoire that was read. */
  static SequenceBag of(Repertoire repertoire) {
    return new SequenceBag() {
      @Override
      public int size() {
        return repertoire.size();
      }

      @Override
      public int residues(int sequence, byte[] into, int at) {
        return repertoire.residues(sequence, into, at);
      }

      @Override
      public int length(int sequence) {
        return repertoire.length(sequence);
      }

      @Override
      public long count(int sequence) {
        return repertoire.count(sequence);
      }
    };
  }
}
