package io.github.dl4jhopfield.zoo.repertoire.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An entry of the cache is the repertoire that its file is, whole or not there. */
class RepertoireCacheTest {
  @TempDir Path folder;
  private Path file;
  private RepertoireCache cache;

  @BeforeEach
  void makeFileAndCache() throws IOException {
    file = Files.writeString(folder.resolve("a.tsv"), table(40_000));
    cache = new RepertoireCache(folder.resolve("cache"));
  }

  @Test
  void anEntryHoldsWhatTheFileHolds() throws IOException {
    Repertoire read = RepertoireFiles.read(file, ReadOptions.defaults());
    Repertoire filled = cache.open(file, ReadOptions.defaults());
    Repertoire found = cache.open(file, ReadOptions.defaults());
    assertThat(entries()).hasSize(1);
    for (Repertoire repertoire : List.of(filled, found)) {
      assertThat(repertoire.report()).isEqualTo(read.report());
      assertThat(repertoire.contentDigest()).isEqualTo(read.contentDigest());
      assertThat(repertoire.residueCount()).isEqualTo(read.residueCount());
      assertThat(rows(repertoire)).isEqualTo(rows(read)).hasSize(40_000);
    }
    assertThat(rows(read).get(35_001)).isEqualTo(row(35_001));
    assertThat(cache.bytes()).isGreaterThan(40_000);
  }

  @Test
  void anotherOptionIsAnotherEntry() throws IOException {
    int all = cache.open(file, ReadOptions.defaults()).size();
    int merged = cache.open(file, ReadOptions.builder().merge(true).build()).size();
    assertThat(merged).isLessThan(all);
    assertThat(cache.open(file, ReadOptions.defaults()).size()).isEqualTo(all);
    assertThat(entries()).hasSize(2);
  }

  @Test
  void aChangedFileIsAnotherEntryAlsoWithinOneTick() throws IOException {
    String text = table(3);
    Files.writeString(file, text);
    assertThat(cache.open(file, ReadOptions.defaults()).sequence(0)).isEqualTo("CASSAF");
    Files.writeString(file, text.replace("CASSAF", "CASSWF"));
    assertThat(cache.open(file, ReadOptions.defaults()).sequence(0)).isEqualTo("CASSWF");
  }

  @Test
  void aCopyElsewhereIsTheSameEntry() throws IOException {
    cache.open(file, ReadOptions.defaults());
    Path copy = Files.copy(file, folder.resolve("copy.tsv"));
    cache.open(copy, ReadOptions.defaults());
    assertThat(entries()).hasSize(1);
  }

  @Test
  void aDamagedEntryIsMadeAnew() throws IOException {
    List<String> rows = rows(cache.open(file, ReadOptions.defaults()));
    Path entry = entries().get(0);
    byte[] whole = Files.readAllBytes(entry);
    for (int cut : new int[] {0, 7, 40, whole.length / 2, whole.length - 1}) {
      Files.write(entry, java.util.Arrays.copyOf(whole, cut));
      assertThat(rows(cache.open(file, ReadOptions.defaults()))).isEqualTo(rows);
      assertThat(Files.readAllBytes(entry)).isEqualTo(whole);
    }
    byte[] flipped = whole.clone();
    flipped[whole.length / 3] ^= 1;
    Files.write(entry, flipped);
    assertThat(rows(cache.open(file, ReadOptions.defaults()))).isEqualTo(rows);
  }

  @Test
  void whatKilledProcessesLeftIsRemoved() throws IOException {
    cache.open(file, ReadOptions.defaults());
    Path entry = entries().get(0);
    Path part =
        Files.writeString(
            entry.resolveSibling(entry.getFileName().toString().replace(".rep", ".1234.part")),
            "half");
    new RepertoireCache(cache.folder()).open(file, ReadOptions.builder().maxLength(7).build());
    assertThat(part).doesNotExist();
  }

  @Test
  void aFaultyFileLeavesNothing() throws IOException {
    Files.writeString(file, "one\tfield\tmore\n", StandardOpenOption.APPEND);
    Files.writeString(file, "a\tb\tc\td\te\tf\tg\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> cache.open(file, ReadOptions.defaults()))
        .isInstanceOf(RepertoireFaults.class)
        .hasMessageContaining("a.tsv:40003: expected 5 fields");
    assertThat(entries()).isEmpty();
    try (Stream<Path> left = Files.list(cache.folder())) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("lock", "stamps");
    }
  }

  @Test
  void threadsFillAnEntryOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Callable<String>> jobs = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        jobs.add(() -> cache.open(file, ReadOptions.defaults()).contentDigest());
      }
      String digest = RepertoireFiles.read(file, ReadOptions.defaults()).contentDigest();
      for (Future<String> job : pool.invokeAll(jobs)) {
        assertThat(job.get()).isEqualTo(digest);
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(entries()).hasSize(1);
  }

  @Test
  void clearedIsEmpty() throws IOException {
    Repertoire open = cache.open(file, ReadOptions.defaults());
    cache.clear();
    assertThat(cache.bytes()).isZero();
    assertThat(open.sequence(39_999)).isEqualTo(sequence(39_999));
    assertThat(cache.open(file, ReadOptions.defaults()).size()).isEqualTo(40_000);
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> files = Files.list(cache.folder())) {
      return files.filter(path -> path.toString().endsWith(".rep")).toList();
    }
  }

  private static List<String> rows(Repertoire repertoire) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < repertoire.size(); i++) {
      rows.add(
          repertoire.sequence(i)
              + " "
              + repertoire.count(i)
              + " "
              + repertoire.vGenes().get(repertoire.vGene(i))
              + " "
              + (repertoire.jGene(i) < 0 ? "-" : repertoire.jGenes().get(repertoire.jGene(i))));
    }
    return rows;
  }

  private static String row(int i) {
    return sequence(i)
        + " "
        + (i + 1)
        + " TRBV"
        + (1 + i % 50)
        + " "
        + (i % 3 == 0 ? "-" : "TRBJ1-2");
  }

  private static String sequence(int i) {
    StringBuilder letters = new StringBuilder("CASS");
    for (int rest = i % 36_000; ; rest /= 20) {
      letters.append(AminoAcids.LETTERS.charAt(rest % 20));
      if (rest < 20) {
        return letters.append('F').toString();
      }
    }
  }

  private static String table(int rows) {
    StringBuilder text =
        new StringBuilder("junction_aa\tduplicate_count\tv_call\tj_call\tproductive\n");
    for (int i = 0; i < rows; i++) {
      text.append(sequence(i)).append('\t').append(i + 1).append("\tTRBV").append(1 + i % 50);
      text.append("*01\t").append(i % 3 == 0 ? "" : "TRBJ1-2*02").append("\tT\n");
    }
    return text.toString();
  }
}
