package io.github.dl4jhopfield.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

class PartialFileTest {
  @TempDir Path folder;

  /** Writes a file half and waits to be killed. */
  public static final class Writer {
    public static void main(String[] arguments) throws Exception {
      PartialFile file = PartialFile.create(Path.of(arguments[0]));
      file.write(ByteBuffer.wrap(new byte[1000]));
      System.out.println("writing");
      Thread.sleep(60_000);
      file.commit();
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static void write(Path file, String text) throws IOException {
    try (PartialFile partial = PartialFile.create(file)) {
      partial.write(ByteBuffer.wrap(text.getBytes()));
      partial.commit();
    }
  }

  @Test
  void permissionsFollowTheUsersMask() throws IOException {
    Path plain = Files.createFile(folder.resolve("plain"));
    assumeTrue(plain.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path ours = folder.resolve("x.npy");
    NpyFile.write(ours, Nd4j.ones(2));
    Path weights = folder.resolve("x.safetensors");
    SafetensorsFile.write(weights, java.util.Map.of("w", Nd4j.ones(2)), java.util.Map.of());
    for (Path file : List.of(ours, weights)) {
      assertThat(Files.getPosixFilePermissions(file))
          .isEqualTo(Files.getPosixFilePermissions(plain));
    }
  }

  @Test
  void whatIsNotCommittedLeavesWhatWasThere() throws IOException {
    Path file = folder.resolve("a");
    write(file, "old");
    try (PartialFile partial = PartialFile.create(file)) {
      partial.write(ByteBuffer.wrap("new".getBytes()));
    }
    assertThat(file).hasContent("old");
    assertThat(files()).containsExactly("a");
  }

  @Test
  void theNextStartRemovesWhatAKilledWriterLeftAndNothingOfALivingOne() throws Exception {
    Path file = folder.resolve("big.npy");
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader said = new BufferedReader(new InputStreamReader(writer.getInputStream()))) {
      assertThat(said.readLine()).isEqualTo("writing");
      assertThat(files()).hasSize(1).first().asString().startsWith(".big.npy.");
      write(folder.resolve("other"), "x");
      assertThat(files()).hasSize(2);
    } finally {
      writer.destroyForcibly().waitFor();
    }
    assertThat(files()).hasSize(2);
    write(folder.resolve("other"), "y");
    assertThat(files()).containsExactly("other");
  }

  @Test
  void errorsNameTheUsersFileAndNoHiddenOne() throws IOException {
    assertThatThrownBy(() -> write(folder.resolve("no/x"), ""))
        .hasMessage(folder.resolve("no/x") + ": no such folder: " + folder.resolve("no"));
    assertThatThrownBy(() -> write(folder, ""))
        .hasMessage(folder + ": expected a file to write, found a folder");
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full));
    assertThatThrownBy(() -> write(full, "x")).hasMessage("/dev/full: No space left on device");
    assertThatThrownBy(() -> NpyFile.write(full, Nd4j.ones(2)))
        .hasMessage("/dev/full: No space left on device");
  }

  @Test
  void aLinkIsFollowedAndADeviceIsNotReplaced() throws IOException {
    Path real = folder.resolve("real");
    write(real, "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    write(link, "new");
    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("new");
    Path nothing = Path.of("/dev/null");
    assumeTrue(Files.exists(nothing));
    write(nothing, "x");
    assertThat(Files.isRegularFile(nothing)).isFalse();
  }
}
