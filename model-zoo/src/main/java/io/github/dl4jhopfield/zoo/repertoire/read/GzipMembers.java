package io.github.dl4jhopfield.zoo.repertoire.read;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * All members of a gzip file (RFC 1952) as one stream: concatenated files and bgzip's blocks too.
 * Members are told apart by counting bytes, not by what {@code available()} says, at which some
 * versions of {@link java.util.zip.GZIPInputStream} stop without a word. Checksum and size of each
 * are checked. Zeros after the last member are padding.
 *
 * <p>Throws {@link EOFException} for a file that ends inside a member, {@link ZipException} for
 * anything else that is wrong.
 */
final class GzipMembers extends InputStream {
  private static final int FTEXT_TO_FCOMMENT = 0x1f;
  private static final int FHCRC = 2;
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private final Inflater inflater = new Inflater(true);
  private final CRC32 checksum = new CRC32();
  private int at;
  private int end;
  private int member;
  private boolean inside;
  private boolean finished;

  GzipMembers(InputStream in) {
    this.in = in;
  }

  static boolean startsLike(byte[] bytes, int length) {
    return length >= 2 && (bytes[0] & 255) == 0x1f && (bytes[1] & 255) == 0x8b;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 255;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!finished) {
      if (!inside) {
        finished = !header();
        inside = !finished;
        continue;
      }
      int n = inflate(into, from, length);
      if (n > 0) {
        checksum.update(into, from, n);
        return n;
      }
      if (inflater.finished()) {
        trailer();
        inside = false;
      }
    }
    return -1;
  }

  private int inflate(byte[] into, int from, int length) throws IOException {
    try {
      while (true) {
        int n = inflater.inflate(into, from, length);
        if (n > 0 || inflater.finished()) {
          return n;
        }
        if (inflater.needsDictionary()) {
          throw new ZipException("member " + member + " needs a dictionary");
        }
        if (!fill()) {
          throw new EOFException("in member " + member);
        }
        inflater.setInput(buffer, at, end - at);
        at = end;
      }
    } catch (DataFormatException e) {
      throw new ZipException("member " + member + ": " + e.getMessage());
    }
  }

  /** Reads the header of the next member; false where there is none. */
  private boolean header() throws IOException {
    int first = next();
    while (first == 0 && member > 0) {
      first = next();
    }
    if (first < 0 && member > 0) {
      return false;
    }
    member++;
    if (first < 0) {
      throw new EOFException("in member " + member);
    }
    if (first != 0x1f || must() != 0x8b || must() != 8) {
      throw new ZipException(
          member == 1 ? "no gzip header" : "bytes that are no gzip after member " + (member - 1));
    }
    int flags = must();
    if ((flags & ~FTEXT_TO_FCOMMENT) != 0) {
      throw new ZipException("member " + member + " has unknown flags");
    }
    skip(6);
    if ((flags & FEXTRA) != 0) {
      int size = must();
      skip(size | must() << 8);
    }
    for (int text : new int[] {FNAME, FCOMMENT}) {
      if ((flags & text) != 0) {
        while (must() != 0) {
          continue;
        }
      }
    }
    if ((flags & FHCRC) != 0) {
      skip(2);
    }
    inflater.reset();
    checksum.reset();
    if (at < end) {
      inflater.setInput(buffer, at, end - at);
      at = end;
    }
    return true;
  }

  private void trailer() throws IOException {
    at = end - inflater.getRemaining();
    long expected = fourBytes();
    long size = fourBytes();
    if (expected != checksum.getValue()) {
      throw new ZipException("the checksum of member " + member + " is wrong");
    }
    if (size != (inflater.getBytesWritten() & 0xffffffffL)) {
      throw new ZipException("the size of member " + member + " is wrong");
    }
  }

  private long fourBytes() throws IOException {
    return must() | must() << 8 | must() << 16 | (long) must() << 24;
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      must();
    }
  }

  private int must() throws IOException {
    int b = next();
    if (b < 0) {
      throw new EOFException("in member " + member);
    }
    return b;
  }

  private int next() throws IOException {
    return at < end || fill() ? buffer[at++] & 255 : -1;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = 0;
    int n = in.read(buffer, 0, buffer.length);
    end = Math.max(n, 0);
    return n > 0;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
