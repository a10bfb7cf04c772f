package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.layers.HopfieldPooling;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class TrainingTest {
  private static final int BATCHES = 5;
  private static final int STEPS = 13;

  @TempDir Path folder;

  private static HopfieldPooling pooling() {
    return new HopfieldPooling.Builder()
        .rnnFormat(RNNFormat.NWC)
        .nHeads(2)
        .hiddenSize(2)
        .associationDropout(0.5)
        .dropOut(0.7)
        .build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
        .nOut(1)
        .activation(Activation.SIGMOID)
        .dropOut(0.8)
        .build();
  }

  private static NeuralNetConfiguration.Builder base() {
    return new NeuralNetConfiguration.Builder()
        .seed(2)
        .updater(new Adam(new WarmupCosine(0.05, 0.001, 3, STEPS)));
  }

  static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            base()
                .list()
                .layer(pooling())
                .layer(output())
                .setInputType(InputType.recurrent(3, RNNFormat.NWC))
                .build());
    network.init();
    return network;
  }

  private static ComputationGraph graph() {
    ComputationGraph graph =
        new ComputationGraph(
            base()
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(InputType.recurrent(3, RNNFormat.NWC))
                .addLayer("pooling", pooling(), "x")
                .addLayer("output", output(), "pooling")
                .setOutputs("output")
                .build());
    graph.init();
    return graph;
  }

  /** Batches whose order and content follow from the seed of the epoch. */
  static Iterator<MultiDataSet> epoch(int epoch, long seed, long from) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, BATCHES).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    return order.stream().skip(from).map(TrainingTest::batch).iterator();
  }

  private static MultiDataSet batch(int number) {
    Random random = new Random(number);
    float[][][] x = new float[4][6][3];
    float[][] y = new float[4][1];
    for (int b = 0; b < 4; b++) {
      y[b][0] = b % 2;
      for (float[] row : x[b]) {
        for (int f = 0; f < 3; f++) {
          row[f] = (float) random.nextGaussian() + b % 2;
        }
      }
    }
    return new org.nd4j.linalg.dataset.MultiDataSet(
        Nd4j.createFromArray(x), Nd4j.createFromArray(y));
  }

  static double accuracy(Model network) {
    INDArray x = batch(99).getFeatures(0);
    INDArray out =
        network instanceof MultiLayerNetwork net
            ? net.output(x)
            : ((ComputationGraph) network).output(x)[0];
    // a number that changes with every bit of the parameters
    return out.sumNumber().doubleValue();
  }

  private Training.Builder training(Model network, Training.Batches batches, int patience) {
    WeightAverage average = new WeightAverage(0.9);
    network.setListeners(new ClipGradientNorm(1), new DecoupledWeightDecay(1e-3), average);
    return Training.builder(network, batches)
        .seed(4)
        .steps(STEPS)
        .average(average)
        .validate(2, Measure.LOG_LOSS, () -> accuracy(network), patience);
  }

  private static Training.Batches endingAt(int batch) {
    int[] made = {0};
    return (epoch, seed, from) -> {
      Iterator<MultiDataSet> all = epoch(epoch, seed, from);
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return all.hasNext();
        }

        @Override
        public MultiDataSet next() {
          if (made[0]++ == batch) {
            throw new IllegalStateException("cut off");
          }
          return all.next();
        }
      };
    };
  }

  /**
   * Cut off within, at the end and at the start of an epoch, each time going on with a fresh
   * network, as a new process.
   */
  @Test
  void aTrainingThatIsCutOffAnywhereEndsWithTheSameBits() throws IOException {
    for (boolean ofGraph : new boolean[] {false, true}) {
      Model whole = ofGraph ? graph() : network();
      Training.Result expected =
          training(whole, TrainingTest::epoch, Integer.MAX_VALUE).build().run();
      for (int cut : new int[] {1, 4, 5, 12}) {
        Path file = folder.resolve(ofGraph + "-" + cut + ".zip");
        Model first = ofGraph ? graph() : network();
        Training.Builder cutOff =
            training(first, endingAt(cut), Integer.MAX_VALUE).checkpoint(file, 1 + cut % 3);
        assertThatThrownBy(() -> cutOff.build().run()).hasMessage("cut off");
        Model second = ofGraph ? graph() : network();
        Nd4j.getRandom().setSeed(cut);
        Training.Result result =
            training(second, TrainingTest::epoch, Integer.MAX_VALUE)
                .checkpoint(file, 3)
                .build()
                .run();
        assertThat(result).as("cut off at %d", cut).isEqualTo(expected);
        assertThat(second.params().equalsWithEps(whole.params(), 0)).isTrue();
        assertThat(Networks.updaterState(second).equalsWithEps(Networks.updaterState(whole), 0))
            .isTrue();
      }
      assertThat(expected.seen()).hasSize(7);
      assertThat(expected.steps()).isEqualTo(STEPS);
    }
  }

  @Test
  void accumulationIsPartOfTheBits() throws IOException {
    MultiLayerNetwork whole = network();
    training(whole, TrainingTest::epoch, Integer.MAX_VALUE).accumulate(2).build().run();
    Path file = folder.resolve("accumulated.zip");
    Training.Builder cutOff =
        training(network(), endingAt(12), Integer.MAX_VALUE).accumulate(2).checkpoint(file, 1);
    assertThatThrownBy(() -> cutOff.build().run()).hasMessage("cut off");
    MultiLayerNetwork again = network();
    training(again, TrainingTest::epoch, Integer.MAX_VALUE)
        .accumulate(2)
        .checkpoint(file, 1)
        .build()
        .run();
    assertThat(again.params().equalsWithEps(whole.params(), 0)).isTrue();
  }

  @Test
  void itStopsWhenValidationNoLongerGetsBetterAndKeepsTheBest() throws IOException {
    MultiLayerNetwork network = network();
    double[] scores = {5, 4, 6, 7, 1};
    int[] asked = {0};
    List<INDArray> parameters = new ArrayList<>();
    Training.Result result =
        Training.builder(network, TrainingTest::epoch)
            .steps(100)
            .validate(
                3,
                Measure.LOG_LOSS,
                () -> {
                  parameters.add(network.params().dup());
                  return scores[asked[0]++];
                },
                2)
            .build()
            .run();
    assertThat(result.stopped()).isTrue();
    assertThat(result.steps()).isEqualTo(12);
    assertThat(result.bestStep()).isEqualTo(6);
    assertThat(result.bestScore()).isEqualTo(4);
    assertThat(network.params()).isEqualTo(parameters.get(1)).isNotEqualTo(parameters.get(3));
  }

  @Test
  void aCheckpointOfAnotherTrainingIsRefused() throws IOException {
    Path file = folder.resolve("checkpoint.zip");
    training(network(), TrainingTest::epoch, Integer.MAX_VALUE).checkpoint(file, 5).build().run();
    // it holds a network that others can read
    assertThat(NetworkFile.read(file).params().length()).isEqualTo(network().params().length());
    assertThatThrownBy(
            () ->
                training(network(), TrainingTest::epoch, 9)
                    .seed(5)
                    .checkpoint(file, 5)
                    .build()
                    .run())
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected a checkpoint of a training with seed 5, found seed 4");
    MultiLayerNetwork other =
        new MultiLayerNetwork(
            base()
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                        .nIn(3)
                        .nOut(1)
                        .activation(Activation.SIGMOID)
                        .build())
                .build());
    other.init();
    assertThatThrownBy(
            () -> training(other, TrainingTest::epoch, 9).checkpoint(file, 5).build().run())
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("where the network has 4");
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 500));
    assertThatThrownBy(
            () -> training(network(), TrainingTest::epoch, 9).checkpoint(file, 5).build().run())
        .isInstanceOf(DataFormatException.class);
  }

  @Test
  void aLossThatIsNoNumberEndsTheTraining() {
    MultiLayerNetwork network = network();
    network.params().assign(Float.NaN);
    assertThatThrownBy(() -> Training.builder(network, TrainingTest::epoch).steps(3).build().run())
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("expected a finite loss, found NaN at step 0");
  }
}
