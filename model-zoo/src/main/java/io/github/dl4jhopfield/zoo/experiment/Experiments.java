package io.github.dl4jhopfield.zoo.experiment;

import java.util.List;

/** The experiments on the class path. */
public final class Experiments {
  private Experiments() {}

  /** All of them, by name. */
  public static List<Experiment> all() {
    return Services.all(Experiment.class, Experiment::name);
  }

  /**
   * The experiment of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static Experiment byName(String name) {
    return Services.byName(all(), Experiment::name, name, "an experiment");
  }
}
