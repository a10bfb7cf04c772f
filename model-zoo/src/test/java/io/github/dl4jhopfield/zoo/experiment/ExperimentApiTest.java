package io.github.dl4jhopfield.zoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExperimentApiTest {
  private static final Experiment COUNTING =
      new Experiment() {
        @Override
        public String name() {
          return "counting";
        }

        @Override
        public String description() {
          return "counts";
        }

        @Override
        public List<ExperimentOption> options() {
          return List.of(
              ExperimentOption.integer("folds", 10, 2, 100, "folds"),
              ExperimentOption.number("rate", 0.5, 0, 1, "rate"),
              ExperimentOption.choice("mode", "fast", List.of("fast", "slow"), "mode"),
              ExperimentOption.flag("tune", true, "tune"));
        }

        @Override
        public ExperimentResult run(ExperimentContext context) {
          return new ExperimentResult(
              name(),
              "numbers",
              context.seed(),
              1.23456,
              Map.of("auc", ExperimentResult.Metric.of(0.5, 1.0)),
              Map.copyOf(context.resolve(this)),
              Map.of("folds", 10),
              List.of(),
              List.of());
        }
      };

  @Test
  void optionsNotGivenTakeTheirDefaultsInDeclaredOrder() {
    Map<String, String> values =
        ExperimentContext.builder().option("rate", "0.25").build().resolve(COUNTING);
    assertThat(values.keySet()).containsExactly("folds", "rate", "mode", "tune");
    assertThat(values.values()).containsExactly("10", "0.25", "fast", "true");
  }

  @Test
  void someOfSeveralWordsAreChosen() {
    ExperimentOption one = ExperimentOption.choices("unit", "b", List.of("a", "b"), "units");
    assertThat(ExperimentOption.words(one.checked("a, b,a"))).containsExactly("a", "b", "a");
    assertThat(one.expects()).isEqualTo("some of a, b, separated by commas");
    for (String wrong : List.of("c", "a,c", "", "a,", "a;b")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> one.checked(wrong))
          .withMessageContaining("unit")
          .withMessageContaining('"' + wrong + '"');
    }
    ExperimentOption none = ExperimentOption.choices("unit", "", List.of("a", "b"), "units");
    assertThat(ExperimentOption.words(none.checked(""))).isEmpty();
  }

  @Test
  void anIllegalOptionIsNamedWithWhatItTakes() {
    assertIllegal("folds", "1", "option folds: expected a whole number from 2 to 100, found \"1\"");
    assertIllegal("folds", "2.5", "option folds: expected a whole number from 2 to 100, found");
    assertIllegal("rate", "NaN", "option rate: expected a number from 0 to 1, found \"NaN\"");
    assertIllegal("mode", "quick", "option mode: expected one of fast, slow, found \"quick\"");
    assertIllegal("tune", "yes", "option tune: expected true or false, found \"yes\"");
    assertIllegal("fold", "3", "expected an option of folds, rate, mode, tune, found \"fold\"");
  }

  private static void assertIllegal(String name, String value, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExperimentContext.builder().option(name, value).build().resolve(COUNTING))
        .withMessageContaining(message);
  }

  @Test
  void theJsonHasTheFieldsOfTheCommandLine() throws Exception {
    ExperimentResult result = COUNTING.run(ExperimentContext.builder().seed(7).build());
    JsonNode json = new ObjectMapper().readTree(result.toJson());
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly("experiment", "dataset", "seed", "seconds", "metrics", "options", "folds");
    assertThat(json.at("/metrics/auc/mean").asDouble()).isEqualTo(0.75);
    assertThat(json.at("/metrics/auc/std").asDouble()).isEqualTo(Math.sqrt(0.125));
    assertThat(json.at("/seed").asLong()).isEqualTo(7);
  }

  @Test
  void anUnknownExperimentIsRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Experiments.byName("nonsense"))
        .withMessageContaining("found \"nonsense\"");
  }

  @Test
  void aTableAlignsItsNumbersToTheRight() {
    ResultTable table =
        new ResultTable(
            "Folds", List.of("fold", "AUC"), List.of(List.of("1", "0.9"), List.of("10", "0.95")));
    assertThat(table.toText()).isEqualTo("Folds\nfold   AUC\n   1   0.9\n  10  0.95\n");
  }

  @Test
  void aDataErrorIsOneLineOfPrintableText() {
    String found = DataFormatException.quote("a\u001b[31m\nb" + "x".repeat(1000));
    DataFormatException error = new DataFormatException("bags.csv", 3, "a number", found);
    assertThat(error)
        .hasMessageStartingWith("bags.csv:3: expected a number, found \"a?[31m?bxxx")
        .hasMessageEndingWith("...\"");
    assertThat(error.getMessage()).doesNotContain("\n").hasSizeLessThan(200);
    assertThat(new DataFormatException("bags.mat", 0, "x", "y"))
        .hasMessage("bags.mat: expected x, found y");
  }
}
