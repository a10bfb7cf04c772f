package io.github.dl4jhopfield.search.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * On real scores, strategies that learn reach what random search finds in 60 full trainings with
 * half the epochs: medians over seeds.
 */
class ScoreTableTest {
  private static final int SEEDS = 50;

  /**
   * First seeds of the sets of seeds that a strategy must hold on, each for itself; those after the
   * first with {@code -Dhopfield.long=true}. Chosen before anything was measured on them.
   */
  private static final int[] FIRST_SEEDS =
      Boolean.getBoolean("hopfield.long") ? new int[] {1, 1_000, 20_261_128} : new int[] {1};

  private static final int RANDOM_TRAININGS = 60;
  private static final int RANDOM_EPOCHS = RANDOM_TRAININGS * ScoreTable.MOST_EPOCHS;

  @TempDir Path folder;

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  private static double[] overSeeds(int first, IntToDoubleFunction of) {
    return IntStream.range(first, first + SEEDS).mapToDouble(of).toArray();
  }

  private static Map<String, Object> settings(String strategy) {
    return strategy.endsWith("hyperband") ? Map.of("max", ScoreTable.MOST_EPOCHS) : Map.of();
  }

  @ParameterizedTest
  @CsvSource({
    "musk1, tpe",
    "musk1, hyperband",
    "musk1, tpe+hyperband",
    "elephant, tpe",
    "elephant, hyperband",
    "elephant, tpe+hyperband"
  })
  void halfTheEpochsReachWhatRandomSearchFindsIn60Trainings(String name, String strategy)
      throws IOException {
    ScoreTable table = ScoreTable.read(name, folder);
    assertThat(table.size()).isEqualTo(500);
    double aim = table.randomBest(RANDOM_TRAININGS);
    for (int first : FIRST_SEEDS) {
      double[] epochs =
          overSeeds(
              first,
              seed ->
                  table
                      .search(strategy, settings(strategy), seed, RANDOM_EPOCHS)
                      .until(aim, 2 * RANDOM_EPOCHS));
      System.err.printf(
          Locale.ROOT,
          "%s: random's best of %d is %.5f; %s reaches it after %.0f epochs of %d, in %.0f%% of"
              + " cases after half of them (%d seeds from %d)%n",
          name,
          RANDOM_TRAININGS,
          aim,
          strategy,
          median(epochs),
          RANDOM_EPOCHS,
          100.0 * Arrays.stream(epochs).filter(e -> e <= RANDOM_EPOCHS / 2.0).count() / SEEDS,
          SEEDS,
          first);
      assertThat(median(epochs))
          .as("epochs of %s on %s, median of the seeds from %d", strategy, name, first)
          .isLessThanOrEqualTo(RANDOM_EPOCHS / 2.0);
    }
  }
}
