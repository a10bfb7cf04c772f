package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.vision.ImageFiles.Rgb;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Photographs in every kind of file against what Pillow reads, and prepared as timm does it; made
 * by {@code src/test/python/make_photographs.py}. The environment variable DL4JHOPFIELD_PHOTOGRAPHS
 * names a zip of its {@code --whole}.
 */
class ImageFilesTest {
  @TempDir static Path folder;
  private static final Map<String, byte[]> ENTRIES = new LinkedHashMap<>();
  private static JsonNode described;

  @BeforeAll
  static void unpack() throws IOException {
    String file = System.getenv("DL4JHOPFIELD_PHOTOGRAPHS");
    try (InputStream in =
            file == null
                ? ImageFilesTest.class.getResourceAsStream("photographs.zip")
                : Files.newInputStream(Path.of(file));
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        ENTRIES.put(e.getName(), zip.readAllBytes());
      }
    }
    described = new ObjectMapper().readTree(ENTRIES.get("cases.json"));
  }

  private static Rgb image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, ENTRIES.get(name));
    return ImageFiles.read(file);
  }

  private static int largestDifference(byte[] a, byte[] b) {
    assertThat(a).hasSameSizeAs(b);
    int largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((a[i] & 0xff) - (b[i] & 0xff)));
    }
    return largest;
  }

  @TestFactory
  Stream<DynamicTest> everyKindIsReadAsPillowReadsIt() {
    assertThat(described.path("images").size()).isGreaterThan(15);
    return described.path("images").properties().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      Rgb found = image(entry.getKey());
                      assertThat(found.height()).isEqualTo(entry.getValue().get(0).asInt());
                      assertThat(found.width()).isEqualTo(entry.getValue().get(1).asInt());
                      byte[] expected = ENTRIES.get("expected/" + entry.getKey());
                      int exact = entry.getKey().endsWith(".jpg") ? 1 : 0; // decoders round
                      assertThat(largestDifference(found.values(), expected))
                          .isLessThanOrEqualTo(exact);
                    }));
  }

  @TestFactory
  Stream<DynamicTest> everyFilterAndCropIsTimms() {
    return java.util.stream.StreamSupport.stream(described.path("cases").spliterator(), false)
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.path("file").asText()
                        + " "
                        + c.path("interpolation").asText()
                        + " "
                        + c.path("cropMode").asText()
                        + " "
                        + c.path("height")
                        + "x"
                        + c.path("width"),
                    () -> {
                      double[] mean = {0.485, 0.456, 0.406};
                      Preprocessing p =
                          new Preprocessing(
                              mean,
                              new double[] {1, 1, 1},
                              c.path("interpolation").asText(),
                              c.path("cropPct").asDouble(),
                              c.path("cropMode").asText(),
                              c.path("height").asInt(),
                              c.path("width").asInt());
                      Rgb decoded = image(c.path("file").asText());
                      Rgb original =
                          new Rgb(
                              decoded.height(),
                              decoded.width(),
                              ENTRIES.get("expected/" + c.path("file").asText()));
                      byte[] found = new ImagePreparation(p).bytes(original);
                      byte[] expected = ENTRIES.get("prepared/" + c.path("prepared").asText());
                      assertThat(largestDifference(found, expected)).isZero();
                    }));
  }

  @Test
  void sixteenBitsLoseTheLowerByte() throws IOException {
    BufferedImage grey = new BufferedImage(4, 1, BufferedImage.TYPE_USHORT_GRAY);
    short[] values = {0, 255, (short) 0x8034, (short) 65535};
    System.arraycopy(
        values, 0, ((java.awt.image.DataBufferUShort) data(grey)).getData(), 0, values.length);
    Path file = folder.resolve("sixteen.png");
    ImageIO.write(grey, "png", file.toFile());
    assertThat(ImageFiles.read(file).values())
        .containsExactly(0, 0, 0, 0, 0, 0, 0x80, 0x80, 0x80, 0xff, 0xff, 0xff);
  }

  private static DataBuffer data(BufferedImage image) {
    return image.getRaster().getDataBuffer();
  }

  @Test
  void damageIsSaidWithTheFile() throws IOException {
    byte[] whole = ENTRIES.get(described.path("images").fieldNames().next());
    Path file = folder.resolve("cut.png");
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> ImageFiles.read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("cut.png");
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.write("no image".getBytes());
    Files.write(file, text.toByteArray());
    assertThatThrownBy(() -> ImageFiles.read(file)).hasMessageContaining("another file");
  }

  @Test
  void greyIsPillowsLuma() {
    Rgb image = new Rgb(1, 3, new byte[] {(byte) 255, 0, 0, 10, 20, 30, (byte) 255, -1, -1});
    assertThat(image.grey()).containsExactly(76, 18, 0xff);
  }
}
