package io.github.dl4jhopfield.search.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.mil.HopfieldMIL;
import io.github.dl4jhopfield.zoo.mil.MilParameters;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Training on Spark comes to the weights that averaging by hand comes to. */
@Timeout(300)
class ParameterAveragingTest {
  private static final int FEATURES = 3;

  @TempDir Path folder;

  private static MultiLayerNetwork network(double dropout) {
    return HopfieldMIL.builder()
        .features(FEATURES)
        .seed(5)
        .parameters(MilParameters.DEFAULT.withDropout(dropout).withLearningRate(0.01))
        .build()
        .init();
  }

  /** The same with plain gradient descent. */
  private static MultiLayerNetwork descending() {
    MultiLayerNetwork network = network(0);
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = network.getLayerWiseConfigurations().getConf(i).getLayer();
      if (layer instanceof BaseLayer base) {
        base.setIUpdater(new Sgd(0.3));
      } else if (layer instanceof AbstractSameDiffLayer base) {
        base.setUpdater(new Sgd(0.3));
      }
    }
    MultiLayerNetwork again = new MultiLayerNetwork(network.getLayerWiseConfigurations());
    again.init();
    return again;
  }

  /** Minibatches of 8 bags of up to 6 instances, padded and masked. */
  private static List<DataSet> minibatches(int count) {
    Random random = new Random(7);
    List<DataSet> all = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      float[][][] bags = new float[8][6][FEATURES];
      float[][] mask = new float[8][6];
      float[][] labels = new float[8][1];
      for (int i = 0; i < bags.length; i++) {
        labels[i][0] = i % 2;
        for (int t = 0; t <= random.nextInt(6); t++) {
          mask[i][t] = 1;
          for (int f = 0; f < FEATURES; f++) {
            bags[i][t][f] = (float) random.nextGaussian() + (t == 0 ? 2 * labels[i][0] : 0);
          }
        }
      }
      all.add(
          new DataSet(
              Nd4j.createFromArray(bags),
              Nd4j.createFromArray(labels),
              Nd4j.createFromArray(mask),
              null));
    }
    return all;
  }

  private static ParameterAveraging local(int workers, int frequency) throws IOException {
    return ParameterAveraging.connect("local[2]", workers, frequency);
  }

  private static MultiLayerNetwork copy(MultiLayerNetwork network) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, out, true);
    return ModelSerializer.restoreMultiLayerNetwork(
        new ByteArrayInputStream(out.toByteArray()), true);
  }

  /** Averaging by hand: copies of the whole model, one after the other. */
  private static MultiLayerNetwork byHand(
      MultiLayerNetwork start, List<DataSet> minibatches, int workers, int frequency, int epochs)
      throws IOException {
    MultiLayerNetwork network = start;
    int longest = (minibatches.size() + workers - 1) / workers;
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int from = 0; from < longest; from += frequency) {
        INDArray parameters = network.params().mul(0);
        INDArray state = network.getUpdater().getStateViewArray().mul(0);
        MultiLayerNetwork first = null;
        int all = 0;
        for (int w = 0; w < workers; w++) {
          MultiLayerNetwork own = copy(network);
          int fitted = 0;
          for (int k = from; k < from + frequency; k++) {
            int at = k * workers + w;
            if (at < minibatches.size()) {
              own.fit(minibatches.get(at));
              fitted++;
            }
          }
          parameters.addi(own.params().mul(fitted));
          state.addi(own.getUpdater().getStateViewArray().mul(fitted));
          all += fitted;
          first = first == null ? own : first;
        }
        first.setParams(parameters.div(all));
        first.getUpdater().setStateViewArray(first, state.div(all), false);
        network = first;
      }
    }
    return network;
  }

  private static double difference(INDArray one, INDArray other) {
    return one.sub(other).amaxNumber().doubleValue();
  }

  @Test
  void weightsAreThoseOfAveragingByHand() throws IOException {
    // 9 minibatches: the last round of one worker is shorter, that of the other is empty
    List<DataSet> minibatches = minibatches(9);
    MultiLayerNetwork trained = network(0);
    INDArray before = trained.params().dup();
    double score;
    try (ParameterAveraging spark = local(2, 2)) {
      score = spark.fit(trained, minibatches, 3);
    }
    MultiLayerNetwork expected = byHand(network(0), minibatches, 2, 2, 3);
    assertThat(difference(trained.params(), before)).isGreaterThan(0.02);
    assertThat(difference(trained.params(), expected.params())).isLessThan(1e-6);
    assertThat(
            difference(
                trained.getUpdater().getStateViewArray(),
                expected.getUpdater().getStateViewArray()))
        .isLessThan(1e-6);
    assertThat(trained.getIterationCount()).as("of the first worker").isEqualTo(15);
    assertThat(trained.getEpochCount()).isEqualTo(3);
    assertThat(score).isBetween(0.05, 0.7);
  }

  @Test
  void weightsAreThoseOfTheParallelWrapper() throws Exception {
    List<DataSet> minibatches = minibatches(8);
    MultiLayerNetwork trained = descending();
    try (ParameterAveraging spark = local(2, 1)) {
      spark.fit(trained, minibatches, 2);
    }
    assertThat(difference(trained.params(), descending().params())).isGreaterThan(0.02);
    // The wrapper itself does not always come to the same: of twelve runs one was 0.004 off, by a
    // race of its threads. Weights that any run shares to the last digit are no coincidence.
    double nearest = Double.MAX_VALUE;
    for (int run = 0; run < 6 && nearest >= 1e-6; run++) {
      nearest = Math.min(nearest, difference(trained.params(), wrapped(minibatches).params()));
    }
    assertThat(nearest).isLessThan(1e-6);
  }

  private static MultiLayerNetwork wrapped(List<DataSet> minibatches) throws Exception {
    MultiLayerNetwork wrapped = descending();
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(wrapped)
            .workers(2)
            .averagingFrequency(1)
            .averageUpdaters(true)
            .prefetchBuffer(0)
            .build()) {
      for (int epoch = 0; epoch < 2; epoch++) {
        wrapper.fit(new ExistingDataSetIterator(minibatches));
      }
    }
    return wrapped;
  }

  @Test
  void oneWorkerIsOrdinaryTraining() throws IOException {
    List<DataSet> minibatches = minibatches(4);
    MultiLayerNetwork trained = network(0);
    try (ParameterAveraging spark = local(1, 3)) {
      spark.fit(trained, minibatches, 2);
    }
    MultiLayerNetwork expected = network(0);
    for (int epoch = 0; epoch < 2; epoch++) {
      minibatches.forEach(expected::fit);
    }
    assertThat(trained.params()).isEqualTo(expected.params());
  }

  @Test
  void graphsTrainTooAndDropoutIsTheSameEachTime() throws IOException {
    List<DataSet> minibatches = minibatches(6);
    List<MultiDataSet> multi =
        minibatches.stream().map(d -> (MultiDataSet) d.toMultiDataSet()).toList();
    MultiLayerNetwork layers = network(0);
    ComputationGraph graph = network(0).toComputationGraph();
    try (ParameterAveraging spark = local(3, 1)) {
      spark.fit(layers, minibatches, 2);
      spark.fit(graph, multi, 2);
      assertThat(difference(graph.params(), layers.params())).isLessThan(1e-6);
      MultiLayerNetwork dropped = network(0.4);
      MultiLayerNetwork again = network(0.4);
      spark.fit(dropped, minibatches, 2);
      spark.fit(again, minibatches, 2);
      assertThat(again.params()).isEqualTo(dropped.params());
      assertThat(difference(dropped.params(), layers.params())).isGreaterThan(1e-3);
    }
  }

  @Test
  void whatCannotBeTrainedIsRefused() throws IOException {
    try (ParameterAveraging spark = local(2, 1)) {
      assertThatThrownBy(() -> spark.fit(network(0), List.of(), 1))
          .hasMessageContaining("found 0 and 1");
      assertThatThrownBy(() -> local(0, 1)).hasMessageContaining("found 0 and 1");
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "hopfield.long", matches = "true")
  void aClusterThatLosesAWorkerComesToTheSame() throws Exception {
    List<DataSet> minibatches = minibatches(40);
    MultiLayerNetwork here = network(0.3);
    try (ParameterAveraging spark = local(2, 5)) {
      spark.fit(here, minibatches, 40);
    }
    MultiLayerNetwork there = network(0.3);
    try (SparkCluster cluster = new SparkCluster(folder)) {
      cluster.loseAWorkerAfter(12_000);
      try (ParameterAveraging spark =
          new ParameterAveraging(
              SparkMaster.connect(cluster.master(), "training", SparkCluster.SETTINGS), 2, 5)) {
        spark.fit(there, minibatches, 40);
      }
    }
    // executors compute with one thread, this JVM with two
    assertThat(difference(there.params(), here.params())).isLessThan(1e-4);
  }
}
