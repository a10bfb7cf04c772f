package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.io.SafetensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * State dicts of hflayers in a file that PyTorch wrote (tests/peers/hflayers_fixture.py): loaded,
 * the layers give PyTorch's outputs; written again, every array is the same.
 */
class StateDictFileTest {
  @TempDir Path folder;

  private static Path fixture() throws URISyntaxException {
    return Path.of(StateDictFileTest.class.getResource("/hflayers/hflayers.safetensors").toURI());
  }

  private static HopfieldBase layer(String name) {
    return switch (name) {
      case "hopfield" ->
          new Hopfield.Builder()
              .rnnFormat(RNNFormat.NWC)
              .nIn(6)
              .nHeads(2)
              .hiddenSize(4)
              .updateSteps(2)
              .updateStepScope(UpdateStepScope.REFERENCE)
              .build();
      case "pooling" ->
          new HopfieldPooling.Builder()
              .rnnFormat(RNNFormat.NWC)
              .nIn(6)
              .nHeads(2)
              .hiddenSize(3)
              .quantity(2)
              .build();
      case "lookup" ->
          new HopfieldLayer.Builder()
              .rnnFormat(RNNFormat.NWC)
              .nIn(6)
              .nHeads(2)
              .hiddenSize(3)
              .quantity(5)
              .lookupWeightsAsSeparated(true)
              .build();
      case "encoder" ->
          new HopfieldEncoderLayer.Builder()
              .rnnFormat(RNNFormat.NWC)
              .nIn(6)
              .nHeads(2)
              .feedForwardSize(7)
              .residualDropout(0)
              .build();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static MultiLayerNetwork network(HopfieldBase layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(layer)
                .build());
    network.init();
    return network;
  }

  @ParameterizedTest
  @ValueSource(strings = {"hopfield", "pooling", "lookup", "encoder"})
  void pyTorchsWeightsGivePyTorchsOutputsAndGoBack(String name) throws Exception {
    HopfieldBase layer = layer(name);
    MultiLayerNetwork network = network(layer);
    HflayersWeights weights = HflayersWeights.of(layer);
    Map<String, INDArray> state = SafetensorsFile.readAll(fixture(), name + ".state.");
    weights.load(network, 0, state);
    Map<String, INDArray> io = SafetensorsFile.readAll(fixture(), name + ".io.");
    INDArray y = network.output(io.get("x"));
    INDArray expected = io.get("y").reshape(y.shape());
    assertThat(y.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-10);

    goesBack(weights.stateDict(network.getLayer(0).paramTable()), state);
  }

  private void goesBack(Map<String, INDArray> ours, Map<String, INDArray> state)
      throws IOException {
    Path file = folder.resolve("back.safetensors");
    SafetensorsFile.write(file, ours);
    Map<String, INDArray> back = SafetensorsFile.readAll(file);
    assertThat(back.keySet()).containsExactlyInAnyOrderElementsOf(state.keySet());
    back.forEach((key, array) -> assertThat(array).as(key).isEqualTo(state.get(key)));
  }

  @Test
  void aDecodersWeightsGivePyTorchsOutputsAndGoBack() throws Exception {
    HopfieldDecoderVertex decoder =
        new HopfieldDecoderVertex.Builder()
            .rnnFormat(RNNFormat.NWC)
            .nIn(6)
            .memorySize(5)
            .nHeads(2)
            .cross(c -> c.nHeads(1).hiddenSize(4))
            .feedForwardSize(7)
            .residualDropout(0)
            .build();
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("target", "memory")
                .addVertex("decoder", decoder, "target", "memory")
                .setOutputs("decoder")
                .build());
    graph.init();
    HflayersWeights weights = HflayersWeights.of(decoder);
    Map<String, INDArray> state = SafetensorsFile.readAll(fixture(), "decoder.state.");
    weights.load(graph, "decoder", state);
    Map<String, INDArray> io = SafetensorsFile.readAll(fixture(), "decoder.io.");
    INDArray y = graph.output(io.get("x"), io.get("memory"))[0];
    assertThat(y.sub(io.get("y")).amaxNumber().doubleValue()).isLessThan(1e-10);
    goesBack(weights.stateDict(graph.getVertex("decoder").paramTable(false)), state);
  }

  @Test
  void anotherConfigurationsWeightsAreRefused() throws IOException, URISyntaxException {
    HopfieldBase layer = layer("pooling");
    Map<String, INDArray> state = SafetensorsFile.readAll(fixture(), "hopfield.state.");
    assertThatThrownBy(() -> HflayersWeights.of(layer).load(network(layer), 0, state))
        .hasMessageContaining("missing")
        .hasMessageContaining("pooling_weights");
  }
}
