package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.search.BestOptions;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a zoo model on a user's own files. */
@Command(
    name = "train",
    description = {
      "Train a zoo model on your own files.",
      "'train --model NAME --help' shows the model's own options."
    },
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  @Mixin ModelOptions model;

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

  @Option(
      names = "--from-sweep",
      paramLabel = "DIR",
      description =
          "Train with the best values of the sweep in this folder (options that are given win).")
  Path fromSweep;

  @Override
  public Integer call() throws IOException {
    ModelWorkflow workflow = model.workflow();
    InputFile.readable(data);
    Map<String, String> options = new LinkedHashMap<>();
    if (fromSweep != null) {
      options.putAll(BestOptions.of(fromSweep, workflow.options()));
      if (workflow.options().stream().anyMatch(option -> option.name().equals("tune"))) {
        options.put("tune", "false"); // they were chosen
      }
    }
    options.putAll(ExperimentArguments.given(model.command, workflow.options()));
    try (ProgressDisplay progress = new ProgressDisplay(model.root.console())) {
      ExperimentContext context =
          ExperimentContext.builder()
              .data(data)
              .out(out)
              .seed(seed)
              .progress(progress)
              .options(options)
              .build();
      RunCommand.run(model.root.console(), progress, model.json, () -> workflow.train(context));
    }
    return ExitCode.OK;
  }
}
