package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.Folds;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MilExperimentTest {
  private static final Progress QUIET = Progress.NONE;

  @TempDir Path folder;

  private static NestedCrossValidation<double[][], MilParameters, BagClassifier> validation(
      int threads) {
    return new MilSettings(2, true, MilParameters.DEFAULT.withEpochs(6), threads).validation(QUIET);
  }

  private static Folds folds(BagDataset data) {
    return Folds.stratified(data.labels(), 3, 1);
  }

  /** Whatever is done to the bags of a fold, what that fold's model learned stays the same. */
  @Test
  void nothingOfAnOuterTestFoldReachesItsModel() throws IOException {
    BagDataset data = SyntheticBags.of(36, 4, 1);
    Folds folds = folds(data);
    List<Bag> bags = new ArrayList<>(data.bags());
    for (int i : folds.test(1)) {
      double[][] changed = {{1e6, -1e6, 5e5, 3}, {9e5, 0, 0, 0}};
      bags.set(i, Bag.of(bags.get(i).id(), bags.get(i).label(), changed));
    }
    BagDataset altered = new BagDataset("altered", bags);

    Outcome<MilParameters, BagClassifier> before = validation(1).fold(data, folds, 1, 1);
    Outcome<MilParameters, BagClassifier> after = validation(1).fold(altered, folds, 1, 1);
    BagClassifier model = before.fitted().model();
    BagClassifier same = after.fitted().model();
    assertThat(same.standardizer().mean()).isEqualTo(model.standardizer().mean());
    assertThat(same.standardizer().deviation()).isEqualTo(model.standardizer().deviation());
    assertThat(same.parameters()).isEqualTo(model.parameters());
    assertThat(after.fitted().innerScore()).isEqualTo(before.fitted().innerScore());
    assertThat(same.network().params()).isEqualTo(model.network().params());
    assertThat(after.predictions()).as("the test would notice").isNotEqualTo(before.predictions());

    BagClassifier other = validation(1).fold(altered, folds, 0, 1).fitted().model();
    assertThat(other.standardizer().mean())
        .as("the other folds' models do train on these bags")
        .isNotEqualTo(validation(1).fold(data, folds, 0, 1).fitted().model().standardizer().mean());
  }

  @Test
  void theResultDependsOnTheSeedAndNotOnTheThreads() throws IOException {
    BagDataset data = SyntheticBags.of(30, 3, 2);
    List<double[][]> one = scores(validation(1).run(data, folds(data), 1));
    List<double[][]> two = scores(validation(2).run(data, folds(data), 1));
    assertThat(two).usingRecursiveComparison().isEqualTo(one);
  }

  private static List<double[][]> scores(List<Outcome<MilParameters, BagClassifier>> folds) {
    return folds.stream().map(Outcome::predictions).toList();
  }

  @Test
  void theFoldsHoldEachBagOnce() throws IOException {
    BagDataset data = SyntheticBags.of(31, 3, 2);
    assertThat(
            validation(2).run(data, folds(data), 1).stream()
                .flatMapToInt(fold -> Arrays.stream(fold.test()))
                .sorted()
                .toArray())
        .isEqualTo(java.util.stream.IntStream.range(0, 31).toArray());
  }

  @Test
  void aRunOnTheUsersFileWritesMetricsModelAndReport() throws IOException {
    Path csv = csv(SyntheticBags.of(40, 3, 5));
    Path out = folder.resolve("new/out");
    List<String> said = new ArrayList<>();
    ExperimentContext context =
        ExperimentContext.builder()
            .data(csv)
            .out(out)
            .seed(3)
            .option("folds", "4")
            .option("inner-folds", "2")
            .option("epochs", "6")
            .progress(recording(said))
            .build();
    ExperimentResult result = Experiments.byName("mil").run(context);

    JsonNode json = new ObjectMapper().readTree(result.toJson());
    assertThat(json.at("/experiment").asText()).isEqualTo("mil");
    assertThat(json.at("/dataset").asText()).isEqualTo("bags");
    assertThat(json.at("/folds").asInt()).isEqualTo(4);
    assertThat(json.at("/foldAuc")).hasSize(4);
    assertThat(json.at("/seconds").asDouble()).isPositive();
    assertThat(json.at("/options/epochs").isInt()).isTrue();
    double mean = 0;
    for (JsonNode auc : json.at("/foldAuc")) {
      mean += auc.asDouble() / 4;
    }
    assertThat(json.at("/metrics/auc/mean").asDouble())
        .isCloseTo(mean, org.assertj.core.api.Assertions.within(1e-12));
    assertThat(json.at("/metrics/auc/std").isNumber()).isTrue();

    assertThat(new ObjectMapper().readTree(out.resolve("metrics.json").toFile())).isEqualTo(json);
    BagClassifier model = BagClassifier.load(out.resolve("model.zip"));
    assertThat(model.training()).containsEntry("dataset", "bags").containsEntry("bags", 40);
    String namespace = "http://www.w3.org/2000/svg";
    String report = Files.readString(out.resolve("report.html")).replace(namespace, "");
    assertThat(report)
        .contains("ROC curve", "<svg", "Association weight", "chosen by the mean AUC", "instance 1")
        .doesNotContain("http://", "https://", "<script")
        .contains("<!DOCTYPE html>");
    try (var files = Files.list(out)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("metrics.json", "model.zip", "report.html");
    }
    // 5 models (4 folds, 1 of all bags), each of 2 candidates x 2 inner folds and itself
    assertThat(said).startsWith("begin 25").endsWith("end");
    assertThat(said.stream().filter(s -> s.equals("advance 1")).count()).isEqualTo(25);
  }

  private static Progress recording(List<String> said) {
    return new Progress() {
      @Override
      public void begin(String task, long steps) {
        said.add("begin " + steps);
      }

      @Override
      public void advance(long done, String detail) {
        said.add("advance " + done);
      }

      @Override
      public void end() {
        said.add("end");
      }
    };
  }

  @Test
  void aCandidateThatIsGivenUpTrainsNoFurther() throws IOException {
    Tuning tuning =
        new MilExperiment()
            .prepare(
                ExperimentContext.builder()
                    .data(csv(SyntheticBags.of(24, 3, 5)))
                    .option("inner-folds", "3")
                    .option("epochs", "2")
                    .build());
    Map<String, Object> values = new LinkedHashMap<>();
    new MilExperiment().space().forEach(p -> values.put(p.name(), p.defaultValue()));
    List<Double> seen = new ArrayList<>();
    Tuning.Score whole =
        tuning
            .evaluate(
                values,
                (done, score) -> {
                  seen.add(score);
                  return true;
                })
            .orElseThrow();
    assertThat(whole).isEqualTo(tuning.evaluate(values));
    assertThat(seen).as("after each of 2 epochs of 3 folds but the last").hasSize(5);
    assertThat(seen.get(1)).isEqualTo(whole.parts().get(0));
    assertThat(seen.get(3)).isEqualTo((whole.parts().get(0) + whole.parts().get(1)) / 2);
    List<Double> asked = new ArrayList<>();
    assertThat(tuning.evaluate(values, (done, score) -> !asked.add(done))).isEmpty();
    assertThat(asked).containsExactly(1 / 6.0);
  }

  @Test
  void badDataAndOptionsAreRefusedBeforeAnyTraining() throws IOException {
    Path csv = csv(SyntheticBags.of(8, 3, 5));
    assertRefused(
        ExperimentContext.builder().data(csv).build(),
        "bags.csv: expected at least 10 bags of each label for as many folds, found 4;");
    assertRefused(
        ExperimentContext.builder().data(csv).option("folds", "2").build(),
        "expected at least 3 bags of each label outside of each fold for the inner folds, found 2");
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> new MilExperiment().run(ExperimentContext.builder().out(file).build()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("file: expected a folder for the output, found a file");
    assertThatThrownBy(
            () -> new MilExperiment().run(ExperimentContext.builder().option("heads", "0").build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("option heads: expected a whole number from 1 to 1024, found \"0\"");
  }

  private static void assertRefused(ExperimentContext context, String message) {
    assertThatThrownBy(() -> new MilExperiment().run(context))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(message);
  }

  private Path csv(BagDataset data) throws IOException {
    String text =
        data.bags().stream()
            .flatMap(
                bag ->
                    Arrays.stream(bag.instances())
                        .map(
                            x ->
                                bag.label()
                                    + ","
                                    + bag.id()
                                    + ","
                                    + Arrays.stream(x)
                                        .mapToObj(Double::toString)
                                        .collect(Collectors.joining(","))))
            .collect(Collectors.joining("\n"));
    return Files.writeString(folder.resolve("bags.csv"), text);
  }
}
