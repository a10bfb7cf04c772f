package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.files.StateDicts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.api.Model;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Puts weights of PyTorch modules into a model. */
@Command(
    name = "import-weights",
    description = {
      "Put weights from .safetensors into a Hopfield layer of a model with the same options.",
      "A missing or unknown name, or another shape, is refused."
    },
    mixinStandardHelpOptions = true)
final class ImportWeightsCommand implements Callable<Integer> {
  /** Whose names the file uses. */
  enum Format {
    hflayers
  }

  @ParentCommand HopfieldCommand root;

  @Parameters(index = "0", paramLabel = "FORMAT", description = "hflayers: a state dict of it.")
  Format format;

  @Parameters(index = "1", paramLabel = "FILE", description = "The .safetensors file.")
  Path file;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL.zip",
      description = "A network with that layer, in a file of DL4J's ModelSerializer.")
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

  @Override
  public Integer call() throws IOException {
    InputFile.file(file);
    Model network = NetworkFile.read(InputFile.file(model));
    StateDicts.load(network, layer, SafetensorsFile.readAll(file, prefix));
    NetworkFile.write(save, network);
    root.console().result("wrote %s", save);
    return ExitCode.OK;
  }
}
