package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.mil.BagClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SweepTest {
  private static final List<TuningParameter> SPACE =
      List.of(
          TuningParameter.uniform("x", -1, 1, 0.0),
          TuningParameter.uniform("twin", -1, 1, 0.0),
          TuningParameter.logUniform("rate", 1e-4, 1, 1e-2),
          TuningParameter.integer("depth", 1, 5, 2),
          TuningParameter.choice("heads", List.of(1, 2, 4), 1));

  @TempDir Path folder;

  /** An experiment of which a candidate's score is a function. */
  private record Fake(
      List<TuningParameter> space,
      boolean greaterIsBetter,
      ToDoubleFunction<Map<String, Object>> score)
      implements TunableExperiment {
    @Override
    public String name() {
      return "fake";
    }

    @Override
    public String description() {
      return "a function";
    }

    @Override
    public List<ExperimentOption> options() {
      return List.of();
    }

    @Override
    public ExperimentResult run(ExperimentContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Tuning prepare(ExperimentContext context) {
      boolean greater = greaterIsBetter;
      ToDoubleFunction<Map<String, Object>> function = score;
      return new FakeTuning() {
        @Override
        public boolean greaterIsBetter() {
          return greater;
        }

        @Override
        public Score evaluate(Map<String, Object> values) {
          double value = function.applyAsDouble(values);
          return new Score(value, List.of(value));
        }
      };
    }
  }

  private static double x(Map<String, Object> values) {
    return (Double) values.get("x");
  }

  private static Sweep.Builder sweep(TunableExperiment experiment, int candidates) {
    return Sweep.builder()
        .experiment(experiment)
        .candidates(candidates)
        .context(ExperimentContext.builder().seed(1).build());
  }

  @Test
  void candidateZeroIsTheDefaultAndTheBestIsAtLeastAsGood() throws IOException {
    SweepResult result =
        sweep(new Fake(SPACE, true, v -> -Math.abs(x(v) - 0.5)), 30).threads(2).build().run();
    assertThat(result.candidates()).hasSize(30);
    assertThat(result.byDefault().values())
        .isEqualTo(Map.of("x", 0.0, "twin", 0.0, "rate", 1e-2, "depth", 2, "heads", 1));
    assertThat(result.best().score()).isGreaterThan(result.byDefault().score());
    assertThat(result.best().score())
        .isEqualTo(
            result.candidates().stream().mapToDouble(TrialResult::score).max().getAsDouble());
    // a default that is hard to beat stays the best
    assertThat(
            sweep(new Fake(SPACE, true, v -> -Math.abs(x(v))), 10).build().run().best().candidate())
        .isZero();
  }

  @Test
  void aScoreMayBeBetterWhenSmaller() throws IOException {
    SweepResult result = sweep(new Fake(SPACE, false, v -> Math.abs(x(v) - 0.5)), 20).build().run();
    assertThat(result.best().score())
        .isEqualTo(
            result.candidates().stream().mapToDouble(TrialResult::score).min().getAsDouble());
  }

  @Test
  void drawnValuesLieInTheirSpacesAndSpacesAreIndependent() throws IOException {
    SweepResult result = sweep(new Fake(SPACE, true, v -> 0), 300).build().run();
    Set<Object> depths = new HashSet<>();
    Set<Object> heads = new HashSet<>();
    int small = 0;
    for (TrialResult candidate : result.candidates().subList(1, 300)) {
      Map<String, Object> v = candidate.values();
      assertThat(x(v)).isBetween(-1.0, 1.0).isNotEqualTo(v.get("twin"));
      double rate = (Double) v.get("rate");
      assertThat(rate).isBetween(1e-4, 1.0);
      small += rate < 1e-2 ? 1 : 0;
      depths.add(v.get("depth"));
      heads.add(v.get("heads"));
    }
    assertThat(depths).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
    assertThat(heads).containsExactlyInAnyOrder(1, 2, 4);
    assertThat(small).as("of 299, half the orders of magnitude").isBetween(110, 190);
  }

  @Test
  void theSeedDecidesAndTheThreadsDoNot() throws IOException {
    Fake fake = new Fake(SPACE, true, SweepTest::x);
    List<Map<String, Object>> one = values(sweep(fake, 15).build().run());
    assertThat(values(sweep(fake, 15).threads(4).build().run())).isEqualTo(one);
    assertThat(
            values(
                sweep(fake, 15).context(ExperimentContext.builder().seed(2).build()).build().run()))
        .isNotEqualTo(one);
  }

  private static List<Map<String, Object>> values(SweepResult result) {
    return result.candidates().stream().map(TrialResult::values).toList();
  }

  @Test
  void aCandidateThatThrowsIsRecordedAndTheOthersGoOn() throws IOException {
    Fake fake =
        new Fake(
            SPACE,
            true,
            v -> {
              if (x(v) > 0.3) {
                throw new IllegalStateException("no\nluck");
              }
              return x(v) < -0.5 ? Double.NaN : x(v);
            });
    SweepResult result =
        sweep(fake, 40)
            .threads(2)
            .context(ExperimentContext.builder().seed(1).out(folder).build())
            .build()
            .run();
    assertThat(result.candidates()).hasSize(40);
    for (TrialResult candidate : result.candidates()) {
      double x = x(candidate.values());
      assertThat(candidate.failed()).as("x = %s", x).isEqualTo(x > 0.3 || x < -0.5);
      if (x > 0.3) {
        assertThat(candidate.error()).isEqualTo("IllegalStateException: no luck");
      } else if (x < -0.5) {
        assertThat(candidate.error()).contains("expected a finite score, found NaN");
      }
    }
    assertThat(result.candidates().stream().anyMatch(TrialResult::failed)).isTrue();
    assertThat(result.best().failed()).isFalse();
    assertThat(result.ranked().get(39).failed()).isTrue();
    assertThat(result.table().toText()).contains("failed: IllegalStateException", "default");

    List<String> lines = Files.readAllLines(folder.resolve("sweep.jsonl"));
    assertThat(lines).hasSize(1 + 40 + 40 + 1);
    Set<Integer> numbers = new HashSet<>();
    for (String line : lines) {
      JsonNode json = new ObjectMapper().readTree(line).get("record");
      if (!json.get("type").asText().equals("ended")) {
        continue;
      }
      numbers.add(json.get("candidate").asInt());
      assertThat(json.get("status").asText().equals("failed")).isEqualTo(json.has("error"));
      assertThat(json.has("score")).isNotEqualTo(json.has("error"));
      assertThat(json.at("/values/x").isNumber()).isTrue();
    }
    assertThat(numbers).hasSize(40);
    assertThat(folder.resolve("model.zip")).hasContent(result.best().values().toString());
    JsonNode summary = new ObjectMapper().readTree(folder.resolve("sweep.json").toFile());
    assertThat(summary.at("/best/candidate").asInt()).isEqualTo(result.best().candidate());
    assertThat(summary.at("/default/candidate").asInt()).isZero();
  }

  @Test
  void aSweepOfWhichAllCandidatesFailSaysSo() {
    Fake fake =
        new Fake(
            SPACE,
            true,
            v -> {
              throw new IllegalArgumentException("bad day");
            });
    assertThatThrownBy(() -> sweep(fake, 3).build().run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("all 3 failed; the first: IllegalArgumentException: bad day");
  }

  @Test
  void aGridHoldsEachCombinationOnce() throws IOException {
    List<TuningParameter> small =
        List.of(
            TuningParameter.uniform("x", 0, 1, 0.5),
            TuningParameter.logUniform("rate", 1e-4, 1, 1e-2),
            TuningParameter.choice("heads", List.of(1, 2), 1));
    SweepResult result =
        sweep(new Fake(small, true, SweepTest::x), 1000).strategy("grid").threads(2).build().run();
    Set<Map<String, Object>> different = new HashSet<>(values(result));
    assertThat(different).hasSameSizeAs(result.candidates());
    // 3 x 3 x 2 points; the default is one of them up to rounding of the rate
    assertThat(result.candidates()).hasSizeBetween(18, 19);
    assertThat(different.stream().map(v -> v.get("x")).distinct())
        .containsExactlyInAnyOrder(0.0, 0.5, 1.0);
    assertThat(
            sweep(new Fake(small, true, SweepTest::x), 5)
                .strategy("grid")
                .build()
                .run()
                .candidates())
        .hasSize(5);
  }

  @Test
  void milIsSearchedOnItsOwnValidation() throws IOException {
    ExperimentContext context =
        ExperimentContext.builder()
            .seed(1)
            .out(folder.resolve("out"))
            .option("epochs", "3")
            .option("inner-folds", "2")
            .build();
    SweepResult result =
        Sweep.builder()
            .experiment(Sweep.experiment("mil"))
            .context(context)
            .candidates(3)
            .threads(2)
            .build()
            .run();
    assertThat(result.dataset()).isEqualTo("musk1");
    assertThat(result.best().score()).isGreaterThanOrEqualTo(result.byDefault().score());
    assertThat(result.byDefault().parts()).hasSize(2);
    assertThat(result.best().values().keySet())
        .containsExactly("learningRate", "heads", "beta", "dropout");
    BagClassifier model = BagClassifier.load(folder.resolve("out/model.zip"));
    assertThat(model.parameters().heads()).isEqualTo(result.best().values().get("heads"));
    Map<String, String> options =
        BestOptions.of(folder.resolve("out"), Sweep.experiment("mil").options());
    assertThat(options.keySet()).containsExactly("learning-rate", "heads", "beta", "dropout");
    assertThat(Double.parseDouble(options.get("learning-rate")))
        .isEqualTo(result.best().values().get("learningRate"));
    assertThatThrownBy(() -> BestOptions.of(folder, List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no sweep.json");
    assertThatThrownBy(() -> BestOptions.of(folder.resolve("out"), List.of()))
        .hasMessageContaining("learningRate");
    assertThat(Files.readAllLines(folder.resolve("out/sweep.jsonl"))).hasSize(1 + 3 + 3 + 1);
  }

  @Test
  void anExperimentThatCannotBeSearchedIsRefused() {
    assertThatThrownBy(() -> Sweep.experiment("nonsense"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mil")
        .hasMessageContaining("found \"nonsense\"");
    assertThatThrownBy(
            () -> sweep(new Fake(SPACE, true, v -> 0), 3).strategy("psychic").build().run())
        .hasMessageContaining("expected one of random, grid, ")
        .hasMessageContaining("found \"psychic\"");
  }
}
