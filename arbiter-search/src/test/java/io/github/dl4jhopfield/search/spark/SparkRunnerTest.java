package io.github.dl4jhopfield.search.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.search.Sweep;
import io.github.dl4jhopfield.search.SweepResult;
import io.github.dl4jhopfield.search.TroubledExperiment;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Trials as tasks of Spark: in this JVM, and on a cluster of processes of which one is killed. */
@Timeout(300)
class SparkRunnerTest {
  @TempDir Path folder;

  private static Sweep.Builder sweep(boolean trouble, int candidates, int sleep) {
    return Sweep.builder()
        .experiment(new TroubledExperiment())
        .strategy("tpe")
        .candidates(candidates)
        .threads(2)
        .context(
            ExperimentContext.builder()
                .seed(9)
                .option("sleep", Integer.toString(sleep))
                .option("throw", Boolean.toString(trouble))
                .build());
  }

  private static List<Map<String, Object>> trials(SweepResult result) {
    return result.candidates().stream().map(TrialResult::withoutTimes).toList();
  }

  @Test
  void candidatesAndScoresAreThoseOfThreads() throws IOException {
    SweepResult here = sweep(true, 20, 0).build().run();
    SweepResult spark =
        sweep(true, 20, 0).runner(() -> SparkRunner.connect("local[2]", 0)).build().run();
    assertThat(trials(spark)).isEqualTo(trials(here));
    assertThat(here.candidates()).anyMatch(TrialResult::failed);
  }

  @Test
  void aMasterThatIsNotThereIsOneLine() {
    assertThatThrownBy(() -> SparkRunner.connect("spark:/nowhere", 1))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Spark master spark:/nowhere: cannot connect: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  @EnabledIfSystemProperty(named = "hopfield.long", matches = "true") // Spark tries for a minute
  void aMasterThatDoesNotAnswerEndsTheSearch() {
    String master = "spark://127.0.0.1:1";
    assertThatThrownBy(
            () -> sweep(false, 2, 0).runner(() -> SparkRunner.connect(master, 1)).build().run())
        .isInstanceOf(IOException.class)
        .hasMessage("Spark master spark://127.0.0.1:1: did not answer, or ended the application");
  }

  @Test
  @EnabledIfSystemProperty(named = "hopfield.long", matches = "true")
  void aClusterThatLosesAWorkerGivesTheSame() throws Exception {
    SweepResult here = sweep(false, 24, 200).build().run();
    SweepResult spark;
    try (SparkCluster cluster = new SparkCluster(folder)) {
      cluster.loseAWorkerAfter(9_000);
      spark =
          sweep(false, 24, 200)
              .runner(() -> SparkRunner.connect(cluster.master(), 2, SparkCluster.SETTINGS))
              .build()
              .run();
    }
    assertThat(trials(spark)).isEqualTo(trials(here));
    Set<String> hosts = new HashSet<>();
    spark.candidates().forEach(c -> hosts.add(c.host()));
    assertThat(hosts)
        .as("executors, none of them this process")
        .isNotEmpty()
        .doesNotContain(here.candidates().get(0).host());
  }
}
