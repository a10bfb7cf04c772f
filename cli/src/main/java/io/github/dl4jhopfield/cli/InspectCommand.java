package io.github.dl4jhopfield.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Says what a data or model file holds, and what of it would be used. */
@Command(
    name = "inspect",
    description = {
      "What a data or model file holds, and what of it would be used: repertoire files",
      "(AIRR, immunoSEQ, VDJdb, MiXCR, 10x, VDJtools, FASTA) and tables of them, MIL bags",
      "(.csv, .mat), .npy, .safetensors and their index, config.json of timm, idx files,",
      "Keras models (.h5, .keras), model zips."
    },
    mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;

  @Parameters(paramLabel = "FILE", description = "The file or table.")
  Path file;

  @Option(names = "--values", description = "Show all sequences, or all elements of arrays.")
  boolean values;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  @Option(
      names = "--reduction-fraction",
      paramLabel = "F",
      description = "Say how many sequences DeepRC keeps of each repertoire with this share.")
  Double reductionFraction;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Keep what was read of repertoires in this folder, for later runs.")
  Path cache;

  @Mixin ReadingOptions reading = new ReadingOptions();

  @Override
  public Integer call() throws IOException {
    if (reductionFraction != null && !(reductionFraction > 0 && reductionFraction <= 1)) {
      throw new UsageException(
          "--reduction-fraction: expected a number above 0, at most 1, found " + reductionFraction);
    }
    reading.reading();
    InputFile.file(file);
    new Inspection(this, root.console()).run();
    return ExitCode.OK;
  }
}
