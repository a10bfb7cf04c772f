package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.zoo.repertoire.read.AminoAcids;
import java.util.Collections;
import java.util.List;

/** A bag in memory, each sequence of count 1: simulated repertoires, and tests. */
final class MemoryBag implements SequenceBag {
  private final byte[] codes;
  private final int[] starts;
  private final List<String> vGenes;
  private final List<String> jGenes;
  private final short[] genes;

  /**
   * @param codes of all sequences, one after the other
   * @param starts of each sequence, and the end of the last
   */
  MemoryBag(byte[] codes, int[] starts) {
    this(codes, starts, List.of(), List.of(), null);
  }

  /**
   * @param genes indices of each sequence's V and J gene one after the other, or null
   */
  private MemoryBag(
      byte[] codes, int[] starts, List<String> vGenes, List<String> jGenes, short[] genes) {
    this.codes = codes;
    this.starts = starts;
    this.vGenes = vGenes;
    this.jGenes = jGenes;
    this.genes = genes;
  }

  /** With genes, a name of each sequence, empty where it is unknown. */
  MemoryBag withGenes(List<String> v, List<String> j) {
    List<String> ofV = v.stream().filter(name -> !name.isEmpty()).distinct().sorted().toList();
    List<String> ofJ = j.stream().filter(name -> !name.isEmpty()).distinct().sorted().toList();
    short[] both = new short[2 * size()];
    for (int i = 0; i < size(); i++) {
      // of a sorted list a missing one gives a number below 0
      both[2 * i] = (short) Math.max(-1, Collections.binarySearch(ofV, v.get(i)));
      both[2 * i + 1] = (short) Math.max(-1, Collections.binarySearch(ofJ, j.get(i)));
    }
    return new MemoryBag(codes, starts, ofV, ofJ, both);
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

  @Override
  public List<String> vGenes() {
    return vGenes;
  }

  @Override
  public int vGene(int sequence) {
    return genes == null ? -1 : genes[2 * sequence];
  }

  @Override
  public List<String> jGenes() {
    return jGenes;
  }

  @Override
  public int jGene(int sequence) {
    return genes == null ? -1 : genes[2 * sequence + 1];
  }
}
