package io.github.dl4jhopfield.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class NpyFileTest {
  @TempDir Path folder;

  private Path file(int version, String header, byte[] data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer size = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    if (version == 1) {
      size.putShort((short) text.length);
    } else {
      size.putInt(text.length);
    }
    bytes.writeBytes(size.array());
    bytes.writeBytes(text);
    bytes.writeBytes(data);
    return Files.write(folder.resolve("a.npy"), bytes.toByteArray());
  }

  private static byte[] floats(ByteOrder order, float... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(order);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"HALF", "FLOAT", "DOUBLE", "BYTE", "SHORT", "INT", "LONG", "UBYTE", "BOOL"})
  void whatIsWrittenIsReadBack(DataType type) throws IOException {
    INDArray array = Nd4j.arange(24).reshape(2, 3, 4).castTo(type);
    Path file = folder.resolve("x.npy");
    NpyFile.write(file, array);
    INDArray read = NpyFile.read(file);
    assertThat(read.dataType()).isEqualTo(type);
    assertThat(read).isEqualTo(array);
  }

  @Test
  void viewsAndScalarsAndEmptyArraysAreReadBack() throws IOException {
    INDArray whole = Nd4j.rand(DataType.DOUBLE, 5, 6);
    INDArray[] arrays = {
      whole.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(0, 2, 6)),
      whole.transpose(),
      whole.dup('f'),
      Nd4j.scalar(DataType.DOUBLE, 2.5),
      Nd4j.create(DataType.FLOAT, 3, 0, 2)
    };
    for (INDArray array : arrays) {
      Path file = folder.resolve("v.npy");
      NpyFile.write(file, array);
      INDArray read = NpyFile.read(file);
      assertThat(read.shape()).containsExactly(array.shape());
      if (!array.isEmpty()) {
        assertThat(read).isEqualTo(array);
      }
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).as("no temporary file is left").containsExactly(folder.resolve("v.npy"));
    }
  }

  @Test
  void readsEveryVersionBothByteOrdersAndBothMemoryOrders() throws IOException {
    float[] values = {1, 2, 3, 4, 5, 6};
    INDArray c = Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}});
    INDArray f = Nd4j.createFromArray(new float[][] {{1, 3, 5}, {2, 4, 6}});
    String header = "{'descr': '%s', 'fortran_order': %s, 'shape': (2, 3), }  \n";
    for (int version = 1; version <= 3; version++) {
      byte[] little = floats(ByteOrder.LITTLE_ENDIAN, values);
      byte[] big = floats(ByteOrder.BIG_ENDIAN, values);
      assertThat(NpyFile.read(file(version, header.formatted("<f4", "False"), little)))
          .isEqualTo(c);
      assertThat(NpyFile.read(file(version, header.formatted("<f4", "True"), little))).isEqualTo(f);
      assertThat(NpyFile.read(file(version, header.formatted(">f4", "False"), big))).isEqualTo(c);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4)}|truncated",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}|expected 20 bytes of data",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}|63 bits",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 0)}|63 bits",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}|a size from 0",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 6)}|a size from 0",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}|',' or ')'",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}|True, False",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (3,)}|a type of",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}|text, True",
        "{'descr': '<f4', 'shape': (2, 3)}|'fortran_order'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'x': 'y'}|the keys descr",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}|each key",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} + 1|the end of the header",
        "garbage|'{'",
      })
  void refusesWhatIsNotRight(String header, String expected) throws IOException {
    Path file = file(1, header, floats(ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4, 5, 6));
    assertThatThrownBy(() -> NpyFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a.npy: expected")
        .hasMessageContaining(expected)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({"1, '(2L, 3L)'", "1, '(2L,3)'", "2, '(6L,)'", "3, '(1L, 6L, 1L)'"})
  void readsHeadersOfPython2(int version, String shape) throws IOException {
    Path file =
        file(
            version,
            "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n",
            floats(ByteOrder.LITTLE_ENDIAN, 1, 2, 3, 4, 5, 6));
    INDArray read = NpyFile.read(file);
    assertThat(read.length()).isEqualTo(6);
    assertThat(read.getFloat(5)).isEqualTo(6);
  }

  @Test
  void refusesObjectArrays() throws IOException {
    Path file = file(1, "{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", new byte[24]);
    assertThatThrownBy(() -> NpyFile.read(file)).hasMessageContaining("found '|O'");
  }

  @Test
  void refusesOtherFilesVersionsAndLongHeaders() throws IOException {
    Path zip = Files.write(folder.resolve("z.npy"), new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0});
    assertThatThrownBy(() -> NpyFile.read(zip)).hasMessageContaining("a NumPy .npy file");
    Path empty = Files.write(folder.resolve("e.npy"), new byte[0]);
    assertThatThrownBy(() -> NpyFile.read(empty)).hasMessageContaining("a NumPy .npy file");
    assertThatThrownBy(() -> NpyFile.read(file(4, "{}", new byte[0])))
        .hasMessageContaining("format version 1.0, 2.0 or 3.0, found 4.0");
    Path huge =
        Files.write(
            folder.resolve("h.npy"),
            new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1});
    assertThatThrownBy(() -> NpyFile.read(huge)).hasMessageContaining("found 4294967295 bytes");
  }

  @Test
  void damagedFilesGiveAnErrorOrAnArrayButNothingElse() throws IOException {
    Path good = folder.resolve("good.npy");
    NpyFile.write(good, Nd4j.rand(DataType.FLOAT, 3, 4));
    byte[] bytes = Files.readAllBytes(good);
    long seed = 20260722;
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      byte[] damaged = bytes.clone();
      damaged[random.nextInt(128)] = (byte) random.nextInt(256);
      Path file = Files.write(folder.resolve("bad.npy"), damaged);
      try {
        NpyFile.read(file);
      } catch (IllegalArgumentException e) {
        assertThat(e).as("seed %d, variant %d", seed, i).hasMessageContaining("bad.npy: expected");
      }
    }
  }
}
