package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import java.util.List;

/** A bag in memory, each sequence of count 1: simulated repertoires, and tests. */
final class MemoryBag implements SequenceBag {
  private final byte[] codes;
  private final int[] starts;

  /**
   * @param codes of all sequences, one after the other
   * @param starts of each sequence, and the end of the last
   */
  MemoryBag(byte[] codes, int[] starts) {
    this.codes = codes;
    this.starts = starts;
  }

  /** Of sequences in letters. */
  static MemoryBag of(List<String> sequences) {
    int[] starts = new int[sequences.size() + 1];
    for (int i = 0; i < sequences.size(); i++) {
      starts[i + 1] = starts[i] + sequences.get(i).length();
    }
    byte[] codes = new byte[starts[sequences.size()]];
    for (int i = 0; i < sequences.size(); i++) {
      String sequence = sequences.get(i);
      for (int j = 0; j < sequence.length(); j++) {
        int code = AminoAcids.code(sequence.charAt(j));
        if (code < 0) {
          throw new IllegalArgumentException(
              "sequence " + i + ": expected amino acids, found \"" + sequence + '"');
        }
        codes[starts[i] + j] = (byte) code;
      }
    }
    return new MemoryBag(codes, starts);
  }

  @Override
  public int size() {
    return starts.length - 1;
  }

  @Override
  public int residues(int sequence, byte[] into, int at) {
    int length = length(sequence);
    System.arraycopy(codes, starts[sequence], into, at, length);
    return length;
  }

  @Override
  public int length(int sequence) {
    return starts[sequence + 1] - starts[sequence];
  }

  @Override
  public long count(int sequence) {
    return 1;
  }
}
