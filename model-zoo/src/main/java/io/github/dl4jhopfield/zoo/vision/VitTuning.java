package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.GivenUp;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.learn.Seeds;
import io.github.dl4jhopfield.zoo.networks.AssociationTexts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scores hyperparameters of a Vision Transformer by its accuracy on the tenth of the training
 * images that its training holds back. The test images play no part, nor does an outer fold of the
 * training images that is left out.
 */
final class VitTuning implements Tuning.Watched {
  private static final String ACCURACY = "accuracy";
  private static final String PARAMETERS = "parameters";

  /** Distinguishes the split into outer folds from that into training and validation. */
  private static final long OUTER = 0x6f75746572L;

  private final VitExperiment experiment;
  private final ExperimentContext context;
  private final VitTraining.Data data;

  /** Whether the test images of the data are an outer fold. */
  private final boolean outside;

  VitTuning(VitExperiment experiment, ExperimentContext context, VitTraining.Data data) {
    this(experiment, context, data, false);
  }

  private VitTuning(
      VitExperiment experiment, ExperimentContext context, VitTraining.Data data, boolean outside) {
    this.experiment = experiment;
    this.context = context;
    this.data = data;
    this.outside = outside;
  }

  static List<TuningParameter> space() {
    return List.of(
        TuningParameter.logUniform("learningRate", 1e-4, 1e-2, 1e-3),
        TuningParameter.logUniform("weightDecay", 1e-3, 0.5, 0.05),
        TuningParameter.uniform("dropout", 0, 0.3, 0.0),
        TuningParameter.choice("depth", List.of(2, 4, 6), 4),
        TuningParameter.choice("unit", AssociationTexts.units(), "none"));
  }

  @Override
  public Tuning onOnePart() {
    return this; // it has no more
  }

  @Override
  public Tuning outside(int fold, int count) {
    ImageSet all = data.train();
    ImageSet.Split split = all.fold(fold, count, Seeds.mix(context.seed(), OUTER));
    return new VitTuning(
        experiment,
        context,
        new VitTraining.Data(split.train(), split.test(), data.damaged(), data.from()),
        true);
  }

  @Override
  public double test(Map<String, Object> values) {
    if (!outside) {
      return Tuning.Watched.super.test(values);
    }
    try {
      VitTraining.Trained trained = VitTraining.train(run(values), data, (epoch, accuracy) -> {});
      return VitTraining.predict(trained.network(), data.test(), trained.statistics()).accuracy();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ExperimentRun run(Map<String, Object> values) {
    return ExperimentRun.of(experiment, context, values);
  }

  @Override
  public String dataset() {
    return data.train().name();
  }

  @Override
  public String metric() {
    return ACCURACY;
  }

  @Override
  public boolean greaterIsBetter() {
    return true;
  }

  @Override
  public List<Objective> objectives() {
    return List.of(new Objective(ACCURACY, true), new Objective(PARAMETERS, false));
  }

  @Override
  public Optional<Score> evaluate(
      Map<String, Object> values, List<String> objectives, Intermediate intermediate) {
    checkObjectives(objectives);
    ExperimentRun run = run(values);
    int epochs = run.integer("epochs");
    try {
      VitTraining.Trained trained =
          VitTraining.train(
              run,
              data,
              (epoch, accuracy) -> {
                if (epoch < epochs && !intermediate.goesOn((double) epoch / epochs, accuracy)) {
                  throw new GivenUp();
                }
              });
      double accuracy = trained.result().bestScore();
      return Optional.of(
          new Score(
              accuracy,
              List.of(accuracy),
              objectives.contains(PARAMETERS)
                  ? Map.of(PARAMETERS, (double) trained.network().numParams())
                  : Map.of()));
    } catch (GivenUp e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void saveModel(Map<String, Object> values, Path file) throws IOException {
    ExperimentRun run = run(values);
    VitTraining.Trained trained = VitTraining.train(run, data, (epoch, accuracy) -> {});
    VitTraining.model(run, data, trained).save(file);
  }
}
