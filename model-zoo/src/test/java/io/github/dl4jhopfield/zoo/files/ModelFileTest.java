package io.github.dl4jhopfield.zoo.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class ModelFileTest {
  /** A model's own record. */
  record Own(String word, List<Integer> numbers) {}

  private static final ModelFile<Own> FILES = ModelFile.of("test-model", 2, Own.class);
  private static final Own OWN = new Own("word", List.of(1, 2, 3));

  @TempDir Path folder;

  private static MultiLayerNetwork network(DataType type, int width) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(type)
                .updater(new Adam(1e-3))
                .list()
                .layer(new DenseLayer.Builder().nIn(3).nOut(width).build())
                .layer(output(width))
                .build());
    network.init();
    return network;
  }

  private static ComputationGraph graph(DataType type, int width) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(4)
                .dataType(type)
                .updater(new Adam(1e-3))
                .graphBuilder()
                .addInputs("x")
                .addLayer("dense", new DenseLayer.Builder().nIn(3).nOut(width).build(), "x")
                .addLayer("out", output(width), "dense")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  private static OutputLayer output(int width) {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
        .nIn(width)
        .nOut(2)
        .activation(Activation.IDENTITY)
        .build();
  }

  @ParameterizedTest
  @EnumSource(names = {"HALF", "FLOAT", "DOUBLE"})
  void bothKindsOfNetworkOfEveryPrecisionComeBackToTheBit(DataType type) throws IOException {
    // more values than are streamed at once, and not a multiple of it
    for (Model network : List.of(network(type, 70_001), graph(type, 70_001))) {
      Path file = folder.resolve(network.getClass().getSimpleName() + ".zip");
      NetworkFile.write(file, network);
      Model again = NetworkFile.read(file);
      assertThat(again).hasSameClassAs(network);
      assertThat(again.params().dataType()).isEqualTo(type);
      assertThat(again.params().equalsWithEps(network.params(), 0)).isTrue();
    }
  }

  @Test
  void deeplearning4jReadsWhatIsWrittenHereAndTheOtherWayRound() throws IOException {
    MultiLayerNetwork network = network(DataType.FLOAT, 5);
    train(network);
    Path ours = folder.resolve("ours.zip");
    NetworkFile.write(ours, network, true);
    MultiLayerNetwork theirs = ModelSerializer.restoreMultiLayerNetwork(ours.toFile(), true);
    assertThat(theirs.params()).isEqualTo(network.params());
    assertThat(theirs.updaterState()).isEqualTo(network.updaterState());
    assertThat(theirs.getIterationCount()).isEqualTo(3);

    Path written = folder.resolve("theirs.zip");
    ModelSerializer.writeModel(graph(DataType.DOUBLE, 5), written.toFile(), true);
    assertThat(NetworkFile.read(written).params()).isEqualTo(graph(DataType.DOUBLE, 5).params());
  }

  private static void train(MultiLayerNetwork network) {
    for (int i = 0; i < 3; i++) {
      network.fit(Nd4j.ones(4, 3), Nd4j.ones(4, 2));
    }
  }

  @Test
  void theArraysAreThoseOfNd4jByteForByte() throws IOException {
    for (DataType type : List.of(DataType.HALF, DataType.FLOAT, DataType.DOUBLE)) {
      INDArray row = Nd4j.linspace(type, -3, 0.37, 1000).reshape(1, 1000);
      ByteArrayOutputStream theirs = new ByteArrayOutputStream();
      Nd4j.write(row, new DataOutputStream(theirs));
      ByteArrayOutputStream ours = new ByteArrayOutputStream();
      StoredArray.write(row, ours);
      assertThat(Nd4j.read(new DataInputStream(new ByteArrayInputStream(ours.toByteArray()))))
          .isEqualTo(row);
      assertThat(ours.toByteArray()).as("%s", type).isEqualTo(theirs.toByteArray());
    }
  }

  @Test
  void halvesOfEveryPatternGoThereAndBack() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Halves.toFloat((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(Halves.of(value)).isEqualTo((short) bits);
      }
    }
    assertThat(Halves.toFloat((short) 0x3c00)).isEqualTo(1);
    assertThat(Halves.toFloat((short) 0x0001)).isEqualTo(0x1p-24f);
    assertThat(Halves.toFloat((short) 0xfbff)).isEqualTo(-65504);
  }

  @Test
  void theModelsOwnRecordAndItsProvenanceComeBack() throws IOException {
    Provenance from =
        Provenance.of("experiment x", "data", "0f", 7, new LinkedHashMap<>(Map.of("a", "1")));
    Path file = folder.resolve("model.zip");
    FILES.write(file, graph(DataType.FLOAT, 4), OWN, from);
    ModelFile.Content<Own> content = FILES.read(file);
    assertThat(content.meta()).isEqualTo(OWN);
    assertThat(content.version()).isEqualTo(2);
    assertThat(content.provenance()).isEqualTo(from);
    assertThat(content.provenance().versions())
        .containsEntry("deeplearning4j", "1.0.0-M2.1")
        .containsKeys("java", "dl4j-hopfield");
    assertThat(content.network()).isInstanceOf(ComputationGraph.class);
    assertThat(NetworkFile.read(file).params()).isEqualTo(content.network().params());
  }

  @Test
  void theSameModelMakesTheSameBytes() throws IOException {
    Path first = folder.resolve("first.zip");
    Path second = folder.resolve("second.zip");
    FILES.write(first, network(DataType.FLOAT, 4), OWN, Provenance.UNKNOWN);
    FILES.write(second, network(DataType.FLOAT, 4), OWN, Provenance.UNKNOWN);
    assertThat(Files.readAllBytes(second)).isEqualTo(Files.readAllBytes(first));
  }

  @Test
  void numbersAreWidenedAndNeverNarrowed() throws IOException {
    MultiLayerNetwork wide = network(DataType.DOUBLE, 4);
    Path file = folder.resolve("wide.zip");
    NetworkFile.write(file, wide);
    Path narrow =
        changed(file, "configuration.json", text -> text.replace("\"DOUBLE\"", "\"FLOAT\""));
    assertThatThrownBy(() -> NetworkFile.read(narrow))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected parameters of type FLOAT")
        .hasMessageContaining("found DOUBLE, which would be narrowed");

    NetworkFile.write(file, network(DataType.FLOAT, 4));
    Path wider =
        changed(file, "configuration.json", text -> text.replace("\"FLOAT\"", "\"DOUBLE\""));
    assertThat(NetworkFile.read(wider).params())
        .isEqualTo(network(DataType.FLOAT, 4).params().castTo(DataType.DOUBLE));
  }

  @Test
  void damagedAndForeignFilesAreNamedWithWhatIsWrong() throws IOException {
    Path file = folder.resolve("model.zip");
    FILES.write(file, network(DataType.FLOAT, 4), OWN, Provenance.UNKNOWN);
    refused(Files.writeString(folder.resolve("text"), "not a zip"), "found no zip");
    refused(folder.resolve("nowhere"), "found no such file");
    refused(folder, "found not a regular file");
    refused(without(file, "coefficients.bin"), "found no entry coefficients.bin");
    refused(without(file, "configuration.json"), "found no entry configuration.json");
    refused(
        changed(
            file,
            "configuration.json",
            text -> text.replace("\"nout\" : 4", "\"nout\" : 400000000")),
        "parameters, found 26");
    refused(
        changed(
            file,
            "configuration.json",
            text -> text.replace("org.nd4j.linalg.activations.impl", "java.util")),
        "expected a configuration of DL4J's and this project's classes, found \"java.util");
    refused(changed(file, "configuration.json", text -> "{"), "bad JSON");
    assertThatThrownBy(
            () -> FILES.read(changed(file, ModelFile.META, t -> t.replace("test-model", "other"))))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("found format \"other\", version 2");
    assertThatThrownBy(
            () ->
                FILES.read(
                    changed(
                        file,
                        ModelFile.META,
                        t -> t.replace("\"version\" : 2", "\"version\" : 3"))))
        .hasMessageContaining("version 1 to 2, found format \"test-model\", version 3");
    byte[] bytes = Files.readAllBytes(file);
    for (int cut : new int[] {1, 10, bytes.length / 2, bytes.length - 3}) {
      Path part = folder.resolve("cut" + cut);
      Files.write(part, java.util.Arrays.copyOf(bytes, cut));
      assertThatThrownBy(() -> NetworkFile.read(part)).isInstanceOf(DataFormatException.class);
    }
  }

  @Test
  void parametersThatAreNotNumbersOrTooFewAreRefused() throws IOException {
    MultiLayerNetwork network = network(DataType.FLOAT, 4);
    network.params().putScalar(5, Float.NaN);
    Path file = folder.resolve("nan.zip");
    NetworkFile.write(file, network);
    refused(file, "coefficients.bin: expected finite numbers, found NaN at 5");

    network.params().putScalar(5, 0);
    NetworkFile.write(file, network);
    Path zip = folder.resolve("short.zip");
    rewrite(
        file,
        zip,
        Set.of(),
        "coefficients.bin",
        all -> java.util.Arrays.copyOf(all, all.length - 1));
    refused(zip, "values, found fewer");
    rewrite(
        file,
        zip,
        Set.of(),
        "coefficients.bin",
        all -> java.util.Arrays.copyOf(all, all.length + 1));
    refused(zip, "values, found more");
  }

  @Test
  void everyEarlierNameLeadsToAClass() throws ClassNotFoundException {
    for (Map.Entry<String, String> entry : EarlierNames.table().entrySet()) {
      assertThat(Class.forName(entry.getValue())).isNotNull();
      assertThatThrownBy(() -> Class.forName(entry.getKey()))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  private static void refused(Path file, String message) {
    assertThatThrownBy(() -> NetworkFile.read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(message);
  }

  private interface Change {
    String of(String text);
  }

  private interface Bytes {
    byte[] of(byte[] bytes);
  }

  private Path changed(Path file, String entry, Change change) throws IOException {
    Path to = folder.resolve("changed.zip");
    rewrite(
        file,
        to,
        Set.of(),
        entry,
        bytes -> {
          String before = new String(bytes, StandardCharsets.UTF_8);
          String after = change.of(before);
          assertThat(after).as("the change is one").isNotEqualTo(before);
          return after.getBytes(StandardCharsets.UTF_8);
        });
    return to;
  }

  private Path without(Path file, String entry) throws IOException {
    Path to = folder.resolve("without.zip");
    rewrite(file, to, Set.of(entry), "", bytes -> bytes);
    return to;
  }

  private static void rewrite(Path file, Path to, Set<String> left, String entry, Bytes change)
      throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile());
        OutputStream out = Files.newOutputStream(to);
        ZipOutputStream result = new ZipOutputStream(out)) {
      for (ZipEntry each : java.util.Collections.list(zip.entries())) {
        if (!left.contains(each.getName())) {
          byte[] bytes = zip.getInputStream(each).readAllBytes();
          result.putNextEntry(new ZipEntry(each.getName()));
          result.write(each.getName().equals(entry) ? change.of(bytes) : bytes);
        }
      }
    }
  }

  @Test
  void theMetadataIsPlainJson() throws IOException {
    Path file = folder.resolve("model.zip");
    FILES.write(file, network(DataType.FLOAT, 4), OWN, Provenance.UNKNOWN);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      var json = new ObjectMapper().readTree(zip.getInputStream(zip.getEntry("hopfield.json")));
      assertThat(json.get("word").asText()).isEqualTo("word");
      assertThat(json.get("provenance").get("seed").asInt()).isZero();
    }
  }
}
