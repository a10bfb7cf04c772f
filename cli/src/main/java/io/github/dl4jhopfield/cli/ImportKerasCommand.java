package io.github.dl4jhopfield.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Imports a Keras model, runs it and saves it for DL4J. */
@Command(
    name = "import-keras",
    description = {
      "Import a Keras model (.h5 of TF 2.4 to Keras 3, .keras), run it, save it for DL4J.",
      "Nothing in the file is executed; every weight is checked and accounted for."
    },
    mixinStandardHelpOptions = true)
final class ImportKerasCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;

  @Parameters(paramLabel = "MODEL", description = "The Keras file.")
  Path model;

  @Option(
      names = "--input",
      paramLabel = "X.npy",
      arity = "1..*",
      description = "Inputs in the model's order, in Keras's layout.")
  List<Path> inputs = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "Y.npy",
      arity = "1..*",
      description = "Where the model's outputs for these inputs go.")
  List<Path> outputs = new ArrayList<>();

  @Option(
      names = "--save",
      paramLabel = "MODEL.zip",
      description = "Save for DL4J's ModelSerializer.")
  Path save;

  @Option(
      names = "--sha256",
      paramLabel = "HEX",
      description = "Refuse a file with another SHA-256; an .h5 has no checksum of its own.")
  String sha256;

  @Option(
      names = "--predictions-only",
      description = "Leave out what matters in training only: loss, optimizer, regularisers...")
  boolean predictionsOnly;

  @Option(
      names = "--check",
      description = {
        "Build nothing; say all that stands in the way of an import, and what to do about each.",
        "Exit 0 if the model would import, else 1."
      })
  boolean check;

  @Option(names = "--json", description = "Print the summary as one JSON object.")
  boolean json;

  @Override
  public Integer call() throws IOException {
    if (inputs.isEmpty() != outputs.isEmpty()) {
      throw new UsageException("import-keras: expected --input and --output together, found one");
    }
    if (check && (!inputs.isEmpty() || save != null)) {
      throw new UsageException("import-keras: --check builds nothing to run or save");
    }
    InputFile.file(model);
    for (Path input : inputs) {
      InputFile.file(input);
    }
    if (check) {
      return KerasRun.check(this, root.console()) ? ExitCode.OK : ExitCode.FAILED;
    }
    KerasRun.run(this, root.console());
    return ExitCode.OK;
  }
}
