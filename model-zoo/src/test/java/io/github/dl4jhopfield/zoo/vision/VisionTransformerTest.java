package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.zoo.files.Provenance;
import io.github.dl4jhopfield.zoo.files.TreeFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.buffer.util.DataTypeUtil;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** The network of a Vision Transformer: gradients, files, weights in timm's names. */
class VisionTransformerTest {
  private static final Preprocessing HALF =
      new Preprocessing(
          new double[] {0.5, 0.5, 0.5}, new double[] {0.5, 0.5, 0.5}, "bicubic", 1, "center", 4, 6);

  @TempDir Path folder;

  private static VitShape.Builder small() {
    return VitShape.builder()
        .image(4, 6)
        .patch(2, 3)
        .channels(3)
        .width(6)
        .depth(2)
        .heads(2)
        .hidden(8)
        .classes(3);
  }

  private static MultiLayerNetwork network(VitShape shape, DataType type) {
    MultiLayerNetwork network =
        VisionTransformer.builder()
            .shape(shape)
            .dataType(type)
            .updater(new NoOp())
            .seed(5)
            .build()
            .init();
    // Larger than a start, so that every part matters.
    network.params().assign(Nd4j.rand(type, network.params().shape()).subi(0.5));
    return network;
  }

  private static VitShape shape(String options) {
    VitShape.Builder shape = small();
    return switch (options) {
      case "plain" -> shape.build();
      case "average, registers, no class token" ->
          shape.classToken(false).registers(2).pool(VitShape.Pool.AVG).build();
      case "average, positions of patches only" ->
          shape.registers(1).prefixPositions(false).pool(VitShape.Pool.AVG).build();
      case "layer scale, pre-norm, no qkv bias" ->
          shape.layerScale(true).preNorm(true).qkvBias(false).build();
      case "relu" -> shape.unit(LagrangianUnit.relu()).build();
      case "pfu" -> shape.unit(LagrangianUnit.pfuBuilder().sigma(0).build()).build();
      case "entmax, update step, beta" ->
          shape.separation(Separation.entmax15()).updateSteps(1).beta(0.9).build();
      case "each block its own" ->
          shape
              .units(List.of(LagrangianUnit.pfuBuilder().sigma(0).build(), LagrangianUnit.none()))
              .separations(List.of(Separation.softmax(), Separation.sparsemax()))
              .betas(List.of(0.0, 0.8))
              .updateStepsOfBlocks(List.of(1, 0))
              .build();
      case "encoder" -> shape.block(VitShape.Block.ENCODER).beta(0.9).updateSteps(1).build();
      case "encoder, each block its own" ->
          shape
              .block(VitShape.Block.ENCODER)
              .units(List.of(LagrangianUnit.none(), LagrangianUnit.relu()))
              .updateStepsOfBlocks(List.of(1, 0))
              .build();
      default -> throw new IllegalArgumentException(options);
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "average, registers, no class token",
        "average, positions of patches only",
        "layer scale, pre-norm, no qkv bias",
        "relu",
        "pfu",
        "entmax, update step, beta",
        "each block its own",
        "encoder",
        "encoder, each block its own"
      })
  void gradientsAreRight(String options) {
    DataType before = Nd4j.dataType();
    DataTypeUtil.setDTypeForContext(DataType.DOUBLE);
    try {
      Nd4j.getRandom().setSeed(3);
      MultiLayerNetwork network = network(shape(options), DataType.DOUBLE);
      INDArray x = Nd4j.rand(DataType.DOUBLE, 2, 3, 4, 6).subi(0.5);
      INDArray y = Nd4j.createFromArray(new double[][] {{1, 0, 0}, {0, 0, 1}});
      assertThat(
              GradientCheckUtil.checkGradients(
                  new GradientCheckUtil.MLNConfig()
                      .net(network)
                      .input(x)
                      .labels(y)
                      .subset(true)
                      .maxPerParam(24)))
          .isTrue();
    } finally {
      DataTypeUtil.setDTypeForContext(before);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "average, registers, no class token",
        "layer scale, pre-norm, no qkv bias"
      })
  void weightsComeBackFromTheirFile(String options) throws IOException {
    VitShape shape = shape(options);
    MultiLayerNetwork network = network(shape, DataType.FLOAT);
    Path file = folder.resolve("w.safetensors");
    SafetensorsFile.write(file, VitWeights.stateDict(network));
    VitWeights.Request request =
        new VitWeights.Request(2, new int[] {4, 6}, null, null, shape.pool());
    VitShape read = VitWeights.shape(file, request);
    assertThat(read).isEqualTo(shape);
    MultiLayerNetwork again = VisionTransformer.builder().shape(read).build().init();
    VitWeights.Loaded loaded = VitWeights.load(file, again, read);
    assertThat(loaded.fresh()).isEmpty();
    assertThat(loaded.adapted()).isEmpty();
    assertThat(again.params()).isEqualTo(network.params());
  }

  @Test
  void weightsInSeveralFilesAreReadByTheirIndex() throws IOException {
    VitShape shape = shape("plain");
    MultiLayerNetwork network = network(shape, DataType.FLOAT);
    Map<String, Map<String, INDArray>> files = new TreeMap<>();
    StringBuilder index = new StringBuilder();
    VitWeights.stateDict(network)
        .forEach(
            (name, array) -> {
              String file = name.startsWith("blocks.0") ? "one.safetensors" : "two.safetensors";
              files.computeIfAbsent(file, f -> new TreeMap<>()).put(name, array);
              index.append(index.length() == 0 ? "" : ", ");
              index.append('"').append(name).append("\": \"").append(file).append('"');
            });
    for (Map.Entry<String, Map<String, INDArray>> file : files.entrySet()) {
      SafetensorsFile.write(folder.resolve(file.getKey()), file.getValue());
    }
    Path file = folder.resolve("model.safetensors.index.json");
    Files.writeString(file, "{\"metadata\": {}, \"weight_map\": {" + index + "}}");
    VitWeights.Request request =
        new VitWeights.Request(2, new int[] {4, 6}, null, null, shape.pool());
    assertThat(VitWeights.shape(file, request)).isEqualTo(shape);
    MultiLayerNetwork again = VisionTransformer.builder().shape(shape).build().init();
    VitWeights.load(file, again, shape);
    assertThat(again.params()).isEqualTo(network.params());
  }

  @Test
  void aModelComesBackFromItsFile() throws IOException {
    MultiLayerNetwork network = network(shape("pfu"), DataType.FLOAT);
    INDArray x = Nd4j.rand(DataType.FLOAT, 2, 3, 4, 6);
    VitModel model = new VitModel(network, HALF, List.of("a", "b", "c"), Provenance.UNKNOWN);
    Path file = folder.resolve("m.zip");
    model.save(file);
    VitModel again = VitModel.load(file);
    assertThat(again.logits(x)).isEqualTo(model.logits(x));
    assertThat(again.shape()).isEqualTo(model.shape());
    assertThat(again.label(2)).isEqualTo("c");
    assertThat(again.preprocessing().orElseThrow().std()).containsExactly(0.5, 0.5, 0.5);
    assertThatThrownBy(() -> again.logits(Nd4j.rand(DataType.FLOAT, 2, 3, 6, 4)))
        .hasMessageContaining("[2, 3, 4, 6]")
        .hasMessageContaining("[2, 3, 6, 4]");
  }

  /** The first block as all were, the second as none were: each has what is said of it. */
  @Test
  void optionsOfABlockAreThoseOfAModelThatHasThemEverywhere() throws IOException {
    VitShape own = shape("each block its own");
    VitShape all =
        small()
            .unit(own.unit(0))
            .separation(own.separation(0))
            .updateSteps(own.updateSteps(0))
            .build();
    MultiLayerNetwork one = network(own, DataType.DOUBLE);
    MultiLayerNetwork other = network(all, DataType.DOUBLE);
    other.params().assign(one.params());
    INDArray x = Nd4j.rand(DataType.DOUBLE, 2, 3, 4, 6);
    assertThat(one.feedForwardToLayer(1, x).get(2))
        .isEqualTo(other.feedForwardToLayer(1, x).get(2));
    assertThat(one.output(x)).isNotEqualTo(other.output(x));

    Path file = folder.resolve("m.zip");
    new VitModel(one, HALF, List.of(), Provenance.UNKNOWN).save(file);
    VitModel again = VitModel.load(file);
    assertThat(again.shape()).isEqualTo(own).isNotEqualTo(all);
    assertThat(again.network().output(x)).isEqualTo(one.output(x));
    // timm's weights fit whatever the blocks' options
    Path weights = folder.resolve("w.safetensors");
    SafetensorsFile.write(weights, VitWeights.stateDict(other));
    MultiLayerNetwork filled = network(own, DataType.DOUBLE);
    VitWeights.load(weights, filled, own);
    assertThat(filled.output(x)).isEqualTo(one.output(x));
  }

  @Test
  void anEncoderModelComesBackFromItsFileAndHasNoNamesOfTimm() throws IOException {
    VitShape shape = shape("encoder, each block its own");
    MultiLayerNetwork network = network(shape, DataType.FLOAT);
    Path file = folder.resolve("m.zip");
    new VitModel(network, HALF, List.of(), Provenance.UNKNOWN).save(file);
    INDArray x = Nd4j.rand(DataType.FLOAT, 2, 3, 4, 6);
    assertThat(VitModel.load(file).network().output(x)).isEqualTo(network.output(x));
    assertThatThrownBy(() -> VitWeights.stateDict(network)).hasMessageContaining("encoder");
  }

  @Test
  void everyFaultOfAFileIsSaidAndNothingIsLoaded() throws IOException {
    VitShape shape = shape("plain");
    MultiLayerNetwork network = network(shape, DataType.FLOAT);
    Map<String, INDArray> dict = new LinkedHashMap<>(VitWeights.stateDict(network));
    dict.remove("pos_embed");
    dict.put("blocks.1.norm2.bias", Nd4j.rand(DataType.FLOAT, 5));
    dict.put("blocks.0.attn.q_norm.weight", Nd4j.rand(DataType.FLOAT, 3));
    Path file = folder.resolve("w.safetensors");
    SafetensorsFile.write(file, dict);
    MultiLayerNetwork fresh = VisionTransformer.builder().shape(shape).build().init();
    INDArray before = fresh.params().dup();
    assertThatThrownBy(() -> VitWeights.load(file, fresh, shape))
        .isInstanceOfSatisfying(
            TreeFileException.class,
            e ->
                assertThat(e.faults())
                    .hasSize(3)
                    .anySatisfy(f -> assertThat(f).contains("pos_embed"))
                    .anySatisfy(f -> assertThat(f).contains("q_norm"))
                    .anySatisfy(f -> assertThat(f).contains("blocks.1.norm2.bias", "[6]", "[5]")));
    assertThat(fresh.params()).isEqualTo(before);
  }

  @Test
  void positionsOfAConstantGridStayConstant() throws IOException {
    VitShape square = small().image(4, 4).patch(2, 2).build();
    MultiLayerNetwork network = network(square, DataType.FLOAT);
    Map<String, INDArray> dict = new LinkedHashMap<>(VitWeights.stateDict(network));
    INDArray positions = dict.get("pos_embed");
    for (int i = 1; i < 5; i++) {
      for (int d = 0; d < 6; d++) {
        positions.putScalar(0, i, d, d + 1);
      }
    }
    Path file = folder.resolve("w.safetensors");
    SafetensorsFile.write(file, dict);
    VitShape larger =
        VitWeights.shape(
            file, new VitWeights.Request(2, new int[] {6, 10}, 5, 1, VitShape.Pool.TOKEN));
    MultiLayerNetwork fresh = VisionTransformer.builder().shape(larger).build().init();
    VitWeights.Loaded loaded = VitWeights.load(file, fresh, larger);
    assertThat(loaded.fresh()).containsExactly("head.weight", "head.bias");
    assertThat(loaded.adapted()).hasSize(2);
    INDArray resized = fresh.getLayer("embedding").paramTable().get("positions");
    assertThat(resized.shape()).containsExactly(16, 6);
    for (int i = 1; i < 16; i++) {
      for (int d = 0; d < 6; d++) {
        assertThat(resized.getDouble(i, d))
            .isCloseTo(d + 1, org.assertj.core.data.Offset.offset(1e-5));
      }
    }
    INDArray patch = fresh.getLayer("embedding").paramTable().get("W");
    assertThat(patch.shape()).containsExactly(4, 6);
  }

  @Test
  void impossibleShapesAreRefused() {
    assertThatThrownBy(() -> small().image(5, 6).build()).hasMessageContaining("5x6");
    assertThatThrownBy(() -> small().heads(4).build()).hasMessageContaining("4 heads");
    assertThatThrownBy(() -> small().classToken(false).build()).hasMessageContaining("class token");
    assertThatThrownBy(() -> small().units(List.of(LagrangianUnit.relu())).build())
        .hasMessageContaining("units for each of 2 blocks");
    assertThatThrownBy(() -> small().betas(List.of(1.0, -1.0)).build())
        .hasMessageContaining("beta");
    assertThatThrownBy(() -> small().updateStepsOfBlocks(List.of(0, -1)).build())
        .hasMessageContaining("updateStepsOfBlocks");
    assertThatThrownBy(() -> small().block(VitShape.Block.ENCODER).layerScale(true).build())
        .hasMessageContaining("layer scale");
  }
}
