package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.memory.PatternGraph;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;

/** Diffusion of patterns before their association. */
class DiffusionTest {

  private static MultiLayerNetwork network(Layer layer) {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            Networks.configuration(new NoOp())
                .list()
                .layer(layer)
                .setInputType(InputType.recurrent(4, 5, RNNFormat.NWC))
                .build());
    net.init();
    if (net.numParams() > 0) {
      Networks.spread(net.params(), 7);
    }
    return net;
  }

  private static INDArray sample(INDArray x, int b) {
    return x.get(NDArrayIndex.point(b), NDArrayIndex.all(), NDArrayIndex.all()).dup('c');
  }

  /** Retrieval without weights, so that the formula can be written down. */
  private static Hopfield retrieval(Consumer<DiffusionOptions> diffusion) {
    return new Hopfield.Builder().retrieval().beta(1.5).diffusion(diffusion).build();
  }

  private static INDArray softmaxRetrieval(INDArray queries, INDArray keys, INDArray values) {
    INDArray scores = queries.mmul(keys.transpose()).muli(1.5);
    return Nd4j.nn().softmax(scores, 1).mmul(values);
  }

  @Test
  void eachModeIsItsFormula() {
    INDArray x = Networks.input(RNNFormat.NWC);
    for (DiffusionMode mode : DiffusionMode.values()) {
      INDArray y =
          network(
                  retrieval(
                      d -> {
                        d.mode = mode;
                        d.eta = 0.3;
                        d.neighbours = 2;
                        d.steps = 4;
                        d.statePatterns = true;
                      }))
              .output(x);
      for (int b = 0; b < 3; b++) {
        INDArray own = sample(x, b);
        PatternGraph graph = PatternGraph.of(own, 2, mode != DiffusionMode.FACTORED);
        INDArray l = graph.laplacian();
        INDArray eye = Nd4j.eye(5).castTo(DataType.DOUBLE);
        INDArray one = eye.sub(l.mul(0.3));
        INDArray matrix =
            switch (mode) {
              case NONE -> eye;
              case SIMPLE -> one;
              case ITERATIVE, FACTORED -> one.mmul(one).mmul(one).mmul(one);
              case SPECTRAL -> exponential(l.mul(-0.3));
            };
        INDArray diffused = matrix.mmul(own);
        INDArray expected = softmaxRetrieval(diffused, diffused, own);
        assertThat(Difference.of(sample(y, b), expected)).as(mode + " " + b).isLessThan(1e-12);
      }
    }
  }

  private static INDArray exponential(INDArray matrix) {
    INDArray term = Nd4j.eye(matrix.size(0)).castTo(DataType.DOUBLE);
    INDArray sum = term.dup();
    for (int k = 1; k < 40; k++) {
      term = term.mmul(matrix).div(k);
      sum.addi(term);
    }
    return sum;
  }

  /** What compares whole patterns has one beta: one a head is refused, not ignored. */
  @Test
  void oneBetaForAllHeads() {
    for (Consumer<DiffusionOptions> how :
        List.<Consumer<DiffusionOptions>>of(
            d -> d.compatible = true, d -> d.energyTolerance = 1e-3)) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  network(
                      new Hopfield.Builder()
                          .retrieval()
                          .nHeads(2)
                          .beta(1, 2)
                          .diffusion(
                              d -> {
                                d.mode = DiffusionMode.ITERATIVE;
                                how.accept(d);
                              })
                          .build()))
          .withMessageContaining("beta has 2 entries, one a head")
          .withMessageContaining("expected one beta");
    }
  }

  @Test
  void graphAttentionLeavesAllButNeighboursOut() {
    INDArray x = Networks.input(RNNFormat.NWC);
    MultiLayerNetwork net =
        network(
            retrieval(
                d -> {
                  d.mode = DiffusionMode.SPECTRAL;
                  d.neighbours = 2;
                  d.graphAttention = true;
                }));
    INDArray association = Associations.of(net, 0, x);
    for (int b = 0; b < 3; b++) {
      PatternGraph graph = PatternGraph.of(sample(x, b), 2, true);
      for (int i = 0; i < 5; i++) {
        int[] expected = graph.heaviest(i, 2);
        java.util.Arrays.sort(expected);
        int[] found =
            java.util.stream.IntStream.range(0, 5).filter(nonZero(association, b, i)).toArray();
        assertThat(found).isEqualTo(expected);
      }
    }
  }

  private static java.util.function.IntPredicate nonZero(INDArray a, int b, int i) {
    return j -> a.getDouble(b, 0, i, j) != 0;
  }

  @Test
  void adaptiveEtaIsBetweenNoDiffusionAndAll() {
    INDArray x = Networks.input(RNNFormat.NWC);
    Consumer<DiffusionOptions> spectral = d -> d.mode = DiffusionMode.SPECTRAL;
    INDArray all = network(retrieval(spectral)).output(x);
    INDArray none = network(retrieval(d -> {})).output(x);
    for (double threshold : new double[] {-1000, 1000}) {
      INDArray y =
          network(
                  retrieval(
                      spectral.andThen(
                          d -> {
                            d.adaptiveEta = true;
                            d.adaptiveThreshold = threshold;
                          })))
              .output(x);
      assertThat(Difference.of(y, threshold < 0 ? all : none)).isLessThan(1e-12);
    }
  }

  @Test
  void diffusionStopsWhenTheEnergyDoes() {
    INDArray x = Networks.input(RNNFormat.NWC);
    Consumer<DiffusionOptions> iterative =
        d -> {
          d.mode = DiffusionMode.ITERATIVE;
          d.steps = 6;
        };
    INDArray one = network(retrieval(iterative.andThen(d -> d.steps = 1))).output(x);
    INDArray six = network(retrieval(iterative)).output(x);
    INDArray never =
        network(retrieval(iterative.andThen(d -> d.energyTolerance = 1e-300))).output(x);
    INDArray atOnce =
        network(retrieval(iterative.andThen(d -> d.energyTolerance = 1e300))).output(x);
    assertThat(Difference.of(never, six)).isLessThan(1e-12);
    assertThat(Difference.of(atOnce, one)).isLessThan(1e-12);
    assertThat(Difference.of(one, six)).isGreaterThan(1e-6);
  }

  @Test
  void aPredictionDependsOnNeitherBatchMatesNorPadding() {
    Hopfield layer =
        new Hopfield.Builder()
            .nOut(4)
            .nHeads(2)
            .rnnFormat(RNNFormat.NWC)
            .diffusion(
                d -> {
                  d.mode = DiffusionMode.FACTORED;
                  d.statePatterns = true;
                  d.adaptiveEta = true;
                  d.neighbours = 2;
                })
            .build();
    MultiLayerNetwork net = network(layer);
    INDArray x = Networks.input(RNNFormat.NWC);
    INDArray mask = Networks.mask();
    INDArray all = net.output(x, false, mask, null);
    INDArray second =
        x.get(NDArrayIndex.interval(1, 2), NDArrayIndex.interval(0, 3), NDArrayIndex.all())
            .dup('c');
    INDArray expected =
        all.get(NDArrayIndex.interval(1, 2), NDArrayIndex.interval(0, 3), NDArrayIndex.all())
            .dup('c');
    assertThat(Difference.of(net.output(second), expected)).isLessThan(1e-12);
  }

  @Test
  void layersWithTrainedPatternsDiffuseThemToo() {
    for (HopfieldBase layer :
        new HopfieldBase[] {
          new HopfieldPooling.Builder()
              .nOut(3)
              .quantity(2)
              .diffusion(d -> d.mode = DiffusionMode.SPECTRAL)
              .build(),
          new HopfieldLayer.Builder()
              .nOut(4)
              .quantity(6)
              .diffusion(d -> d.mode = DiffusionMode.SPECTRAL)
              .build()
        }) {
      MultiLayerNetwork net = Networks.of(RNNFormat.NCW, layer);
      INDArray x = Networks.input(RNNFormat.NCW);
      INDArray with = net.output(x).dup();
      boolean pooled = layer instanceof HopfieldPooling;
      net.fit(new DataSet(x, Networks.labels(pooled, RNNFormat.NCW)));
      assertThat(Double.isFinite(net.score())).isTrue();
      ((HopfieldBase) net.getLayerWiseConfigurations().getConf(0).getLayer())
              .getAssociation()
              .diffusion
              .mode =
          DiffusionMode.NONE;
      MultiLayerNetwork without = new MultiLayerNetwork(net.getLayerWiseConfigurations());
      without.init();
      without.setParams(net.params());
      assertThat(Difference.of(without.output(x), with)).isGreaterThan(1e-6);
    }
  }

  @Test
  void unstableStepsAreRefused() {
    MultiLayerNetwork net =
        network(
            retrieval(
                d -> {
                  d.mode = DiffusionMode.FACTORED;
                  d.eta = 40;
                }));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.output(Networks.input(RNNFormat.NWC)))
        .withMessageContainingAll("sample 0", "at most", "40");
  }

  @Test
  void energyIsItsFormula() {
    INDArray q = Networks.random(1, 3, 4);
    INDArray k = Networks.random(2, 5, 4);
    PatternGraph graph = PatternGraph.of(k, 2, true);
    double expected = -1.3 * q.mmul(k.transpose()).meanNumber().doubleValue();
    INDArray smooth = k.transpose().mmul(graph.laplacian()).mmul(k);
    for (int i = 0; i < 4; i++) {
      expected += 0.2 * smooth.getDouble(i, i) / 5;
    }
    assertThat(GraphDiffusion.energy(q, k, graph, 1.3, 0.2)).isCloseTo(expected, within(1e-12));
  }
}
