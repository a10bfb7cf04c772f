package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.strategy.Pruning;
import io.github.dl4jhopfield.search.strategy.Strategies;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.search.trial.WorkerRunner;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches with several objectives: the value, which is greatest at 0.8, against the cost x. */
@Timeout(120)
class ObjectivesTest {
  @TempDir Path folder;

  private Sweep.Builder sweep(Path out) {
    return Sweep.builder()
        .experiment(new CurvesExperiment())
        .candidates(40)
        .objectives(List.of("value", "cost"))
        .context(ExperimentContext.builder().seed(2).out(out).build());
  }

  static List<String> strategies() {
    return Strategies.names().stream().filter(name -> !name.contains("hyperband")).toList();
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void theFrontIsWhatNoOtherDominates(String strategy) throws IOException {
    SweepResult result = sweep(null).strategy(strategy).build().run();
    List<TrialResult> front = result.paretoFront();
    assertThat(front).isNotEmpty();
    for (TrialResult one : result.candidates()) {
      double value = one.measures().get("value");
      double cost = one.measures().get("cost");
      assertThat(one.score()).isEqualTo(value);
      boolean dominated =
          result.candidates().stream()
              .map(TrialResult::measures)
              .anyMatch(
                  m ->
                      m.get("value") >= value
                          && m.get("cost") <= cost
                          && (m.get("value") > value || m.get("cost") < cost));
      assertThat(front.contains(one)).as("candidate " + one.candidate()).isEqualTo(!dominated);
    }
    // beyond 0.8 more cost gives no more value
    assertThat(front.stream().filter(c -> x(c) > 0.8)).hasSizeLessThanOrEqualTo(1);
    assertThat(front).contains(result.best());
  }

  private static double x(TrialResult result) {
    return (Double) result.values().get("x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hyperband", "tpe+hyperband"})
  void hyperbandTakesSeveralToo(String strategy) throws IOException {
    Space own = SearchSpaces.of(new CurvesExperiment());
    Map<String, Object> settings =
        Map.of("kind", strategy, "resource", "sleep", "min", 1, "max", 3, "eta", 3);
    SweepResult result =
        sweep(null).space(new Space(own.parameters(), Map.of(), settings)).build().run();
    List<TrialResult> going =
        result.candidates().stream().filter(c -> Integer.valueOf(3).equals(sleep(c))).toList();
    assertThat(going).isNotEmpty();
    assertThat(result.paretoFront()).isNotEmpty();
    assertThat(result.candidates().stream().filter(TrialResult::failed)).isEmpty();
  }

  private static Object sleep(TrialResult result) {
    return result.values().get("sleep");
  }

  @Test
  void tpeLearnsWhereTheFrontIs() throws IOException {
    long tpe =
        sweep(null).strategy("tpe").candidates(80).build().run().candidates().stream()
            .filter(c -> x(c) <= 0.8)
            .count();
    assertThat(tpe).as("of 80, of which 64 would be there by chance").isGreaterThan(70);
  }

  @Test
  void theModelIsTheFrontsBestByTheFirstObjective() throws IOException {
    Path out = folder.resolve("value");
    SweepResult byValue = sweep(out).build().run();
    assertThat(Files.readString(out.resolve("model.zip")))
        .isEqualTo(byValue.best().values().toString());
    assertThat(x(byValue.best())).isBetween(0.7, 0.9);
    SweepResult byCost =
        sweep(folder.resolve("cost")).objectives(List.of("cost", "value")).build().run();
    assertThat(x(byCost.best())).isLessThan(0.1);
    assertThat(byCost.metric()).isEqualTo("cost");
    assertThat(byCost.greaterIsBetter()).isFalse();
    assertThat(byCost.paretoFront().stream().map(TrialResult::candidate))
        .isEqualTo(byValue.paretoFront().stream().map(TrialResult::candidate).toList());

    JsonNode json = new ObjectMapper().readTree(out.resolve("sweep.json").toFile());
    assertThat(json.at("/objectives/1").toString())
        .isEqualTo("{\"name\":\"cost\",\"greaterIsBetter\":false}");
    List<Integer> front = new ArrayList<>();
    json.get("paretoFront").forEach(n -> front.add(n.asInt()));
    assertThat(front)
        .isEqualTo(byValue.paretoFront().stream().map(TrialResult::candidate).toList());
    assertThat(json.at("/candidates/0/objectives/cost").asDouble()).isEqualTo(0.25);
    assertThat(byValue.table().toText()).contains("cost").contains("front");
  }

  @Test
  void oneObjectiveMayBeAnotherThanTheMetric() throws IOException {
    SweepResult result = sweep(null).objectives(List.of("cost")).build().run();
    assertThat(result.metric()).isEqualTo("cost");
    assertThat(result.best().score()).isEqualTo(x(result.best())).isLessThan(0.05);
    assertThat(result.best().measures()).isEmpty();
    assertThat(result.toJson()).doesNotContain("paretoFront");
  }

  @Test
  void workersAndResumptionGiveTheSame() throws IOException {
    Path one = folder.resolve("one");
    sweep(one).strategy("tpe").candidates(12).build().run();
    List<Map<String, Object>> expected =
        sweep(one).strategy("tpe").resume(true).build().run().candidates().stream()
            .map(TrialResult::withoutTimes)
            .toList();
    assertThat(
            sweep(folder.resolve("workers"))
                .strategy("tpe")
                .workers(new WorkerRunner.Settings(2, 0, 100, 128))
                .build()
                .run()
                .candidates()
                .stream()
                .map(TrialResult::withoutTimes))
        .isEqualTo(expected);
    assertThatThrownBy(
            () -> sweep(one).objectives(List.of()).strategy("tpe").resume(true).build().run())
        .hasMessageContaining("the same objectives", "[\"value\",\"cost\"] there and [] here");
  }

  @Test
  void badObjectivesAreNamed() {
    assertThatThrownBy(() -> sweep(null).objectives(List.of("value", "costs")).build().run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected one of value, cost, forgotten, found \"costs\"")
        .hasMessageContaining("cost");
    assertThatThrownBy(() -> sweep(null).objectives(List.of("cost", "cost")))
        .hasMessageContaining("expected each once");
    assertThatThrownBy(() -> sweep(null).pruning(Pruning.of("median")).build())
        .hasMessageContaining("expected one objective, found value, cost");
    // an objective that the experiment declares and does not deliver is the candidate's failure
    assertThatThrownBy(
            () -> sweep(null).objectives(List.of("value", "forgotten")).candidates(2).build().run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("objective forgotten: expected a value from the experiment");
  }

  @Test
  void milHasSizeAccuracyAndLatencyBesideTheAuc() throws IOException {
    SweepResult result =
        Sweep.builder()
            .experiment(Sweep.experiment("mil"))
            .objectives(List.of("auc", "accuracy", "parameters", "latency"))
            .candidates(3)
            .context(
                ExperimentContext.builder()
                    .seed(1)
                    .option("epochs", "2")
                    .option("inner-folds", "2")
                    .build())
            .build()
            .run();
    TreeSet<Double> sizes = new TreeSet<>();
    for (TrialResult candidate : result.candidates()) {
      assertThat(candidate.measures().get("auc")).isEqualTo(candidate.score());
      assertThat(candidate.measures().get("accuracy")).isBetween(0.3, 1.0);
      assertThat(candidate.measures().get("latency")).isBetween(1e-4, 1e3);
      sizes.add(candidate.measures().get("parameters"));
    }
    assertThat(sizes.first()).isGreaterThan(5000).isLessThan(sizes.last());
  }
}
