package io.github.dl4jhopfield.zoo.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.mil.Bag;
import io.github.dl4jhopfield.zoo.mil.BagClassifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Model files that version 0.1.0 wrote (by tests/fixtures/SavedModels.java) load for ever, and
 * answer as they did there: with the same bits on a processor of the same name, and to rounding on
 * another, which may sum in another order.
 */
class EarlierModelsTest {
  private static final Path FOLDER = Path.of("src/test/resources/models/0.1.0");
  private static JsonNode outputs;
  private static boolean sameProcessor;

  @BeforeAll
  static void read() throws IOException {
    outputs = new ObjectMapper().readTree(FOLDER.resolve("outputs.json").toFile());
    sameProcessor = outputs.get("processor").asText().equals(processor());
  }

  private static String processor() throws IOException {
    Path file = Path.of("/proc/cpuinfo");
    return !Files.exists(file)
        ? "unknown"
        : Files.readAllLines(file).stream()
            .filter(line -> line.matches("(cpu family|model|model name)\\s*:.*"))
            .map(line -> line.replaceAll("\\s+", " "))
            .limit(3)
            .collect(Collectors.joining("; "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "latch-hopfield.zip",
        "latch-average-pooling.zip",
        "latch-lookup-adapted.zip",
        "latch-pooling-pfu.zip",
        "latch-lstm.zip",
        "dense-half.zip",
        "dense-double.zip",
        "graph.zip"
      })
  void networksAnswerAsTheyDid(String name) throws IOException {
    JsonNode expected = outputs.get(name);
    DataType type = DataType.valueOf(expected.get("type").asText());
    long[] shape = numbers(expected.get("shape")).mapToLong(v -> (long) v).toArray();
    Model network = NetworkFile.read(FOLDER.resolve(name));
    assertThat(network.params().dataType()).isEqualTo(type);
    INDArray input = Nd4j.createFromArray(sines(product(shape))).castTo(type).reshape('c', shape);
    INDArray output =
        network instanceof MultiLayerNetwork net
            ? net.output(input)
            : ((ComputationGraph) network).output(input)[0];
    same(
        name,
        type == DataType.HALF ? 2e-3 : 1e-6,
        output.castTo(DataType.DOUBLE).dup('c').data().asDouble(),
        expected.get("output"));
  }

  @Test
  void aClassifierOfBagsAnswersAsItDid() throws IOException {
    JsonNode expected = outputs.get("hopfield-mil.zip");
    BagClassifier classifier = BagClassifier.load(FOLDER.resolve("hopfield-mil.zip"));
    Bag asked = Bag.of("asked", 0, new double[][] {sines(3), {1, -2, 0.5}});
    same("scores", 1e-6, classifier.scores(List.of(asked)), expected.get("output"));
    same("attention", 1e-6, classifier.attention(asked), expected.get("attention"));
    assertThat(classifier.parameters().heads()).isEqualTo(2);
    assertThat(classifier.training()).containsEntry("bags", 12).containsEntry("seed", 5);
  }

  private static void same(String what, double tolerance, double[] found, JsonNode expected) {
    double[] before = numbers(expected).toArray();
    assertThat(found).as(what).hasSameSizeAs(before);
    for (int i = 0; i < found.length; i++) {
      if (sameProcessor) {
        assertThat(found[i]).as("%s [%d]", what, i).isEqualTo(before[i]);
      } else {
        assertThat(found[i]).as("%s [%d]", what, i).isCloseTo(before[i], within(tolerance));
      }
    }
  }

  private static java.util.stream.DoubleStream numbers(JsonNode array) {
    return IntStream.range(0, array.size()).mapToDouble(i -> array.get(i).asDouble());
  }

  private static int product(long[] shape) {
    int product = 1;
    for (long size : shape) {
      product *= (int) size;
    }
    return product;
  }

  private static double[] sines(int n) {
    return IntStream.rangeClosed(1, n).mapToDouble(Math::sin).toArray();
  }
}
