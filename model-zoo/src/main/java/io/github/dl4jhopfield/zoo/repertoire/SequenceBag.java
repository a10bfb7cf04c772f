package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import io.github.dl4jhopfield.zoo.repertoire.read.Repertoire;
import java.util.List;

/**
 * The sequences of one repertoire as DeepRC takes them: residue codes (0 to 19, {@link
 * AminoAcids}), counts and, where they are known, V and J genes, any of which can be had at once.
 * Implementations may be read by several threads.
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

  /** V genes of this repertoire, in IMGT's spelling without allele; empty if unknown. */
  default List<String> vGenes() {
    return List.of();
  }

  /** Index of a sequence's V gene in {@link #vGenes()}, or -1. */
  default int vGene(int sequence) {
    return -1;
  }

  /** J genes, as {@link #vGenes()}. */
  default List<String> jGenes() {
    return List.of();
  }

  /** Index of a sequence's J gene in {@link #jGenes()}, or -1. */
  default int jGene(int sequence) {
    return -1;
  }

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

      @Override
      public List<String> vGenes() {
        return repertoire.vGenes();
      }

      @Override
      public int vGene(int sequence) {
        return repertoire.vGene(sequence);
      }

      @Override
      public List<String> jGenes() {
        return repertoire.jGenes();
      }

      @Override
      public int jGene(int sequence) {
        return repertoire.jGene(sequence);
      }
    };
  }
}
