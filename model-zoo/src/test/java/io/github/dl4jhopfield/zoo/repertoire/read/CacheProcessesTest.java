package io.github.dl4jhopfield.zoo.repertoire.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cache with several processes: killed while one fills it, two at a time, out of room, over a
 * file that changes, in a small heap. {@code tests/resilience/repertoire-cache.sh} does the same
 * with the program and more often.
 */
class CacheProcessesTest {
  private static final int ROWS = 40_000;
  private static final int LIMIT_SECONDS = 120;

  @TempDir static Path folder;
  private static Path file;
  private static String digest;

  @TempDir Path cacheFolder;

  /** The process: opens a file with a cache and prints its content's digest. */
  static final class Fill {
    public static void main(String[] arguments) throws IOException {
      RepertoireCache cache = new RepertoireCache(Path.of(arguments[0]));
      for (int i = 1; i < arguments.length; i++) {
        try {
          Repertoire read = cache.open(Path.of(arguments[i]), ReadOptions.defaults());
          System.out.println(read.contentDigest());
        } catch (RepertoireFaults | IOException e) {
          System.out.println("failed: " + e.getMessage());
          System.exit(1);
        }
      }
    }
  }

  @BeforeAll
  static void write() throws IOException {
    file = folder.resolve("a.tsv");
    write(file, ROWS, 1, 400);
    digest = RepertoireFiles.read(file, ReadOptions.defaults()).contentDigest();
  }

  private static void write(Path to, int rows, long seed, int padding) throws IOException {
    Random random = new Random(seed);
    String pad = "N".repeat(padding);
    try (BufferedWriter out = Files.newBufferedWriter(to)) {
      out.write("sequence\tjunction_aa\tduplicate_count\n");
      for (int i = 0; i < rows; i++) {
        StringBuilder row = new StringBuilder(pad).append("\tCAS");
        for (int k = 0; k < 10; k++) {
          row.append(AminoAcids.LETTERS.charAt(random.nextInt(20)));
        }
        out.append(row).append("F\t").append(String.valueOf(1 + random.nextInt(99))).append('\n');
      }
    }
  }

  @Test
  void aKilledProcessLeavesNoHalfEntry() throws Exception {
    Random random = new Random(7);
    for (int kill = 0; kill < 2; kill++) {
      Path here = cacheFolder.resolve("killed" + kill);
      Process process = start(List.of(), here, file);
      try {
        awaitPart(here, process);
        Thread.sleep(random.nextInt(100));
      } finally {
        process.destroyForcibly().waitFor();
      }
      assertThat(new RepertoireCache(here).open(file, ReadOptions.defaults()).contentDigest())
          .as("after kill %d", kill)
          .isEqualTo(digest);
      assertThat(names(here)).hasSize(1).allMatch(name -> name.endsWith(".rep"));
    }
  }

  @Test
  void twoProcessesFillOneEntry() throws Exception {
    Process first = start(List.of(), cacheFolder, file);
    Process second = start(List.of(), cacheFolder, file);
    assertThat(output(first)).isEqualTo(digest);
    assertThat(output(second)).isEqualTo(digest);
    assertThat(names(cacheFolder)).hasSize(1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void noRoomIsAnErrorThatNamesTheFolderAndLeavesNothing() throws Exception {
    // half of what the entry needs
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -f 500; exec \"$@\"",
                "bash",
                java(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                Fill.class.getName(),
                cacheFolder.toString(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String out = output(process);
    assertThat(out)
        .contains("failed: " + cacheFolder.toAbsolutePath())
        .contains("cannot write the cache entry of " + file);
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(names(cacheFolder)).isEmpty();
  }

  @Test
  void aFileThatChangesWhileItIsReadIsRefused() throws Exception {
    Path changing = Files.copy(file, folder.resolve("changing.tsv"));
    Process process = start(List.of(), cacheFolder, changing);
    awaitPart(cacheFolder, process);
    Files.writeString(changing, "N\tCASSF\t1\n", StandardOpenOption.APPEND);
    assertThat(output(process)).contains("changing.tsv").contains("changed while it was read");
    int rows = new RepertoireCache(cacheFolder).open(changing, ReadOptions.defaults()).size();
    assertThat(rows).isEqualTo(ROWS + 1);
  }

  @Test
  void memoryDoesNotGrowWithTheFileOrWithTheNumberOfFiles() throws Exception {
    // 30 MB of text and 100 files in a heap of 12 MB
    Path large = folder.resolve("large.tsv");
    write(large, 60_000, 3, 480);
    List<Path> files = new ArrayList<>(List.of(large));
    for (int i = 0; i < 100; i++) {
      Path small = folder.resolve("small" + i + ".tsv");
      write(small, 500, 100 + i, 10);
      files.add(small);
    }
    Process process =
        start(List.of("-Xmx12m", "-XX:+UseSerialGC"), cacheFolder, files.toArray(Path[]::new));
    assertThat(output(process).lines()).hasSize(101).allMatch(line -> line.length() == 64);
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Process start(List<String> options, Path cache, Path... files) throws IOException {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Fill.class.getName()));
    command.add(cache.toString());
    for (Path one : files) {
      command.add(one.toString());
    }
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    return out.strip();
  }

  private static void awaitPart(Path cache, Process process) throws Exception {
    while (process.isAlive() && names(cache).isEmpty()) {
      Thread.sleep(1);
    }
  }

  /** Entries and parts of entries. */
  private static List<String> names(Path cache) throws IOException {
    if (!Files.isDirectory(cache)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(cache)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".rep") || name.endsWith(".part"))
          .toList();
    }
  }
}
