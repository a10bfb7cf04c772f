package io.github.dl4jhopfield.zoo.repertoire.read;

import java.io.IOException;

/** Takes the sequences of a file as they are read. */
interface SequenceSink {
  /** Forgets everything taken so far: a file is sometimes read a second time. */
  void begin() throws IOException;

  /**
   * Takes one sequence.
   *
   * @param codes holds the residue codes from {@code 0} on; not kept
   * @param length number of residues
   * @param count 1 or more
   * @param v V gene's number, or -1
   * @param j J gene's number, or -1
   */
  void add(byte[] codes, int length, long count, int v, int j) throws IOException;

  /** All sequences were given: passes on what is still held back. Returns their number. */
  long end() throws IOException;
}
