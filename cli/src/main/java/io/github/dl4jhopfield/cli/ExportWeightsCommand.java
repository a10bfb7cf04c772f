package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.io.SafetensorsFile;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import io.github.dl4jhopfield.zoo.files.StateDicts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Writes the weights of a model's Hopfield layers for PyTorch. */
@Command(
    name = "export-weights",
    description = {
      "Write the weights of a model's Hopfield layers to .safetensors, under the names of",
      "hopfield-layers' state dicts, each with the layer's index in front (0.association_core...), of",
      "a ComputationGraph with the name of the layer or vertex."
    },
    mixinStandardHelpOptions = true)
final class ExportWeightsCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;

  @Parameters(
      paramLabel = "MODEL.zip",
      description = "A network in a file of DL4J's ModelSerializer.")
  Path model;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "W.safetensors",
      description = "The file to write.")
  Path out;

  @Override
  public Integer call() throws IOException {
    Map<String, INDArray> weights = StateDicts.of(NetworkFile.read(InputFile.file(model)));
    SafetensorsFile.write(out, weights, Map.of("format", "pt"));
    root.console().result("wrote %d arrays to %s", weights.size(), out);
    return ExitCode.OK;
  }
}
