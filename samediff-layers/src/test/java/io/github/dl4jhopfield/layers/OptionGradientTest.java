package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Gradients agree with finite differences for every option alone and for the options that interact,
 * in layers and in vertices.
 */
@ExtendWith(GradientChecks.class)
class OptionGradientTest {

  @TestFactory
  Stream<DynamicTest> everyOptionAlonePassesTheGradientCheck() {
    return OptionCases.all().entrySet().stream()
        .map(
            option ->
                DynamicTest.dynamicTest(
                    option.getKey(),
                    () -> {
                      GradientChecks.layers(
                          option.getKey(), RNNFormat.NCW, false, 3, option.getValue());
                      GradientChecks.layers(
                          option.getKey() + " masked", RNNFormat.NWC, true, 3, option.getValue());
                    }));
  }

  /** Options of an association that act on each other. */
  private record Interaction(int heads, int steps, Separation separation, LagrangianUnit unit) {
    <B extends AssociationBuilder<B>> B on(B builder) {
      return builder
          .nHeads(heads)
          .hiddenSize(3)
          .updateSteps(steps)
          .updateStepsEps(1e-9)
          .separation(separation)
          .lagrangianUnit(unit);
    }

    @Override
    public String toString() {
      return heads + " heads, " + steps + " steps, " + separation + ", " + unit;
    }
  }

  private static List<Interaction> interactions() {
    List<Separation> separations =
        List.of(
            Separation.softmax(),
            Separation.softmax1(),
            Separation.sparsemax(),
            Separation.entmax15(),
            Separation.learnedEntmax(1.4),
            Separation.normmax(2),
            Separation.kSubsets(2, false),
            Separation.kSubsets(2, true),
            Separation.sequentialKSubsets(2, 0.1));
    List<LagrangianUnit> units =
        List.of(
            LagrangianUnit.none(),
            LagrangianUnit.relu(),
            LagrangianUnit.pfuBuilder().sigma(0).build());
    List<Interaction> all = new ArrayList<>();
    for (int heads : new int[] {1, 2}) {
      for (int steps : new int[] {0, 2}) {
        for (Separation separation : separations) {
          for (LagrangianUnit unit : units) {
            // a PFU makes scores equal, where sequential k-subsets may have a kink
            if (separation.getKind() != Separation.Kind.SEQUENTIAL_K_SUBSETS
                || unit.getKind() != LagrangianUnit.Kind.PFU) {
              all.add(new Interaction(heads, steps, separation, unit));
            }
          }
        }
      }
    }
    return all;
  }

  /** The three layers in turn. */
  private static HopfieldBase layer(Interaction i, int turn) {
    return switch (turn % 3) {
      case 0 -> i.on(new Hopfield.Builder().nOut(4)).build();
      case 1 -> i.on(new HopfieldLayer.Builder().nOut(4)).quantity(4).build();
      default -> i.on(new HopfieldPooling.Builder().nOut(3)).quantity(2).build();
    };
  }

  @TestFactory
  Stream<DynamicTest> layersPassWithOptionsThatInteract() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Interaction i : interactions()) {
      int turn = tests.size();
      tests.add(
          DynamicTest.dynamicTest(
              i.toString(),
              () -> {
                GradientChecks.layers(i.toString(), RNNFormat.NCW, false, 2, layer(i, turn));
                GradientChecks.layers(i + " masked", RNNFormat.NWC, true, 2, layer(i, turn + 1));
              }));
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> verticesPassWithOptionsThatInteract() {
    // a vertex runs the same association as a layer: the separations with weights of their own do
    List<Separation> separations =
        List.of(Separation.softmax(), Separation.entmax15(), Separation.learnedEntmax(1.4));
    return interactions().stream()
        .filter(i -> separations.contains(i.separation()))
        .map(i -> DynamicTest.dynamicTest(i.toString(), () -> checkVertex(i, i.steps() == 0)));
  }

  private static void checkVertex(Interaction i, boolean nwc) {
    RNNFormat format = nwc ? RNNFormat.NWC : RNNFormat.NCW;
    HopfieldVertex vertex =
        i.on(new HopfieldVertex.Builder().nIn(3))
            .storedPatternSize(4)
            .patternProjectionSize(2)
            .nOut(3)
            .rnnFormat(format)
            .associationMaskInput(true)
            .build();
    HopfieldPoolingVertex pooling =
        i.on(new HopfieldPoolingVertex.Builder().nIn(3)).nOut(2).rnnFormat(format).build();
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(new NoOp())
                .graphBuilder()
                .addInputs("stored", "state", "projection", "mask")
                .addVertex("vertex", vertex, "stored", "state", "projection", "mask")
                .addLayer("out", Networks.steps(3, format), "vertex")
                .addVertex("pooling", pooling, "vertex", "vertex")
                .addLayer("pooled", Networks.pooled(2), "pooling")
                .setOutputs("out", "pooled")
                .build());
    graph.init();
    Networks.spread(graph.params(), 3);
    INDArray[] inputs = {
      GradientChecks.sequence(1, 4, 5, format),
      GradientChecks.sequence(2, 3, 5, format),
      GradientChecks.sequence(3, 2, 5, format),
      GradientChecks.causal(3, 5)
    };
    INDArray[] labels = {GradientChecks.sequence(4, 2, 5, format), Networks.random(5, 3, 2)};
    GradientChecks.graph(
        i.toString(),
        graph,
        2,
        inputs,
        labels,
        new INDArray[] {Networks.mask(), null, null, null},
        null);
  }
}
