package io.github.dl4jhopfield.zoo.repertoire.read;

import io.github.dl4jhopfield.zoo.files.Fingerprint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes the binary form of a repertoire, front to back, in memory that doesn't depend on its size.
 *
 * <p>Big-endian. First {@link #MAGIC}. Then blocks of up to {@link #BLOCK} sequences, each: their
 * number n (int), 4 bytes unused, the offsets of their residues (n + 1 ints), padding to a multiple
 * of 8, counts (n longs), numbers of V and J genes plus 1 (n pairs of shorts), residue codes,
 * padding. Then the {@link EntryFooter}. Then 24 bytes: the footer's length (long), CRC-32C of
 * everything before these 24 bytes (long), {@link #END}.
 */
final class EntryWriter implements SequenceSink {
  static final byte[] MAGIC = "DLHREP01".getBytes(StandardCharsets.US_ASCII);
  static final byte[] END = "DLHREPOK".getBytes(StandardCharsets.US_ASCII);
  static final int TAIL = 24;

  /** Sequences of a block. */
  static final int BLOCK = 1 << 15;

  /** A block with more residues than this is closed early. */
  private static final int BLOCK_RESIDUES = 1 << 22;

  private static final int FIRST_ROOM = 1 << 10;

  /** Opens the stream that an entry goes to, empty. */
  @FunctionalInterface
  interface Target {
    OutputStream open() throws IOException;
  }

  private final Target target;

  /** These grow up to a whole block: most files of a study may be small. */
  private int[] offsets = new int[FIRST_ROOM + 1];

  private long[] counts = new long[FIRST_ROOM];
  private short[] genes = new short[2 * FIRST_ROOM];
  private byte[] residues = new byte[16 * FIRST_ROOM];
  private int n;
  private long total;
  private OutputStream out;
  private CRC32C checksum;
  private Fingerprint content;
  private long written;
  private final List<Long> blocks = new ArrayList<>();

  EntryWriter(Target target) {
    this.target = target;
  }

  static int offsetAt(int sequence) {
    return 8 + 4 * sequence;
  }

  static int countAt(int n, int sequence) {
    return align(offsetAt(n + 1)) + 8 * sequence;
  }

  static int geneAt(int n, int sequence, int which) {
    return countAt(n, n) + 4 * sequence + 2 * which;
  }

  static int residuesAt(int n) {
    return geneAt(n, n, 0);
  }

  private static int align(int size) {
    return (size + 7) & ~7;
  }

  @Override
  public void begin() throws IOException {
    close();
    n = 0;
    total = 0;
    written = 0;
    blocks.clear();
    checksum = new CRC32C();
    content = new Fingerprint();
    out = target.open();
    write(MAGIC, MAGIC.length);
  }

  @Override
  public void add(byte[] codes, int length, long count, int v, int j) throws IOException {
    if (n == BLOCK || (n > 0 && offsets[n] + (long) length > BLOCK_RESIDUES)) {
      flush();
    }
    if (n == counts.length) {
      offsets = Arrays.copyOf(offsets, 2 * n + 1);
      counts = Arrays.copyOf(counts, 2 * n);
      genes = Arrays.copyOf(genes, 4 * n);
    }
    int start = offsets[n];
    if (residues.length - start < length) {
      residues = Arrays.copyOf(residues, Math.max(2 * residues.length, start + length));
    }
    System.arraycopy(codes, 0, residues, start, length);
    counts[n] = count;
    genes[2 * n] = (short) (v + 1);
    genes[2 * n + 1] = (short) (j + 1);
    offsets[++n] = start + length;
  }

  private void flush() throws IOException {
    if (total + n > Integer.MAX_VALUE - 1) {
      throw new IOException("a repertoire of more than 2^31 - 2 sequences");
    }
    int letters = offsets[n];
    ByteBuffer block = ByteBuffer.allocate(align(residuesAt(n) + letters));
    block.putInt(0, n);
    block.position(offsetAt(0));
    block.asIntBuffer().put(offsets, 0, n + 1);
    block.position(countAt(n, 0));
    block.asLongBuffer().put(counts, 0, n);
    block.position(geneAt(n, 0, 0));
    block.asShortBuffer().put(genes, 0, 2 * n);
    block.put(residuesAt(n), residues, 0, letters);
    content.add(block.array(), offsetAt(0), 4 * (n + 1));
    content.add(block.array(), countAt(n, 0), 8 * n);
    content.add(residues, 0, letters);
    blocks.add(written);
    write(block.array(), block.capacity());
    total += n;
    n = 0;
  }

  private void write(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
    checksum.update(bytes, 0, length);
    written += length;
  }

  @Override
  public long end() throws IOException {
    if (n > 0) {
      flush();
    }
    return total;
  }

  /** Writes what follows the sequences, and closes the stream. */
  EntryFooter finish(
      String key, String fileDigest, ReadReport report, List<String> vGenes, List<String> jGenes)
      throws IOException {
    EntryFooter footer =
        new EntryFooter(
            key,
            fileDigest,
            content.toString(),
            report,
            List.copyOf(vGenes),
            List.copyOf(jGenes),
            List.copyOf(blocks));
    byte[] text = footer.toJson();
    write(text, text.length);
    ByteBuffer tail = ByteBuffer.allocate(TAIL);
    tail.putLong(text.length).putLong(checksum.getValue()).put(END);
    out.write(tail.array());
    close();
    return footer;
  }

  /** Closes the stream, if one is open. */
  void close() throws IOException {
    if (out != null) {
      OutputStream open = out;
      out = null;
      open.close();
    }
  }
}
