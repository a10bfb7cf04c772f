package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Searches of many fast trials: memory grows by what is kept of each trial and no more, the report
 * stays small, and the record is read again.
 */
class LongSearchTest {
  /** 100,000 with {@code -Dhopfield.long=true}: eight hours of trials of 0.3 s. */
  private static final int TRIALS = Boolean.getBoolean("hopfield.long") ? 100_000 : 1_500;

  /** What a trial may leave behind, on average. */
  private static final int MOST_BYTES_A_TRIAL = 1_500;

  /** What other tests of this JVM and the report's thread may hold or let go beside. */
  private static final int MOST_FIXED_BYTES = 8_000_000;

  @TempDir Path folder;

  /** Measures the heap at each fifth of the search. */
  private static final class Heap implements Progress {
    private final List<Long> used = new ArrayList<>();
    private int ended;

    @Override
    public void begin(String task, long steps) {}

    @Override
    public void end() {}

    @Override
    public synchronized void advance(long steps, String what) {
      ended += steps;
      if (ended % (TRIALS / 5) == 0) {
        used.add(used());
      }
    }
  }

  private Sweep.Builder sweep(String strategy, Progress progress) {
    return Sweep.builder()
        .experiment(new TroubledExperiment())
        .strategy(strategy)
        .candidates(TRIALS)
        .threads(2)
        .resume(true)
        .context(ExperimentContext.builder().seed(1).out(folder).progress(progress).build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "tpe"})
  void manyTrialsTakeLittleMemory(String strategy) throws IOException {
    Heap heap = new Heap();
    long start = System.nanoTime();
    SweepResult result = sweep(strategy, heap).build().run();
    double seconds = (System.nanoTime() - start) / 1e9;
    List<Map<String, Object>> ended =
        result.candidates().stream().map(c -> c.withoutTimes()).toList();
    long report = Files.size(folder.resolve("report.html"));
    List<Long> used = heap.used;
    double each = (used.get(4) - used.get(0)) / (0.8 * TRIALS);
    System.err.printf(
        "%s, %d trials: %.2f ms and %.0f bytes each, heap after each fifth %s MB, report %d kB%n",
        strategy,
        TRIALS,
        1000 * seconds / TRIALS,
        each,
        used.stream().map(bytes -> bytes >> 20).toList(),
        report >> 10);
    assertThat(ended).hasSize(TRIALS);
    for (int fifth = 1; fifth < 5; fifth++) {
      assertThat(used.get(fifth) - used.get(fifth - 1))
          .as("growth in a fifth of the trials")
          .isLessThan((long) MOST_BYTES_A_TRIAL * TRIALS / 5 + MOST_FIXED_BYTES);
    }
    assertThat(report).isLessThan(2_000_000);

    SweepResult again = sweep(strategy, Progress.NONE).build().run();
    assertThat(again.trained()).isZero();
    assertThat(again.candidates().stream().map(c -> c.withoutTimes()).toList()).isEqualTo(ended);
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
