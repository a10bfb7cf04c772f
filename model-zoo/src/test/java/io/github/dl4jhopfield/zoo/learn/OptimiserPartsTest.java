package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.layers.HopfieldLayer;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Parts of an optimiser, on both kinds of network alike. */
class OptimiserPartsTest {
  private static Layer dense(String name) {
    return new DenseLayer.Builder().name(name).nIn(3).nOut(3).activation(Activation.TANH).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
        .name("output")
        .nIn(3)
        .nOut(2)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static NeuralNetConfiguration.Builder base(IUpdater updater) {
    return new NeuralNetConfiguration.Builder().seed(1).dataType(DataType.DOUBLE).updater(updater);
  }

  private static MultiLayerNetwork network(IUpdater updater, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = base(updater).list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.layer(output()).build());
    network.init();
    return network;
  }

  private static ComputationGraph graph(IUpdater updater, Layer... layers) {
    ComputationGraphConfiguration.GraphBuilder builder =
        base(updater).graphBuilder().addInputs("x");
    String last = "x";
    for (int i = 0; i < layers.length; i++) {
      builder.addLayer("layer" + i, layers[i], last);
      last = "layer" + i;
    }
    ComputationGraph graph =
        new ComputationGraph(
            builder.addLayer("output", output(), last).setOutputs("output").build());
    graph.init();
    return graph;
  }

  private static List<Model> both(IUpdater updater, Layer... layers) {
    return List.of(network(updater, layers), graph(updater, layers));
  }

  private static void listen(Model network, TrainingListener... listeners) {
    network.setListeners(listeners);
  }

  private static MultiDataSet batch(int samples, int seed) {
    Nd4j.getRandom().setSeed(seed);
    return new org.nd4j.linalg.dataset.MultiDataSet(
        Nd4j.rand(DataType.DOUBLE, samples, 3), Nd4j.rand(DataType.DOUBLE, samples, 2));
  }

  private static INDArray parameter(Model network, int layer, String name) {
    return network instanceof MultiLayerNetwork net
        ? net.getLayer(layer).getParam(name)
        : ((ComputationGraph) network).getLayer(layer).getParam(name);
  }

  /** With a learning rate of 0, decay is all that moves. */
  @Test
  void decayReachesEveryTrainedParameterAndNoOther() {
    Layer[] layers = {
      new FrozenLayer(dense("frozen")),
      new FrozenLayerWithBackprop(dense("passing")),
      new BatchNormalization.Builder().nIn(3).nOut(3).build(),
      dense("trained")
    };
    for (Model network : both(new Sgd(0), layers)) {
      network.params().addi(1);
      INDArray before = network.params().dup();
      INDArray frozen = parameter(network, 0, "W").dup();
      INDArray passing = parameter(network, 1, "b").dup();
      INDArray gain = parameter(network, 2, "gamma").dup();
      INDArray weight = parameter(network, 3, "W").dup();
      INDArray bias = parameter(network, 4, "b").dup();
      listen(network, new DecoupledWeightDecay(0.1));
      // the statistics of batch normalisation move by a rule of their own: they must not decay too
      INDArray mean = afterOneStep(network, 2, "mean", 0);
      INDArray decayedMean = afterOneStep(network, 2, "mean", 0.1);
      assertThat(decayedMean).isEqualTo(mean);
      network.params().assign(before);
      listen(network, new DecoupledWeightDecay(0.1));
      Networks.fit(network, batch(8, 1));
      assertThat(parameter(network, 0, "W")).isEqualTo(frozen);
      assertThat(parameter(network, 1, "b")).isEqualTo(passing);
      assertThat(parameter(network, 2, "gamma")).isEqualTo(gain.mul(0.9));
      assertThat(parameter(network, 3, "W")).isEqualTo(weight.mul(0.9));
      assertThat(parameter(network, 4, "b")).isEqualTo(bias.mul(0.9));
    }
  }

  private static INDArray afterOneStep(Model network, int layer, String name, double decay) {
    INDArray before = network.params().dup();
    listen(network, new DecoupledWeightDecay(decay));
    Networks.fit(network, batch(8, 1));
    INDArray after = parameter(network, layer, name).dup();
    network.params().assign(before);
    return after;
  }

  @Test
  void fixedPatternsOfAHopfieldLayerDoNotDecay() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            base(new Sgd(0))
                .list()
                .layer(
                    new HopfieldLayer.Builder()
                        .rnnFormat(RNNFormat.NWC)
                        .quantity(4)
                        .lookupWeightsAsSeparated(true)
                        .lookupTargetsAsTrainable(false)
                        .build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nOut(2)
                        .dataFormat(RNNFormat.NWC)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(3, 5, RNNFormat.NWC))
                .build());
    network.init();
    var before = new java.util.TreeMap<String, INDArray>();
    network.getLayer(0).paramTable().forEach((name, value) -> before.put(name, value.dup()));
    network.setListeners(new DecoupledWeightDecay(0.1));
    network.fit(Nd4j.rand(DataType.DOUBLE, 2, 5, 3), Nd4j.rand(DataType.DOUBLE, 2, 5, 2));
    int fixed = 0;
    for (var parameter : network.getLayer(0).paramTable().entrySet()) {
      INDArray was = before.get(parameter.getKey());
      if (parameter.getValue().equals(was) && was.norm2Number().doubleValue() > 0) {
        fixed++;
      }
    }
    assertThat(fixed).as("parameters that decay left alone").isEqualTo(1);
  }

  @Test
  void decayFollowsAScheduleAndItsChoiceOfParameters() {
    for (Model network : both(new Sgd(0), dense("a"))) {
      network.params().addi(1);
      INDArray weight = parameter(network, 0, "W").dup();
      INDArray bias = parameter(network, 0, "b").dup();
      WarmupCosine rate = new WarmupCosine(0.5, 0.1, 2, 4);
      listen(
          network,
          new DecoupledWeightDecay(0.2, rate).only((layer, parameter) -> parameter.equals("W")));
      double expected = 1;
      for (int step = 0; step < 5; step++) {
        Networks.fit(network, batch(4, step));
        expected *= 1 - 0.2 * rate.valueAt(step, 0);
      }
      assertThat(parameter(network, 0, "W").equalsWithEps(weight.mul(expected), 1e-12)).isTrue();
      assertThat(parameter(network, 0, "b")).isEqualTo(bias);
    }
  }

  @Test
  void clippingKnowsWhetherTheGradientIsASumOrAMean() {
    for (boolean minibatch : new boolean[] {true, false}) {
      NeuralNetConfiguration.Builder base = base(new Sgd(1)).miniBatch(minibatch);
      ComputationGraph graph =
          new ComputationGraph(
              base.graphBuilder()
                  .addInputs("x")
                  .addLayer("output", output(), "x")
                  .setOutputs("output")
                  .build());
      graph.init();
      graph.setListeners(new ClipGradientNorm(0.25));
      INDArray before = graph.params().dup();
      Networks.fit(
          graph,
          new org.nd4j.linalg.dataset.MultiDataSet(
              Nd4j.ones(DataType.DOUBLE, 5, 3), Nd4j.ones(DataType.DOUBLE, 5, 2).muli(-10)));
      assertThat(before.sub(graph.params()).norm2Number().doubleValue())
          .as("minibatch %s", minibatch)
          .isCloseTo(0.25, within(1e-9));
    }
  }

  @Test
  void theScheduleRisesFallsAndIsSavedWithTheNetwork() {
    WarmupCosine schedule = new WarmupCosine(1, 0.1, 4, 10);
    double[] expected = {0.25, 0.5, 0.75, 1, 1};
    for (int t = 0; t < expected.length; t++) {
      assertThat(schedule.valueAt(t, 0)).isCloseTo(expected[t], within(1e-15));
    }
    assertThat(schedule.valueAt(7, 0)).isCloseTo(0.55, within(1e-15));
    assertThat(schedule.valueAt(10, 0)).isCloseTo(0.1, within(1e-15));
    assertThat(schedule.valueAt(1000, 0)).isCloseTo(0.1, within(1e-15));
    MultiLayerNetwork network = network(new Adam(schedule), dense("a"));
    MultiLayerConfiguration again =
        MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson());
    assertThat(again).isEqualTo(network.getLayerWiseConfigurations());
    assertThatThrownBy(() -> new WarmupCosine(1, 0, 10, 10))
        .hasMessageContaining("expected more iterations in all");
  }

  @Test
  void theAverageFollowsItsFormula() throws Exception {
    for (Model network : both(new Sgd(0.5), dense("a"))) {
      WeightAverage average = new WeightAverage(0.3);
      listen(network, average);
      INDArray expected = network.params().dup();
      for (int t = 1; t <= 6; t++) {
        Networks.fit(network, batch(4, t));
        double d = Math.min(0.3, (1.0 + t) / (10 + t));
        expected.muli(d).addi(network.params().mul(1 - d));
      }
      INDArray own = network.params().dup();
      INDArray within = average.apply(network, () -> network.params().dup());
      assertThat(within.equalsWithEps(expected, 1e-12)).isTrue();
      assertThat(within).isNotEqualTo(own);
      assertThat(network.params()).isEqualTo(own);
    }
  }

  /** Three small batches, of different size, count as the one that they make together. */
  @Test
  void accumulatedGradientsAreThoseOfOneBatch() {
    MultiDataSet whole = batch(12, 3);
    List<MultiDataSet> parts = new java.util.ArrayList<>();
    for (int[] range : new int[][] {{0, 5}, {5, 7}, {7, 12}}) {
      parts.add(
          new org.nd4j.linalg.dataset.MultiDataSet(
              rows(whole.getFeatures(0), range), rows(whole.getLabels(0), range)));
    }
    List<Model> at = both(new Adam(0.1), dense("a"));
    List<Model> once = both(new Adam(0.1), dense("a"));
    for (int i = 0; i < 2; i++) {
      listen(at.get(i), new ClipGradientNorm(0.1), new DecoupledWeightDecay(0.01));
      listen(once.get(i), new ClipGradientNorm(0.1), new DecoupledWeightDecay(0.01));
      for (int step = 0; step < 3; step++) {
        double score = Networks.fit(at.get(i), parts);
        assertThat(score)
            .as("network %d, step %d", i, step)
            .isCloseTo(Networks.fit(once.get(i), whole), within(1e-9));
        assertThat(Networks.iteration(at.get(i))).isEqualTo(step + 1);
      }
      assertThat(at.get(i).params().equalsWithEps(once.get(i).params(), 1e-9)).isTrue();
    }
  }

  private static INDArray rows(INDArray array, int[] range) {
    return array.get(org.nd4j.linalg.indexing.NDArrayIndex.interval(range[0], range[1])).dup();
  }
}
