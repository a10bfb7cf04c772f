package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.search.Sweep;
import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflows;
import java.util.ArrayList;
import java.util.Collection;

/** Names that a shell can complete. */
final class Names {
  private Names() {}

  /** Of experiments. */
  static final class OfExperiments extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    OfExperiments() {
      super(Experiments.all().stream().map(Experiment::name).toList());
    }
  }

  /** Of experiments that can be searched. */
  static final class OfSearchable extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    OfSearchable() {
      super(Sweep.experiments().stream().map(Experiment::name).toList());
    }
  }

  /** Of zoo models. */
  static final class OfModels extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    OfModels() {
      super(ModelWorkflows.all().stream().map(ModelWorkflow::name).toList());
    }
  }

  /** Of ops. */
  static final class OfOps extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    OfOps() {
      super((Collection<String>) OpCatalogue.names());
    }
  }
}
