package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import java.util.List;
import java.util.Map;

/** The options that everything with {@link HopfieldMIL} has, and what they mean. */
final class MilSettings {
  private MilSettings() {}

  static List<ExperimentOption> options(MilParameters base) {
    return List.of(
        ExperimentOption.flag(
            "tune", true, "choose dropout and epochs by cross-validation within the training bags"),
        ExperimentOption.integer("inner-folds", 3, 2, 100, "folds of that choice"),
        ExperimentOption.integer("epochs", base.epochs(), 1, 1_000_000, "most epochs"),
        ExperimentOption.number(
            "learning-rate", base.learningRate(), 1e-9, 10, "learning rate of Adam"),
        ExperimentOption.number(
            "dropout", base.dropout(), 0, 0.95, "probability to drop a unit, if tune is false"),
        ExperimentOption.integer("embedding", base.embedding(), 1, 65_536, "width of an instance"),
        ExperimentOption.integer("heads", base.heads(), 1, 1_024, "association heads"),
        ExperimentOption.integer(
            "hidden", base.hidden(), 1, 65_536, "width of each head's association space"),
        ExperimentOption.number(
            "beta", base.beta(), 0, 1e6, "inverse temperature; 0: 1/sqrt(hidden)"),
        ExperimentOption.integer(
            "batch-size", base.batchSize(), 1, 1_000_000, "most bags in one update"),
        ExperimentOption.integer(
            "threads",
            Math.min(4, Runtime.getRuntime().availableProcessors()),
            1,
            1_024,
            "folds trained at once"));
  }

  static MilCrossValidation.Settings parse(Map<String, String> values, int folds, long seed) {
    return new MilCrossValidation.Settings(
        folds,
        Integer.parseInt(values.get("inner-folds")),
        Boolean.parseBoolean(values.get("tune")),
        new MilParameters(
            Integer.parseInt(values.get("embedding")),
            Integer.parseInt(values.get("heads")),
            Integer.parseInt(values.get("hidden")),
            Double.parseDouble(values.get("beta")),
            Double.parseDouble(values.get("dropout")),
            Double.parseDouble(values.get("learning-rate")),
            Integer.parseInt(values.get("epochs")),
            Integer.parseInt(values.get("batch-size"))),
        seed,
        Integer.parseInt(values.get("threads")));
  }
}
