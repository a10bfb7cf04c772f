package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.Fingerprint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.zoo.PretrainedType;

/**
 * Published weights of Vision Transformers for ImageNet's 1,000 classes that are known here by name
 * and SHA-256. Nothing is downloaded: the user brings the file.
 *
 * <p>Of timm's files the whole SHA-256 is known (as the provenance page of LibreViT lists them).
 * Torchvision puts the first eight digits into the name of its {@code .pth}; that file is turned
 * into {@code .safetensors} by a script, which checks them, and what comes of it has another
 * SHA-256.
 */
public enum PretrainedVit {
  /** ViT-Ti/16 of timm. */
  TIMM_TINY_16(
      "vit_tiny_patch16_224.augreg_in21k_ft_in1k",
      "fecf81b492bd13ee7a5297cb74d1d417aac8bf7e1b7d96aed89c4691984587ed",
      VitShape.tiny()),
  /** ViT-S/16 of timm. */
  TIMM_SMALL_16(
      "vit_small_patch16_224.augreg_in21k_ft_in1k",
      "79c03c635cdfd798a364a9d8c4e5c0b7255b975ea2c9616046d4f77ab01435aa",
      VitShape.small()),
  /** ViT-B/16 of timm. */
  TIMM_BASE_16(
      "vit_base_patch16_224.augreg2_in21k_ft_in1k",
      "32aa17d6e17b43500f531d5f6dc9bc93e56ed8841b8a75682e1bb295d722405b",
      VitShape.base()),
  /** ViT-L/16 of timm. */
  TIMM_LARGE_16(
      "vit_large_patch16_224.augreg_in21k_ft_in1k",
      "109390825a5bada2864f1b74445a63d29c51ef079c349644bc98996c452f6cf1",
      VitShape.large()),
  /** ViT-B/16 of torchvision, trained on ImageNet alone. */
  TORCHVISION_BASE_16("vit_b_16", "c867db91", VitShape.base()),
  /** ViT-B/16 of torchvision, SWAG, tuned as a whole at 384. */
  TORCHVISION_BASE_16_SWAG(
      "vit_b_16_swag", "9ac1b537", VitShape.base().toBuilder().image(384, 384).build()),
  /** ViT-B/16 of torchvision, SWAG with a linear classifier. */
  TORCHVISION_BASE_16_SWAG_LINEAR("vit_b_16_lc_swag", "4e70ced5", VitShape.base()),
  /** ViT-B/32 of torchvision, trained on ImageNet alone. */
  TORCHVISION_BASE_32("vit_b_32", "d86f8d99", VitShape.base().toBuilder().patch(32, 32).build()),
  /** ViT-L/16 of torchvision, trained on ImageNet alone. */
  TORCHVISION_LARGE_16("vit_l_16", "852ce7e3", VitShape.large()),
  /** ViT-L/16 of torchvision, SWAG, tuned as a whole at 512. */
  TORCHVISION_LARGE_16_SWAG(
      "vit_l_16_swag", "4f3808c9", VitShape.large().toBuilder().image(512, 512).build()),
  /** ViT-L/16 of torchvision, SWAG with a linear classifier. */
  TORCHVISION_LARGE_16_SWAG_LINEAR("vit_l_16_lc_swag", "4d563306", VitShape.large()),
  /** ViT-L/32 of torchvision, trained on ImageNet alone. */
  TORCHVISION_LARGE_32("vit_l_32", "c7638314", VitShape.large().toBuilder().patch(32, 32).build()),
  /** ViT-H/14 of torchvision, SWAG, tuned as a whole at 518. */
  TORCHVISION_HUGE_14_SWAG("vit_h_14_swag", "80465313", huge(518)),
  /** ViT-H/14 of torchvision, SWAG with a linear classifier. */
  TORCHVISION_HUGE_14_SWAG_LINEAR("vit_h_14_lc_swag", "c1eb923e", huge(224));

  private static final int WHOLE = 64;

  private final String weights;
  private final String sha256;
  private final VitShape shape;

  PretrainedVit(String weights, String sha256, VitShape shape) {
    this.weights = weights;
    this.sha256 = sha256;
    this.shape = shape;
  }

  private static VitShape huge(int side) {
    return VitShape.builder()
        .width(1280)
        .depth(32)
        .heads(16)
        .patch(14, 14)
        .image(side, side)
        .build();
  }

  /** Those that timm or torchvision calls so. */
  public static Optional<PretrainedVit> named(String weights) {
    return Arrays.stream(values()).filter(one -> one.weights.equals(weights)).findFirst();
  }

  /** What timm or torchvision calls them. */
  public String weights() {
    return weights;
  }

  /** The file as it is published. */
  public String fileName() {
    return isSafetensors() ? "model.safetensors" : weights + "-" + sha256 + ".pth";
  }

  /** Whether the published file can be read as it is. */
  public boolean isSafetensors() {
    return sha256.length() == WHOLE;
  }

  /** SHA-256 of that file in hexadecimal digits: all 64, or the first 8. */
  public String sha256() {
    return sha256;
  }

  /** The model that they are for. */
  public VitShape shape() {
    return shape;
  }

  /** What DL4J calls weights for these classes. */
  public PretrainedType type() {
    return PretrainedType.IMAGENET;
  }

  /**
   * Checks a file as it is published.
   *
   * @throws DataFormatException if it is another one, with both SHA-256
   */
  public void check(Path file) throws IOException {
    requireSha256(file, sha256);
  }

  /**
   * Checks a file before it is read.
   *
   * @param expected hexadecimal digits of its SHA-256: all 64, or the first 8 or more
   * @throws IllegalArgumentException if that is no such number
   * @throws DataFormatException if the file has another one
   */
  public static void requireSha256(Path file, String expected) throws IOException {
    if (!expected.matches("[0-9a-fA-F]{8,64}")) {
      throw new IllegalArgumentException(
          "sha256: expected 64 hexadecimal digits, or the first 8 or more, found \""
              + expected
              + '"');
    }
    String found = new Fingerprint().add(file).toString();
    if (!found.startsWith(expected.toLowerCase(java.util.Locale.ROOT))) {
      throw new DataFormatException(
          file.toString(),
          0,
          "a file with SHA-256 " + expected + (expected.length() < WHOLE ? "..." : ""),
          found);
    }
  }
}
