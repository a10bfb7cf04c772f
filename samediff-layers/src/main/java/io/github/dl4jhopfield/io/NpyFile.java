package io.github.dl4jhopfield.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One array in a NumPy {@code .npy} file: format versions 1.0 to 3.0; float16, float32, float64,
 * signed and unsigned integers of 1 to 8 bytes, bool; either byte order; C and Fortran order; any
 * rank up to 32, rank 0 and empty arrays included; headers of Python 2, {@code (3L, 4L)}. Object
 * and structured arrays are refused: nothing of a file is ever executed.
 *
 * <p>Everything that the header claims is checked against the file's length in exact arithmetic
 * before memory is reserved. What is wrong with a file is an {@link IllegalArgumentException} whose
 * one-line message names the file, what was expected and what was found.
 */
public final class NpyFile {
  /** NumPy's own readers refuse longer headers as well, unless told otherwise. */
  static final int MAX_HEADER_BYTES = 64 * 1024;

  private static final int MAX_RANK = 32;
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Map<String, DataType> TYPES =
      Map.ofEntries(
          Map.entry("f2", DataType.HALF),
          Map.entry("f4", DataType.FLOAT),
          Map.entry("f8", DataType.DOUBLE),
          Map.entry("i1", DataType.BYTE),
          Map.entry("i2", DataType.SHORT),
          Map.entry("i4", DataType.INT),
          Map.entry("i8", DataType.LONG),
          Map.entry("u1", DataType.UBYTE),
          Map.entry("u2", DataType.UINT16),
          Map.entry("u4", DataType.UINT32),
          Map.entry("u8", DataType.UINT64),
          Map.entry("b1", DataType.BOOL));

  private NpyFile() {}

  /**
   * What a header says.
   *
   * @param type of the elements
   * @param bigEndian whether the elements' bytes are in the other order than this machine's
   * @param fortranOrder whether the first index varies fastest
   * @param shape may be empty (a scalar) and may hold zeros (an empty array)
   * @param dataOffset where the elements begin in the file
   */
  public record Header(
      DataType type, boolean bigEndian, boolean fortranOrder, long[] shape, long dataOffset) {}

  /**
   * Reads the array.
   *
   * @throws IllegalArgumentException if the file is not a well-formed {@code .npy} file of a
   *     supported type
   * @throws IOException if the file cannot be read
   */
  public static INDArray read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Header header = completeHeader(file, channel);
      long bytes = channel.size() - header.dataOffset();
      return ArrayFiles.read(
          file,
          channel,
          header.type(),
          header.shape(),
          header.fortranOrder() ? 'f' : 'c',
          bytes,
          chunk -> {
            if (header.bigEndian()) {
              swap(chunk, header.type().width());
            }
          });
    }
  }

  /**
   * Writes the array in C order, format 1.0. The file appears whole or not at all: it is written
   * beside its place and moved there.
   *
   * @throws IllegalArgumentException if NumPy has no such type (bfloat16, text)
   */
  public static void write(Path file, INDArray array) throws IOException {
    String descriptor =
        TYPES.entrySet().stream()
            .filter(entry -> entry.getValue() == array.dataType())
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        file
                            + ": expected an array of a type that NumPy has, found "
                            + array.dataType()));
    ArrayFiles.write(
        file,
        partial -> {
          partial.write(ByteBuffer.wrap(headerBytes(descriptor, array.shape())));
          ArrayFiles.writeElements(partial, array);
        });
  }

  /**
   * The magic bytes and a header of format 1.0, C order, for data in this machine's byte order.
   *
   * @param descriptor NumPy's type without its byte order, such as {@code f4}
   */
  public static byte[] headerBytes(String descriptor, long[] shape) {
    String order =
        descriptor.endsWith("1")
            ? "|"
            : ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ">" : "<";
    String dimensions =
        Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '"
            + order
            + descriptor
            + "', 'fortran_order': False, 'shape': ("
            + dimensions
            + (shape.length == 1 ? ",), }" : "), }");
    // The data begins at a multiple of 64 bytes; the header ends in a line break.
    int prefix = MAGIC.length + 4;
    int length = (prefix + text.length() + 1 + 63) / 64 * 64 - prefix;
    ByteBuffer header = ByteBuffer.allocate(prefix + length).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) length);
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    while (header.remaining() > 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }

  private static void swap(ByteBuffer chunk, int width) {
    for (int start = 0; start + width <= chunk.limit(); start += width) {
      for (int i = 0, j = width - 1; i < j; i++, j--) {
        byte b = chunk.get(start + i);
        chunk.put(start + i, chunk.get(start + j));
        chunk.put(start + j, b);
      }
    }
  }

  private static long dataBytes(Path file, Header header) {
    try {
      return ArraySize.bytes(header.type(), header.shape());
    } catch (ArithmeticException e) {
      throw bad(file, "a shape whose size fits into 63 bits", shape(header));
    }
  }

  private static String shape(Header header) {
    return Arrays.toString(header.shape());
  }

  /**
   * Reads the header at the channel's position. That the data behind it are complete is not
   * checked.
   *
   * @throws IllegalArgumentException if it is not a well-formed header of a supported type
   */
  public static Header header(Path file, FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(MAGIC.length + 2);
    if (!ArrayFiles.readFully(channel, start)
        || !Arrays.equals(Arrays.copyOf(start.array(), 6), MAGIC)) {
      throw bad(file, "a NumPy .npy file", "another kind of file");
    }
    int version = start.get(6);
    if (version < 1 || version > 3 || start.get(7) != 0) {
      throw bad(file, "format version 1.0, 2.0 or 3.0", version + "." + start.get(7));
    }
    ByteBuffer size = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    if (!ArrayFiles.readFully(channel, size)) {
      throw bad(file, "the header's length", "the end of the file");
    }
    long length = version == 1 ? size.getShort(0) & 0xffffL : size.getInt(0) & 0xffffffffL;
    if (length > MAX_HEADER_BYTES) {
      throw bad(file, "a header of at most " + MAX_HEADER_BYTES + " bytes", length + " bytes");
    }
    ByteBuffer text = ByteBuffer.allocate((int) length);
    if (!ArrayFiles.readFully(channel, text)) {
      throw bad(file, "a header of " + length + " bytes", "the end of the file");
    }
    return parse(
        file,
        new String(
            text.array(), version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1),
        channel.position());
  }

  /**
   * As {@link #header}, and checks that the data behind it are as many bytes as it says.
   *
   * @throws IllegalArgumentException if the file is not a well-formed {@code .npy} file of a
   *     supported type
   */
  public static Header completeHeader(Path file, FileChannel channel) throws IOException {
    Header header = header(file, channel);
    long bytes = dataBytes(file, header);
    long found = channel.size() - header.dataOffset();
    if (found != bytes) {
      throw bad(
          file,
          bytes + " bytes of data for shape " + shape(header) + " of " + header.type(),
          found + (found < bytes ? " (the file is truncated)" : ""));
    }
    return header;
  }

  private static Header parse(Path file, String text, long dataOffset) {
    Map<String, Object> entries = new DictionaryParser(file, text).parse();
    for (String key : new String[] {"descr", "fortran_order", "shape"}) {
      if (!entries.containsKey(key)) {
        throw bad(file, "the key '" + key + "' in the header", entries.keySet().toString());
      }
    }
    if (entries.size() != 3) {
      throw bad(file, "the keys descr, fortran_order and shape", entries.keySet().toString());
    }
    if (!(entries.get("descr") instanceof String descriptor)) {
      throw bad(file, "a plain type as descr", String.valueOf(entries.get("descr")));
    }
    if (!(entries.get("fortran_order") instanceof Boolean fortranOrder)) {
      throw bad(
          file, "True or False as fortran_order", String.valueOf(entries.get("fortran_order")));
    }
    if (!(entries.get("shape") instanceof long[] shape)) {
      throw bad(file, "a tuple as shape", String.valueOf(entries.get("shape")));
    }
    if (shape.length > MAX_RANK) {
      throw bad(file, "at most " + MAX_RANK + " dimensions", shape.length + "");
    }
    String name = descriptor.isEmpty() ? "" : descriptor.substring(1);
    DataType type = TYPES.get(name);
    if (type == null || "<>|=".indexOf(descriptor.charAt(0)) < 0) {
      throw bad(
          file,
          "a type of " + TYPES.keySet().stream().sorted().collect(Collectors.joining(", ")),
          quote(descriptor));
    }
    boolean nativeBig = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;
    boolean foreign = descriptor.charAt(0) == (nativeBig ? '<' : '>') && type.width() > 1;
    return new Header(type, foreign, fortranOrder, shape, dataOffset);
  }

  private static String quote(String text) {
    String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
    return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
  }

  private static IllegalArgumentException bad(Path file, String expected, String found) {
    return new IllegalArgumentException(file + ": expected " + expected + ", found " + found);
  }

  /**
   * The part of Python's literals that a header is made of: one dictionary of text, True or False,
   * and a tuple of whole numbers.
   */
  private static final class DictionaryParser {
    private final Path file;
    private final String text;
    private int at;

    DictionaryParser(Path file, String text) {
      this.file = file;
      this.text = text;
    }

    Map<String, Object> parse() {
      Map<String, Object> entries = new HashMap<>();
      expect('{');
      while (!accept('}')) {
        String key = string();
        expect(':');
        if (entries.put(key, value()) != null) {
          throw bad(file, "each key of the header once", "'" + key + "' twice");
        }
        if (!accept(',')) {
          expect('}');
          break;
        }
      }
      skip();
      if (at != text.length()) {
        throw unexpected("the end of the header");
      }
      return entries;
    }

    private Object value() {
      skip();
      if (accept('(')) {
        return tuple();
      }
      if (at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
        return string();
      }
      for (boolean value : new boolean[] {true, false}) {
        String word = value ? "True" : "False";
        if (text.startsWith(word, at)) {
          at += word.length();
          return value;
        }
      }
      throw unexpected("text, True, False or a tuple of whole numbers");
    }

    private long[] tuple() {
      long[] sizes = new long[4];
      int n = 0;
      boolean separated = true;
      while (!accept(')')) {
        if (!separated) {
          throw unexpected("',' or ')'");
        }
        if (n == sizes.length) {
          sizes = Arrays.copyOf(sizes, 2 * n);
        }
        sizes[n++] = number();
        separated = accept(',');
      }
      return Arrays.copyOf(sizes, n);
    }

    private long number() {
      skip();
      int start = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      try {
        long number = Long.parseLong(text.substring(start, at));
        if (at < text.length() && text.charAt(at) == 'L') {
          // as Python 2 wrote whole numbers
          at++;
        }
        return number;
      } catch (NumberFormatException e) {
        at = start;
        throw unexpected("a size from 0 to 2^63 - 1");
      }
    }

    private String string() {
      skip();
      char quote = at < text.length() ? text.charAt(at) : 0;
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
        throw unexpected("text in quotes");
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return value;
    }

    private boolean accept(char c) {
      skip();
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    private void expect(char c) {
      if (!accept(c)) {
        throw unexpected("'" + c + "'");
      }
    }

    private void skip() {
      while (at < text.length() && " \t\r\n\f".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private IllegalArgumentException unexpected(String expected) {
      String found = at < text.length() ? quote(text.substring(at)) : "the end of the header";
      return bad(
          file,
          String.format(Locale.ROOT, "%s at character %d of the header", expected, at),
          found);
    }
  }
}
