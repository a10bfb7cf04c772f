package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceFile;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The strategies by name.
 *
 * <table>
 * <caption>Names, what they are, their settings with defaults</caption>
 * <tr><td>random</td><td>each value drawn on its own</td><td></td></tr>
 * <tr><td>grid</td><td>every point of the space's grid once, in random order</td><td></td></tr>
 * <tr><td>quasi</td><td>a shifted Sobol sequence</td><td></td></tr>
 * <tr><td>genetic</td><td>Arbiter's genetic search</td><td>batch 10</td></tr>
 * <tr><td>tpe</td><td>tree-structured Parzen estimator</td><td>startup 10, batch 4</td></tr>
 * <tr><td>cmaes</td><td>covariance matrix adaptation</td><td></td></tr>
 * <tr><td>hyperband</td><td>successive halving of random candidates</td>
 *     <td>resource epochs, min 1, max 27, eta 9, or max / min where that is less, brackets all but the
 *     last</td></tr>
 * <tr><td>tpe+hyperband</td><td>successive halving of candidates by TPE</td><td>as hyperband</td></tr>
 * </table>
 */
public final class Strategies {
  /** See {@link HyperbandStrategy}. */
  private static final int ETA = 9;

  private static final Map<String, Set<String>> SETTINGS = new LinkedHashMap<>();

  static {
    SETTINGS.put("random", Set.of());
    SETTINGS.put("grid", Set.of());
    SETTINGS.put("quasi", Set.of());
    SETTINGS.put("genetic", Set.of("batch"));
    SETTINGS.put("tpe", Set.of("startup", "batch"));
    SETTINGS.put("hyperband", Set.of("resource", "min", "max", "eta", "brackets"));
    SETTINGS.put("tpe+hyperband", Set.of("resource", "min", "max", "eta", "brackets"));
    SETTINGS.put("cmaes", Set.of());
  }

  private Strategies() {}

  /** The names of all strategies. */
  public static List<String> names() {
    return List.copyOf(SETTINGS.keySet());
  }

  /**
   * Makes a strategy.
   *
   * @param name one of {@link #names()}
   * @param settings its settings by name, {@code kind} ignored; what is missing has its default
   * @param space what is searched
   * @param seed decides every candidate
   * @param defaults candidate 0, or an empty map for none
   * @throws IllegalArgumentException for an unknown name or setting, a bad value, or a grid over
   *     ranges without points; the message is one line
   */
  public static Strategy create(
      String name,
      Map<String, Object> settings,
      Space space,
      long seed,
      Map<String, Object> defaults) {
    Strategy strategy = create(name, settings, space, seed);
    return defaults.isEmpty()
        ? strategy
        : new DefaultsFirst(new LinkedHashMap<>(defaults), strategy);
  }

  private static Strategy create(
      String name, Map<String, Object> settings, Space space, long seed) {
    Set<String> known = SETTINGS.get(name);
    if (known == null) {
      throw new IllegalArgumentException(
          "strategy: expected one of "
              + String.join(", ", names())
              + ", found \""
              + name
              + '"'
              + Suggestions.hint(name, names()));
    }
    for (String setting : settings.keySet()) {
      if (!setting.equals("kind") && !known.contains(setting)) {
        throw new IllegalArgumentException(
            "strategy "
                + name
                + ": expected "
                + (known.isEmpty()
                    ? "no settings"
                    : "a setting of "
                        + String.join(", ", new ArrayList<>(known).stream().sorted().toList()))
                + ", found \""
                + setting
                + '"'
                + Suggestions.hint(setting, known));
      }
    }
    return switch (name) {
      case "random" -> ArbiterStrategy.random(space, seed);
      case "grid" -> new GridStrategy(space, seed, SpaceFile.MOST_GRID_POINTS);
      case "quasi" -> new QuasiRandomStrategy(space, seed);
      case "genetic" ->
          ArbiterStrategy.genetic(space, seed, whole(name, settings, "batch", 10, 1, 1000));
      case "tpe" ->
          new TpeStrategy(
              space,
              seed,
              whole(name, settings, "startup", 10, 1, 100_000),
              whole(name, settings, "batch", 4, 1, 1000));
      case "cmaes" -> new CmaEsStrategy(space, seed);
      default -> hyperband(name, settings, space, seed);
    };
  }

  private static Strategy hyperband(
      String name, Map<String, Object> settings, Space space, long seed) {
    if (!(settings.getOrDefault("resource", "epochs") instanceof String resource)) {
      throw new IllegalArgumentException(
          "strategy "
              + name
              + ": resource: expected the name of a value, found "
              + settings.get("resource"));
    }
    if (space.parameter(resource).isPresent() || space.fixed().containsKey(resource)) {
      throw new IllegalArgumentException(
          "strategy "
              + name
              + ": expected its resource "
              + resource
              + " to be neither searched nor fixed, found it in the space");
    }
    int min = whole(name, settings, "min", 1, 1, Integer.MAX_VALUE);
    int max = whole(name, settings, "max", Math.max(min, 27), min, Integer.MAX_VALUE);
    int eta = whole(name, settings, "eta", Math.max(2, Math.min(ETA, max / min)), 2, 1000);
    int all = HyperbandStrategy.brackets(min, max, eta);
    int brackets = whole(name, settings, "brackets", Math.max(1, all - 1), 1, all);
    return new HyperbandStrategy(
        space, seed, resource, min, max, eta, brackets, name.equals("tpe+hyperband"));
  }

  private static int whole(
      String name, Map<String, Object> settings, String setting, int byDefault, int min, int max) {
    Object value = settings.get(setting);
    if (value == null) {
      return byDefault;
    }
    boolean legal =
        value instanceof Number number
            && number.doubleValue() == Math.rint(number.doubleValue())
            && number.doubleValue() >= min
            && number.doubleValue() <= max;
    if (!legal) {
      throw new IllegalArgumentException(
          "strategy "
              + name
              + ": "
              + setting
              + ": expected a whole number from "
              + min
              + " to "
              + max
              + ", found "
              + value);
    }
    return ((Number) value).intValue();
  }
}
