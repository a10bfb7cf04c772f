package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.search.strategy.Pruning;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.TrialStore;
import io.github.dl4jhopfield.search.trial.WorkerRunner;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On which samples candidates are scored; what outer test folds see. */
@Timeout(120)
class ValidationTest {
  private static final Validation NESTED = new Validation(Validation.Kind.NESTED, 3);

  @TempDir Path folder;

  private static Sweep.Builder sweep(Path out) {
    return Sweep.builder()
        .experiment(new CurvesExperiment())
        .candidates(15)
        .resume(true)
        .strategy("tpe")
        .context(ExperimentContext.builder().seed(2).out(out).build());
  }

  @Test
  void validationScoresOnePartAndCrossValidationAll() throws IOException {
    SweepResult all = sweep(null).build().run();
    assertThat(all.best().parts()).hasSize(4);
    assertThat(all.test()).isEmpty();
    SweepResult one = sweep(null).validation(Validation.of("validation", null)).build().run();
    assertThat(one.best().parts()).hasSize(1);
  }

  @Test
  void eachOuterFoldHasASearchAndATestOfItsOwn() throws IOException {
    Path out = folder.resolve("out");
    SweepResult result = sweep(out).validation(NESTED).build().run();
    // the experiment's best is at 0.6 + 0.2 fold / 3 outside of a fold, its test score 0.01 lower
    // for each fold
    assertThat(result.outerFolds()).hasSize(3);
    for (SweepResult.OuterFold outer : result.outerFolds()) {
      assertThat((Double) outer.values().get("x"))
          .isBetween(0.45 + 0.2 * outer.fold() / 3, 0.75 + 0.2 * outer.fold() / 3);
      assertThat(outer.test())
          .isCloseTo(
              outer.validation() - 0.01 * (1 + outer.fold()),
              org.assertj.core.data.Offset.offset(1e-12));
      Path inner = out.resolve("outer-" + (outer.fold() + 1));
      JsonNode json = new ObjectMapper().readTree(inner.resolve("sweep.json").toFile());
      assertThat(json.at("/best/candidate").asInt()).isEqualTo(outer.candidate());
      assertThat(json.at("/test/mean").asDouble()).isEqualTo(outer.test());
      assertThat(inner.resolve("model.zip")).doesNotExist();
    }
    double mean =
        result.outerFolds().stream().mapToDouble(SweepResult.OuterFold::test).average().orElse(0);
    assertThat(result.test().orElseThrow().mean())
        .isCloseTo(mean, org.assertj.core.data.Offset.offset(1e-12))
        .isLessThan(result.best().score());
    JsonNode json = new ObjectMapper().readTree(out.resolve("sweep.json").toFile());
    assertThat(json.at("/test/folds")).hasSize(3);
    assertThat(json.at("/test/std").asDouble()).isPositive();
    assertThat(out.resolve("report.html")).content().contains("On 3 test folds", "Test folds");
    assertThat(out.resolve("outer-2/report.html")).content().contains("On the test fold");
    // the search of all data is that without outer folds
    SweepResult plain = sweep(null).build().run();
    assertThat(record(result)).isEqualTo(record(plain));
    assertThat(out.resolve("model.zip")).hasContent(plain.best().values().toString());
  }

  private static List<Map<String, Object>> record(SweepResult result) {
    return result.candidates().stream().map(TrialResult::withoutTimes).toList();
  }

  @Test
  void aNestedSearchResumesWithWorkersAndPruning() throws IOException {
    Path whole = folder.resolve("whole");
    SweepResult expected =
        sweep(whole).validation(NESTED).pruning(Pruning.of("median")).build().run();
    assertThat(expected.trained()).isEqualTo(4 * 15);
    Path cut = folder.resolve("cut");
    for (String sub : List.of("", "outer-1", "outer-2")) {
      Files.createDirectories(cut.resolve(sub));
      List<String> lines =
          new ArrayList<>(Files.readAllLines(whole.resolve(sub).resolve(TrialStore.FILE)));
      // the first fold is complete, the second stopped in its middle, all data had not begun
      int keep = sub.isEmpty() ? 1 : sub.equals("outer-1") ? lines.size() : 12;
      Files.write(cut.resolve(sub).resolve(TrialStore.FILE), lines.subList(0, keep));
    }
    SweepResult resumed =
        sweep(cut)
            .validation(NESTED)
            .pruning(Pruning.of("median"))
            .workers(new WorkerRunner.Settings(2, 0, 100, 128))
            .build()
            .run();
    assertThat(resumed.outerFolds()).isEqualTo(expected.outerFolds());
    assertThat(record(resumed)).isEqualTo(record(expected));
    assertThat(resumed.trained()).isBetween(30, 43);
    assertThat(
            sweep(whole).validation(NESTED).pruning(Pruning.of("median")).build().run().trained())
        .isZero();
    assertThatThrownBy(() -> sweep(whole).pruning(Pruning.of("median")).build().run())
        .hasMessageContaining("the same score", "\"nested 3\" there", "\"cross-validation\" here");
  }

  @Test
  void milTestsOnBagsThatItsSearchDoesNotHave() throws IOException {
    SweepResult result =
        Sweep.builder()
            .experiment(Sweep.experiment("mil"))
            .validation(new Validation(Validation.Kind.NESTED, 2))
            .candidates(2)
            .context(
                ExperimentContext.builder()
                    .seed(1)
                    .option("epochs", "3")
                    .option("inner-folds", "2")
                    .build())
            .build()
            .run();
    assertThat(result.outerFolds()).hasSize(2);
    assertThat(result.test().orElseThrow().mean()).isBetween(0.5, 1.0);
    assertThat(result.outerFolds().get(0).test()).isNotEqualTo(result.outerFolds().get(1).test());
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    assertThatThrownBy(() -> Validation.of("nestd", null))
        .hasMessageContaining("score: expected one of validation, cross-validation, nested")
        .hasMessageContaining("did you mean 'nested'");
    assertThatThrownBy(() -> Validation.of("nested", 1))
        .hasMessageContaining("outer-folds: expected at least 2, found 1");
    assertThatThrownBy(() -> Validation.of("validation", 5))
        .hasMessageContaining("outer-folds: expected none with validation, found 5");
    assertThatThrownBy(
            () ->
                Sweep.builder()
                    .experiment(new TroubledExperiment())
                    .validation(NESTED)
                    .build()
                    .run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected cross-validation, the only one of this experiment");
    assertThatThrownBy(
            () ->
                Sweep.builder()
                    .experiment(Sweep.experiment("mil"))
                    .validation(new Validation(Validation.Kind.NESTED, 60))
                    .build()
                    .run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("60");
  }
}
