package io.github.dl4jhopfield.zoo.repertoire.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/** Opens what {@link EntryWriter} wrote, and refuses everything else. */
final class EntryReader {
  /** Part of a file that is mapped at once to compute its checksum. */
  private static final long WINDOW = 1L << 28;

  private EntryReader() {}

  /** An entry that isn't whole, or isn't one at all. */
  static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  /** Maps an entry's file. */
  static Repertoire map(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return open(
          file.toString(),
          channel.size(),
          (from, length) -> channel.map(FileChannel.MapMode.READ_ONLY, from, length));
    }
  }

  /** Opens an entry that lies in memory. */
  static Repertoire wrap(byte[] entry, int length) throws IOException {
    ByteBuffer whole = ByteBuffer.wrap(entry, 0, length);
    return open(
        "the entry in memory",
        length,
        (from, size) -> whole.slice(Math.toIntExact(from), Math.toIntExact(size)));
  }

  @FunctionalInterface
  private interface Source {
    ByteBuffer part(long from, long length) throws IOException;
  }

  private static Repertoire open(String name, long size, Source source) throws IOException {
    int least = EntryWriter.MAGIC.length + EntryWriter.TAIL;
    if (size < least) {
      throw new Damaged(name + ": " + size + " bytes");
    }
    if (!starts(source.part(0, EntryWriter.MAGIC.length), EntryWriter.MAGIC)) {
      throw new Damaged(name + ": not an entry of this version");
    }
    long body = size - EntryWriter.TAIL;
    ByteBuffer tail = source.part(body, EntryWriter.TAIL);
    long footerLength = tail.getLong();
    long checksum = tail.getLong();
    if (!starts(tail, EntryWriter.END)
        || footerLength < 2
        || footerLength > Math.min(body - EntryWriter.MAGIC.length, Integer.MAX_VALUE - 8)) {
      throw new Damaged(name + ": no end");
    }
    CRC32C found = new CRC32C();
    for (long at = 0; at < body; at += WINDOW) {
      found.update(source.part(at, Math.min(WINDOW, body - at)));
    }
    if (found.getValue() != checksum) {
      throw new Damaged(name + ": wrong checksum");
    }
    byte[] text = new byte[(int) footerLength];
    source.part(body - footerLength, footerLength).get(text);
    EntryFooter footer = EntryFooter.fromJson(text);
    return new Repertoire(footer, blocks(footer, body - footerLength, source));
  }

  /** Blocks as parts of as few mappings as can be: a process may have only so many. */
  private static List<ByteBuffer> blocks(EntryFooter footer, long end, Source source)
      throws IOException {
    List<Long> starts = footer.blocks();
    List<ByteBuffer> blocks = new ArrayList<>();
    int first = 0;
    while (first < starts.size()) {
      int last = first;
      while (last + 1 < starts.size() && stop(starts, last + 1, end) - starts.get(first) < WINDOW) {
        last++;
      }
      ByteBuffer part = source.part(starts.get(first), stop(starts, last, end) - starts.get(first));
      for (int b = first; b <= last; b++) {
        long from = starts.get(b) - starts.get(first);
        blocks.add(part.slice((int) from, (int) (stop(starts, b, end) - starts.get(b))));
      }
      first = last + 1;
    }
    return blocks;
  }

  private static long stop(List<Long> starts, int block, long end) {
    return block + 1 < starts.size() ? starts.get(block + 1) : end;
  }

  private static boolean starts(ByteBuffer bytes, byte[] expected) {
    byte[] found = new byte[expected.length];
    bytes.get(found);
    return Arrays.equals(found, expected);
  }
}
