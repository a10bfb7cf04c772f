package io.github.dl4jhopfield.zoo.experiment;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The experiments on the class path. */
public final class Experiments {
  private Experiments() {}

  /** All of them, by name. */
  public static List<Experiment> all() {
    return ServiceLoader.load(Experiment.class, Experiment.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(Experiment::name))
        .toList();
  }

  /**
   * The experiment of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static Experiment byName(String name) {
    List<Experiment> all = all();
    return all.stream()
        .filter(e -> e.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected an experiment of "
                        + all.stream().map(Experiment::name).collect(Collectors.joining(", "))
                        + ", found \""
                        + name
                        + '"'));
  }
}
