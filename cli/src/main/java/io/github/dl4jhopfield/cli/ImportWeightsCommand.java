package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.files.Provenance;
import io.github.dl4jhopfield.zoo.files.StateDicts;
import io.github.dl4jhopfield.zoo.vision.Preprocessing;
import io.github.dl4jhopfield.zoo.vision.PretrainedVit;
import io.github.dl4jhopfield.zoo.vision.VisionTransformer;
import io.github.dl4jhopfield.zoo.vision.VitModel;
import io.github.dl4jhopfield.zoo.vision.VitShape;
import io.github.dl4jhopfield.zoo.vision.VitWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Puts weights of PyTorch modules into a model. */
@Command(
    name = "import-weights",
    description = {
      "hflayers: put weights from .safetensors into a Hopfield layer of a model with the same options.",
      "vit: make a Vision Transformer of weights in timm's or torchvision's names.",
      "A missing or unknown name, or another shape, is refused."
    },
    mixinStandardHelpOptions = true)
final class ImportWeightsCommand implements Callable<Integer> {
  /** Whose names the file uses. */
  enum Format {
    hflayers,
    vit
  }

  @ParentCommand HopfieldCommand root;

  @Parameters(
      index = "0",
      paramLabel = "FORMAT",
      description = "hflayers: a state dict of it; vit: of timm or torchvision.")
  Format format;

  @Parameters(index = "1", paramLabel = "FILE", description = "The .safetensors file.")
  Path file;

  @Option(
      names = "--model",
      paramLabel = "MODEL.zip",
      description = "hflayers: a network with that layer, in a file of DL4J's ModelSerializer.")
  Path model;

  @Option(
      names = "--layer",
      paramLabel = "LAYER",
      defaultValue = "0",
      description = {
        "Index of the layer, of a ComputationGraph the name of the layer or vertex",
        "(default: ${DEFAULT-VALUE})."
      })
  String layer;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      defaultValue = "",
      description = "What the module's names start with in the file, such as encoder.hopfield.")
  String prefix;

  @Option(names = "--save", required = true, paramLabel = "OUT.zip", description = "The result.")
  Path save;

  @Option(names = "--heads", paramLabel = "N", description = "vit: heads; no array tells them.")
  Integer heads;

  @Option(
      names = "--image",
      paramLabel = "N|HxW",
      description = "vit: size of images (default: as the positions say).")
  String image;

  @Option(names = "--patch", paramLabel = "N|HxW", description = "vit: checked against the file's.")
  String patch;

  @Option(names = "--classes", paramLabel = "N", description = "vit: another number: a new head.")
  Integer classes;

  @Option(
      names = "--channels",
      paramLabel = "N",
      description = "vit: another number: patch weights of 3 channels are adapted.")
  Integer channels;

  @Option(
      names = "--pool",
      paramLabel = "token|avg",
      description = "vit: class token or mean (default: mean where the file has fc_norm).")
  VitShape.Pool pool;

  @Option(
      names = "--config",
      paramLabel = "config.json",
      description = "vit: how images are prepared (default: a config.json beside the weights).")
  Path config;

  @Option(
      names = "--pretrained",
      paramLabel = "NAME",
      description = {
        "vit: weights that are known, such as vit_tiny_patch16_224.augreg_in21k_ft_in1k:",
        "tells the heads, and of timm's files the SHA-256."
      })
  String pretrained;

  @Option(
      names = "--sha256",
      paramLabel = "HEX",
      description = "Refuse a file with another SHA-256; the first 8 digits or more.")
  String sha256;

  @Option(
      names = "--unit",
      paramLabel = "UNIT",
      defaultValue = "none",
      description = {
        "vit: forgetting of keys (LwPF): none, relu or pfu, one for all blocks, or one for each",
        "separated by commas (default: ${DEFAULT-VALUE})."
      })
  String unit;

  @Override
  public Integer call() throws IOException {
    InputFile.file(file);
    if (sha256 != null) {
      try {
        PretrainedVit.requireSha256(file, sha256);
      } catch (DataFormatException e) {
        throw e;
      } catch (IllegalArgumentException e) {
        throw new UsageException("import-weights: --" + e.getMessage());
      }
    }
    if (format == Format.vit) {
      return vision();
    }
    if (model == null) {
      throw new UsageException("import-weights hflayers: expected --model MODEL.zip, found none");
    }
    Model network = NetworkFile.read(InputFile.file(model));
    StateDicts.load(network, layer, SafetensorsFile.readAll(file, prefix));
    NetworkFile.write(save, network);
    root.console().result("wrote %s", save);
    return ExitCode.OK;
  }

  /** Checks the file where its SHA-256 is known, and gives the number of heads. */
  private int known() throws IOException {
    PretrainedVit weights =
        PretrainedVit.named(pretrained)
            .orElseThrow(
                () ->
                    new UsageException(
                        "import-weights vit: --pretrained: expected one of "
                            + Arrays.stream(PretrainedVit.values())
                                .map(PretrainedVit::weights)
                                .collect(Collectors.joining(", "))
                            + ", found \""
                            + pretrained
                            + '"'));
    if (weights.isSafetensors()) {
      weights.check(file);
    } else {
      root.console()
          .note(
              "not checked: the SHA-256 of %s is that of %s, which pth_to_safetensors.py checks",
              pretrained, weights.fileName());
    }
    int its = weights.shape().heads();
    if (heads != null && heads != its) {
      throw new UsageException(
          "import-weights vit: --heads: expected "
              + its
              + " as of "
              + pretrained
              + ", found "
              + heads);
    }
    return its;
  }

  private Integer vision() throws IOException {
    if (heads == null && pretrained == null) {
      throw new UsageException(
          "import-weights vit: expected --heads N or --pretrained NAME, found neither");
    }
    int count = pretrained == null ? heads : known();
    int[] cut = size("--patch", patch);
    VitShape shape;
    try {
      shape =
          VitWeights.shape(
                  file,
                  new VitWeights.Request(count, size("--image", image), classes, channels, pool))
              .toBuilder()
              .units(unit, 0.01)
              .build();
    } catch (DataFormatException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new UsageException("import-weights vit: " + e.getMessage());
    }
    if (cut != null && (cut[0] != shape.patchHeight() || cut[1] != shape.patchWidth())) {
      throw new UsageException(
          "import-weights vit: --patch: expected "
              + shape.patchHeight()
              + "x"
              + shape.patchWidth()
              + " as of the file, found "
              + patch);
    }
    Path beside = file.toAbsolutePath().resolveSibling("config.json");
    Path from = config != null ? InputFile.file(config) : Files.exists(beside) ? beside : null;
    Preprocessing preprocessing = from == null ? null : Preprocessing.read(from);
    MultiLayerNetwork network = VisionTransformer.builder().shape(shape).build().init();
    VitWeights.Loaded loaded = VitWeights.load(file, network, shape);
    Console console = root.console();
    console.note(
        "loaded %d arrays: %s", loaded.loaded().size(), String.join(", ", loaded.loaded()));
    loaded.adapted().forEach(line -> console.note("adapted: %s", line));
    if (!loaded.fresh().isEmpty()) {
      console.note("new: %s", String.join(", ", loaded.fresh()));
    }
    if (preprocessing == null) {
      console.note(
          "no config.json beside the weights and no --config: how images are prepared is not known,"
              + " predict takes prepared arrays only (--raw)");
    } else if (preprocessing.height() != shape.imageHeight()
        || preprocessing.width() != shape.imageWidth()) {
      preprocessing = preprocessing.withSize(shape.imageHeight(), shape.imageWidth());
      console.note(
          "images are prepared for %dx%d instead of %s's size",
          shape.imageHeight(), shape.imageWidth(), from);
    }
    new VitModel(
            network,
            preprocessing,
            List.of(),
            Provenance.of("import-weights vit", file.getFileName().toString(), "", 0, Map.of()))
        .save(save);
    console.result("wrote %s", save);
    return ExitCode.OK;
  }

  /** {@code 224} or {@code 256x192}, height first; null for null. */
  private static int[] size(String option, String text) {
    if (text == null) {
      return null;
    }
    java.util.regex.Matcher size =
        java.util.regex.Pattern.compile("([1-9]\\d{0,4})(?:x([1-9]\\d{0,4}))?").matcher(text);
    if (!size.matches()) {
      throw new UsageException(
          "import-weights vit: " + option + ": expected N or HxW, found \"" + text + '"');
    }
    int height = Integer.parseInt(size.group(1));
    return new int[] {height, size.group(2) == null ? height : Integer.parseInt(size.group(2))};
  }
}
