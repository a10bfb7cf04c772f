package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.search.Sweep;
import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflows;
import java.util.Iterator;

/**
 * Names that a shell can complete, looked up only where they are asked for: making the command line
 * must touch no class that starts a logger.
 */
final class Names {
  private Names() {}

  /** Of experiments. */
  static final class OfExperiments implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Experiments.all().stream().map(Experiment::name).iterator();
    }
  }

  /** Of experiments that can be searched. */
  static final class OfSearchable implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Sweep.experiments().stream().map(e -> ((Experiment) e).name()).iterator();
    }
  }

  /** Of zoo models. */
  static final class OfModels implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ModelWorkflows.all().stream().map(ModelWorkflow::name).iterator();
    }
  }

  /** Of ops. */
  static final class OfOps implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return CommandLineOps.names().iterator();
    }
  }
}
