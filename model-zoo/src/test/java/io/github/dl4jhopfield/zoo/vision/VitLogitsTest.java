package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Whole Vision Transformers against timm, with weights that one formula gives on both sides; made
 * by {@code src/test/python/make_vit_logits.py}.
 */
class VitLogitsTest {
  private static JsonNode answers;
  @TempDir Path folder;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = VitLogitsTest.class.getResourceAsStream("vit-logits.json.gz")) {
      answers = new ObjectMapper().readTree(new GZIPInputStream(in)).path("answers");
    }
  }

  /** Numbers from -1 to 1 by mixing the bits of place and array. */
  private static double value(int array, long place) {
    long mask = 0xFFFFFFFFL;
    long h = place * 2654435761L + (array + 1) * 40503L & mask;
    h ^= h >> 16;
    h = h * 2246822519L & mask;
    h ^= h >> 13;
    h = h * 3266489917L & mask;
    h ^= h >> 16;
    return h / 2147483648.0 - 1;
  }

  private static INDArray scaled(String name, long[] shape, int array) {
    long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    float[] values = new float[(int) length];
    for (int i = 0; i < length; i++) {
      double v = value(array, i);
      if (name.contains("norm") && name.endsWith("weight")) {
        v = 1 + 0.2 * v;
      } else if (name.endsWith("bias")) {
        v = 0.1 * v;
      } else if (name.equals("cls_token") || name.equals("pos_embed")) {
        v = 0.5 * v;
      } else {
        v = v * Math.sqrt(6.0 / (length / shape[0]));
      }
      values[i] = (float) v;
    }
    return Nd4j.create(values, shape, 'c');
  }

  private static INDArray images(int height, int width) {
    float[] values = new float[2 * 3 * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (1.5 * value(-1, i));
    }
    return Nd4j.create(values, new long[] {2, 3, height, width}, 'c');
  }

  private static MultiLayerNetwork network(VitShape shape, DataType type) {
    return VisionTransformer.builder()
        .shape(shape)
        .dataType(type)
        .updater(new NoOp())
        .build()
        .init();
  }

  /** A file of the formula's weights, as timm writes it. */
  private Path file(VitShape shape) throws IOException {
    Map<String, long[]> shapes = new TreeMap<>(VitWeights.names(shape));
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    shapes.forEach((name, size) -> arrays.put(name, scaled(name, size, arrays.size())));
    Path file = folder.resolve("weights.safetensors");
    SafetensorsFile.write(file, arrays);
    return file;
  }

  private static void assertLogits(INDArray found, JsonNode expected) {
    assertThat(found.length()).isEqualTo(expected.size());
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      double off = Math.abs(found.getDouble(i / 1000, i % 1000) - expected.get(i).asDouble());
      worst = Math.max(worst, off);
    }
    assertThat(worst).isLessThan(1e-4);
  }

  /** What goes into the softmax. */
  private static INDArray logits(MultiLayerNetwork network, INDArray images) {
    return new VitModel(network, null, java.util.List.of(), null).logits(images);
  }

  /**
   * PFU in double: what is forgotten sends its gradient to the one score that is the median, and
   * which of its neighbours that is depends on the rounding of floats.
   */
  @ParameterizedTest
  @CsvSource({"none, FLOAT", "relu, FLOAT", "pfu, DOUBLE"})
  void tinyHasTimmsLogitsAndGradients(String unit, DataType type) throws IOException {
    VitShape shape =
        VitShape.tiny().toBuilder()
            .unit(
                switch (unit) {
                  case "relu" -> LagrangianUnit.relu();
                  case "pfu" ->
                      LagrangianUnit.pfuBuilder().medianOf(MedianScope.TENSOR).sigma(0).build();
                  default -> LagrangianUnit.none();
                })
            .build();
    MultiLayerNetwork network = network(shape, type);
    VitWeights.load(file(shape), network, shape);
    INDArray images = images(224, 224).castTo(type);
    JsonNode expected = answers.path("tiny " + unit);
    assertLogits(logits(network, images), expected.path("logits"));

    INDArray labels = Nd4j.zeros(type, 2, 1000);
    labels.putScalar(0, 3, 1);
    labels.putScalar(1, 700, 1);
    network.setInput(images);
    network.setLabels(labels);
    network.computeGradientAndScore();
    Map<String, INDArray> gradients =
        VitWeights.of(
            network,
            shape,
            (layer, name) -> {
              int index = network.getLayer(layer).getIndex();
              return network.gradient().getGradientFor(index + "_" + name);
            });
    assertThat(expected.path("gradients").size()).isEqualTo(gradients.size());
    gradients.forEach(
        (name, found) -> {
          JsonNode of = expected.path("gradients").path(name);
          double largest = of.path("largest").asDouble();
          assertThat(found.amaxNumber().doubleValue())
              .as(name)
              .isCloseTo(largest, org.assertj.core.data.Offset.offset(1e-3 * largest));
          of.path("entries")
              .properties()
              .forEach(
                  e ->
                      assertThat(
                              Math.abs(
                                  found.reshape(-1).getDouble(Long.parseLong(e.getKey()))
                                      - e.getValue().asDouble()))
                          .as(name + " at " + e.getKey())
                          .isLessThan(1e-3 * largest));
        });
  }

  @Test
  void smallOfAnotherSizeInterpolatesItsPositionsAsTimm() throws IOException {
    Path file = file(VitShape.small());
    VitShape shape = VitShape.small().toBuilder().image(256, 192).build();
    MultiLayerNetwork network = network(shape, DataType.FLOAT);
    VitWeights.load(file, network, shape);
    assertLogits(logits(network, images(256, 192)), answers.path("small 256x192").path("logits"));
  }
}
