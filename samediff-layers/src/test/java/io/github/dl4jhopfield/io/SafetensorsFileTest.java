package io.github.dl4jhopfield.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class SafetensorsFileTest {
  @TempDir Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  private Path file(byte[] header, int dataBytes) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    return Files.write(folder.resolve("a.safetensors"), bytes.array());
  }

  private static String entry(String name, String type, String shape, String offsets) {
    return String.format(
        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}", name, type, shape, offsets);
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    for (DataType type :
        new DataType[] {
          DataType.HALF, DataType.BFLOAT16, DataType.FLOAT, DataType.DOUBLE, DataType.BYTE,
          DataType.SHORT, DataType.INT, DataType.LONG, DataType.UBYTE, DataType.BOOL
        }) {
      arrays.put("of " + type, Nd4j.arange(24).reshape(2, 3, 4).castTo(type));
    }
    INDArray base = Nd4j.rand(DataType.DOUBLE, 5, 6);
    arrays.put("view", base.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(2, 5)));
    arrays.put("f order", Nd4j.rand(DataType.FLOAT, 3, 2).dup('f'));
    arrays.put("scalar", Nd4j.scalar(DataType.DOUBLE, 2.5));
    arrays.put("empty", Nd4j.create(DataType.FLOAT, 0, 3));
    Path file = folder.resolve("x.safetensors");
    SafetensorsFile.write(file, arrays, Map.of("origin", "here"));
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      assertThat(open.metadata()).containsExactly(Map.entry("origin", "here"));
      assertThat(open.entries().keySet()).containsExactlyElementsOf(arrays.keySet());
      for (Map.Entry<String, INDArray> array : arrays.entrySet()) {
        INDArray read = open.read(array.getKey());
        assertThat(read.shape()).isEqualTo(array.getValue().shape());
        assertThat(read.dataType()).isEqualTo(array.getValue().dataType());
        assertThat(read.isEmpty() || read.equals(array.getValue())).as(array.getKey()).isTrue();
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void pyTorchsFileIsRead() throws Exception {
    Path file = Path.of(getClass().getResource("/hflayers/hflayers.safetensors").toURI());
    Map<String, INDArray> types = SafetensorsFile.readAll(file, "types.");
    assertThat(types.keySet()).containsExactlyInAnyOrder("bf16", "bool", "i64", "f16");
    assertThat(types.get("bf16").castTo(DataType.FLOAT).toFloatMatrix())
        .isDeepEqualTo(new float[][] {{1.5f, -2}});
    assertThat(types.get("bool").castTo(DataType.INT).toIntVector()).containsExactly(1, 0, 1);
    assertThat(types.get("i64").getLong(0)).isEqualTo(-(1L << 40));
    assertThat(types.get("f16").shape()).containsExactly(0, 3);
    assertThatThrownBy(() -> SafetensorsFile.readAll(file, "no."))
        .hasMessageContaining("names start with \"no.\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          F32 | [2, 2]      | [0, 16] | 15 | truncated
          F32 | [2, 2]      | [0, 16] | 17 | 16 bytes of elements
          F32 | [2, 2]      | [4, 20] | 20 | a gap
          F32 | [2, 2]      | [0, 12] | 12 | 16 bytes for shape [2, 2]
          F32 | [2, 2]      | [16, 0] | 16 | a first and a last offset
          F32 | [2, 2]      | [0]     | 16 | a first and a last offset
          F32 | [-2, -2]    | [0, 16] | 16 | from 0 to 2^63 - 1
          F32 | [2.0, 2]    | [0, 16] | 16 | whole numbers only
          F32 | 4           | [0, 16] | 16 | a list as shape
          F99 | [2, 2]      | [0, 16] | 16 | a dtype of BF16
          F32 | [4294967296, 4294967296, 0] | [0, 0] | 0 | fits into 63 bits
          F32 | [18446744073709551617] | [0, 4] | 4 | from 0 to 2^63 - 1
          F32 | [99999999999999999999999] | [0, 4] | 4 | from 0 to 2^63 - 1
          F64 | [1152921504606846976]  | [0, 9223372036854775807] | 8 | fits into 63 bits
          F32 | [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1] | [0,4] | 4 | at most 32
          """)
  void badEntriesAreRefused(String type, String shape, String offsets, int bytes, String said)
      throws IOException {
    Path file = file("{" + entry("w", type, shape, offsets) + "}", bytes);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ": expected ")
        .hasMessageContaining(said);
  }

  @Test
  void overlapIsRefused() throws IOException {
    Path file =
        file(
            "{"
                + entry("a", "U8", "[8]", "[0, 8]")
                + ","
                + entry("b", "U8", "[8]", "[4, 12]")
                + "}",
            12);
    assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("arrays overlap");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [] | starts with {
          {"a":1} | an object as entry
          {"a":{"dtype":"F32","shape":[0]}} | one of them missing
          {"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}} | dtype, shape and data_offsets
          {"__metadata__":{"a":1}} | text as metadata
          {} {} | blanks behind
          {"a": | JSON header
          {"a":{"b":{"c":{"d":{"e":1}}}}} | dtype, shape and data_offsets
          """)
  void badHeadersAreRefused(String header, String said) throws IOException {
    Path file = file(header, 0);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }

  @Test
  void aNameTwiceIsRefused() throws IOException {
    String a = entry("a", "U8", "[0]", "[0, 0]");
    Path file = file("{" + a + "," + a + "}", 0);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Duplicate");
  }

  @Test
  void malformedTextIsRefused() throws IOException {
    Path file = file(new byte[] {'{', '"', (byte) 0xc0, '"', ':', '1', '}'}, 0);
    assertThatThrownBy(() -> SafetensorsFile.open(file)).hasMessageContaining("UTF-8");
  }

  @Test
  void theHeadersLengthIsBounded() throws IOException {
    for (long length : new long[] {-1, 1, 100_000_001, Long.MIN_VALUE, 50}) {
      ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Path file = Files.write(folder.resolve("long.safetensors"), bytes.array());
      assertThatThrownBy(() -> SafetensorsFile.open(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("header of");
    }
    Path empty = Files.write(folder.resolve("empty.safetensors"), new byte[0]);
    assertThatThrownBy(() -> SafetensorsFile.open(empty)).hasMessageContaining("0 bytes");
  }

  @Test
  void aBooleanIsZeroOrOne() throws IOException {
    Path file = file("{" + entry("m", "BOOL", "[2]", "[0, 2]") + "}", 2);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] = 7;
    Files.write(file, bytes);
    assertThatThrownBy(() -> SafetensorsFile.readAll(file)).hasMessageContaining("byte 7");
  }

  /** Whatever is damaged: the file is read, or one message says what is wrong. */
  @Test
  void damageNeverDoesWorseThanAMessage() throws Exception {
    byte[] whole =
        Files.readAllBytes(
            Path.of(getClass().getResource("/hflayers/hflayers.safetensors").toURI()));
    int header = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    Random random = new Random(5);
    Path file = folder.resolve("damaged.safetensors");
    int refused = 0;
    for (int round = 0; round < 1500; round++) {
      byte[] bytes = whole.clone();
      int changes = 1 + random.nextInt(4);
      for (int change = 0; change < changes; change++) {
        // nearly always in the header: elsewhere any byte is a legal value
        int at = random.nextInt(random.nextInt(20) == 0 ? bytes.length : 8 + header);
        bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : '0' + random.nextInt(10));
      }
      if (random.nextInt(5) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      Files.write(file, bytes);
      try {
        SafetensorsFile.readAll(file);
      } catch (IllegalArgumentException e) {
        refused++;
        assertThat(e.getMessage()).startsWith(file + ": expected ").doesNotContain("\n");
      }
    }
    assertThat(refused).isBetween(500, 1499);
  }

  @Test
  void whatTheFormatCannotHoldIsRefused() {
    Path file = folder.resolve("y.safetensors");
    assertThatThrownBy(() -> SafetensorsFile.write(file, Map.of("t", Nd4j.create("a", "b"))))
        .hasMessageContaining("array \"t\"");
    assertThatThrownBy(() -> SafetensorsFile.write(file, Map.of("__metadata__", Nd4j.scalar(1f))))
        .hasMessageContaining("__metadata__");
    assertThat(file).doesNotExist();
  }
}
