package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.search.strategy.Pruning;
import io.github.dl4jhopfield.search.trial.Scoring.Rung;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialResult.Step;
import io.github.dl4jhopfield.search.trial.TrialStore;
import io.github.dl4jhopfield.search.trial.WorkerRunner;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidates that are given up on the way. */
@Timeout(120)
class PruningTest {
  @TempDir Path folder;

  private static Sweep.Builder sweep(Path out, String rule) {
    return Sweep.builder()
        .experiment(new CurvesExperiment())
        .candidates(40)
        .resume(true)
        .pruning(Pruning.of(rule))
        .context(ExperimentContext.builder().seed(2).out(out).build());
  }

  private static TrialResult at(double done, double score) {
    return new TrialResult(
        0,
        Map.of(),
        score,
        List.of(),
        Map.of(),
        List.of(new Step(done, score)),
        false,
        0,
        0,
        "",
        null);
  }

  private static List<Rung> rungs(String rule, List<TrialResult> before, boolean greater) {
    Pruning.Bar bar = Pruning.of(rule).start(greater);
    before.forEach(bar::take);
    return bar.rungs();
  }

  private static Double threshold(String rule, double done, boolean greater, double... scores) {
    List<TrialResult> before = Arrays.stream(scores).mapToObj(s -> at(done, s)).toList();
    List<Rung> rungs = rungs(rule, before, greater);
    assertThat(rungs.stream().map(Rung::done)).isSorted();
    return rungs.stream().filter(r -> r.done() == done).findFirst().orElseThrow().threshold();
  }

  @Test
  void aThresholdIsTheWorstScoreThatGoesOn() {
    assertThat(threshold("median", 0.2, true, 1, 2, 3, 4)).as("too few to say").isNull();
    assertThat(threshold("median", 0.2, true, 5, 1, 4, 2, 3)).isEqualTo(3);
    assertThat(threshold("median", 0.2, false, 5, 1, 4, 2, 3, 0)).isEqualTo(2);
    assertThat(threshold("halving", 1 / 3.0, true, 9, 1, 8, 2, 7, 3, 6, 4, 5)).isEqualTo(7);
    assertThat(threshold("halving", 1 / 9.0, false, 9, 1, 8, 2, 7, 3, 6, 4, 5)).isEqualTo(3);
  }

  @Test
  void theMedianIsOfAllThoseGivenUpEarlierBeingWorse() {
    TrialResult early =
        new TrialResult(
            0,
            Map.of(),
            Double.NaN,
            List.of(),
            Map.of(),
            List.of(new Step(0.2, 3)),
            true,
            0,
            0,
            "",
            "given up");
    List<TrialResult> before =
        List.of(early, at(0.3, 7), early, at(0.3, 5), early, at(0.3, 6), at(0.3, 4), early);
    for (Rung rung : rungs("median", before, true)) {
      // of eight the better half: at 0.3 all that came so far, later nobody has been
      assertThat(rung.threshold()).isEqualTo(rung.done() == 0.3 ? 4.0 : null);
    }
    List<TrialResult> few = new ArrayList<>(before);
    few.add(early);
    few.add(early);
    assertThat(rungs("median", few, true))
        .as("fewer than half came so far: no bar")
        .allSatisfy(
            rung -> assertThat(rung.threshold()).isEqualTo(rung.done() == 0.2 ? 3.0 : null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "tpe", "genetic", "cmaes"})
  void hopelessCandidatesAreGivenUpAndTheBestIsTheSame(String strategy) throws IOException {
    CurvesExperiment.WORK.set(0);
    SweepResult result = sweep(null, "median").strategy(strategy).build().run();
    int work = CurvesExperiment.WORK.get();
    List<TrialResult> pruned = result.candidates().stream().filter(TrialResult::pruned).toList();
    assertThat(pruned).isNotEmpty();
    int expected = 0;
    for (TrialResult candidate : result.candidates()) {
      List<Step> steps = candidate.steps();
      double last = steps.get(steps.size() - 1).done();
      if (candidate.pruned()) {
        assertThat(candidate.candidate()).as("not before others ended").isGreaterThan(4);
        assertThat(candidate.error()).startsWith("given up at " + Math.round(100 * last) + "%");
        assertThat(candidate.score()).isNaN();
        assertThat(candidate.status()).isEqualTo("pruned");
        expected += (int) Math.round(last * CurvesExperiment.STEPS);
      } else {
        assertThat(candidate.status()).isEqualTo("done");
        assertThat(steps).hasSize(8);
        expected += CurvesExperiment.STEPS;
      }
    }
    assertThat(work).as("what was given up did not go on").isEqualTo(expected);
    assertThat(work).isLessThan(40 * CurvesExperiment.STEPS * 9 / 10);
    assertThat(result.best().pruned()).isFalse();
    if (strategy.equals("random")) {
      // the same candidates without pruning: the best is among those that went on
      SweepResult whole =
          Sweep.builder()
              .experiment(new CurvesExperiment())
              .candidates(40)
              .context(ExperimentContext.builder().seed(2).build())
              .build()
              .run();
      assertThat(result.best().candidate()).isEqualTo(whole.best().candidate());
      assertThat(result.best().score()).isEqualTo(whole.best().score());
      assertThat(pruned.size()).as("of the 32 after the first group").isBetween(5, 30);
    }
  }

  @Test
  void aBarOfManyScoresIsThatOfTheirOrder() {
    SplittableRandom random = new SplittableRandom(4);
    List<TrialResult> before = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      before.add(at(0.5, random.nextInt(1000)));
    }
    double[] ascending = before.stream().mapToDouble(TrialResult::score).sorted().toArray();
    Rung rung =
        rungs("median", before, true).stream().filter(r -> r.done() == 0.5).findFirst().get();
    assertThat(rung.threshold()).isEqualTo(ascending[25_000]);
  }

  @Test
  void halvingGivesMoreUp() throws IOException {
    assertThat(given(sweep(null, "halving").build().run()))
        .isGreaterThan(given(sweep(null, "median").build().run()));
  }

  private static long given(SweepResult result) {
    return result.candidates().stream().filter(TrialResult::pruned).count();
  }

  private static List<Map<String, Object>> record(SweepResult result) {
    return result.candidates().stream().map(TrialResult::withoutTimes).toList();
  }

  @Test
  void workersThreadsAndInterruptionsGiveTheSameRecord() throws IOException {
    Path whole = folder.resolve("whole");
    List<Map<String, Object>> expected =
        record(sweep(whole, "median").strategy("tpe").build().run());
    assertThat(record(sweep(null, "median").strategy("tpe").threads(5).build().run()))
        .isEqualTo(expected);
    assertThat(
            record(
                sweep(null, "median")
                    .strategy("tpe")
                    .workers(new WorkerRunner.Settings(2, 0, 100, 128))
                    .build()
                    .run()))
        .isEqualTo(expected);
    // cut at several places of the record, in the middle of a group too
    List<String> lines = Files.readAllLines(whole.resolve(TrialStore.FILE));
    for (int keep : new int[] {3, 23, 40, lines.size() - 3}) {
      Path cut = Files.createDirectories(folder.resolve("cut" + keep));
      Files.write(cut.resolve(TrialStore.FILE), lines.subList(0, keep));
      SweepResult resumed = sweep(cut, "median").strategy("tpe").build().run();
      assertThat(record(resumed)).isEqualTo(expected);
      assertThat(resumed.trained()).isLessThan(40);
    }
    try (TrialStore store = TrialStore.open(whole)) {
      List<Map<String, Object>> stored = new ArrayList<>();
      store.results().all().forEach(result -> stored.add(result.withoutTimes()));
      assertThat(stored).isEqualTo(expected);
    }
    assertThatThrownBy(() -> sweep(whole, "halving").strategy("tpe").build().run())
        .hasMessageContaining("the same pruning", "\"median\" there and \"halving\" here");
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    assertThatThrownBy(() -> Pruning.of("medain"))
        .hasMessageContaining("prune: expected one of median, halving, found \"medain\"")
        .hasMessageContaining("did you mean 'median'");
    assertThatThrownBy(() -> sweep(null, "median").strategy("tpe+hyperband").build())
        .hasMessageContaining("found tpe+hyperband, which gives candidates up itself");
    assertThatThrownBy(() -> sweep(null, "median").objectives(List.of("cost")).build().run())
        .hasMessageContaining("expected the objective value", "found cost");
  }

  @Test
  void milGivesUpByTheValidationScoreOfItsEpochs() throws IOException {
    ExperimentContext context =
        ExperimentContext.builder()
            .seed(1)
            .option("epochs", "5")
            .option("inner-folds", "2")
            .build();
    Sweep.Builder mil =
        Sweep.builder().experiment(Sweep.experiment("mil")).candidates(12).context(context);
    SweepResult whole = mil.build().run();
    SweepResult pruned = mil.pruning(Pruning.of("median")).build().run();
    assertThat(given(pruned)).isPositive();
    for (TrialResult candidate : pruned.candidates()) {
      TrialResult same = whole.candidates().get(candidate.candidate());
      assertThat(candidate.values()).isEqualTo(same.values());
      if (!candidate.pruned()) {
        assertThat(candidate.score()).as("watching changes no score").isEqualTo(same.score());
        assertThat(candidate.steps()).hasSize(8);
      }
    }
  }
}
