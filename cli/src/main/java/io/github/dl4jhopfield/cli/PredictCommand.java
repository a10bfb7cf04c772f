package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Applies a trained model. */
@Command(
    name = "predict",
    description = "Apply a trained model to your own files.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  @Mixin ModelOptions.Trained model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "What to predict for; labels are not needed.")
  Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Receives what the model says beside its predictions (deeprc: the sequences of each"
              + " repertoire with their attention).")
  Path out;

  @Override
  public Integer call() throws IOException {
    ModelWorkflow workflow = model.workflow();
    model.print(
        workflow.predict(
            InputFile.file(model.file),
            InputFile.readable(data),
            out,
            ExperimentArguments.given(model.command, workflow.predictOptions())));
    return ExitCode.OK;
  }
}
