package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Updates that skip regularisation where there is none are DL4J's own to the bit. */
class LightUpdatesTest {
  private static Model network(boolean graph, double l2, double decay) {
    Nd4j.getRandom().setSeed(3);
    NeuralNetConfiguration.Builder base =
        new NeuralNetConfiguration.Builder().seed(3).updater(new Adam(0.05));
    DenseLayer.Builder dense = new DenseLayer.Builder().nIn(4).nOut(5).l2(l2);
    if (decay > 0) {
      dense.weightDecay(decay);
    }
    OutputLayer output =
        new OutputLayer.Builder(LossFunctions.LossFunction.MSE).nIn(5).nOut(2).build();
    if (graph) {
      ComputationGraph network =
          new ComputationGraph(
              base.graphBuilder()
                  .addInputs("in")
                  .addLayer("dense", dense.build(), "in")
                  .addLayer("out", output, "dense")
                  .setOutputs("out")
                  .build());
      network.init();
      return network;
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(base.list().layer(dense.build()).layer(output).build());
    network.init();
    return network;
  }

  private static void fit(Model network, int steps) {
    for (int step = 0; step < steps; step++) {
      Nd4j.getRandom().setSeed(10 + step);
      INDArray x = Nd4j.rand(DataType.FLOAT, 6, 4);
      INDArray y = Nd4j.rand(DataType.FLOAT, 6, 2);
      if (network instanceof MultiLayerNetwork net) {
        net.fit(new DataSet(x, y));
      } else {
        ((ComputationGraph) network).fit(new DataSet(x, y));
      }
    }
  }

  private static List<UpdaterBlock> blocks(Model network) {
    Object updater =
        network instanceof MultiLayerNetwork net
            ? net.getUpdater()
            : ((ComputationGraph) network).getUpdater();
    return ((BaseMultiLayerUpdater<?>) updater).getUpdaterBlocks();
  }

  @ParameterizedTest
  @CsvSource({
    "false, 0, 0",
    "false, 0.1, 0",
    "false, 0, 0.1",
    "true, 0, 0",
    "true, 0.1, 0",
    "true, 0, 0.1"
  })
  void updatesAreTheSameToTheBit(boolean graph, double l2, double decay) {
    Model usual = network(graph, l2, decay);
    Model light = network(graph, l2, decay);
    fit(usual, 2); // in the middle of a training too
    fit(light, 2);
    assertThat(light.params()).isEqualTo(usual.params());
    LightUpdates.install(light);
    LightUpdates.install(light);
    assertThat(blocks(light)).noneMatch(block -> block.getClass() == UpdaterBlock.class);
    fit(usual, 3);
    fit(light, 3);
    // every bit: equals of arrays lets 1e-5 pass
    assertThat(light.params().toFloatVector()).isEqualTo(usual.params().toFloatVector());
    assertThat(Networks.updaterState(light).ravel().toFloatVector())
        .isEqualTo(Networks.updaterState(usual).ravel().toFloatVector());
    if (l2 + decay > 0) {
      Model without = network(graph, 0, 0);
      fit(without, 5);
      assertThat(light.params()).as("regularisation is applied").isNotEqualTo(without.params());
    }
  }
}
