package io.github.dl4jhopfield.zoo.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.PretrainedType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Published weights, in files that the user brings. */
class PretrainedVitTest {
  @TempDir Path folder;

  private static VisionTransformer.Builder small() {
    return VisionTransformer.builder()
        .shape(
            VitShape.builder()
                .image(4, 6)
                .patch(2, 3)
                .width(6)
                .depth(2)
                .heads(2)
                .hidden(8)
                .classes(3)
                .build());
  }

  private Path weights(MultiLayerNetwork network) throws IOException {
    network.params().assign(Nd4j.rand(DataType.FLOAT, network.params().shape()));
    Path file = folder.resolve("model.safetensors");
    SafetensorsFile.write(file, VitWeights.stateDict(network));
    return file;
  }

  /** As timm and torchvision count them. */
  @ParameterizedTest
  @CsvSource({
    "vit_tiny_patch16_224.augreg_in21k_ft_in1k, 5717416",
    "vit_small_patch16_224.augreg_in21k_ft_in1k, 22050664",
    "vit_base_patch16_224.augreg2_in21k_ft_in1k, 86567656",
    "vit_large_patch16_224.augreg_in21k_ft_in1k, 304326632",
    "vit_b_16, 86567656",
    "vit_b_16_swag, 86859496",
    "vit_b_16_lc_swag, 86567656",
    "vit_b_32, 88224232",
    "vit_l_16, 304326632",
    "vit_l_16_swag, 305174504",
    "vit_l_16_lc_swag, 304326632",
    "vit_l_32, 306535400",
    "vit_h_14_swag, 633470440",
    "vit_h_14_lc_swag, 632045800",
  })
  void eachIsOfTheModelItSays(String name, long parameters) {
    VitShape shape = PretrainedVit.named(name).orElseThrow().shape();
    long count =
        VitWeights.names(shape).values().stream()
            .mapToLong(dimensions -> Arrays.stream(dimensions).reduce(1, (a, b) -> a * b))
            .sum();
    assertThat(count).isEqualTo(parameters);
  }

  @ParameterizedTest
  @EnumSource
  void theFileIsNamedAsItIsPublished(PretrainedVit weights) {
    if (weights.isSafetensors()) {
      assertThat(weights.fileName()).isEqualTo("model.safetensors");
      assertThat(weights.sha256()).matches("[0-9a-f]{64}");
    } else {
      assertThat(weights.fileName()).matches("vit_[blh]_[0-9]+[a-z_]*-[0-9a-f]{8}\\.pth");
      assertThat(weights.fileName()).contains(weights.sha256());
    }
    assertThat(PretrainedVit.named(weights.weights())).contains(weights);
  }

  @Test
  void aFileOfTheUsersIsCheckedAndRead() throws IOException {
    MultiLayerNetwork network = small().build().init();
    Path file = weights(network);
    String sha256 = new Fingerprint().add(file).toString();
    VisionTransformer model =
        small().seed(9).pretrained(PretrainedType.CIFAR10, file, sha256.toUpperCase()).build();
    assertThat(model.pretrainedAvailable(PretrainedType.CIFAR10)).isTrue();
    assertThat(model.pretrainedAvailable(PretrainedType.IMAGENET)).isFalse();
    assertThat(model.initPretrained(PretrainedType.CIFAR10).params()).isEqualTo(network.params());
    assertThatThrownBy(() -> model.initPretrained(PretrainedType.IMAGENET))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("nothing is downloaded");
  }

  @Test
  void anotherFileIsRefusedWithBothHashes() throws IOException {
    Path file = weights(small().build().init());
    String found = new Fingerprint().add(file).toString();
    VisionTransformer model =
        VisionTransformer.builder().pretrained(PretrainedVit.TIMM_TINY_16, file).build();
    assertThat(model.shape()).isEqualTo(VitShape.tiny());
    assertThatThrownBy(() -> model.initPretrained(PretrainedType.IMAGENET))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(PretrainedVit.TIMM_TINY_16.sha256())
        .hasMessageContaining(found)
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> PretrainedVit.TORCHVISION_BASE_16.check(file))
        .hasMessageContaining("c867db91")
        .hasMessageContaining(found);
    PretrainedVit.requireSha256(file, found.substring(0, 8));
  }

  @Test
  void whatCannotBeCheckedIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "f");
    assertThatThrownBy(() -> PretrainedVit.requireSha256(file, "c867db9"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("c867db9");
    assertThatThrownBy(
            () -> VisionTransformer.builder().pretrained(PretrainedVit.TORCHVISION_LARGE_16, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vit_l_16-852ce7e3.pth");
  }
}
