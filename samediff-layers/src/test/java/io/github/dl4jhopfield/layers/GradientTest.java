package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** Gradients agree with finite differences. */
@ExtendWith(GradientChecks.class)
class GradientTest {

  private static Hopfield hopfield(Consumer<Hopfield.Builder> options) {
    Hopfield.Builder b = new Hopfield.Builder().nHeads(2).hiddenSize(3).nOut(Networks.FEATURES);
    options.accept(b);
    return b.build();
  }

  private static HopfieldPooling pooling(Consumer<HopfieldPooling.Builder> options) {
    HopfieldPooling.Builder b =
        new HopfieldPooling.Builder().nHeads(2).hiddenSize(2).nOut(3).quantity(2);
    options.accept(b);
    return b.build();
  }

  private static HopfieldLayer lookup(Consumer<HopfieldLayer.Builder> options) {
    HopfieldLayer.Builder b =
        new HopfieldLayer.Builder().nHeads(2).hiddenSize(3).nOut(Networks.FEATURES).quantity(4);
    options.accept(b);
    return b.build();
  }

  private static HopfieldEncoderLayer encoder(Consumer<HopfieldEncoderLayer.Builder> options) {
    HopfieldEncoderLayer.Builder b =
        new HopfieldEncoderLayer.Builder()
            .nHeads(2)
            .feedForwardSize(5)
            .feedForwardActivation(Activation.TANH)
            .residualDropout(0);
    options.accept(b);
    return b.build();
  }

  private record Case(String name, Layer... layers) {}

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    cases.add(new Case("Hopfield", hopfield(b -> {})));
    cases.add(new Case("HopfieldPooling", pooling(b -> {})));
    cases.add(new Case("HopfieldLayer", lookup(b -> {})));
    cases.add(new Case("two Hopfield", hopfield(b -> {}), hopfield(b -> b.nHeads(1))));
    cases.add(new Case("Hopfield, HopfieldPooling", hopfield(b -> {}), pooling(b -> {})));
    cases.add(new Case("HopfieldLayer, Hopfield", lookup(b -> {}), hopfield(b -> {})));
    cases.add(
        new Case(
            "two HopfieldLayer", lookup(b -> {}), lookup(b -> b.lookupWeightsAsSeparated(true))));
    cases.add(
        new Case("3 steps", hopfield(b -> b.updateSteps(3).updateStepsEps(1e-9).beta(0.7, 1.2))));
    cases.add(new Case("pooling, 2 steps", pooling(b -> b.updateSteps(2).updateStepsEps(0))));
    cases.add(new Case("lookup, 2 steps", lookup(b -> b.updateSteps(1, 2).updateStepsEps(1e-9))));
    cases.add(
        new Case(
            "space norm, zero association, connected",
            hopfield(
                b ->
                    b.normaliseHopfieldSpace(true)
                        .normaliseHopfieldSpaceAffine(true)
                        .addZeroAssociation(true)
                        .patternProjectionAsConnected(true))));
    cases.add(
        new Case(
            "no norms, no biases, relu unit",
            hopfield(
                b ->
                    b.normaliseStoredPattern(false)
                        .normaliseStatePattern(false)
                        .normalisePatternProjection(false)
                        .inputBias(false)
                        .lagrangianUnit(LagrangianUnit.relu()))));
    cases.add(
        new Case(
            "pfu unit",
            hopfield(b -> b.lagrangianUnit(LagrangianUnit.pfuBuilder().sigma(0).build()))));
    cases.add(new Case("entmax15", pooling(b -> b.separation(Separation.entmax15()))));
    cases.add(new Case("normmax", pooling(b -> b.separation(Separation.normmax(2)))));
    cases.add(new Case("k-subsets", hopfield(b -> b.separation(Separation.kSubsets(2, false)))));
    cases.add(
        new Case("learned alpha", hopfield(b -> b.separation(Separation.learnedEntmax(1.4)))));
    cases.add(new Case("activation", lookup(b -> b.associationActivation(Activation.TANH))));
    cases.add(
        new Case(
            "l2 after 2 steps",
            hopfield(b -> b.postTransform(PostTransform.L2).updateSteps(2).updateStepsEps(0))));
    cases.add(
        new Case(
            "trained layer norm of the association space, sparsemax",
            pooling(
                b ->
                    b.postTransform(PostTransform.LAYER_NORM)
                        .postTransformAffine(true)
                        .hiddenSize(3)
                        .separation(Separation.sparsemax())
                        .updateSteps(1)
                        .updateStepsEps(0))));
    cases.add(
        new Case(
            "sequential k-subsets",
            hopfield(b -> b.separation(Separation.sequentialKSubsets(2, 0.1)))));
    cases.add(new Case("encoder", encoder(b -> {})));
    cases.add(
        new Case(
            "two encoders, entmax15, relu",
            encoder(b -> b.separation(Separation.entmax15()).updateSteps(1).updateStepsEps(0)),
            encoder(b -> b.feedForwardActivation(Activation.RELU).hiddenSize(3))));
    cases.add(
        new Case(
            "retrieval then pooling",
            hopfield(b -> b.nHeads(1).hiddenSize(0).nOut(0).retrieval().updateSteps(1)),
            pooling(b -> {})));
    return cases;
  }

  @TestFactory
  Stream<DynamicTest> layersPassTheGradientCheck() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Case c : cases()) {
      for (RNNFormat format : RNNFormat.values()) {
        for (boolean masked : new boolean[] {false, true}) {
          tests.add(
              DynamicTest.dynamicTest(
                  c.name() + " " + format + (masked ? " masked" : ""),
                  () -> GradientChecks.layers(c.name(), format, masked, 6, c.layers())));
        }
      }
    }
    return tests.stream();
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void verticesPassTheGradientCheck(RNNFormat format) {
    for (boolean masked : new boolean[] {false, true}) {
      INDArray[] inputs = {
        GradientChecks.sequence(1, 4, 5, format),
        GradientChecks.sequence(2, 3, 2, format),
        GradientChecks.sequence(3, 2, 5, format)
      };
      INDArray[] labels = {GradientChecks.sequence(4, 2, 2, format), Networks.random(5, 3, 2)};
      GradientChecks.graph(
          format + (masked ? " masked" : ""),
          graph(format),
          8,
          inputs,
          labels,
          masked ? new INDArray[] {Networks.mask(), null, null} : null,
          null);
    }
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void encoderAndDecoderVerticesPassTheGradientCheck(RNNFormat format) {
    INDArray causal = GradientChecks.causal(3, 5);
    for (boolean masked : new boolean[] {false, true}) {
      INDArray[] inputs = {
        GradientChecks.sequence(1, 4, 5, format),
        GradientChecks.sequence(2, 3, 2, format),
        Nd4j.tile(causal.reshape(3, 1, 5, 5), 1, 2, 1, 1),
        causal,
        Networks.random(3, 3, 5, 2)
      };
      INDArray memory = Nd4j.createFromArray(new double[][] {{1, 1}, {1, 0}, {0, 1}});
      GradientChecks.graph(
          format + (masked ? " masked" : ""),
          transformer(format),
          8,
          inputs,
          new INDArray[] {GradientChecks.sequence(4, 2, 5, format)},
          masked ? new INDArray[] {Networks.mask(), memory, null, null, null} : null,
          masked ? new INDArray[] {Networks.mask()} : null);
    }
  }

  private static ComputationGraph transformer(RNNFormat format) {
    ComputationGraphConfiguration conf =
        Networks.configuration(new NoOp())
            .graphBuilder()
            .addInputs("x", "memory", "maskOfX", "maskOfTarget", "maskOfMemory")
            .addVertex(
                "encoder",
                new HopfieldEncoderVertex.Builder()
                    .nIn(4)
                    .nHeads(2)
                    .feedForwardSize(6)
                    .feedForwardActivation(Activation.SOFTPLUS)
                    .residualDropout(0)
                    .rnnFormat(format)
                    .associationMaskInput(true)
                    .build(),
                "x",
                "maskOfX")
            .addVertex(
                "decoder",
                new HopfieldDecoderVertex.Builder()
                    .nIn(4)
                    .memorySize(3)
                    .nHeads(2)
                    .cross(c -> c.nHeads(1).hiddenSize(3).updateSteps(1).updateStepsEps(0))
                    .feedForwardSize(5)
                    .feedForwardActivation(Activation.TANH)
                    .residualDropout(0)
                    .rnnFormat(format)
                    .associationMaskInput(true)
                    .memoryMaskInput(true)
                    .build(),
                "encoder",
                "memory",
                "maskOfTarget",
                "maskOfMemory")
            .addLayer("out", Networks.steps(4, format), "decoder")
            .setOutputs("out")
            .build();
    ComputationGraph graph = new ComputationGraph(conf);
    graph.init();
    Networks.spread(graph.params(), 3);
    return graph;
  }

  private static ComputationGraph graph(RNNFormat format) {
    ComputationGraphConfiguration conf =
        Networks.configuration(new NoOp())
            .graphBuilder()
            .addInputs("y", "r", "z")
            .addVertex(
                "hopfield",
                Networks.threeInputs().updateSteps(1).rnnFormat(format).build(),
                "y",
                "r",
                "z")
            .addVertex(
                "pooling",
                new HopfieldPoolingVertex.Builder()
                    .nIn(4)
                    .patternProjectionSize(2)
                    .nOut(3)
                    .rnnFormat(format)
                    .build(),
                "y",
                "z")
            .addLayer("out", Networks.steps(3, format), "hopfield")
            .addLayer("out2", Networks.pooled(3), "pooling")
            .setOutputs("out", "out2")
            .build();
    ComputationGraph graph = new ComputationGraph(conf);
    graph.init();
    Networks.spread(graph.params(), 3);
    return graph;
  }

  @Test
  void oneStepOfGradientDescentLowersTheScoreByWhatTheGradientSays() {
    // DL4J's own SameDiffLayer doubles the gradient for each layer that it passes
    double rate = 1e-6;
    MultiLayerNetwork net =
        Networks.of(new Sgd(rate), RNNFormat.NCW, hopfield(b -> {}), hopfield(b -> {}));
    DataSet data =
        new DataSet(Networks.input(RNNFormat.NCW), Networks.labels(false, RNNFormat.NCW));
    INDArray before = net.params().dup();
    net.fit(data);
    INDArray step = net.params().sub(before).divi(-rate);
    for (long i = 0; i < before.length(); i += 17) {
      double h = 1e-5;
      net.setParams(before.dup().putScalar(i, before.getDouble(i) + h));
      double up = net.score(data);
      net.setParams(before.dup().putScalar(i, before.getDouble(i) - h));
      double down = net.score(data);
      assertThat(step.getDouble(i))
          .as("parameter " + i + " of " + before.length())
          .isCloseTo((up - down) / (2 * h), within(1e-6 * (1 + Math.abs(step.getDouble(i)))));
    }
  }
}
