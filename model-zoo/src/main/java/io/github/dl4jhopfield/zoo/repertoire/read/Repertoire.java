package io.github.dl4jhopfield.zoo.repertoire.read;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The sequences of one repertoire in the file's order: residues as {@linkplain AminoAcids codes},
 * counts (at least 1) and, where the file has them, V and J genes. It lies in a mapped cache file
 * or in memory, so that any sequence can be had at once and a repertoire of a million sequences
 * takes no heap. Safe for use by several threads.
 */
public final class Repertoire {
  private final int size;
  private final long residues;
  private final int[] firsts;
  private final ByteBuffer[] blocks;
  private final EntryFooter footer;

  /**
   * @param footer what stands beside the sequences
   * @param blocks the blocks of an entry, see {@link EntryWriter}
   */
  Repertoire(EntryFooter footer, List<ByteBuffer> blocks) {
    this.footer = footer;
    this.blocks = blocks.toArray(ByteBuffer[]::new);
    firsts = new int[this.blocks.length + 1];
    long letters = 0;
    for (int b = 0; b < this.blocks.length; b++) {
      int n = this.blocks[b].getInt(0);
      firsts[b + 1] = firsts[b] + n;
      letters += this.blocks[b].getInt(EntryWriter.offsetAt(n));
    }
    size = firsts[this.blocks.length];
    residues = letters;
  }

  /** Number of sequences. */
  public int size() {
    return size;
  }

  /** Number of residues of all sequences together. */
  public long residueCount() {
    return residues;
  }

  /** Number of residues of a sequence. */
  public int length(int sequence) {
    int b = block(sequence);
    int i = sequence - firsts[b];
    return blocks[b].getInt(EntryWriter.offsetAt(i + 1))
        - blocks[b].getInt(EntryWriter.offsetAt(i));
  }

  /**
   * Copies the residue codes of a sequence.
   *
   * @return its length
   */
  public int residues(int sequence, byte[] into, int at) {
    int b = block(sequence);
    int i = sequence - firsts[b];
    ByteBuffer block = blocks[b];
    int start = block.getInt(EntryWriter.offsetAt(i));
    int length = block.getInt(EntryWriter.offsetAt(i + 1)) - start;
    block.get(EntryWriter.residuesAt(firsts[b + 1] - firsts[b]) + start, into, at, length);
    return length;
  }

  /** The residues of a sequence in letters. */
  public String sequence(int sequence) {
    byte[] codes = new byte[length(sequence)];
    residues(sequence, codes, 0);
    return AminoAcids.letters(codes, 0, codes.length);
  }

  /** How often a sequence was seen, 1 or more. */
  public long count(int sequence) {
    int b = block(sequence);
    int n = firsts[b + 1] - firsts[b];
    return blocks[b].getLong(EntryWriter.countAt(n, sequence - firsts[b]));
  }

  /** Index of the V gene in {@link #vGenes()}, or -1. */
  public int vGene(int sequence) {
    return gene(sequence, 0);
  }

  /** Index of the J gene in {@link #jGenes()}, or -1. */
  public int jGene(int sequence) {
    return gene(sequence, 1);
  }

  private int gene(int sequence, int which) {
    int b = block(sequence);
    int n = firsts[b + 1] - firsts[b];
    return (blocks[b].getShort(EntryWriter.geneAt(n, sequence - firsts[b], which)) & 0xffff) - 1;
  }

  /**
   * V genes of this repertoire in IMGT's spelling without allele ({@code TRBV5-1}), in the order in
   * which they first occur.
   */
  public List<String> vGenes() {
    return footer.vGenes();
  }

  /** J genes, as {@link #vGenes()}. */
  public List<String> jGenes() {
    return footer.jGenes();
  }

  /** What of the file was read. */
  public ReadReport report() {
    return footer.report();
  }

  /**
   * SHA-256 (hex) of the sequences and counts in their order: equal for two files that hold the
   * same repertoire, packed or not, whatever their other columns.
   */
  public String contentDigest() {
    return footer.contentDigest();
  }

  /** SHA-256 (hex) of the file's bytes. */
  public String fileDigest() {
    return footer.fileDigest();
  }

  private int block(int sequence) {
    if (sequence < 0 || sequence >= size) {
      throw new IndexOutOfBoundsException("expected a sequence of " + size + ", found " + sequence);
    }
    // blocks are full but for the last and those of very long sequences
    int b = Math.min(sequence / EntryWriter.BLOCK, blocks.length - 1);
    while (sequence >= firsts[b + 1]) {
      b++;
    }
    return b;
  }
}
