package io.github.dl4jhopfield.tests.benchmark;

import io.github.dl4jhopfield.layers.HopfieldPooling;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A network of Hopfield pooling and an output layer over bags, in milliseconds a batch of 8. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PoolingBenchmark {

  private static final int BATCH = 8;
  private static final int FEATURES = 32;

  /** Instances of a bag. */
  @Param({"16", "1024"})
  public int instances;

  private MultiLayerNetwork network;
  private INDArray bags;
  private INDArray labels;

  /** Builds the network and draws the bags. */
  @Setup
  public void build() {
    Nd4j.getRandom().setSeed(1);
    bags = Nd4j.randn(DataType.FLOAT, BATCH, FEATURES, instances);
    labels = Nd4j.rand(DataType.FLOAT, BATCH, 1).gt(0.5).castTo(DataType.FLOAT);
    network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-3))
                .list()
                .layer(
                    new HopfieldPooling.Builder()
                        .nIn(FEATURES)
                        .nHeads(4)
                        .hiddenSize(8)
                        .quantity(1)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                        .nIn(FEATURES)
                        .nOut(1)
                        .activation(Activation.SIGMOID)
                        .build())
                .build());
    network.init();
  }

  @Benchmark
  public INDArray output() {
    return network.output(bags);
  }

  @Benchmark
  public double fit() {
    network.fit(bags, labels);
    return network.score();
  }
}
