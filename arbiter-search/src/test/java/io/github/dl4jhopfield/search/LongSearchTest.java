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
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Searches of many fast trials: memory grows by what is kept of each trial and no more, the report
 * stays small, and the record is read again.
 */
class LongSearchTest {
  private static final boolean LONG = Boolean.getBoolean("hopfield.long");

  /**
   * What a trial may leave behind, on average: its values and scores packed, and the hashes by
   * which it is known again. As objects it would be a kilobyte.
   */
  private static final int MOST_BYTES_A_TRIAL = 200;

  /** What other tests of this JVM and the report's thread may hold or let go beside. */
  private static final int MOST_FIXED_BYTES = 2_000_000;

  @TempDir Path folder;

  /** Measures the heap at each fifth of the search. */
  private static final class Heap implements Progress {
    private final int trials;
    private final List<Long> used = new ArrayList<>();
    private int ended;

    Heap(int trials) {
      this.trials = trials;
    }

    @Override
    public void begin(String task, long steps) {}

    @Override
    public void end() {}

    @Override
    public synchronized void advance(long steps, String what) {
      ended += steps;
      if (ended % (trials / 5) == 0) {
        used.add(used());
      }
    }
  }

  private Sweep.Builder sweep(String strategy, int trials, Progress progress) {
    return Sweep.builder()
        .experiment(new TroubledExperiment())
        .strategy(strategy)
        .candidates(trials)
        .threads(2)
        .resume(true)
        .context(ExperimentContext.builder().seed(1).out(folder).progress(progress).build());
  }

  @ParameterizedTest
  @CsvSource({"random, 8000", "tpe, 1500"})
  void manyTrialsTakeLittleMemory(String strategy, int few) throws IOException {
    int trials = LONG ? 100_000 : few; // eight hours of trials of 0.3 s
    Heap heap = new Heap(trials);
    long start = System.nanoTime();
    SweepResult result = sweep(strategy, trials, heap).build().run();
    double seconds = (System.nanoTime() - start) / 1e9;
    List<Map<String, Object>> ended =
        result.candidates().stream().map(c -> c.withoutTimes()).toList();
    long report = Files.size(folder.resolve("report.html"));
    List<Long> used = heap.used;
    double each = (used.get(4) - used.get(0)) / (0.8 * trials);
    System.err.printf(
        "%s, %d trials: %.2f ms and %.0f bytes each, heap after each fifth %s MB, report %d kB%n",
        strategy,
        trials,
        1000 * seconds / trials,
        each,
        used.stream().map(bytes -> bytes >> 20).toList(),
        report >> 10);
    assertThat(ended).hasSize(trials);
    assertThat(used.get(4) - used.get(0))
        .as("growth in four fifths of the trials")
        .isLessThan((long) MOST_BYTES_A_TRIAL * trials * 4 / 5 + MOST_FIXED_BYTES);
    assertThat(report).isLessThan(2_000_000);

    SweepResult again = sweep(strategy, trials, Progress.NONE).build().run();
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
