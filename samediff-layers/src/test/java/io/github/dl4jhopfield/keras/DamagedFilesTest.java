package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Damaged and hostile files give an error or a right import: in time, in memory, in the JVM. */
class DamagedFilesTest {

  private static final int VARIANTS = 45;
  private static final long MOST_MILLISECONDS = 5_000;
  private static final long MOST_ALLOCATED = 512L << 20;

  @TempDir Path directory;

  /** One variant of each kind in turn: bytes flipped, cut, two pieces swapped. */
  private static byte[] damage(byte[] sound, int variant, Random random) {
    byte[] b = sound.clone();
    switch (variant % 3) {
      case 0:
        for (int k = 0; k <= variant % 4; k++) {
          b[random.nextInt(b.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return b;
      case 1:
        return Arrays.copyOf(b, random.nextInt(b.length));
      default:
        int size = 1 + random.nextInt(200);
        int from = random.nextInt(b.length - size);
        int to = random.nextInt(b.length - size);
        System.arraycopy(sound, from, b, to, size);
        System.arraycopy(sound, to, b, from, size);
        return b;
    }
  }

  /** Imports within the bounds; null if the file was refused. */
  private static KerasImport importWithinBounds(Path file, KerasImportOptions options) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    long allocated = threads.getThreadAllocatedBytes(id);
    long start = System.nanoTime();
    KerasImport result = null;
    try {
      result = HopfieldKerasImport.importModel(file, options);
    } catch (KerasImportException refused) {
      assertThat(refused).hasMessageNotContainingAny("null");
    }
    assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(MOST_MILLISECONDS);
    assertThat(threads.getThreadAllocatedBytes(id) - allocated).isLessThan(MOST_ALLOCATED);
    return result;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static boolean same(INDArray[] a, INDArray[] b) {
    for (int i = 0; i < a.length; i++) {
      if (!Arrays.equals(a[i].shape(), b[i].shape())
          || !(a[i].sub(b[i]).amaxNumber().doubleValue() <= 1e-5)) {
        return false;
      }
    }
    return a.length == b.length;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "keras3/mlp.keras",
        "keras3/hopfield_self.keras",
        "tf_keras/hopfield_masked_tokens.keras"
      })
  void aDamagedArchiveIsRefusedOrComputesTheSame(String name) throws Exception {
    Fixture fixture = Fixture.of(name);
    byte[] sound = Files.readAllBytes(fixture.file());
    INDArray[] expected = HopfieldKerasImport.importModel(fixture.file()).predict(fixture.inputs());
    Random random = new Random(7);
    int refused = 0;
    for (int v = 0; v < VARIANTS; v++) {
      Path file = Files.write(directory.resolve("damaged.keras"), damage(sound, v, random));
      KerasImport imported = importWithinBounds(file, KerasImportOptions.defaults());
      if (imported == null) {
        refused++;
      } else if (!same(imported.predict(fixture.inputs()), expected)) {
        fail(name + " variant " + v + " imports with other numbers");
      }
    }
    assertThat(refused).isGreaterThan(VARIANTS / 2);
  }

  /**
   * HDF5 as Keras writes it has no checksums: a flipped bit of a weight is another weight. What the
   * format can show is refused; with the file's SHA-256 everything is.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"tf24/mlp.h5", "tf215/hopfield_self.h5", "keras3/hopfield_masked_tokens.h5"})
  void aDamagedHdf5NeverCrashesAndIsSeenByItsChecksum(String name) throws Exception {
    Fixture fixture = Fixture.of(name);
    byte[] sound = Files.readAllBytes(fixture.file());
    KerasImportOptions checked = KerasImportOptions.builder().sha256(sha256(sound)).build();
    assertThat(HopfieldKerasImport.importModel(fixture.file(), checked)).isNotNull();
    Random random = new Random(11);
    int refused = 0;
    for (int v = 0; v < VARIANTS; v++) {
      byte[] damaged = damage(sound, v, random);
      Path file = Files.write(directory.resolve("damaged.h5"), damaged);
      KerasImport imported = importWithinBounds(file, KerasImportOptions.defaults());
      refused += imported == null ? 1 : 0;
      if (!Arrays.equals(damaged, sound)) {
        assertThat(importWithinBounds(file, checked)).as(name + " variant " + v).isNull();
      }
    }
    assertThat(refused).isGreaterThan(VARIANTS / 4);
  }

  @Test
  void garbageIsRefused() throws IOException {
    byte[] hdf5 = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    byte[] zip = {'P', 'K', 3, 4};
    Random random = new Random(3);
    for (byte[] start : new byte[][] {{}, hdf5, zip}) {
      for (int size : new int[] {0, 10, 100_000}) {
        byte[] bytes = new byte[start.length + size];
        random.nextBytes(bytes);
        System.arraycopy(start, 0, bytes, 0, start.length);
        Path file = Files.write(directory.resolve("garbage"), bytes);
        assertThat(importWithinBounds(file, KerasImportOptions.defaults())).isNull();
      }
    }
  }

  @Test
  void aZipBombIsRefused() throws IOException {
    for (String entry : new String[] {"model.weights.h5", "config.json"}) {
      Path bomb = Archive.with(directory, "keras3/mlp.keras", entry, new byte[1 << 20], 200);
      assertThat(Files.size(bomb)).isLessThan(1 << 20);
      long start = System.nanoTime();
      assertThatThrownBy(() -> HopfieldKerasImport.importModel(bomb))
          .isInstanceOf(KerasImportException.class)
          .hasMessageContaining("unpacks to more than");
      assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(MOST_MILLISECONDS);
    }
  }

  @Test
  void aModelThatClaimsTooManyParametersIsRefusedBeforeMemoryIsReserved() throws IOException {
    String huge =
        Archive.config("keras3/mlp.keras").replace("\"units\": 7", "\"units\": 2000000000");
    Path file =
        Archive.with(
            directory, "keras3/mlp.keras", "config.json", huge.getBytes(StandardCharsets.UTF_8), 1);
    assertThat(importWithinBounds(file, KerasImportOptions.defaults())).isNull();
  }

  @Test
  void jsonNestedWithoutEndIsRefused() throws IOException {
    byte[] deep = "[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
    Path file = Archive.with(directory, "keras3/mlp.keras", "config.json", deep, 1);
    assertThat(importWithinBounds(file, KerasImportOptions.defaults())).isNull();
  }

  /** The first kernel of the model, [5, 7], claims 50,000 x 50,000 floats: 10 GB in 30 KB. */
  @Test
  void aDatasetThatClaimsTenGigabytesIsRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(Fixture.of("tf215/mlp.h5").file());
    byte[] claim = dimensions(50_000, 50_000);
    int changed = 0;
    for (int at = 0; at + 16 <= bytes.length; at++) {
      if (Arrays.equals(Arrays.copyOfRange(bytes, at, at + 16), dimensions(5, 7))) {
        System.arraycopy(claim, 0, bytes, at, 16);
        changed++;
      }
    }
    assertThat(changed).isPositive();
    Path file = Files.write(directory.resolve("claims.h5"), bytes);
    assertThat(importWithinBounds(file, KerasImportOptions.defaults())).isNull();
  }

  private static byte[] dimensions(long rows, long columns) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(rows)
        .putLong(columns)
        .array();
  }
}
