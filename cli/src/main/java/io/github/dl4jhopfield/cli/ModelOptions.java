package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What the commands on zoo models share. */
class ModelOptions {
  @ParentCommand HopfieldCommand root;

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      completionCandidates = Names.OfModels.class,
      description = "Name of the zoo model, such as HopfieldMIL.")
  String model;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  boolean json;

  ModelWorkflow workflow() {
    return ExperimentArguments.model(command.commandLine(), model);
  }

  void print(ExperimentResult result) {
    RunCommand.print(root.console(), result, json);
  }

  /** With a model that is trained. */
  static final class Trained extends ModelOptions {
    @Option(
        names = "--load",
        required = true,
        paramLabel = "MODEL.zip",
        description = "The model that 'train' or 'run --out' wrote.")
    Path file;
  }
}
