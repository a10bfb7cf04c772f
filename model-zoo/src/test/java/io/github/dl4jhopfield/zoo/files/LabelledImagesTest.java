package io.github.dl4jhopfield.zoo.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class LabelledImagesTest {
  @TempDir Path folder;

  private static byte[] idx(int[] shape, byte[] data) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * shape.length + data.length);
    bytes.putInt(0x800 + shape.length);
    for (int size : shape) {
      bytes.putInt(size);
    }
    return bytes.put(data).array();
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
      zip.write(plain);
    }
    return bytes.toByteArray();
  }

  private static IdxFile read(byte[] bytes, int rank) throws IOException {
    return IdxFile.read("some.idx", new ByteArrayInputStream(bytes), rank);
  }

  @Test
  void theSubsetHasFiveHundredDigitsOfEachClass() throws IOException {
    LabelledImages.Split split = LabelledImages.mnistSubset();
    assertThat(split.stored().count()).isEqualTo(4000);
    assertThat(split.queries().count()).isEqualTo(1000);
    int[] counts = new int[10];
    for (LabelledImages part : new LabelledImages[] {split.stored(), split.queries()}) {
      for (int i = 0; i < part.count(); i++) {
        counts[part.label(i)]++;
      }
    }
    assertThat(counts).containsOnly(500);
    INDArray pixels = split.stored().toArray();
    assertThat(pixels.shape()).containsExactly(4000, 784);
    assertThat(pixels.minNumber().doubleValue()).isZero();
    assertThat(pixels.maxNumber().doubleValue()).isEqualTo(1);
    assertThat(pixels.meanNumber().doubleValue()).isBetween(0.12, 0.14);
  }

  @Test
  void drawsWithoutReplacementAndTheSameForTheSameSeed() throws IOException {
    LabelledImages all = LabelledImages.mnistSubset().queries();
    INDArray some = all.draw(50, new Random(3)).toArray();
    assertThat(all.draw(50, new Random(3)).toArray()).isEqualTo(some);
    assertThat(
            Arrays.stream(all.draw(1000, new Random(4)).toArray().toFloatMatrix())
                .map(Arrays::toString)
                .distinct())
        .hasSize(1000);
    assertThatThrownBy(() -> all.draw(1001, new Random(1))).hasMessageContaining("at most 1000");
  }

  @Test
  void readsPlainAndGzippedFiles() throws IOException {
    byte[] bytes = idx(new int[] {2, 1, 3}, new byte[] {1, 2, 3, 4, 5, (byte) 255});
    assertThat(read(bytes, 3).data()).containsExactly(1, 2, 3, 4, 5, -1);
    assertThat(read(gzip(bytes), 3).shape()).containsExactly(2, 1, 3);
  }

  @Test
  void truncatedAndForeignFilesAreNamed() throws IOException {
    byte[] bytes = idx(new int[] {2, 1, 3}, new byte[] {1, 2, 3, 4, 5, 6});
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> read(part, 3))
          .as("%d bytes", length)
          .isInstanceOf(DataFormatException.class)
          .hasMessageStartingWith("some.idx: ")
          .hasMessageContaining("truncated");
    }
    byte[] zipped = gzip(bytes);
    for (int length = 3; length < zipped.length; length++) {
      byte[] part = Arrays.copyOf(zipped, length);
      assertThatThrownBy(() -> read(part, 3))
          .as("%d bytes of gzip", length)
          .isInstanceOf(DataFormatException.class)
          .hasMessageStartingWith("some.idx: ");
    }
    assertThatThrownBy(() -> read(Arrays.copyOf(bytes, bytes.length + 1), 3))
        .hasMessageContaining("found more");
    assertThatThrownBy(() -> read(bytes, 1)).hasMessageContaining("found 0x00000803");
    assertThatThrownBy(() -> read(idx(new int[] {-1, 5, 5}, new byte[0]), 3))
        .hasMessageContaining("sizes of at least 1");
    assertThatThrownBy(() -> read(idx(new int[] {65536, 65536, 65536}, new byte[0]), 3))
        .hasMessageContaining("at most");
  }

  @Test
  void aFolderNeedsImagesAndAsManyLabels() throws IOException {
    assertThatThrownBy(() -> LabelledImages.folder(folder))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("train-images-idx3-ubyte");
    for (String part : new String[] {"train", "t10k"}) {
      Files.write(
          folder.resolve(part + "-images-idx3-ubyte.gz"),
          gzip(idx(new int[] {2, 1, 2}, new byte[] {0, 1, 2, 3})));
      Files.write(
          folder.resolve(part + "-labels-idx1-ubyte"), idx(new int[] {2}, new byte[] {7, 1}));
    }
    LabelledImages.Split split = LabelledImages.folder(folder);
    assertThat(split.stored().label(0)).isEqualTo(7);
    assertThat(split.queries().width()).isEqualTo(2);
    Path labels = folder.resolve("train-labels-idx1-ubyte");
    Files.write(labels, idx(new int[] {3}, new byte[] {7, 1, 1}));
    assertThatThrownBy(() -> LabelledImages.folder(folder))
        .hasMessageContaining("2 images and 3 labels");
    Files.write(labels, idx(new int[] {2}, new byte[] {7, 11}));
    assertThatThrownBy(() -> LabelledImages.folder(folder))
        .hasMessageContaining("train-labels-idx1-ubyte")
        .hasMessageContaining("11 at 1");
  }
}
