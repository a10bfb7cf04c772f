package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceFile;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Search spaces that come with the program, by name. */
public final class ReadySpaces {
  /** By name, which experiment each is for. */
  private static final Map<String, String> EXPERIMENTS = new LinkedHashMap<>();

  static {
    EXPERIMENTS.put("paper-mil", "mil");
    EXPERIMENTS.put("paper-deeprc", "repertoire");
    EXPERIMENTS.put("lwpf", "repertoire");
    EXPERIMENTS.put("vit-small", "vit");
  }

  private ReadySpaces() {}

  /** The names of all. */
  public static List<String> names() {
    return List.copyOf(EXPERIMENTS.keySet());
  }

  /**
   * Name of the experiment that a space is for.
   *
   * @throws IllegalArgumentException for an unknown name
   */
  public static String experiment(String name) {
    String experiment = EXPERIMENTS.get(name);
    if (experiment == null) {
      throw new IllegalArgumentException(
          "space: expected one of " + String.join(", ", names()) + ", found \"" + name + '"');
    }
    return experiment;
  }

  /**
   * The space of that name.
   *
   * @throws IllegalArgumentException for an unknown name, or another experiment
   */
  public static Space read(String name, TunableExperiment experiment) throws IOException {
    if (!experiment(name).equals(experiment.name())) {
      throw new IllegalArgumentException(
          "space "
              + name
              + ": expected the experiment "
              + experiment(name)
              + ", found "
              + experiment.name());
    }
    try (InputStream in = ReadySpaces.class.getResourceAsStream("spaces/" + name + ".yaml")) {
      if (in == null) {
        throw new IOException("spaces/" + name + ".yaml is missing in the jar");
      }
      return SearchSpaces.checked(
          name, SpaceFile.read(name, in, SearchSpaces.names(experiment)), experiment);
    }
  }
}
