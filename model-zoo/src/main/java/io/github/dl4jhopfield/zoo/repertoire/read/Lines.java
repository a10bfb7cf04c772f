package io.github.dl4jhopfield.zoo.repertoire.read;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Lines of a text file as bytes, split into fields in the same pass: what makes reading as fast as
 * unpacking. Lines end with LF, CRLF, or CR where the file knows no other. Fields may be quoted; a
 * quote that does not close on its line is text, since values hold no line ends. Only one line is
 * in memory.
 */
final class Lines {
  /** The longest line that is read. */
  static final int LONGEST = 1 << 26;

  private static final int HEAD = 1 << 16;

  private final InputStream in;
  private byte[] buffer = new byte[HEAD];
  private int limit;
  private int position;
  private byte newline = '\n';
  private long number;

  private int start;
  private int stop;
  private boolean quotes;
  private boolean highBytes;
  private int fields;
  private int[] ends = new int[64];
  private int[] begins = new int[64];

  /** Set by {@link #find}: the bounds of the field that was asked for. */
  private int from;

  private int to;

  Lines(InputStream in) throws IOException {
    this.in = in;
    while (limit < buffer.length) {
      int n = in.read(buffer, limit, buffer.length - limit);
      if (n < 0) {
        break;
      }
      limit += n;
    }
    for (int i = 0; i < limit; i++) {
      if (buffer[i] == '\n') {
        break;
      }
      if (buffer[i] == '\r') {
        newline = (byte) (i + 1 < limit && buffer[i + 1] != '\n' ? '\r' : '\n');
        break;
      }
    }
  }

  /** What the file begins with. */
  byte[] head() {
    return Arrays.copyOfRange(buffer, position, limit);
  }

  /** Passes over bytes at the beginning. */
  void skip(int bytes) {
    position += bytes;
  }

  /** A line is longer than {@link #LONGEST}. */
  static final class TooLong extends IOException {
    private static final long serialVersionUID = 1L;

    TooLong(long line) {
      super("line " + line);
    }
  }

  /**
   * Goes to the next line and splits it.
   *
   * @param delimiter between fields, or 0 for no splitting
   * @return whether there is one
   */
  boolean next(byte delimiter) throws IOException {
    start = position;
    fields = 0;
    int high = 0;
    boolean quote = false;
    byte[] bytes = buffer;
    int i = position;
    int begin = 0;
    while (true) {
      if (i == limit) {
        int before = start;
        boolean more = fill();
        bytes = buffer;
        i -= before - start;
        if (!more) {
          if (i == start) {
            return false;
          }
          break;
        }
      }
      byte b = bytes[i];
      high |= b;
      if (b == delimiter) {
        if (fields + 1 == ends.length) {
          ends = Arrays.copyOf(ends, 2 * ends.length);
          begins = Arrays.copyOf(begins, 2 * begins.length);
        }
        begins[fields] = begin;
        ends[fields++] = i - start;
        begin = i - start + 1;
      } else if (b == newline) {
        break;
      } else if (b == '"') {
        quote = true;
      }
      i++;
    }
    stop = i;
    position = Math.min(i + 1, limit);
    if (newline == '\n' && stop > start && bytes[stop - 1] == '\r') {
      stop--;
    }
    begins[fields] = begin;
    ends[fields++] = Math.max(stop - start, begin);
    number++;
    quotes = quote;
    highBytes = high < 0;
    if (quote && delimiter != '\t' && delimiter != 0) {
      splitQuoted(delimiter);
    }
    return true;
  }

  /** Keeps the line that is being read and reads on behind it. */
  private boolean fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, limit - start);
      limit -= start;
      start = 0;
    } else if (limit == buffer.length) {
      if (limit >= LONGEST) {
        throw new TooLong(number + 1);
      }
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int n;
    do {
      n = in.read(buffer, limit, buffer.length - limit);
    } while (n == 0);
    limit += Math.max(n, 0);
    return n > 0;
  }

  /** Splits the line again, with delimiters inside quotes as text. */
  void splitQuoted(byte delimiter) {
    fields = 0;
    int at = start;
    while (true) {
      int end = closingQuote(at, delimiter);
      if (end < 0) {
        end = at;
        while (end < stop && buffer[end] != delimiter) {
          end++;
        }
      }
      if (fields == ends.length) {
        ends = Arrays.copyOf(ends, 2 * ends.length);
        begins = Arrays.copyOf(begins, 2 * begins.length);
      }
      begins[fields] = at - start;
      ends[fields++] = end - start;
      if (end >= stop) {
        return;
      }
      at = end + 1;
    }
  }

  /** End of the quoted field that begins here, or -1 if none does. */
  private int closingQuote(int at, byte delimiter) {
    if (at >= stop || buffer[at] != '"') {
      return -1;
    }
    for (int i = at + 1; i < stop; i++) {
      if (buffer[i] == '"') {
        if (i + 1 == stop || buffer[i + 1] == delimiter) {
          return i + 1;
        }
        if (buffer[i + 1] == '"') {
          i++;
        }
      }
    }
    return -1;
  }

  /** Number of this line, from 1. */
  long number() {
    return number;
  }

  /** Number of fields of this line, at least 1. */
  int fields() {
    return fields;
  }

  /** Whether a quote occurs in this line. */
  boolean hasQuotes() {
    return quotes;
  }

  /** Whether this line holds nothing but blanks and delimiters. */
  boolean isBlank() {
    for (int i = start; i < stop; i++) {
      if (buffer[i] > ' ' || buffer[i] < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether fields from one on are blank. */
  boolean isBlankFrom(int field) {
    for (int k = field; k < fields; k++) {
      if (find(k)) {
        return false;
      }
    }
    return true;
  }

  /** Whether this line is UTF-8. */
  boolean isUtf8() {
    if (!highBytes) {
      return true;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, start, stop - start));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** The bytes that {@link #from()} and {@link #to()} are bounds in, until the next line. */
  byte[] bytes() {
    return buffer;
  }

  /** First byte of the field that {@link #find} found. */
  int from() {
    return from;
  }

  /** Byte after the last of the field that {@link #find} found. */
  int to() {
    return to;
  }

  /** First byte of this line. */
  int start() {
    return start;
  }

  /** Byte after the last of this line. */
  int stop() {
    return stop;
  }

  /**
   * Finds a field, without blanks and quotes around it.
   *
   * @return whether it is there and not empty
   */
  boolean find(int field) {
    if (field < 0 || field >= fields) {
      from = 0;
      to = 0;
      return false;
    }
    trim(start + begins[field], start + ends[field]);
    if (quotes && to - from >= 2 && buffer[from] == '"' && buffer[to - 1] == '"') {
      trim(from + 1, to - 1);
    }
    return from < to;
  }

  private void trim(int first, int last) {
    from = first;
    to = last;
    while (from < to && isSpace(buffer[from])) {
      from++;
    }
    while (from < to && isSpace(buffer[to - 1])) {
      to--;
    }
  }

  private static boolean isSpace(byte b) {
    return b <= ' ' && b >= 0;
  }

  /** Text of a field; empty where there is none. */
  String text(int field) {
    if (!find(field)) {
      return "";
    }
    String text = new String(buffer, from, to - from, StandardCharsets.UTF_8);
    return quotes ? text.replace("\"\"", "\"") : text;
  }
}
