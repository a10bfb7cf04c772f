package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * The pooling layer, which projects no stored pattern, against the vertex of two inputs, which
 * projects both: the same parameters, outputs and gradients.
 */
class PooledAssociationTest {
  private static final int BATCH = 3;
  private static final int LENGTH = 6;
  private static final int SIZE = 5;

  private static List<Consumer<AssociationBuilder<?>>> options() {
    List<Consumer<AssociationBuilder<?>>> all = new ArrayList<>();
    all.add(o -> {});
    for (Separation separation :
        List.of(
            Separation.softmax1(),
            Separation.sparsemax(),
            Separation.entmax15(),
            Separation.entmax(1.2),
            Separation.normmax(2),
            Separation.kSubsets(2, false),
            Separation.kSubsets(2, true))) {
      all.add(o -> o.separation(separation));
    }
    all.add(
        o -> {
          o.nHeads(2);
          o.hiddenSize(3);
          o.beta(0.3, 0.9);
        });
    all.add(o -> o.beta(0.7));
    all.add(o -> o.inputBias(false));
    all.add(
        o -> {
          o.normaliseStoredPattern(false);
          o.normalisePatternProjection(false);
        });
    all.add(
        o -> {
          o.normaliseStoredPatternAffine(false);
          o.normalisePatternProjectionAffine(false);
        });
    all.add(
        o -> {
          o.normaliseStoredPatternEps(1e-3);
          o.normalisePatternProjectionEps(1e-3);
        });
    all.add(
        o -> {
          o.statePatternAsStatic(true);
          o.hiddenSize(SIZE);
        });
    all.add(
        o -> {
          o.disableOutProjection(true);
          o.patternSize(4);
        });
    all.add(o -> o.associationDropout(0.4));
    all.add(
        o -> {
          o.associationDropout(0.3);
          o.separation(Separation.kSubsets(2, true));
        });
    // these do not run as one op
    all.add(o -> o.normaliseStoredPattern(false));
    all.add(o -> o.normaliseStoredPatternEps(1e-3));
    all.add(o -> o.normaliseStoredPatternAffine(false));
    all.add(o -> o.updateSteps(1));
    all.add(o -> o.addZeroAssociation(true));
    return all;
  }

  private static ComputationGraph graph(
      Consumer<AssociationBuilder<?>> options, int quantity, RNNFormat format, boolean vertex) {
    var builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .updater(new NoOp())
            .seed(1)
            .graphBuilder()
            .addInputs("y", "z")
            .allowDisconnected(true);
    if (vertex) {
      HopfieldPoolingVertex.Builder pooling =
          new HopfieldPoolingVertex.Builder()
              .nIn(SIZE)
              .storedPatternSize(SIZE)
              .patternProjectionSize(SIZE)
              .rnnFormat(format)
              .quantity(quantity);
      options.accept(pooling);
      builder.addVertex("pooling", pooling.build(), "y", "z");
    } else {
      HopfieldPooling.Builder pooling =
          new HopfieldPooling.Builder().nIn(SIZE).rnnFormat(format).quantity(quantity);
      options.accept(pooling);
      builder.addLayer("pooling", pooling.build(), "y");
    }
    ComputationGraph first =
        new ComputationGraph(
            builder
                .addLayer("out", Networks.pooled(width(options, quantity)), "pooling")
                .setOutputs("out")
                .build());
    first.init();
    Networks.spread(first.params(), 7);
    return first;
  }

  private static int width(Consumer<AssociationBuilder<?>> options, int quantity) {
    HopfieldPooling.Builder pooling = new HopfieldPooling.Builder().nIn(SIZE).quantity(quantity);
    options.accept(pooling);
    return quantity * (int) pooling.build().core().outputSize();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void isTheAssociationOfProjectedPatterns(int quantity) {
    int number = 0;
    for (Consumer<AssociationBuilder<?>> options : options()) {
      for (RNNFormat format : RNNFormat.values()) {
        for (boolean masked : new boolean[] {false, true}) {
          ComputationGraph pooled = graph(options, quantity, format, false);
          ComputationGraph projected = graph(options, quantity, format, true);
          assertThat(pooled.params().length()).isEqualTo(projected.params().length());
          INDArray x =
              format == RNNFormat.NCW
                  ? Nd4j.randn(DataType.DOUBLE, BATCH, SIZE, LENGTH)
                  : Nd4j.randn(DataType.DOUBLE, BATCH, LENGTH, SIZE);
          INDArray mask = Nd4j.ones(DataType.DOUBLE, BATCH, LENGTH);
          if (masked) {
            mask.putScalar(0, 2, 0).putScalar(0, 5, 0).putRow(1, Nd4j.zeros(DataType.DOUBLE, 6));
          }
          INDArray labels = Nd4j.randn(DataType.DOUBLE, BATCH, 2);
          for (ComputationGraph graph : List.of(pooled, projected)) {
            graph.setLayerMaskArrays(new INDArray[] {mask, mask}, null);
            graph.setInputs(x, x);
            graph.setLabels(labels);
            Nd4j.getRandom().setSeed(5); // of dropout
            graph.computeGradientAndScore();
          }
          String what = "options " + number + ", " + format + (masked ? ", masked" : "");
          same(what + " score", Nd4j.scalar(pooled.score()), Nd4j.scalar(projected.score()));
          same(what, pooled.getFlattenedGradients(), projected.getFlattenedGradients());
          same(
              what + " inference",
              pooled.output(false, new INDArray[] {x, x}, new INDArray[] {mask, mask}, null)[0],
              projected.output(false, new INDArray[] {x, x}, new INDArray[] {mask, mask}, null)[0]);
        }
      }
      number++;
    }
  }

  /**
   * The gradient of a large bag is made in DL4J's workspace, that of a small one copied there; of
   * the vertex's two inputs both are copied.
   */
  @ParameterizedTest
  @EnumSource(WorkspaceMode.class)
  void gradientsOfLargeBagsReachTheLayersBefore(WorkspaceMode mode) {
    for (int length : new int[] {50, 5000}) {
      ComputationGraph pooled = overConvolution(false, mode);
      ComputationGraph projected = overConvolution(true, mode);
      projected.setParams(pooled.params().dup());
      INDArray before = pooled.getLayer("convolution").params().dup();
      for (int step = 0; step < 3; step++) {
        DataSet bag =
            new DataSet(
                Nd4j.randn(DataType.DOUBLE, 1, 3, length), Nd4j.randn(DataType.DOUBLE, 1, 2));
        pooled.fit(bag);
        projected.fit(bag);
      }
      same(length + " instances", pooled.params(), projected.params());
      assertThat(pooled.getLayer("convolution").params().distance2(before)).isGreaterThan(1e-3);
    }
  }

  private static ComputationGraph overConvolution(boolean vertex, WorkspaceMode mode) {
    var builder =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.DOUBLE)
            .updater(new Sgd(0.1))
            .trainingWorkspaceMode(mode)
            .seed(1)
            .graphBuilder()
            .addInputs("bag")
            .addLayer(
                "convolution",
                new Convolution1D.Builder(1, 1).nIn(3).nOut(32).activation(Activation.TANH).build(),
                "bag");
    if (vertex) {
      HopfieldPoolingVertex pooling =
          new HopfieldPoolingVertex.Builder()
              .nIn(32)
              .storedPatternSize(32)
              .patternProjectionSize(32)
              .build();
      builder.addVertex("pooling", pooling, "convolution", "convolution");
    } else {
      builder.addLayer("pooling", new HopfieldPooling.Builder().nIn(32).build(), "convolution");
    }
    OutputLayer out = Networks.pooled(32);
    ComputationGraph graph =
        new ComputationGraph(builder.addLayer("out", out, "pooling").setOutputs("out").build());
    graph.init();
    return graph;
  }

  private static void same(String what, INDArray found, INDArray expected) {
    assertThat(found.shape()).as(what).isEqualTo(expected.shape());
    double largest = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(found.sub(expected).amaxNumber().doubleValue()).as(what).isLessThan(1e-12 * largest);
  }
}
