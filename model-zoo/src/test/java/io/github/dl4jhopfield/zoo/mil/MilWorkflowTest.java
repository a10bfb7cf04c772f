package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflows;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MilWorkflowTest {
  private final ModelWorkflow workflow = ModelWorkflows.byName("HopfieldMIL");

  @TempDir Path folder;

  @Test
  void aModelTrainedOnAFileIsEvaluatedAndAppliedToOthers() throws IOException {
    Path out = folder.resolve("out");
    ExperimentResult trained =
        workflow.train(
            ExperimentContext.builder()
                .data(csv("train.csv", SyntheticBags.of(60, 4, 1)))
                .out(out)
                .seed(2)
                .option("inner-folds", "2")
                .build());
    assertThat(trained.files())
        .containsExactly(out.resolve("metrics.json"), out.resolve("model.zip"));
    assertThat(trained.metrics().get("validationAuc").mean()).isGreaterThan(0.8);
    Path model = out.resolve("model.zip");

    ExperimentResult measured =
        workflow.evaluate(model, csv("test.csv", SyntheticBags.of(80, 4, 2)));
    assertThat(measured.metrics().get("auc").mean()).isGreaterThan(0.9);
    assertThat(measured.dataset()).isEqualTo("test");
    assertThat(measured.seed()).isEqualTo(2);

    // only one class: nothing to measure, but fine to predict
    Path unlabelled = Files.writeString(folder.resolve("new.csv"), "0,a,9,0,0,0\n0,b,-3,0,0,0\n");
    ExperimentResult predicted = workflow.predict(model, unlabelled);
    JsonNode predictions = new ObjectMapper().readTree(predicted.toJson()).get("predictions");
    assertThat(predictions).hasSize(2);
    assertThat(predictions.at("/0/bag").asText()).isEqualTo("a");
    assertThat(predictions.at("/0/label").asInt()).isEqualTo(1);
    assertThat(predictions.at("/1/label").asInt()).isZero();
    assertThat(predictions.at("/0/attention")).hasSize(1);
    assertThat(predicted.tables().get(0).rows()).hasSize(2);

    Path narrow = Files.writeString(folder.resolve("narrow.csv"), "0,a,9\n1,b,-3\n");
    assertThatThrownBy(() -> workflow.evaluate(model, narrow))
        .isInstanceOf(DataFormatException.class)
        .hasMessageEndingWith(
            "narrow.csv: expected instances of 4 features, as the model was trained on, found 1");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    assertThatThrownBy(() -> workflow.train(ExperimentContext.builder().out(folder).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("train: expected data, found none");
    Path few = csv("few.csv", SyntheticBags.of(4, 2, 1));
    assertThatThrownBy(
            () -> workflow.train(ExperimentContext.builder().data(few).out(folder).build()))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("at least 3 bags of each label for as many inner folds, found 2");
    assertThatThrownBy(() -> ModelWorkflows.byName("Hopfield"))
        .hasMessageStartingWith("expected a model of ")
        .hasMessageContaining("HopfieldMIL")
        .hasMessageEndingWith(", found \"Hopfield\"");
  }

  private Path csv(String name, BagDataset data) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Bag bag : data.bags()) {
      for (double[] instance : bag.instances()) {
        text.append(bag.label()).append(',').append(bag.id());
        for (double value : instance) {
          text.append(',').append(value);
        }
        text.append('\n');
      }
    }
    return Files.writeString(folder.resolve(name), text);
  }
}
