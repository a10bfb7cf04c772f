package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** train, predict and evaluate. */
class ZooModelCommandsTest {
  private static final int BAGS = 60;

  @TempDir Path folder;

  /** Bags of three instances, of which every second bag has one apart. */
  private Path bags(String name, long seed) throws IOException {
    Random random = new Random(seed);
    StringBuilder rows = new StringBuilder();
    for (int bag = 0; bag < BAGS; bag++) {
      for (int instance = 0; instance < 3; instance++) {
        double apart = bag % 2 == 1 && instance == 0 ? 8 : 0;
        rows.append(bag % 2).append(",b").append(bag);
        rows.append(',').append(random.nextGaussian() + apart);
        rows.append(',').append(random.nextGaussian()).append('\n');
      }
    }
    return Files.writeString(folder.resolve(name), rows);
  }

  @Test
  void aTrainedModelIsRightOnOtherBags() throws IOException {
    Path model = folder.resolve("model");
    Path other = bags("other.csv", 2);
    run("train --epochs 60 --out", model, bags("bags.csv", 1));
    Path file = model.resolve("model.zip");
    double accuracy = run("evaluate --load", file, other).at("/metrics/accuracy/mean").asDouble();
    assertThat(accuracy).isGreaterThan(0.85);
    JsonNode predicted = run("predict --load", file, other).at("/predictions");
    assertThat(predicted).hasSize(BAGS);
    double right = 0;
    for (int bag = 0; bag < BAGS; bag++) {
      assertThat(predicted.at("/" + bag + "/bag").asText()).isEqualTo("b" + bag);
      right += predicted.at("/" + bag + "/label").asInt() == bag % 2 ? 1 : 0;
    }
    assertThat(right / BAGS).isEqualTo(accuracy);
  }

  private static JsonNode run(String start, Path model, Path data) throws IOException {
    String line = start + " " + model + " --json --model HopfieldMIL --data " + data;
    MainTest.Run run = MainTest.run(line.split(" "));
    assertThat(run.status()).as(run.err()).isZero();
    return new ObjectMapper().readTree(run.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "train --model HopfieldMIL --data x; Missing required option: '--out=DIR'",
        "train --model HopfieldMIL --data x --out y --epochs z; '--epochs'",
        "train --model HopfieldMIL --data x --out y --load z; unknown option '--load'",
        "predict --model HopfieldMIL --data x; Missing required option: '--load=MODEL.zip'",
        "predict --model HopfieldML --load x --data y; did you mean 'HopfieldMIL'?",
        "evaluate --load x --data y; Missing required option: '--model=NAME'",
        "evaluate --model HopfieldML --load x --data y; hopfield evaluate: unknown model",
      })
  void wrongArgumentsAreStatus2(String line, String expected) {
    MainTest.Run run = MainTest.run(line.split(" "));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(expected);
  }
}
