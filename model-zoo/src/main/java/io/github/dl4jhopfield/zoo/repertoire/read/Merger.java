package io.github.dl4jhopfield.zoo.repertoire.read;

import java.io.IOException;
import java.util.Arrays;

/**
 * Makes one of all sequences with the same residues: the first stays where it is, with its genes,
 * and gets the sum of the counts. Holds the distinct sequences in memory, about 50 bytes each.
 */
final class Merger implements SequenceSink {
  private final SequenceSink next;
  private byte[] residues = new byte[1 << 12];
  private int[] ends = new int[1 << 8];
  private long[] counts = new long[1 << 8];
  private int[] genes = new int[1 << 9];
  private int[] table = new int[1 << 9];
  private int n;

  Merger(SequenceSink next) {
    this.next = next;
  }

  @Override
  public void begin() throws IOException {
    next.begin();
    Arrays.fill(table, 0);
    n = 0;
  }

  @Override
  public void add(byte[] codes, int length, long count, int v, int j) throws IOException {
    int slot = slot(codes, 0, length);
    if (table[slot] != 0) {
      int known = table[slot] - 1;
      counts[known] = counts[known] + count < 0 ? Long.MAX_VALUE : counts[known] + count;
      return;
    }
    int from = n == 0 ? 0 : ends[n - 1];
    if ((long) from + length > Integer.MAX_VALUE - 16) {
      throw new IOException("more distinct residues than can be merged in memory (2^31)");
    }
    if (n == ends.length) {
      ends = Arrays.copyOf(ends, 2 * n);
      counts = Arrays.copyOf(counts, 2 * n);
      genes = Arrays.copyOf(genes, 4 * n);
    }
    if (residues.length - from < length) {
      long larger = Math.min(Integer.MAX_VALUE - 16, Math.max(2L * residues.length, from + length));
      residues = Arrays.copyOf(residues, (int) larger);
    }
    System.arraycopy(codes, 0, residues, from, length);
    ends[n] = from + length;
    counts[n] = count;
    genes[2 * n] = v;
    genes[2 * n + 1] = j;
    table[slot] = ++n;
    if (n > table.length / 2) {
      table = new int[2 * table.length];
      for (int i = 0; i < n; i++) {
        int start = i == 0 ? 0 : ends[i - 1];
        table[slot(residues, start, ends[i] - start)] = i + 1;
      }
    }
  }

  private int slot(byte[] codes, int from, int length) {
    int hash = 17;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + codes[from + i];
    }
    int slot = (hash ^ hash >>> 16) * 0x9E3779B1 >>> 1 & table.length - 1;
    while (table[slot] != 0) {
      int known = table[slot] - 1;
      int start = known == 0 ? 0 : ends[known - 1];
      if (Arrays.equals(residues, start, ends[known], codes, from, from + length)) {
        return slot;
      }
      slot = slot + 1 & table.length - 1;
    }
    return slot;
  }

  @Override
  public long end() throws IOException {
    byte[] codes = new byte[64];
    for (int i = 0; i < n; i++) {
      int start = i == 0 ? 0 : ends[i - 1];
      int length = ends[i] - start;
      codes = codes.length < length ? new byte[2 * length] : codes;
      System.arraycopy(residues, start, codes, 0, length);
      next.add(codes, length, counts[i], genes[2 * i], genes[2 * i + 1]);
    }
    return next.end();
  }
}
