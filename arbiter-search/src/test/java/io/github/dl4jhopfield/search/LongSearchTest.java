package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches of many fast trials: memory grows by little more than the results themselves. */
class LongSearchTest {
  /** 100,000 with {@code -Dhopfield.long=true}: eight hours of trials of 0.3 s. */
  private static final int TRIALS = Boolean.getBoolean("hopfield.long") ? 100_000 : 1_500;

  @TempDir Path folder;

  @Test
  void manyTrialsTakeLittleMemory() throws IOException {
    long before = used();
    long start = System.nanoTime();
    SweepResult result =
        Sweep.builder()
            .experiment(new TroubledExperiment())
            .candidates(TRIALS)
            .threads(2)
            .context(ExperimentContext.builder().seed(1).out(folder).build())
            .build()
            .run();
    double seconds = (System.nanoTime() - start) / 1e9;
    long grown = used() - before;
    System.err.printf(
        "%d trials: %.2f ms each, %.0f bytes each, report %d kB%n",
        TRIALS,
        1000 * seconds / TRIALS,
        grown / (double) TRIALS,
        Files.size(folder.resolve("report.html")) / 1024);
    assertThat(result.candidates()).hasSize(TRIALS);
    assertThat(grown / TRIALS).isLessThan(2_500);
    assertThat(Files.size(folder.resolve("report.html"))).isLessThan(2_000_000);
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
