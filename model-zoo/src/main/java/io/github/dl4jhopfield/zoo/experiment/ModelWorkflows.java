package io.github.dl4jhopfield.zoo.experiment;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The zoo models on the class path that can be trained on a user's own files. */
public final class ModelWorkflows {
  private ModelWorkflows() {}

  /** All of them, by name. */
  public static List<ModelWorkflow> all() {
    return ServiceLoader.load(ModelWorkflow.class, ModelWorkflow.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(ModelWorkflow::name))
        .toList();
  }

  /**
   * That of a model's name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static ModelWorkflow byName(String name) {
    List<ModelWorkflow> all = all();
    return all.stream()
        .filter(w -> w.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a model of "
                        + String.join(", ", all.stream().map(ModelWorkflow::name).toList())
                        + ", found \""
                        + name
                        + '"'));
  }
}
