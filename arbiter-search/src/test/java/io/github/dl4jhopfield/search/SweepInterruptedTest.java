package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialStore;
import io.github.dl4jhopfield.search.trial.WorkerRunner;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Searches that are killed, cut, damaged and resumed; trials that hang or take all memory. */
@Timeout(600)
class SweepInterruptedTest {
  /** 20 with {@code -Dhopfield.long=true}. */
  private static final int KILLS = Boolean.getBoolean("hopfield.long") ? 20 : 1;

  /** A healthy trial takes milliseconds, but for the first of a worker on a busy machine. */
  private static final double SECONDS = 5;

  @TempDir Path folder;

  private static List<Map<String, Object>> trials(Path out) throws IOException {
    try (TrialStore store = TrialStore.open(out)) {
      assertThat(store.damage()).allSatisfy(d -> assertThat(d).contains("left out"));
      return store.results().all().stream().map(TrialResult::withoutTimes).toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"tpe, 0", "tpe+hyperband, 2"})
  void aKilledSearchEndsAsIfItHadNotBeenKilled(String strategy, int workers) throws Exception {
    Path whole = Files.createDirectory(folder.resolve("whole"));
    SweepProgram.sweep(whole, strategy, 0).run();
    Path killed = Files.createDirectory(folder.resolve("killed"));
    Random random = new Random(strategy.hashCode());
    int kills = 0;
    while (kills < KILLS) {
      Process process = start(killed, strategy, workers);
      if (process.waitFor(600 + random.nextInt(900), TimeUnit.MILLISECONDS)) {
        assertThat(process.exitValue()).isZero();
        // It had ended: from the start, with the record of fewer trials.
        cut(killed, random);
      } else {
        process.destroyForcibly().waitFor();
      }
      kills++;
    }
    assertThat(start(killed, strategy, workers).waitFor()).isZero();
    assertThat(trials(killed)).isEqualTo(trials(whole)).hasSize(SweepProgram.CANDIDATES);
    assertThat(killed.resolve("model.zip")).hasSameTextualContentAs(whole.resolve("model.zip"));
  }

  private static Process start(Path out, String strategy, int workers) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            SweepProgram.class.getName(),
            out.toString(),
            strategy,
            Integer.toString(workers))
        .redirectErrorStream(true)
        .redirectOutput(out.resolve("log.txt").toFile())
        .start();
  }

  /** Cuts the record at a random byte. */
  private static void cut(Path out, Random random) throws IOException {
    Path file = out.resolve(TrialStore.FILE);
    byte[] bytes = Files.readAllBytes(file);
    int end = bytes.length / 4 + random.nextInt(bytes.length / 2);
    Files.write(file, java.util.Arrays.copyOf(bytes, end));
  }

  @Test
  void aDamagedLineIsReportedAndOnlyItsTrialRunsAgain() throws Exception {
    Path whole = Files.createDirectory(folder.resolve("whole"));
    SweepProgram.sweep(whole, "tpe", 0).run();
    List<Map<String, Object>> expected = trials(whole);
    Path file = whole.resolve(TrialStore.FILE);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    int damaged = -1;
    for (int i = lines.size() / 2; damaged < 0; i++) {
      damaged = lines.get(i).contains("\"ended\"") ? i : -1;
    }
    lines.set(damaged, lines.get(damaged).replace("\"score\":-", "\"score\":9"));
    Files.write(file, lines);
    try (TrialStore store = TrialStore.open(whole)) {
      assertThat(store.damage())
          .singleElement()
          .asString()
          .contains("sweep.jsonl:" + (damaged + 1), "checksum");
    }
    SweepResult again = SweepProgram.sweep(whole, "tpe", 0).run();
    assertThat(again.trained()).isEqualTo(1);
    assertThat(trials(whole)).isEqualTo(expected);
  }

  @Test
  void aCompleteSearchTrainsNothingAndAnEmptyFolderStarts() throws IOException {
    SweepResult first = SweepProgram.sweep(folder, "random", 0).run();
    assertThat(first.trained()).isEqualTo(SweepProgram.CANDIDATES);
    byte[] store = Files.readAllBytes(folder.resolve(TrialStore.FILE));
    SweepResult second = SweepProgram.sweep(folder, "random", 0).run();
    assertThat(second.trained()).isZero();
    assertThat(second.best().withoutTimes()).isEqualTo(first.best().withoutTimes());
    assertThat(folder.resolve(TrialStore.FILE)).hasBinaryContent(store);
  }

  private Sweep.Builder fast() {
    return Sweep.builder()
        .experiment(new TroubledExperiment())
        .candidates(5)
        .context(ExperimentContext.builder().seed(3).out(folder).build());
  }

  @Test
  void anotherSearchInTheFolderIsRefused() throws IOException {
    fast().build().run();
    assertThatThrownBy(() -> fast().build().run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--resume");
    assertThatThrownBy(() -> fast().resume(true).strategy("tpe").build().run())
        .hasMessageContaining("the same strategy", "\"random\" there and \"tpe\" here");
    assertThatThrownBy(
            () ->
                fast()
                    .resume(true)
                    .context(ExperimentContext.builder().seed(4).out(folder).build())
                    .build()
                    .run())
        .hasMessageContaining("the same seed", "3 there and 4 here");
    try (TrialStore open = TrialStore.open(folder)) {
      assertThat(open.results().size()).isEqualTo(5);
      assertThatThrownBy(() -> fast().resume(true).build().run())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another search is writing to this folder");
    }
  }

  @Test
  void aStoreOfAnotherExperimentIsRefused() throws IOException {
    fast().build().run();
    assertThatThrownBy(() -> fast().experiment(new CurvesExperiment()).resume(true).build().run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the same experiment", "\"troubled\" there and \"curves\" here");
  }

  @Test
  void aFullDiskEndsTheSearchWithTheFilesNameAndItGoesOnLater() throws Exception {
    Path whole = Files.createDirectory(folder.resolve("whole"));
    SweepProgram.sweep(whole, "tpe", 0).run();
    Path full = Files.createDirectory(folder.resolve("full"));
    // no file may be longer than 8 kB, which is met in the middle of a record
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -f 8; exec \"$@\"",
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                SweepProgram.class.getName(),
                full.toString(),
                "tpe",
                "0")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isNotZero();
    assertThat(said).contains(full.resolve(TrialStore.FILE) + ": cannot write: File too large");
    assertThat(Files.size(full.resolve(TrialStore.FILE))).isEqualTo(8 * 1024);
    assertThat(start(full, "tpe", 0).waitFor()).isZero();
    assertThat(trials(full)).isEqualTo(trials(whole)).hasSize(SweepProgram.CANDIDATES);
  }

  @Test
  void aStoreOfOtherDataIsRefused() throws IOException {
    Path data = Files.writeString(folder.resolve("data.csv"), "1", StandardCharsets.UTF_8);
    Path out = folder.resolve("out");
    Sweep.Builder sweep =
        fast()
            .resume(true)
            .context(ExperimentContext.builder().seed(3).out(out).data(data).build());
    sweep.build().run();
    Path elsewhere =
        Files.copy(data, folder.resolve("copy.csv"), StandardCopyOption.REPLACE_EXISTING);
    fast()
        .resume(true)
        .context(ExperimentContext.builder().seed(3).out(out).data(elsewhere).build())
        .build()
        .run();
    Files.writeString(data, "2", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> sweep.build().run()).hasMessageContaining("the same data");
  }

  @Test
  void candidatesThatFailInEveryWayEndWithTheirReason() throws IOException {
    SweepResult result =
        Sweep.builder()
            .experiment(new TroubledExperiment())
            .candidates(40)
            .workers(new WorkerRunner.Settings(2, SECONDS, 1000, 64))
            .context(ExperimentContext.builder().seed(5).option("trouble", "true").build())
            .build()
            .run();
    int[] kinds = new int[4];
    for (TrialResult trial : result.candidates()) {
      int kind = TroubledExperiment.trouble(trial.values());
      assertThat(trial.failed()).as(trial.toString()).isEqualTo(kind >= 0);
      if (kind >= 0) {
        kinds[kind]++;
        assertThat(trial.error())
            .startsWith(
                List.of(
                        "IllegalStateException: no luck",
                        "OutOfMemoryError",
                        "ArithmeticException: expected a finite score, found NaN",
                        "took longer than " + (int) SECONDS + " s and was ended")
                    .get(kind));
      }
    }
    assertThat(kinds).as("each kind was met").doesNotContain(0);
  }

  @Test
  void aWorkerThatIsKilledIsReplacedAndItsTrialRunsAgain() throws Exception {
    Path whole = Files.createDirectory(folder.resolve("whole"));
    SweepProgram.sweep(whole, "tpe", 0).run();
    Path out = Files.createDirectory(folder.resolve("out"));
    Thread killer =
        new Thread(
            () -> {
              for (int i = 0; i < 3; i++) {
                try {
                  Thread.sleep(700);
                } catch (InterruptedException e) {
                  return;
                }
                ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().commandLine().orElse("").contains("WorkerMain"))
                    .forEach(ProcessHandle::destroyForcibly);
              }
            });
    killer.start();
    SweepProgram.sweep(out, "tpe", 2).run();
    killer.interrupt();
    killer.join();
    assertThat(trials(out)).isEqualTo(trials(whole));
  }
}
