package io.github.dl4jhopfield.zoo.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFolderTest {
  @TempDir Path parent;

  @Test
  void isGoneWithItsFilesWhenClosed() throws IOException {
    try (ScratchFolder scratch = ScratchFolder.create(parent, "scale")) {
      Files.writeString(scratch.resolve("patterns.npy"), "x");
      assertThat(parent).isNotEmptyDirectory();
    }
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void isGoneWhenTheProcessIsAskedToEnd() throws Exception {
    Process process = start();
    assertThat(process.getInputStream().read()).isEqualTo('1');
    assertThat(parent).isNotEmptyDirectory();
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void whatAKilledProcessLeftIsDeletedByTheNextAndWhatOthersUseIsNot() throws Exception {
    Process process = start();
    assertThat(process.getInputStream().read()).isEqualTo('1');
    process.destroyForcibly();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(parent).isNotEmptyDirectory();
    Path foreign = Files.createDirectory(parent.resolve("scale-notes"));
    try (ScratchFolder ours = ScratchFolder.create(parent, "scale");
        ScratchFolder other = ScratchFolder.create(parent, "scale")) {
      try (var left = Files.list(parent)) {
        assertThat(left)
            .containsExactlyInAnyOrder(
                foreign, ours.resolve("x").getParent(), other.resolve("x").getParent());
      }
    }
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            parent.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Makes a folder with a file, says so, and waits. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      ScratchFolder scratch = ScratchFolder.create(Path.of(args[0]), "scale");
      Files.writeString(scratch.resolve("patterns.npy"), "x");
      System.out.print(1);
      System.out.flush();
      Thread.sleep(120_000);
    }
  }
}
