package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures a trained model. */
@Command(
    name = "evaluate",
    description = "Measure a trained model on labelled files that it was not trained on.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
  @Mixin ModelOptions.Trained model;

  @Option(names = "--data", required = true, paramLabel = "PATH", description = "Labelled data.")
  Path data;

  @Override
  public Integer call() throws IOException {
    ModelWorkflow workflow = model.workflow();
    model.print(workflow.evaluate(InputFile.file(model.file), InputFile.readable(data)));
    return ExitCode.OK;
  }
}
