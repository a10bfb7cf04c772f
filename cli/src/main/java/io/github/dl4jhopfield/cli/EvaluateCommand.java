package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.ModelWorkflow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Measures a trained model. */
@Command(
    name = "evaluate",
    description = "Measure a trained model on labelled files that it was not trained on.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "Name of the zoo model, such as HopfieldMIL.")
  String model;

  @Option(
      names = "--load",
      required = true,
      paramLabel = "MODEL.zip",
      description = "The model that 'train' or 'run --out' wrote.")
  Path file;

  @Option(names = "--data", required = true, paramLabel = "PATH", description = "Labelled data.")
  Path data;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  @Override
  public Integer call() throws IOException {
    ModelWorkflow workflow = ExperimentArguments.model(spec.commandLine(), model);
    RunCommand.print(
        root.console(), workflow.evaluate(InputFile.file(file), InputFile.readable(data)), json);
    return ExitCode.OK;
  }
}
