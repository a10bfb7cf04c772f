package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.PiecewisePredictor;
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

  @Option(
      names = "--spark",
      paramLabel = "URL",
      description =
          "Predict as tasks of this Spark 3.5 master (local[2], spark://host:7077), one for each file"
              + " of a folder, repertoire of a table or block of 64 bags; the environment variable"
              + " SPARK_HOME says where Spark is.")
  String spark;

  @Override
  public Integer call() throws IOException {
    ModelWorkflow workflow = model.workflow();
    if (spark != null) {
      return onSpark(workflow);
    }
    ExperimentResult result =
        workflow.predict(
            InputFile.file(model.file),
            InputFile.readable(data),
            out,
            ExperimentArguments.given(model.command, workflow.predictOptions()));
    model.print(result);
    return ended(result);
  }

  /** Whatever could not be predicted is a fault, though the others were. */
  private static int ended(ExperimentResult result) {
    return result.details().containsKey("failed") ? ExitCode.FAILED : ExitCode.OK;
  }

  private int onSpark(ModelWorkflow workflow) throws IOException {
    if (out != null) {
      throw new UsageException("predict: --spark: expected no --out beside it, found both");
    }
    Path file = InputFile.file(model.file);
    InputFile.readable(data);
    PiecewisePredictor predictor =
        workflow
            .predictor(file)
            .orElseThrow(
                () ->
                    new UsageException(
                        "predict: --spark: expected a model that is applied piece by piece, found "
                            + workflow.name()));
    ExperimentResult result;
    try (ProgressDisplay progress = new ProgressDisplay(model.root.console())) {
      result = SparkRuns.predict(spark, workflow.name(), predictor, file, data, progress);
    }
    model.print(result);
    return ended(result);
  }
}
