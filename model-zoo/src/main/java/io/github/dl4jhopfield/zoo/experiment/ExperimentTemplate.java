package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;

/**
 * An experiment of this workbench: its name and description, how it opens its data, its work. The
 * rest is {@link ExperimentRun}.
 *
 * @param <D> its data once opened
 */
public abstract class ExperimentTemplate<D> implements Experiment {
  private final String name;
  private final String description;

  protected ExperimentTemplate(String name, String description) {
    this.name = name;
    this.description = description;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String description() {
    return description;
  }

  /** Reads and checks the data; options have been checked. Cheap beside {@link #run}. */
  protected abstract D open(ExperimentRun run) throws IOException;

  /** The work. */
  protected abstract Findings run(ExperimentRun run, D data) throws IOException;

  @Override
  public final ExperimentResult run(ExperimentContext context) throws IOException {
    return ExperimentRun.execute(
        name, "experiment " + name, options(), context, this::open, this::run);
  }
}
