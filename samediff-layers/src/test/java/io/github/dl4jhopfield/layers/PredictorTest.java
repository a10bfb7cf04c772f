package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class PredictorTest {

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** DL4J's own attention, whose SameDiff keeps a session for each thread, and our pooling. */
  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(
                    new SelfAttentionLayer.Builder().nOut(8).nHeads(2).projectInput(true).build())
                .layer(new HopfieldPooling.Builder().nHeads(2).hiddenSize(4).build())
                .layer(output())
                .setInputType(InputType.recurrent(6, 5))
                .build());
    network.init();
    return network;
  }

  @Test
  void threadsComeAndGoAndMemoryStays() throws InterruptedException {
    MultiLayerNetwork network = network();
    List<INDArray> inputs = new ArrayList<>();
    List<INDArray> expected = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      inputs.add(Nd4j.rand(DataType.FLOAT, i + 1, 6, 5));
      expected.add(network.output(inputs.get(i)));
    }
    AtomicInteger wrong = new AtomicInteger();
    try (Predictor predictor =
        Predictor.builder(network).workers(2).queue(4).warmUp(inputs.get(0)).build()) {
      callFromNewThreads(predictor, 500, inputs, expected, wrong);
      long before = settled();
      callFromNewThreads(predictor, 3000, inputs, expected, wrong);
      long grown = settled() - before;
      assertThat(wrong).hasValue(0);
      assertThat(grown).as("bytes of native memory more after 3000 threads").isLessThan(8 << 20);
      Predictor.Latency latency = predictor.latency();
      assertThat(latency.count()).isEqualTo(3500);
      assertThat(latency.p50()).isPositive().isLessThanOrEqualTo(latency.p90());
      assertThat(latency.p99()).isBetween(latency.p90(), latency.max());
      assertThat(predictor.computeLatency().mean()).isLessThanOrEqualTo(latency.mean());
    }
  }

  private static long settled() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
    }
    return Pointer.totalBytes();
  }

  private static void callFromNewThreads(
      Predictor predictor,
      int threads,
      List<INDArray> inputs,
      List<INDArray> expected,
      AtomicInteger wrong)
      throws InterruptedException {
    List<Thread> alive = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int which = i % inputs.size();
      Thread thread =
          new Thread(
              () -> {
                if (!predictor.predict(inputs.get(which)).equals(expected.get(which))) {
                  wrong.incrementAndGet();
                }
              });
      thread.start();
      alive.add(thread);
      if (alive.size() == 25) {
        for (Thread each : alive) {
          each.join();
        }
        alive.clear();
      }
    }
    for (Thread each : alive) {
      each.join();
    }
  }

  @Test
  void graphsWithSeveralInputsAndMasks() {
    ComputationGraphConfiguration conf =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .graphBuilder()
            .addInputs("stored", "state")
            .setInputTypes(InputType.recurrent(6, 5), InputType.recurrent(6, 4))
            .addVertex(
                "association",
                new HopfieldVertex.Builder().nIn(6).nHeads(2).build(),
                "stored",
                "state",
                "stored")
            .addLayer("pool", new HopfieldPooling.Builder().nHeads(1).build(), "association")
            .addLayer("out", output(), "pool")
            .setOutputs("out")
            .build();
    ComputationGraph graph = new ComputationGraph(conf);
    graph.init();
    INDArray[] in = {Nd4j.rand(DataType.FLOAT, 2, 6, 5), Nd4j.rand(DataType.FLOAT, 2, 6, 4)};
    INDArray[] masks = {Nd4j.ones(2, 5), Nd4j.ones(2, 4)};
    masks[0].putScalar(1, 4, 0);
    INDArray expected = graph.output(false, in, masks, null)[0];
    try (Predictor predictor = Predictor.builder(graph).workers(1).build()) {
      assertThat(predictor.predict(in, masks)[0]).isEqualTo(expected);
      assertThat(predictor.predict(in, null)[0]).isNotEqualTo(expected);
      assertThatThrownBy(() -> predictor.predict(in[0]))
          .hasMessageContaining("expected 2 arrays")
          .hasMessageContaining("[2, 6, 5]");
    }
  }

  @Test
  void trainingFurtherChangesNothing() {
    MultiLayerNetwork network = network();
    INDArray x = Nd4j.rand(DataType.FLOAT, 2, 6, 5);
    INDArray expected = network.output(x);
    try (Predictor predictor = Predictor.builder(network).build()) {
      network.params().muli(2);
      assertThat(predictor.predict(x)).isEqualTo(expected);
    }
  }

  @Test
  void errorsReachTheCallerAndTheWorkerGoesOn() {
    MultiLayerNetwork network = network();
    INDArray x = Nd4j.rand(DataType.FLOAT, 2, 6, 5);
    Predictor predictor = Predictor.builder(network).workers(1).build();
    assertThatThrownBy(() -> predictor.predict(Nd4j.rand(DataType.FLOAT, 2, 7, 5)))
        .isInstanceOf(RuntimeException.class);
    assertThat(predictor.predict(x)).isEqualTo(network.output(x));
    assertThat(predictor.latency().count()).isEqualTo(1);
    predictor.close();
    assertThatThrownBy(() -> predictor.predict(x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(
            () -> Predictor.builder(network).warmUp(Nd4j.rand(DataType.FLOAT, 2, 7, 5)).build())
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> Predictor.builder(network).workers(0))
        .hasMessageContaining("workers: expected at least 1, found 0");
  }

  @Test
  void percentilesAreWithinASixteenth() {
    Latencies latencies = new Latencies();
    for (int i = 1; i <= 1000; i++) {
      latencies.add(i * 1000L);
    }
    Predictor.Latency found = latencies.snapshot();
    assertThat(found.count()).isEqualTo(1000);
    assertThat(found.mean()).isEqualTo(Duration.ofNanos(500_500));
    assertThat(found.p50()).isBetween(Duration.ofNanos(500_000), Duration.ofNanos(531_250));
    assertThat(found.p99()).isBetween(Duration.ofNanos(990_000), Duration.ofNanos(1_000_000));
    assertThat(found.max()).isEqualTo(Duration.ofMillis(1));
    for (long time : new long[] {0, 1, 15, 16, 17, 31, 32, 1_000_003, Long.MAX_VALUE}) {
      long upper = Latencies.upper(Latencies.bucket(time));
      assertThat(upper - time).isBetween(0L, time / 16);
    }
  }
}
