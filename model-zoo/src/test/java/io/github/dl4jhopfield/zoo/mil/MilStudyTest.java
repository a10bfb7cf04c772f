package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.Folds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MilStudyTest {
  private static final String METHODS = "hopfield-pooling,hopfield-layer,gated-attention,miles";

  @TempDir Path folder;

  private Path csv() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Bag bag : SyntheticBags.of(24, 3, 5).bags()) {
      for (double[] x : bag.instances()) {
        text.append(bag.label()).append(',').append(bag.id());
        Arrays.stream(x).forEach(v -> text.append(',').append(v));
        text.append('\n');
      }
    }
    return Files.writeString(folder.resolve("bags.csv"), text);
  }

  private ExperimentContext.Builder context() throws IOException {
    return ExperimentContext.builder()
        .data(csv())
        .seed(3)
        .option("folds", "3")
        .option("inner-folds", "2")
        .option("epochs", "2");
  }

  @Test
  void everyMethodIsTrainedInTheSameFolds() throws IOException {
    Path out = folder.resolve("out");
    ExperimentResult result =
        new MilExperiment()
            .run(
                context()
                    .out(out)
                    .option("methods", METHODS)
                    .option("repeats", "2")
                    .option("optimistic", "true")
                    .build());
    JsonNode json = new ObjectMapper().readTree(result.toJson());
    assertThat(json.at("/methods").fieldNames()).toIterable().containsExactly(METHODS.split(","));
    assertThat(json.at("/metrics/auc/mean").asDouble())
        .isCloseTo(json.at("/methods/hopfield-pooling/auc/mean").asDouble(), within(1e-12));
    for (JsonNode method : json.at("/methods")) {
      assertThat(method.at("/auc/mean").asDouble()).isBetween(0.0, 1.0);
      assertThat(method.at("/aucOfRepeats")).hasSize(2);
      assertThat(method.at("/oneDecides/of").asInt()).isEqualTo(48);
      assertThat(method.at("/markersAuc").asDouble()).isBetween(0.0, 1.0);
    }
    assertThat(json.at("/methods/gated-attention/aucOfBestTestEpoch").asDouble())
        .as("the test fold chooses")
        .isGreaterThanOrEqualTo(json.at("/methods/gated-attention/auc/mean").asDouble() - 1e-12);
    assertThat(json.at("/methods/miles/aucOfBestTestEpoch").isMissingNode()).isTrue();
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("gated-attention", "Nadeau and Bengio", "the figure is too high");
    assertThat(Files.readAllLines(out.resolve("predictions.csv"))).hasSize(1 + 2 * 24 * 4);

    // the same again trains nothing and says the same; other folds are the file's
    ExperimentResult again =
        new MilExperiment()
            .run(
                context()
                    .out(out)
                    .option("methods", METHODS)
                    .option("repeats", "2")
                    .option("optimistic", "true")
                    .build());
    assertThat(again.details().get("methods")).isEqualTo(result.details().get("methods"));
    List<Folds> read = BagFolds.read(out.resolve("folds.csv"), SyntheticBags.of(24, 3, 5));
    List<Folds> drawn = BagFolds.draw(SyntheticBags.of(24, 3, 5), 3, 2, 3);
    for (int r = 0; r < 2; r++) {
      for (int i = 0; i < 24; i++) {
        assertThat(read.get(r).of(i)).isEqualTo(drawn.get(r).of(i));
      }
    }
    assertThatThrownBy(
            () -> new MilExperiment().run(context().out(out).option("methods", "mean").build()))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("study.jsonl:1: expected the study that is asked for, found one with")
        .hasMessageContaining("methods " + METHODS + " instead of mean");
  }

  @Test
  void aStudyThatWasKilledGoesOnWithWhatIsDone() throws IOException {
    Path whole = folder.resolve("whole");
    ExperimentContext.Builder asked =
        context().option("methods", "mean,logistic").option("rules", "false");
    Map<String, Object> expected = new MilExperiment().run(asked.out(whole).build()).details();
    Path cut = folder.resolve("cut");
    Files.createDirectories(cut);
    String store = Files.readString(whole.resolve("study.jsonl"));
    int third = 0;
    for (int line = 0; line < 4; line++) {
      third = store.indexOf('\n', third) + 1;
    }
    // in the middle of the fifth line
    Files.writeString(cut.resolve("study.jsonl"), store.substring(0, third + 20));
    Map<String, Object> found =
        new MilExperiment()
            .run(
                context()
                    .option("methods", "mean,logistic")
                    .option("rules", "false")
                    .out(cut)
                    .build())
            .details();
    assertThat(withoutTimes(found)).isEqualTo(withoutTimes(expected));
    List<String> lines = Files.readAllLines(cut.resolve("study.jsonl"));
    assertThat(lines).hasSize(1 + 2 * 3);
    assertThat(lines.subList(0, 4))
        .as("kept as they were")
        .isEqualTo(Files.readAllLines(whole.resolve("study.jsonl")).subList(0, 4));
  }

  private static String withoutTimes(Map<String, Object> details) {
    return details.get("methods").toString().replaceAll("secondsOfAFold=[^,}]*", "");
  }

  @Test
  void foldsOfAnotherFileOfBagsAreRefused() throws IOException {
    BagDataset bags = SyntheticBags.of(24, 3, 5);
    Path file = folder.resolve("folds.csv");
    BagFolds.write(file, bags, BagFolds.draw(bags, 3, 1, 1));
    List<String> lines = Files.readAllLines(file);
    assertFolds(lines.subList(0, 24), "expected a row for each of the 24 bags, found none for bag");
    assertFolds(List.of("fold,bag"), ":1: expected a header \"bag,repeat 1,...\", found fold,bag");
    assertFolds(List.of("bag,repeat 1", "other,1"), ":2: expected a bag of the data, found bag");
    assertFolds(
        List.of("bag,repeat 1", "bag0,1", "bag0,1"), ":3: expected each bag once, found bag");
    assertFolds(List.of("bag,repeat 1", "bag0,"), ":2: expected a fold in repeat 1, found nothing");
    List<String> onePart = new java.util.ArrayList<>(List.of("bag,repeat 1"));
    bags.bags().forEach(bag -> onePart.add(bag.id() + ',' + bag.label()));
    assertFolds(onePart, "expected both labels inside and outside of each fold");
  }

  private void assertFolds(List<String> lines, String message) throws IOException {
    Path file = Files.write(folder.resolve("wrong.csv"), lines);
    assertThatThrownBy(() -> BagFolds.read(file, SyntheticBags.of(24, 3, 5)))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void namesOfMethodsAreChecked() throws IOException {
    MilSettings all = new MilSettings(2, true, MilParameters.DEFAULT, 1);
    assertThat(MilMethod.parse("all", all).stream().map(MilMethod::label))
        .containsExactlyElementsOf(MilMethod.names());
    assertNames("hopfield-poling", "(did you mean 'hopfield-pooling'?)");
    assertNames("mean,mean", "expected each once, found mean twice");
    assertNames("mean:relu", "mean has no association and so no variants");
    assertNames("hopfield:sparsmax", "(did you mean 'sparsemax'?)");
    assertThat(
            MilMethod.parse("hopfield-pooling, hopfield-pooling:entmax15+l2,hopfield:relu,max", all)
                .stream()
                .map(MilMethod::label))
        .containsExactly(
            "hopfield-pooling", "hopfield-pooling:entmax15+l2", "hopfield:relu", "max");
  }

  private void assertNames(String names, String message) throws IOException {
    ExperimentContext context = context().option("methods", names).build();
    assertThatThrownBy(() -> new MilExperiment().run(context))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theRulesTellMethodsThatKeepThemFromThoseThatDoNot() {
    BagModel any =
        bags ->
            bags.stream()
                .mapToDouble(
                    bag -> Arrays.stream(bag.instances()).anyMatch(x -> x[0] > 3) ? 0.9 : 0.1)
                .toArray();
    BagModel mean =
        bags ->
            bags.stream()
                .mapToDouble(
                    bag ->
                        Arrays.stream(bag.instances()).mapToDouble(x -> x[0]).average().orElse(0)
                                > 1
                            ? 0.9
                            : 0.1)
                .toArray();
    List<Bag> bags = SyntheticBags.of(60, 3, 8).bags();
    MilRules kept = MilRules.of(any, bags, 1);
    assertThat(kept.staysPositive().value()).isEqualTo(1);
    assertThat(kept.staysNegative().value()).isEqualTo(1);
    assertThat(kept.oneDecides()).isEqualTo(new MilRules.Share(60, 60));
    MilRules broken = MilRules.of(mean, bags, 1);
    assertThat(broken.staysPositive().value()).isLessThan(0.8);
    assertThat(broken.oneDecides().value()).isLessThan(0.9);
  }
}
