package io.github.dl4jhopfield.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Named arrays in a {@code .safetensors} file, the format in which PyTorch users exchange weights:
 * 8 bytes of header length, a JSON header {@code {name: {dtype, shape, data_offsets}}} with text
 * under {@code __metadata__}, then the elements, little-endian, in C order.
 *
 * <p>Types: F16, BF16, F32, F64, I8 to I64, U8 to U64, BOOL; other types are refused. As in the
 * reference implementation a header has at most 100 MB, and the arrays fill the rest of the file
 * without gaps or overlap; all sizes are checked against each other and the file in exact 64-bit
 * arithmetic before memory is reserved. Arrays are read one at a time, when asked for. What is
 * wrong with a file is an {@link IllegalArgumentException} whose one-line message names the file,
 * what was expected and what was found.
 */
public final class SafetensorsFile implements Closeable {
  /** Longest header that is accepted. */
  public static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int MAX_RANK = 32;

  /** Bytes that {@link #readBytes} passes on at once: a multiple of every type's width. */
  private static final int PIECE = 1 << 20;

  private static final String METADATA = "__metadata__";
  private static final Map<String, DataType> TYPES =
      Map.ofEntries(
          Map.entry("F16", DataType.HALF),
          Map.entry("BF16", DataType.BFLOAT16),
          Map.entry("F32", DataType.FLOAT),
          Map.entry("F64", DataType.DOUBLE),
          Map.entry("I8", DataType.BYTE),
          Map.entry("I16", DataType.SHORT),
          Map.entry("I32", DataType.INT),
          Map.entry("I64", DataType.LONG),
          Map.entry("U8", DataType.UBYTE),
          Map.entry("U16", DataType.UINT16),
          Map.entry("U32", DataType.UINT32),
          Map.entry("U64", DataType.UINT64),
          Map.entry("BOOL", DataType.BOOL));

  /** Digits of the largest long; a longer number is not even parsed. */
  private static final int MAX_DIGITS = 19;

  // names come from a stranger's file: no shared table of them is kept
  static final JsonFactory JSON =
      new JsonFactory()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  /**
   * What the header says of one array.
   *
   * @param type of the elements
   * @param shape may be empty (a scalar) and may hold zeros (an empty array)
   * @param from first byte, counted from the end of the header
   * @param to byte after the last
   */
  public record Entry(DataType type, long[] shape, long from, long to) {}

  private final Path file;
  private final FileChannel channel;
  private final long dataOffset;
  private final Map<String, Entry> entries;
  private final Map<String, String> metadata;

  private SafetensorsFile(
      Path file,
      FileChannel channel,
      long dataOffset,
      Map<String, Entry> entries,
      Map<String, String> metadata) {
    this.file = file;
    this.channel = channel;
    this.dataOffset = dataOffset;
    this.entries = Collections.unmodifiableMap(entries);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws IllegalArgumentException if it is no well-formed safetensors file
   */
  public static SafetensorsFile open(Path file) throws IOException {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException("safetensors files need a little-endian machine");
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new Header(file, channel).read();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** All arrays of a file, in its order. */
  public static Map<String, INDArray> readAll(Path file) throws IOException {
    return readAll(file, "");
  }

  /**
   * The arrays whose names start with a prefix, under their names without it: with {@code
   * "encoder.hopfield."} the state dict of that submodule.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Map<String, INDArray> readAll(Path file, String prefix) throws IOException {
    try (SafetensorsFile open = open(file)) {
      Map<String, INDArray> arrays = new LinkedHashMap<>();
      for (String name : open.entries.keySet()) {
        if (name.startsWith(prefix)) {
          arrays.put(name.substring(prefix.length()), open.read(name));
        }
      }
      if (arrays.isEmpty() && !prefix.isEmpty()) {
        throw bad(
            file,
            "arrays whose names start with " + quote(prefix),
            open.entries.keySet().toString());
      }
      return arrays;
    }
  }

  /** The arrays by name, in the file's order. */
  public Map<String, Entry> entries() {
    return entries;
  }

  /** Text that the writer left. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Reads one array.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public synchronized INDArray read(String name) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw bad(file, "one of the arrays " + entries.keySet(), quote(name));
    }
    channel.position(dataOffset + entry.from());
    return ArrayFiles.read(
        file,
        channel,
        entry.type(),
        entry.shape(),
        'c',
        entry.to() - entry.from(),
        chunk -> {
          if (entry.type() == DataType.BOOL) {
            checkBooleans(name, chunk);
          }
        });
  }

  /**
   * Passes the bytes of one array on as they are in the file, little-endian, in pieces of whole
   * elements: for what needs values of types that arrays here don't show (unsigned 64-bit numbers).
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public synchronized void readBytes(String name, Consumer<ByteBuffer> piece) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw bad(file, "one of the arrays " + entries.keySet(), quote(name));
    }
    channel.position(dataOffset + entry.from());
    ByteBuffer buffer = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    for (long left = entry.to() - entry.from(); left > 0; left -= buffer.limit()) {
      buffer.clear().limit((int) Math.min(PIECE, left));
      if (!ArrayFiles.readFully(channel, buffer)) {
        throw bad(file, "a file that stays as it is", "one that became shorter while it was read");
      }
      buffer.flip();
      if (entry.type() == DataType.BOOL) {
        checkBooleans(name, buffer);
      }
      piece.accept(buffer);
    }
  }

  /** The format's name of a type: {@code F32}; null if it has none. */
  public static String typeName(DataType type) {
    return TYPES.entrySet().stream()
        .filter(entry -> entry.getValue() == type)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  private void checkBooleans(String name, ByteBuffer chunk) {
    for (int i = 0; i < chunk.limit(); i++) {
      if (chunk.get(i) != 0 && chunk.get(i) != 1) {
        throw bad(file, "0 or 1 in the BOOL array " + quote(name), "byte " + (chunk.get(i) & 255));
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Writes arrays. */
  public static void write(Path file, Map<String, INDArray> arrays) throws IOException {
    write(file, arrays, Map.of());
  }

  /**
   * Writes arrays in the map's order, each in C order. The file appears whole or not at all.
   *
   * @param metadata text for readers
   * @throws IllegalArgumentException if the format has no such type, or the header would be longer
   *     than readers accept
   */
  public static void write(Path file, Map<String, INDArray> arrays, Map<String, String> metadata)
      throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(METADATA, new TreeMap<>(metadata));
    }
    long at = 0;
    for (Map.Entry<String, INDArray> array : arrays.entrySet()) {
      if (array.getKey().equals(METADATA)) {
        throw bad(file, "names of arrays other than " + METADATA, METADATA);
      }
      INDArray values = array.getValue();
      long length = values.isEmpty() ? 0 : values.length();
      long end = Math.addExact(at, Math.multiplyExact(length, values.dataType().width()));
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("dtype", typeName(file, array.getKey(), values.dataType()));
      entry.put("shape", values.shape());
      entry.put("data_offsets", new long[] {at, end});
      header.put(array.getKey(), entry);
      at = end;
    }
    byte[] text = new ObjectMapper().writeValueAsBytes(header);
    // the elements begin at a multiple of 8, as in files of the reference implementation
    byte[] padded = Arrays.copyOf(text, Math.addExact(text.length, 7) / 8 * 8);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    if (padded.length > MAX_HEADER_BYTES) {
      throw bad(
          file, "a header of at most " + MAX_HEADER_BYTES + " bytes", padded.length + " bytes");
    }
    ArrayFiles.write(
        file,
        partial -> {
          ByteBuffer size = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
          partial.write(size.putLong(padded.length).flip());
          partial.write(ByteBuffer.wrap(padded));
          for (INDArray array : arrays.values()) {
            ArrayFiles.writeElements(partial, array);
          }
        });
  }

  private static String typeName(Path file, String name, DataType type) {
    String known = typeName(type);
    if (known == null) {
      throw bad(file, "a type of numbers or BOOL for the array " + quote(name), type + "");
    }
    return known;
  }

  private static String quote(String text) {
    String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  private static IllegalArgumentException bad(Path file, String expected, String found) {
    String shown = found.length() > 300 ? found.substring(0, 300) + "..." : found;
    return new IllegalArgumentException(file + ": expected " + expected + ", found " + shown);
  }

  /** Reads a header token by token: a tree of 100 MB would take a gigabyte. */
  private static final class Header {
    private final Path file;
    private final FileChannel channel;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private JsonParser json;

    Header(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
    }

    SafetensorsFile read() throws IOException {
      ByteBuffer size = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      if (!ArrayFiles.readFully(channel, size)) {
        throw bad(file, "a safetensors file", channel.size() + " bytes");
      }
      String other = otherKind();
      if (other != null) {
        throw bad(file, "a safetensors file", other);
      }
      long length = size.getLong(0);
      if (length < 2 || length > MAX_HEADER_BYTES) {
        throw bad(
            file,
            "a safetensors header of 2 to " + MAX_HEADER_BYTES + " bytes",
            "a length of " + Long.toUnsignedString(length));
      }
      if (length > channel.size() - 8) {
        throw bad(
            file, "a header of " + length + " bytes", (channel.size() - 8) + " bytes behind it");
      }
      ByteBuffer text = ByteBuffer.allocate((int) length);
      if (!ArrayFiles.readFully(channel, text)) {
        throw bad(file, "a header of " + length + " bytes", "the end of the file");
      }
      if (text.get(0) != '{') {
        throw bad(file, "a header that starts with {", "byte " + (text.get(0) & 255));
      }
      parse(text.array());
      long dataOffset = 8 + length;
      checkOffsets(channel.size() - dataOffset);
      return new SafetensorsFile(file, channel, dataOffset, entries, metadata);
    }

    /** What the file is, if its first bytes are those of something that is often in its place. */
    private String otherKind() throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(64);
      channel.read(bytes, 0);
      String start =
          new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1).strip();
      String lower = start.toLowerCase(Locale.ROOT);
      if (start.startsWith("version https://git-lfs")) {
        return "a Git LFS pointer in its place (git lfs pull fetches the file)";
      }
      if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
        return "an HTML page saved in its place";
      }
      if (start.startsWith("PK\3\4")) {
        return "a zip archive, as PyTorch's own files (.pt, .pth) are";
      }
      int first = bytes.position() > 1 ? bytes.get(0) & 255 : 0;
      int version = bytes.position() > 1 ? bytes.get(1) : 0;
      if (first == 0x80 && version >= 2 && version <= 5 && bytes.get(7) != 0) {
        return "a Python pickle, which is never read here";
      }
      return null;
    }

    private void parse(byte[] text) throws IOException {
      // a strict decoder: the parser's own lets some malformed text pass
      try (JsonParser parser =
          JSON.createParser(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString())) {
        json = parser;
        expect(parser.nextToken(), JsonToken.START_OBJECT, "an object as header");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          if (name.equals(METADATA)) {
            readMetadata();
          } else {
            entries.put(name, entry(name));
          }
        }
        if (parser.nextToken() != null) {
          throw bad(file, "blanks behind the header's object", parser.currentToken().toString());
        }
      } catch (JsonProcessingException e) {
        throw bad(file, "a JSON header", e.getOriginalMessage());
      } catch (CharacterCodingException e) {
        throw bad(file, "a header in UTF-8", "other bytes");
      }
    }

    private void readMetadata() throws IOException {
      expect(json.nextToken(), JsonToken.START_OBJECT, "an object as " + METADATA);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        expect(json.nextToken(), JsonToken.VALUE_STRING, "text as metadata " + quote(key));
        metadata.put(key, json.getText());
      }
    }

    private Entry entry(String name) throws IOException {
      String of = " of the array " + quote(name);
      expect(json.nextToken(), JsonToken.START_OBJECT, "an object as entry" + of);
      String type = null;
      long[] shape = null;
      long[] offsets = null;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        switch (key) {
          case "dtype" -> {
            expect(json.nextToken(), JsonToken.VALUE_STRING, "text as dtype" + of);
            type = json.getText();
          }
          case "shape" -> shape = sizes("shape" + of);
          case "data_offsets" -> offsets = sizes("data_offsets" + of);
          default -> throw bad(file, "dtype, shape and data_offsets" + of, quote(key));
        }
      }
      if (type == null || shape == null || offsets == null) {
        throw bad(file, "dtype, shape and data_offsets" + of, "one of them missing");
      }
      if (!TYPES.containsKey(type)) {
        throw bad(
            file,
            "a dtype of " + String.join(", ", TYPES.keySet().stream().sorted().toList()) + of,
            quote(type));
      }
      if (shape.length > MAX_RANK) {
        throw bad(file, "at most " + MAX_RANK + " dimensions" + of, shape.length + "");
      }
      return checked(of, TYPES.get(type), shape, offsets);
    }

    private Entry checked(String of, DataType type, long[] shape, long[] offsets) {
      if (offsets.length != 2 || offsets[0] > offsets[1]) {
        throw bad(file, "a first and a last offset" + of, Arrays.toString(offsets));
      }
      long bytes = bytes(of, type, shape);
      if (offsets[1] - offsets[0] != bytes) {
        throw bad(
            file,
            bytes + " bytes for shape " + Arrays.toString(shape) + " of " + type + of,
            "data_offsets " + Arrays.toString(offsets));
      }
      return new Entry(type, shape, offsets[0], offsets[1]);
    }

    private long bytes(String of, DataType type, long[] shape) {
      try {
        return ArraySize.bytes(type, shape);
      } catch (ArithmeticException e) {
        throw bad(file, "a shape whose size fits into 63 bits" + of, Arrays.toString(shape));
      }
    }

    private long[] sizes(String what) throws IOException {
      expect(json.nextToken(), JsonToken.START_ARRAY, "a list as " + what);
      long[] sizes = new long[4];
      int n = 0;
      while (json.nextToken() == JsonToken.VALUE_NUMBER_INT) {
        if (json.getTextLength() > MAX_DIGITS
            || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
            || json.getLongValue() < 0) {
          throw bad(file, "whole numbers from 0 to 2^63 - 1 in " + what, quote(json.getText()));
        }
        sizes = n == sizes.length ? Arrays.copyOf(sizes, 2 * n) : sizes;
        sizes[n++] = json.getLongValue();
      }
      expect(json.currentToken(), JsonToken.END_ARRAY, "whole numbers only in " + what);
      return Arrays.copyOf(sizes, n);
    }

    private void expect(JsonToken found, JsonToken expected, String what) {
      if (found != expected) {
        throw bad(file, what, found == null ? "the end of the header" : found.toString());
      }
    }

    /** Each array begins where the one before ends, the last ends with the file. */
    private void checkOffsets(long available) {
      List<Map.Entry<String, Entry>> order = new ArrayList<>(entries.entrySet());
      order.sort(
          Comparator.<Map.Entry<String, Entry>>comparingLong(e -> e.getValue().from())
              .thenComparingLong(e -> e.getValue().to()));
      long end = 0;
      for (Map.Entry<String, Entry> next : order) {
        if (next.getValue().from() != end) {
          throw bad(
              file,
              "the array " + quote(next.getKey()) + " to begin at byte " + end,
              "byte "
                  + next.getValue().from()
                  + (next.getValue().from() < end ? ": arrays overlap" : ": a gap"));
        }
        end = next.getValue().to();
      }
      if (end != available) {
        throw bad(
            file,
            end + " bytes of elements",
            available + (available < end ? " (the file is truncated)" : ""));
      }
    }
  }
}
