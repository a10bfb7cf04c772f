package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.Progress;
import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import java.util.List;

/**
 * How {@link HopfieldMIL} is trained and evaluated: the options that everything with it has, and
 * what they mean.
 */
record MilSettings(int innerFolds, boolean tune, MilParameters parameters, int threads) {
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
        ExperimentOption.choice(
            "separation",
            "softmax",
            AssociationTexts.separations(),
            "how the association weighs instances"),
        ExperimentOption.choice(
            "post", "none", AssociationTexts.posts(), "what is done to patterns after it"),
        ExperimentOption.choice(
            "unit", "none", AssociationTexts.units(), "Lagrangian unit of its scores"),
        ExperimentOption.number(
            "sigma",
            base.network().sigma(),
            0,
            1_000,
            "of the noise of the pfu's threshold in training"),
        ExperimentOption.integer(
            "threads",
            Math.min(4, Runtime.getRuntime().availableProcessors()),
            1,
            1_024,
            "folds trained at once"));
  }

  static MilSettings of(ExperimentRun run) {
    MilParameters base = MilParameters.DEFAULT;
    return new MilSettings(
        run.integer("inner-folds"),
        run.flag("tune"),
        new MilParameters(
            run.integer("embedding"),
            run.integer("heads"),
            run.integer("hidden"),
            run.number("beta"),
            run.number("dropout"),
            run.number("learning-rate"),
            run.integer("epochs"),
            run.integer("batch-size"),
            new BagNetwork(
                base.network().pooling(),
                run.text("separation"),
                run.text("post"),
                run.text("unit"),
                run.number("sigma"))),
        run.integer("threads"));
  }

  /** The cross-validation by bag that they ask for. */
  NestedCrossValidation<double[][], MilParameters, BagClassifier> validation(Progress progress) {
    var validation = NestedCrossValidation.builder(new MilLearner(parameters));
    if (tune) {
      validation.choose(innerFolds);
    } else {
      validation.parameters(parameters);
    }
    return validation.threads(threads).progress(progress).build();
  }

  /**
   * Checks that inner folds can be made of so many bags of each label.
   *
   * @param where which bags, for the message
   * @param way out, for the message
   */
  void checkInnerFolds(String file, int rarer, String where, String out) {
    if (rarer < innerFolds) {
      throw new DataFormatException(
          file,
          0,
          "at least " + innerFolds + " bags of each label " + where,
          rarer + "; give fewer inner folds" + out);
    }
  }
}
