package io.github.dl4jhopfield.search.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.BatchPrediction;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflows;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Predictions as tasks of Spark are those made here, in the same order. */
@Timeout(300)
class SparkPredictionsTest {
  private static final ModelWorkflow MIL = ModelWorkflows.byName("HopfieldMIL");

  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path model;

  @BeforeAll
  static void train() throws IOException {
    Path data = bags(shared.resolve("train.csv"), 1, 40);
    MIL.train(
        ExperimentContext.builder()
            .data(data)
            .out(shared.resolve("model"))
            .seed(3)
            .option("tune", "false")
            .option("epochs", "2")
            .build());
    model = shared.resolve("model/model.zip");
  }

  private static Path bags(Path file, long seed, int count) throws IOException {
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>(List.of("label,bag,x,y,z"));
    for (int bag = 0; bag < count; bag++) {
      for (int i = 0; i <= random.nextInt(5); i++) {
        double shift = i == 0 ? bag % 2 : 0;
        lines.add(
            "%d,b%d,%.4f,%.4f,%.4f"
                .formatted(
                    bag % 2,
                    bag,
                    random.nextGaussian() + 3 * shift,
                    random.nextGaussian(),
                    random.nextGaussian()));
      }
    }
    Files.write(file, lines);
    return file;
  }

  private static ExperimentResult onSpark(String master, Path data, Map<String, String> settings)
      throws IOException {
    try (SparkPredictions spark =
        SparkPredictions.connect(master, MIL.name(), model, Progress.NONE, settings)) {
      return BatchPrediction.run(MIL.name(), MIL.predictor(model).orElseThrow(), data, spark);
    }
  }

  private static JsonNode json(ExperimentResult result) throws IOException {
    return new ObjectMapper().readTree(result.toJson());
  }

  @Test
  void bagsOfAFileAreSpreadAndTheirPredictionsAreThoseMadeHere() throws IOException {
    Path data = bags(folder.resolve("many.csv"), 2, 300);
    ExperimentResult here = MIL.predict(model, data);
    ExperimentResult spark = onSpark("local[2]", data, Map.of());
    assertThat(MIL.predictor(model).orElseThrow().pieces(data)).hasSize(5);
    assertThat(json(here).get("predictions")).hasSize(300);
    assertThat(json(spark).get("predictions")).isEqualTo(json(here).get("predictions"));
    assertThat(spark.tables()).isEqualTo(here.tables());
    assertThat(json(spark).at("/predictions/299/bag").asText()).isEqualTo("b299");
  }

  @Test
  void aFileThatCannotBeReadIsARowWithTheReason() throws IOException {
    for (int i = 0; i < 6; i++) {
      bags(folder.resolve("part-" + i + ".csv"), i, 5 + i);
    }
    Files.writeString(folder.resolve("part-2.csv"), "label,bag,x,y,z\n1,a,1,oops,3\n");
    Files.writeString(folder.resolve("part-4.csv"), "1,a,1,2\n");
    ExperimentResult spark = onSpark("local[2]", folder, Map.of());
    JsonNode predictions = json(spark).get("predictions");
    assertThat(predictions).hasSize(5 + 6 + 1 + 8 + 1 + 10);
    assertThat(predictions.get(11).get("bag").asText()).isEqualTo("part-2.csv");
    assertThat(predictions.get(11).get("error").asText()).contains("part-2.csv:2", "\"oops\"");
    assertThat(predictions.get(20).get("error").asText())
        .contains("instances of 3 features", "found 2");
    assertThat(json(spark).get("failed").asInt()).isEqualTo(2);
    assertThat(spark.tables().get(0).columns()).last().isEqualTo("reason");
    assertThat(spark.tables().get(0).rows().get(11)).startsWith("part-2.csv", "-", "-");
    ExperimentResult here = MIL.predict(model, folder);
    assertThat(json(here).get("predictions")).isEqualTo(predictions);
    assertThat(here.tables()).isEqualTo(spark.tables());
  }

  @Test
  @EnabledIfSystemProperty(named = "hopfield.long", matches = "true")
  void aClusterThatLosesAWorkerGivesTheSame() throws Exception {
    Path data = bags(folder.resolve("many.csv"), 5, 64 * 150);
    ExperimentResult here = MIL.predict(model, data);
    try (SparkCluster cluster = new SparkCluster(folder)) {
      cluster.loseAWorkerAfter(9_000);
      ExperimentResult spark = onSpark(cluster.master(), data, SparkCluster.SETTINGS);
      assertThat(json(spark).get("predictions")).isEqualTo(json(here).get("predictions"));
    }
  }
}
