package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;
import java.util.List;

/** An experiment whose hyperparameters can be searched. */
public interface TunableExperiment extends Experiment {
  /** What can be searched. Touches neither data nor ND4J. */
  List<TuningParameter> space();

  /**
   * Loads the data and splits it for validation, the same way for every candidate.
   *
   * @param context data, seed and options as for {@link #run}; options that are searched are set by
   *     the candidates
   */
  Tuning prepare(ExperimentContext context) throws IOException;
}
