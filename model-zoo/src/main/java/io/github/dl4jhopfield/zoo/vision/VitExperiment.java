package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentRun;
import io.github.dl4jhopfield.zoo.experiment.ExperimentTemplate;
import io.github.dl4jhopfield.zoo.experiment.Findings;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** A Vision Transformer trained from scratch, with and without partial forgetting. */
public final class VitExperiment extends ExperimentTemplate<VitTraining.Data>
    implements TunableExperiment {
  /** For the service loader. */
  public VitExperiment() {
    super(
        "vit",
        "Vision Transformer with partial forgetting; MNIST digits, a folder of idx files, of"
            + " CIFAR's binary files, or of a folder for each class");
  }

  @Override
  public List<ExperimentOption> options() {
    return Stream.concat(VitOptions.all().stream(), VitOptions.study().stream()).toList();
  }

  @Override
  protected VitTraining.Data open(ExperimentRun run) throws IOException {
    VitStudy.check(run);
    return VitTraining.open(run);
  }

  @Override
  protected Findings run(ExperimentRun run, VitTraining.Data data) throws IOException {
    return VitStudy.isAskedFor(run) ? VitStudy.run(this, run, data) : VitTraining.run(run, data);
  }

  @Override
  public List<TuningParameter> space() {
    return VitTuning.space();
  }

  @Override
  public Tuning prepare(ExperimentContext context) throws IOException {
    ExperimentRun run = ExperimentRun.of(this, context);
    if (VitStudy.isAskedFor(run)) {
      throw new IllegalArgumentException(
          "a search: expected neither units nor repeats, which compare trainings by themselves");
    }
    return new VitTuning(this, context, open(run));
  }
}
