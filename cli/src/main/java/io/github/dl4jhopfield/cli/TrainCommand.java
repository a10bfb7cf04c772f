package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.ExperimentContext;
import io.github.dl4jhopfield.zoo.ExperimentResult;
import io.github.dl4jhopfield.zoo.ModelWorkflow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Trains a zoo model on a user's own files. */
@Command(
    name = "train",
    description = {
      "Train a zoo model on your own files.",
      "'train --model NAME --help' shows the model's own options."
    },
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  @ParentCommand HopfieldCommand root;
  @Spec CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "Name of the zoo model, such as HopfieldMIL.")
  String model;

  @Option(names = "--data", required = true, paramLabel = "PATH", description = "Training data.")
  Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Receives model.zip and metrics.json.")
  Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of every random choice (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  @Override
  public Integer call() throws IOException {
    ModelWorkflow workflow = ExperimentArguments.model(spec.commandLine(), model);
    InputFile.readable(data);
    try (ProgressDisplay progress = new ProgressDisplay(root.console())) {
      ExperimentResult result =
          workflow.train(
              ExperimentContext.builder()
                  .data(data)
                  .out(out)
                  .seed(seed)
                  .progress(progress)
                  .options(ExperimentArguments.given(spec, workflow.options()))
                  .build());
      progress.end();
      RunCommand.print(root.console(), result, json);
    }
    return ExitCode.OK;
  }
}
