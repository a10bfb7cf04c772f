package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceFile;
import io.github.dl4jhopfield.search.space.SpaceParameter;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import io.github.dl4jhopfield.zoo.files.TreeFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The search spaces of experiments: their own, and those that files give them. */
public final class SearchSpaces {
  /** How many values a grid takes of a range of an experiment's own space. */
  static final int GRID_POINTS = 3;

  private SearchSpaces() {}

  /**
   * What may be searched of an experiment: its hyperparameters, and its options in camel case
   * ({@code batchSize} for {@code batch-size}).
   */
  public static List<String> names(TunableExperiment experiment) {
    Set<String> names = new LinkedHashSet<>();
    experiment.space().forEach(parameter -> names.add(parameter.name()));
    experiment.options().forEach(option -> names.add(option.camelCase()));
    return List.copyOf(names);
  }

  /** The space that the experiment itself proposes; a grid takes three values of each range. */
  public static Space of(TunableExperiment experiment) {
    List<SpaceParameter> parameters = new ArrayList<>();
    for (TuningParameter p : experiment.space()) {
      SpaceParameter.Kind kind = SpaceParameter.Kind.valueOf(p.kind().name());
      int points =
          switch (kind) {
            case CHOICE -> 0;
            case INTEGER -> (int) Math.min(GRID_POINTS, p.max() - p.min() + 1);
            default -> GRID_POINTS;
          };
      parameters.add(
          new SpaceParameter(
              p.name(),
              kind,
              p.min(),
              p.max(),
              Double.NaN,
              points,
              p.choices(),
              p.defaultValue(),
              Map.of()));
    }
    return new Space(parameters, Map.of(), Map.of());
  }

  /**
   * The space of a file, checked against the experiment's names and types.
   *
   * @throws TreeFileException with every fault of the file
   * @throws IOException if it cannot be read
   */
  public static Space read(Path file, TunableExperiment experiment) throws IOException {
    return checked(file.toString(), SpaceFile.read(file, names(experiment)), experiment);
  }

  /** The space, whose values must be of the experiment's types. */
  static Space checked(String file, Space space, TunableExperiment experiment)
      throws TreeFileException {
    List<String> faults = new ArrayList<>();
    for (SpaceParameter p : space.parameters()) {
      for (Object value :
          p.kind() == SpaceParameter.Kind.CHOICE
              ? p.choices()
              : List.of(p.valueAt(0), p.valueAt(1))) {
        check(experiment, p.name(), value).ifPresent(fault -> faults.add(file + ": " + fault));
      }
    }
    space
        .fixed()
        .forEach(
            (name, value) ->
                check(experiment, name, value).ifPresent(fault -> faults.add(file + ": " + fault)));
    if (!faults.isEmpty()) {
      throw new TreeFileException(faults);
    }
    return space;
  }

  /** What is wrong with a value of a hyperparameter or an option. */
  private static Optional<String> check(TunableExperiment experiment, String name, Object value) {
    for (TuningParameter p : experiment.space()) {
      if (p.name().equals(name)) {
        boolean number = p.defaultValue() instanceof Number;
        boolean legal =
            number ? value instanceof Number : p.defaultValue().getClass().isInstance(value);
        return legal
            ? Optional.empty()
            : Optional.of(
                name
                    + ": expected "
                    + (number ? "a number" : "a value such as " + p.defaultValue())
                    + ", found "
                    + value);
      }
    }
    for (ExperimentOption option : experiment.options()) {
      if (option.camelCase().equals(name)) {
        try {
          option.checked(ExperimentOption.written(value));
        } catch (IllegalArgumentException e) {
          return Optional.of(name + ": " + e.getMessage());
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The candidate without a search: the space's defaults, where it gives none the experiment's,
   * fixed values included.
   *
   * @return empty if a parameter has a default in neither, or one that the space does not take
   */
  static Map<String, Object> defaults(Space space, TunableExperiment experiment) {
    Map<String, Object> known = new LinkedHashMap<>();
    experiment.options().forEach(o -> known.put(o.camelCase(), typed(o, o.defaultValue())));
    experiment.space().forEach(p -> known.put(p.name(), p.defaultValue()));
    Map<String, Object> missing = new LinkedHashMap<>();
    Map<String, Object> defaults =
        space.candidate(
            p -> {
              Object value = p.defaultValue() != null ? p.defaultValue() : known.get(p.name());
              if (value == null || !p.takes(value)) {
                missing.put(p.name(), value);
              }
              return value;
            });
    return missing.isEmpty() ? defaults : Map.of();
  }

  /** An option's default as a space writes it. */
  private static Object typed(ExperimentOption option, String value) {
    Object parsed = option.parse(value);
    return parsed instanceof Long whole && whole == whole.intValue()
        ? (Object) whole.intValue()
        : parsed;
  }
}
