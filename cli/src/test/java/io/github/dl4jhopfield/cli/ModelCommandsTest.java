package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.layers.Hopfield;
import io.github.dl4jhopfield.layers.HopfieldDecoderVertex;
import io.github.dl4jhopfield.layers.HopfieldPooling;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.zoo.files.Fingerprint;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.vision.VisionTransformer;
import io.github.dl4jhopfield.zoo.vision.VitModel;
import io.github.dl4jhopfield.zoo.vision.VitShape;
import io.github.dl4jhopfield.zoo.vision.VitWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** explain, export-weights and import-weights on a model in a file. */
class ModelCommandsTest {
  @TempDir Path folder;
  private Path model;
  private Path input;

  private static MultiLayerNetwork network(long seed, double beta) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .list()
                .layer(
                    new HopfieldPooling.Builder()
                        .name("pooling")
                        .nIn(6)
                        .nHeads(2)
                        .hiddenSize(3)
                        .beta(beta)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                        .nIn(6)
                        .nOut(1)
                        .activation(Activation.SIGMOID)
                        .build())
                .build());
    network.init();
    return network;
  }

  @BeforeEach
  void files() throws IOException {
    model = folder.resolve("model.zip");
    input = folder.resolve("x.npy");
    NetworkFile.write(model, network(1, 1e-4));
    NpyFile.write(input, Nd4j.rand(DataType.FLOAT, 4, 6, 8));
  }

  @Test
  void explainNamesTheRegimeOfEachHead() throws IOException {
    MainTest.Run run =
        MainTest.run(
            "explain",
            "--model",
            model + "",
            input + "",
            "--json",
            "--out",
            folder.resolve("o") + "");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode layer = new ObjectMapper().readTree(run.out()).at("/layers/0");
    assertThat(layer.at("/type").asText()).isEqualTo("HopfieldPooling");
    assertThat(layer.at("/heads")).hasSize(2);
    assertThat(layer.at("/heads/0/regime").asText()).isEqualTo("global average");
    assertThat(layer.at("/heads/0/medianK").asDouble()).isEqualTo(8);
    assertThat(Files.readString(folder.resolve("o/report.html"))).contains("pooling", "<svg");
    assertThat(MainTest.run("explain", "--model", model + "", input + "").out())
        .contains("global average", "median k");
  }

  @Test
  void weightsLeaveOneModelAndEnterAnother() throws IOException {
    Path weights = folder.resolve("w.safetensors");
    MainTest.Run out = MainTest.run("export-weights", model + "", "--out", weights + "");
    assertThat(out.status()).as(out.err()).isZero();
    assertThat(SafetensorsFile.readAll(weights)).containsKey("0.pooling_weights");

    Path other = folder.resolve("other.zip");
    Path saved = folder.resolve("saved.zip");
    NetworkFile.write(other, network(2, 1e-4));
    MainTest.Run in =
        MainTest.run(
            "import-weights",
            "hflayers",
            weights + "",
            "--model",
            other + "",
            "--prefix",
            "0.",
            "--save",
            saved + "");
    assertThat(in.status()).as(in.err()).isZero();
    INDArray x = NpyFile.read(input);
    assertThat(pooled(saved, x)).isEqualTo(pooled(model, x)).isNotEqualTo(pooled(other, x));
  }

  private static INDArray pooled(Path file, INDArray x) throws IOException {
    return ((MultiLayerNetwork) NetworkFile.read(file)).feedForwardToLayer(0, x).get(1);
  }

  private static ComputationGraph graph(long seed) {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .graphBuilder()
                .addInputs("x", "memory")
                .addLayer("first", new Hopfield.Builder().nIn(6).nHeads(2).build(), "x")
                .addVertex(
                    "decoder",
                    new HopfieldDecoderVertex.Builder()
                        .nIn(6)
                        .memorySize(4)
                        .feedForwardSize(5)
                        .build(),
                    "first",
                    "memory")
                .setOutputs("decoder")
                .build());
    graph.init();
    return graph;
  }

  @Test
  void graphsGoByTheNamesOfTheirVertices() throws IOException {
    NetworkFile.write(model, graph(1));
    Path memory = folder.resolve("memory.npy");
    NpyFile.write(memory, Nd4j.rand(DataType.FLOAT, 4, 4, 3));
    MainTest.Run run =
        MainTest.run("explain", "--model", model + "", input + "", memory + "", "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode layers = new ObjectMapper().readTree(run.out()).at("/layers");
    assertThat(layers.findValuesAsText("name"))
        .containsExactly("first", "decoder, target", "decoder, memory");
    assertThat(layers.at("/2/heads/0/stored").asDouble()).isEqualTo(3);
    assertThat(MainTest.run("explain", "--model", model + "", input + "").err())
        .contains("expected 2 inputs [x, memory], found 1");

    Path weights = folder.resolve("w.safetensors");
    MainTest.Run out = MainTest.run("export-weights", model + "", "--out", weights + "");
    assertThat(out.status()).as(out.err()).isZero();
    Path other = folder.resolve("other.zip");
    NetworkFile.write(other, graph(2));
    for (String name : new String[] {"first", "decoder"}) {
      MainTest.Run in =
          MainTest.run(
              "import-weights",
              "hflayers",
              weights + "",
              "--model",
              other + "",
              "--layer",
              name,
              "--prefix",
              name + ".",
              "--save",
              other + "");
      assertThat(in.status()).as(in.err()).isZero();
    }
    assertThat(NetworkFile.read(other).params()).isEqualTo(NetworkFile.read(model).params());
  }

  @Test
  void weightsOfAVisionTransformerAreCheckedAndTakeAUnit() throws IOException {
    MultiLayerNetwork network =
        VisionTransformer.builder()
            .shape(
                VitShape.builder()
                    .image(4, 4)
                    .patch(2, 2)
                    .width(6)
                    .depth(2)
                    .heads(2)
                    .classes(3)
                    .build())
            .build()
            .init();
    Path weights = folder.resolve("model.safetensors");
    SafetensorsFile.write(weights, VitWeights.stateDict(network));
    String sha256 = new Fingerprint().add(weights).toString();
    Path saved = folder.resolve("vit.zip");
    List<String> line =
        List.of("import-weights", "vit", weights + "", "--save", saved + "", "--heads", "2");
    MainTest.Run right = with(line, "--sha256", sha256.substring(0, 16), "--unit", "none,pfu");
    assertThat(right.status()).as(right.err()).isZero();
    VitShape shape = VitModel.load(saved).shape();
    assertThat(shape.unit(0).getKind()).isEqualTo(LagrangianUnit.Kind.NONE);
    assertThat(shape.unit(1).getKind()).isEqualTo(LagrangianUnit.Kind.PFU);
    Files.delete(saved);

    MainTest.Run wrong = with(line, "--sha256", "0".repeat(64));
    assertThat(wrong.status()).isEqualTo(1);
    assertThat(wrong.err()).contains("0".repeat(64)).contains(sha256).contains(weights + "");
    MainTest.Run another =
        with(line.subList(0, 5), "--pretrained", "vit_tiny_patch16_224.augreg_in21k_ft_in1k");
    assertThat(another.status()).isEqualTo(1);
    assertThat(another.err()).contains("fecf81b4").contains(sha256);
    assertThat(saved).doesNotExist();

    assertThat(with(line, "--sha256", "xyz").status()).isEqualTo(2);
    assertThat(with(line, "--unit", "none,pfu,relu").status()).isEqualTo(2);
    MainTest.Run unknown = with(line, "--pretrained", "vit_giant");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("vit_b_16").contains("vit_giant");
  }

  private static MainTest.Run with(List<String> line, String... more) {
    List<String> all = new ArrayList<>(line);
    all.addAll(List.of(more));
    return MainTest.run(all.toArray(new String[0]));
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    Path weights = folder.resolve("w.safetensors");
    Files.write(weights, new byte[] {1, 2, 3});
    for (String[] line :
        new String[][] {
          {"import-weights", "hflayers", weights + "", "--model", model + "", "--save", "y.zip"},
          {"explain", "--model", weights + "", input + ""},
          {"explain", "--model", model + "", weights + ""},
          {"export-weights", weights + "", "--out", "y.safetensors"},
        }) {
      MainTest.Run run = MainTest.run(line);
      assertThat(run.status()).isEqualTo(1);
      assertThat(run.err().strip().lines()).hasSize(1);
      assertThat(run.err()).contains("w.safetensors: expected");
    }
    assertThat(MainTest.run("import-weights", "timm", "f").status()).isEqualTo(2);
  }
}
