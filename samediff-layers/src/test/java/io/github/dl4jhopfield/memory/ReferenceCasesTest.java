package io.github.dl4jhopfield.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.ops.Separation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * The retrieval and energy cases of the reference's group hfyn (an extract of
 * ../shared/reference/golden.json): results and gradients.
 */
class ReferenceCasesTest {

  static JsonNode cases() throws IOException {
    try (InputStream in =
        new GZIPInputStream(
            ReferenceCasesTest.class.getResourceAsStream("hfyn_retrieval.json.gz"))) {
      return new ObjectMapper().readTree(in).get("cases");
    }
  }

  static Stream<JsonNode> cases(String op) throws IOException {
    return StreamSupport.stream(cases().spliterator(), false)
        .filter(c -> c.get("op").asText().equals(op));
  }

  static INDArray array(JsonNode node) {
    double[] data = new ObjectMapper().convertValue(node.get("data"), double[].class);
    long[] shape = new ObjectMapper().convertValue(node.get("shape"), long[].class);
    return Nd4j.createFromArray(data).reshape('c', shape);
  }

  static Separation separation(JsonNode hyper) {
    double alpha = hyper.get("alpha").asDouble();
    boolean normmax =
        hyper.path("normmax").asBoolean() || hyper.path("yomega").asText().equals("normmax");
    return normmax
        ? Separation.normmax(alpha)
        : alpha == 1
            ? Separation.softmax()
            : alpha == 2 ? Separation.sparsemax() : Separation.entmax(alpha);
  }

  static StateMap map(JsonNode hyper) {
    return switch (hyper.get("ypsi").asText()) {
      case "normalization" -> StateMap.L2;
      case "layer_normalization" -> StateMap.LAYER_NORM;
      default -> StateMap.NONE;
    };
  }

  static void assertWithin(JsonNode testCase, String output, INDArray ours) {
    assertWithin(testCase, array(testCase.get("outputs").get(output)), ours, output);
  }

  static void assertWithin(JsonNode testCase, INDArray expected, INDArray ours, String what) {
    assertThat(ours.shape()).as(what).isEqualTo(expected.shape());
    assertThat(ours.dataType()).isEqualTo(DataType.DOUBLE);
    double worst = ours.sub(expected).amaxNumber().doubleValue();
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(worst)
        .as(testCase.get("name").asText() + " " + what)
        .isLessThanOrEqualTo(testCase.get("tolerance").asDouble() * scale);
  }

  @TestFactory
  Stream<DynamicTest> retrieval() throws IOException {
    return cases("retrieve")
        .filter(c -> !c.get("hyper").get("ypsi").asText().equals("tanh"))
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.get("name").asText(),
                    () -> {
                      JsonNode hyper = c.get("hyper");
                      Retrieval retrieval =
                          HopfieldMemory.builder(array(c.get("inputs").get("X")))
                              .separation(separation(hyper))
                              .beta(hyper.get("beta").asDouble())
                              .stateMap(map(hyper))
                              .build()
                              .retrieve(
                                  array(c.get("inputs").get("Q")).transpose(),
                                  RetrievalOptions.steps(hyper.get("max_iter").asInt())
                                      .withWeights(true));
                      assertWithin(c, "Q", retrieval.states().transpose());
                      assertWithin(c, "p", retrieval.weights().transpose());
                    }));
  }

  @TestFactory
  Stream<DynamicTest> denseMemoryWithTanh() throws IOException {
    return cases("retrieve")
        .filter(c -> c.get("hyper").get("ypsi").asText().equals("tanh"))
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.get("name").asText(),
                    () -> {
                      JsonNode hyper = c.get("hyper");
                      INDArray ours =
                          DenseAssociativeMemory.retrieveTanh(
                              array(c.get("inputs").get("X")),
                              array(c.get("inputs").get("Q")).transpose(),
                              interaction(hyper),
                              hyper.get("beta").asDouble() / slopeFactor(hyper),
                              hyper.get("max_iter").asInt());
                      assertWithin(c, "Q", ours.transpose());
                    }));
  }

  static Interaction interaction(JsonNode hyper) {
    String kind = hyper.get("yomega").asText();
    return switch (kind) {
      case "exp" -> Interaction.exponential(hyper.get("inner_beta").asDouble());
      case "identity" -> Interaction.polynomial(2);
      default -> Interaction.polynomial(Integer.parseInt(kind.replace("_poly", "")) + 1);
    };
  }

  /** The peer leaves out the constant of the derivative of F. */
  static double slopeFactor(JsonNode hyper) {
    String kind = hyper.get("yomega").asText();
    return switch (kind) {
      case "exp" -> hyper.get("inner_beta").asDouble();
      case "identity" -> 2;
      default -> Integer.parseInt(kind.replace("_poly", "")) + 1;
    };
  }

  @TestFactory
  Stream<DynamicTest> energies() throws IOException {
    return cases("energy")
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.get("name").asText(),
                    () -> {
                      JsonNode hyper = c.get("hyper");
                      double[] ours =
                          HopfieldMemory.builder(array(c.get("inputs").get("X")))
                              .separation(separation(hyper))
                              .beta(hyper.get("beta").asDouble())
                              .build()
                              .energies(array(c.get("inputs").get("Q")));
                      assertWithin(c, "y", Nd4j.createFromArray(ours));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> gradients() throws IOException {
    return StreamSupport.stream(cases().spliterator(), false)
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.get("name").asText(),
                    () -> {
                      SameDiff sd = SameDiff.create();
                      boolean energy = c.get("op").asText().equals("energy");
                      SDVariable x = sd.var("X", array(c.get("inputs").get("X")));
                      SDVariable q = sd.var("Q", array(c.get("inputs").get("Q")));
                      SDVariable output = output(c, sd, x, q);
                      SDVariable weighted =
                          output.mul(
                              sd.constant(array(c.get("grad_out").fields().next().getValue())));
                      weighted.sum("loss");
                      sd.setLossVariables("loss");
                      var gradients = sd.calculateGradients(Map.of(), "X", "Q");
                      assertWithin(
                          c,
                          array(c.get("outputs").get(energy ? "y" : "Q")),
                          output.eval(),
                          "output");
                      for (String input : new String[] {"X", "Q"}) {
                        assertWithin(
                            c,
                            array(c.get("input_grads").get(input)),
                            gradients.get(input),
                            "gradient of " + input);
                      }
                    }));
  }

  private static SDVariable output(JsonNode c, SameDiff sd, SDVariable x, SDVariable q) {
    JsonNode hyper = c.get("hyper");
    double beta = hyper.get("beta").asDouble();
    if (c.get("op").asText().equals("energy")) {
      return MemoryGraph.energy(x, q, separation(hyper), beta, x.getShape()[0]);
    }
    int steps = hyper.get("max_iter").asInt();
    SDVariable rows = sd.transpose(q);
    SDVariable states =
        hyper.get("ypsi").asText().equals("tanh")
            ? MemoryGraph.retrieveTanh(
                x, rows, interaction(hyper), beta / slopeFactor(hyper), steps)
            : MemoryGraph.retrieve(x, rows, separation(hyper), map(hyper), beta, steps).states();
    return sd.transpose(states);
  }
}
