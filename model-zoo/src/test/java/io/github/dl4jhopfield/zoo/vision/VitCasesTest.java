package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.files.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tiny transformers in timm's and torchvision's names: the logits of timm, or the error. */
class VitCasesTest {
  private static final Path FOLDER = Path.of("../../shared/cases/safetensors");

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    Path expected = FOLDER.resolve("expected.json");
    assumeTrue(Files.exists(expected), "skipped: " + expected + " is not here");
    JsonNode cases = new ObjectMapper().readTree(expected.toFile()).get("cases");
    return StreamSupport.stream(cases.spliterator(), false)
        .filter(c -> c.get("kind").asText().startsWith("vit_"))
        .filter(c -> c.get("file").asText().endsWith(".safetensors"))
        .map(c -> DynamicTest.dynamicTest(c.get("kind").asText(), () -> check(c)));
  }

  private static void check(JsonNode c) throws IOException {
    Path file = FOLDER.resolve(c.get("file").asText());
    JsonNode model = c.path("model");
    VitWeights.Request request =
        new VitWeights.Request(
            model.path("heads").asInt(2),
            new int[] {8, 8},
            model.has("classes") ? model.get("classes").asInt() : null,
            model.has("channels") ? model.get("channels").asInt() : null,
            model.path("pool").asText().equals("avg") ? VitShape.Pool.AVG : null);
    JsonNode expect = c.get("expect");
    if (expect.has("error")) {
      String[] mentions =
          StreamSupport.stream(expect.get("mentions").spliterator(), false)
              .map(JsonNode::asText)
              .toArray(String[]::new);
      assertThatThrownBy(() -> load(file, request)).hasMessageContainingAll(mentions);
      return;
    }
    VitShape shape = VitWeights.shape(file, request);
    MultiLayerNetwork network = VisionTransformer.builder().shape(shape).build().init();
    VitWeights.Loaded loaded = VitWeights.load(file, network, shape);
    if (expect.has("loaded")) {
      assertThat(loaded.loaded()).containsExactlyElementsOf(texts(expect.get("loaded")));
      assertThat(loaded.fresh()).containsExactlyInAnyOrder("head.weight", "head.bias");
      return;
    }
    float[] pixels = new float[model.get("channels").asInt() * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) c.get("image").get(i).asDouble();
    }
    INDArray image = Nd4j.create(pixels, new long[] {1, model.get("channels").asInt(), 8, 8}, 'c');
    INDArray logits = new VitModel(network, null, List.of(), Provenance.UNKNOWN).logits(image);
    JsonNode expected = expect.has("logits") ? expect.get("logits") : expect;
    JsonNode row = expected.get(0).isArray() ? expected.get(0) : expected;
    double tolerance = expect.path("tolerance").asDouble(1e-5);
    assertThat(row.size()).isEqualTo(shape.classes());
    for (int k = 0; k < row.size(); k++) {
      assertThat(logits.getDouble(0, k)).isCloseTo(row.get(k).asDouble(), within(tolerance));
    }
  }

  private static void load(Path file, VitWeights.Request request) throws IOException {
    VitShape shape = VitWeights.shape(file, request);
    VitWeights.load(file, VisionTransformer.builder().shape(shape).build().init(), shape);
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }
}
