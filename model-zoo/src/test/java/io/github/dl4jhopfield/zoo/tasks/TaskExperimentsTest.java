package io.github.dl4jhopfield.zoo.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.layers.HopfieldBase;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.learn.DecoupledWeightDecay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The example tasks, small. */
class TaskExperimentsTest {
  @TempDir Path out;

  private static ExperimentResult run(ExperimentContext.Builder context, String name)
      throws IOException {
    return Experiments.byName(name).run(context.build());
  }

  @Test
  void theFirstCharacterIsFoundByHopfieldLayersAndNotYetByAnLstm() throws IOException {
    ExperimentResult result =
        run(
            ExperimentContext.builder()
                .out(out)
                .options(
                    Map.of(
                        "networks", "lstm,hopfield,pooling-relu",
                        "sequences", "1024",
                        "epochs", "12",
                        "threads", "2")),
            "latch");
    assertThat(result.metrics().get("accuracy-hopfield").mean()).isGreaterThan(0.95);
    assertThat(result.metrics().get("accuracy-lstm").mean()).isLessThan(0.9);
    String report = Files.readString(out.resolve("report.html"));
    assertThat(report.replaceAll("base64,[A-Za-z0-9+/=]+", "")) // letters of a picture say nothing
        .contains("LwPF units", "pooling-relu", "</html>")
        .doesNotContain("NaN");
    assertThat(out.resolve("metrics.json")).content().contains("accuracyCurves");
    MultiLayerNetwork saved =
        ModelSerializer.restoreMultiLayerNetwork(out.resolve("hopfield.zip").toFile());
    SequenceSet data = SequenceSet.latch(1024, 32, 20, 1);
    int[] held = data.heldOut();
    INDArray p = saved.output(data.sequences(held, 0, held.length));
    int right = 0;
    for (int i = 0; i < held.length; i++) {
      right += (p.getDouble(i, 0) > 0.5) == (data.label(held[i]) == 1) ? 1 : 0;
    }
    assertThat((double) right / held.length)
        .isEqualTo(result.metrics().get("accuracy-hopfield").mean());
  }

  @Test
  void oneSeedGivesOneResultWhateverTheThreads() throws IOException {
    Map<String, String> options =
        Map.of("networks", "pooling-adapted,lookup", "bags", "128", "epochs", "2", "repeats", "2");
    Object once = run(ExperimentContext.builder().options(options), "bit-pattern").metrics();
    Object again =
        run(ExperimentContext.builder().options(options).option("threads", "3"), "bit-pattern")
            .metrics();
    assertThat(again).isEqualTo(once);
  }

  @ParameterizedTest
  @EnumSource(TaskNetwork.class)
  void everyNetworkTrainsAndItsConfigurationSurvivesJson(TaskNetwork which) {
    SequenceSet data = SequenceSet.latch(64, 5, 4, 3);
    TaskTraining training = TaskTraining.run(which, data, 1, 2, epoch -> {});
    assertThat(training.loss()).doesNotContain(Double.NaN).hasSize(2);
    MultiLayerConfiguration conf = training.network().getLayerWiseConfigurations();
    assertThat(MultiLayerConfiguration.fromJson(conf.toJson()).toJson()).isEqualTo(conf.toJson());
  }

  @ParameterizedTest
  @EnumSource(TaskNetwork.class)
  void everyTrainedParameterDecaysOnce(TaskNetwork which) {
    MultiLayerNetwork network = which.build(SequenceSet.latch(64, 5, 4, 3), 1);
    network.params().assign(1000);
    network
        .getListeners()
        .forEach(
            listener -> {
              if (listener instanceof DecoupledWeightDecay decay) {
                decay.onGradientCalculation(network);
              }
            });
    for (Layer layer : network.getLayers()) {
      for (var parameter : layer.paramTable().entrySet()) {
        boolean trained =
            !(layer.conf().getLayer() instanceof HopfieldBase own)
                || own.trainable(parameter.getKey());
        assertThat(parameter.getValue().dup().reshape(-1).toDoubleVector())
            .as(parameter.getKey())
            .usingComparatorWithPrecision(1e-3)
            .containsOnly(trained ? 1000 - 0.01 : 1000);
        assertThat(layer.conf().getLayer().getRegularizationByParam(parameter.getKey()))
            .isNullOrEmpty();
      }
    }
  }

  @Test
  void layersOfDl4jStartUniformlyWithinPytorchsBounds() {
    SequenceSet data = SequenceSet.latch(64, 5, 400, 3);
    Layer[] dense = TaskNetwork.MAX_POOLING.build(data, 1).getLayers();
    for (Layer layer : List.of(dense[0], dense[2])) {
      assertUniform(layer.getParam("W"), 1 / Math.sqrt(400));
    }
    assertUniform(dense[0].getParam("b"), 1 / Math.sqrt(400));
    Layer lstm = TaskNetwork.LSTM.build(data, 1).getLayer(0);
    assertUniform(lstm.getParam("W"), 1 / Math.sqrt(4));
    assertUniform(lstm.getParam("RW"), 1 / Math.sqrt(4));
    double[] biases =
        LongStream.range(1, 100)
            .mapToObj(seed -> TaskNetwork.LSTM.build(data, seed).getLayer(0).getParam("b"))
            .flatMapToDouble(b -> Arrays.stream(b.toDoubleVector()))
            .toArray();
    // two draws within 1/2: their sum within 1, its variance twice 1/12
    assertThat(Arrays.stream(biases).map(Math::abs).max().orElseThrow()).isLessThanOrEqualTo(1);
    double variance = Arrays.stream(biases).map(b -> b * b).average().orElseThrow();
    assertThat(variance).isBetween(0.9 / 6, 1.1 / 6);
  }

  private static void assertUniform(INDArray parameter, double bound) {
    double[] values = parameter.dup().reshape(parameter.length()).toDoubleVector();
    assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow()).isLessThanOrEqualTo(bound);
    double deviation = Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
    double error = 4 * bound / Math.sqrt(values.length);
    assertThat(deviation).isCloseTo(bound / Math.sqrt(3), within(error));
  }

  @Test
  void theLossIsTheCrossEntropyWithoutWeightDecay() {
    SequenceSet data = SequenceSet.latch(32, 5, 4, 3);
    INDArray x = data.sequences(data.training(), 0, 24);
    INDArray y = data.labels(data.training(), 0, 24);
    MultiLayerNetwork start = TaskNetwork.POOLING.build(data, 1);
    INDArray p = start.output(x);
    double entropy = 0;
    for (int i = 0; i < 24; i++) {
      entropy -= Math.log(y.getInt(i, 0) == 1 ? p.getDouble(i, 0) : 1 - p.getDouble(i, 0)) / 24;
    }
    double[] loss = TaskTraining.run(TaskNetwork.POOLING, data, 1, 1, epoch -> {}).loss();
    assertThat(loss[0]).isCloseTo(entropy, within(1e-5));
  }

  @Test
  void onlyPositiveBagsHoldASignal() {
    int bits = 6;
    SequenceSet data = SequenceSet.bitPatterns(200, 5, bits, 4, 7);
    int[] all = new int[200];
    Arrays.setAll(all, i -> i);
    INDArray x = data.sequences(all, 0, 200);
    Set<String> inNegative = new HashSet<>();
    Set<String> signals = new HashSet<>();
    for (int half = 1; half >= 0; half--) {
      for (int b = half * 100; b < half * 100 + 100; b++) {
        assertThat(data.label(b)).isEqualTo(1 - half);
        int own = 0;
        for (int t = 0; t < 5; t++) {
          StringBuilder pattern = new StringBuilder();
          for (int f = 0; f < bits; f++) {
            pattern.append(x.getInt(b, t, f));
          }
          if (half == 1) {
            inNegative.add(pattern.toString());
          } else if (!inNegative.contains(pattern.toString())) {
            signals.add(pattern.toString());
            own++;
          }
        }
        assertThat(own).isEqualTo(1 - half);
      }
    }
    // 500 draws of 59 patterns leave out none but the signals
    assertThat(signals).hasSize(4);
  }

  @Test
  void whatCannotBeRunIsNamed() {
    assertThatThrownBy(
            () ->
                run(ExperimentContext.builder().option("networks", "pooling,lstm"), "bit-pattern"))
        .hasMessageContaining("option networks")
        .hasMessageContaining("\"lstm\"");
    assertThatThrownBy(
            () ->
                run(
                    ExperimentContext.builder().option("bits", "3").option("signals", "7"),
                    "bit-pattern"))
        .hasMessageContaining("at most 2^bits - 2 = 6")
        .hasMessageContaining("found 7");
    assertThatThrownBy(() -> run(ExperimentContext.builder().data(out), "latch"))
        .hasMessageContaining("no --data");
  }
}
