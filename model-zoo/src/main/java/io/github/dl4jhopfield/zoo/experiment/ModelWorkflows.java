package io.github.dl4jhopfield.zoo.experiment;

import java.util.List;

/** The zoo models on the class path that can be trained on a user's own files. */
public final class ModelWorkflows {
  private ModelWorkflows() {}

  /** All of them, by name. */
  public static List<ModelWorkflow> all() {
    return Services.all(ModelWorkflow.class, ModelWorkflow::name);
  }

  /**
   * That of a model's name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static ModelWorkflow byName(String name) {
    return Services.byName(all(), ModelWorkflow::name, name, "a model");
  }
}
