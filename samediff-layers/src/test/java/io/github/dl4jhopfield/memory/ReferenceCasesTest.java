package io.github.dl4jhopfield.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.reference.Reference;
import io.github.dl4jhopfield.reference.ReferenceCase;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The retrieval and energy cases of the reference file's group hfyn: the memories' results and the
 * gradients of their graphs.
 */
class ReferenceCasesTest {

  static Stream<ReferenceCase> cases(String op) {
    return Reference.cases(c -> c.group().equals("hfyn") && c.op().equals(op)).stream();
  }

  static INDArray input(ReferenceCase c, String name) {
    return c.input(name).toArray(DataType.DOUBLE);
  }

  static Separation separation(ReferenceCase c) {
    double alpha = c.number("alpha", null);
    boolean normmax = c.flag("normmax", false) || c.text("yomega", "").equals("normmax");
    return normmax
        ? Separation.normmax(alpha)
        : alpha == 1
            ? Separation.softmax()
            : alpha == 2 ? Separation.sparsemax() : Separation.entmax(alpha);
  }

  static StateMap map(ReferenceCase c) {
    return switch (c.text("ypsi", "")) {
      case "normalization" -> StateMap.L2;
      case "layer_normalization" -> StateMap.LAYER_NORM;
      default -> StateMap.NONE;
    };
  }

  static void assertWithin(ReferenceCase c, String output, INDArray ours) {
    assertWithin(c, c.outputs().get(output).toArray(DataType.DOUBLE), ours, output);
  }

  static void assertWithin(ReferenceCase c, INDArray expected, INDArray ours, String what) {
    assertThat(ours.shape()).as(what).isEqualTo(expected.shape());
    assertThat(ours.dataType()).isEqualTo(DataType.DOUBLE);
    double worst = ours.sub(expected).amaxNumber().doubleValue();
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(worst).as(c.name() + " " + what).isLessThanOrEqualTo(c.tolerance() * scale);
  }

  @TestFactory
  Stream<DynamicTest> retrieval() {
    return cases("retrieve")
        .filter(c -> !c.text("ypsi", "").equals("tanh"))
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      Retrieval retrieval =
                          HopfieldMemory.builder(input(c, "X"))
                              .separation(separation(c))
                              .beta(c.number("beta", null))
                              .stateMap(map(c))
                              .build()
                              .retrieve(
                                  input(c, "Q").transpose(),
                                  RetrievalOptions.steps(c.integer("max_iter", null))
                                      .withWeights(true));
                      assertWithin(c, "Q", retrieval.states().transpose());
                      assertWithin(c, "p", retrieval.weights().transpose());
                    }));
  }

  @TestFactory
  Stream<DynamicTest> denseMemoryWithTanh() {
    return cases("retrieve")
        .filter(c -> c.text("ypsi", "").equals("tanh"))
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      INDArray ours =
                          DenseAssociativeMemory.retrieveTanh(
                              input(c, "X"),
                              input(c, "Q").transpose(),
                              interaction(c),
                              c.number("beta", null) / slopeFactor(c),
                              c.integer("max_iter", null));
                      assertWithin(c, "Q", ours.transpose());
                    }));
  }

  static Interaction interaction(ReferenceCase c) {
    String kind = c.text("yomega", "");
    return switch (kind) {
      case "exp" -> Interaction.exponential(c.number("inner_beta", null));
      case "identity" -> Interaction.polynomial(2);
      default -> Interaction.polynomial(Integer.parseInt(kind.replace("_poly", "")) + 1);
    };
  }

  /** The peer leaves out the constant of the derivative of F. */
  static double slopeFactor(ReferenceCase c) {
    String kind = c.text("yomega", "");
    return switch (kind) {
      case "exp" -> c.number("inner_beta", null);
      case "identity" -> 2;
      default -> Integer.parseInt(kind.replace("_poly", "")) + 1;
    };
  }

  @TestFactory
  Stream<DynamicTest> energies() {
    return cases("energy")
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      double[] ours =
                          HopfieldMemory.builder(input(c, "X"))
                              .separation(separation(c))
                              .beta(c.number("beta", null))
                              .build()
                              .energies(input(c, "Q"));
                      assertWithin(c, "y", Nd4j.createFromArray(ours));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> gradients() {
    return Stream.concat(cases("retrieve"), cases("energy"))
        .map(
            c ->
                DynamicTest.dynamicTest(
                    c.name(),
                    () -> {
                      SameDiff sd = SameDiff.create();
                      boolean energy = c.op().equals("energy");
                      SDVariable x = sd.var("X", input(c, "X"));
                      SDVariable q = sd.var("Q", input(c, "Q"));
                      SDVariable output = output(c, sd, x, q);
                      SDVariable weighted =
                          output.mul(
                              sd.constant(
                                  c.gradOut().values().iterator().next().toArray(DataType.DOUBLE)));
                      weighted.sum("loss");
                      sd.setLossVariables("loss");
                      var gradients = sd.calculateGradients(Map.of(), "X", "Q");
                      assertWithin(
                          c,
                          c.outputs().get(energy ? "y" : "Q").toArray(DataType.DOUBLE),
                          output.eval(),
                          "output");
                      for (String input : new String[] {"X", "Q"}) {
                        assertWithin(
                            c,
                            c.inputGrads().get(input).toArray(DataType.DOUBLE),
                            gradients.get(input),
                            "gradient of " + input);
                      }
                    }));
  }

  private static SDVariable output(ReferenceCase c, SameDiff sd, SDVariable x, SDVariable q) {
    double beta = c.number("beta", null);
    if (c.op().equals("energy")) {
      return MemoryGraph.energy(x, q, separation(c), beta, x.getShape()[0]);
    }
    int steps = c.integer("max_iter", null);
    SDVariable rows = sd.transpose(q);
    SDVariable states =
        c.text("ypsi", "").equals("tanh")
            ? MemoryGraph.retrieveTanh(x, rows, interaction(c), beta / slopeFactor(c), steps)
            : MemoryGraph.retrieve(x, rows, separation(c), map(c), beta, steps).states();
    return sd.transpose(states);
  }
}
