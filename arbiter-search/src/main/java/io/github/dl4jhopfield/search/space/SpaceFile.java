package io.github.dl4jhopfield.search.space;

import io.github.dl4jhopfield.search.space.SpaceParameter.Kind;
import io.github.dl4jhopfield.zoo.experiment.Suggestions;
import io.github.dl4jhopfield.zoo.files.TreeFile;
import io.github.dl4jhopfield.zoo.files.TreeFileException;
import io.github.dl4jhopfield.zoo.files.TreeNode;
import io.github.dl4jhopfield.zoo.files.TreeNode.Entry;
import io.github.dl4jhopfield.zoo.files.TreeNode.Mapping;
import io.github.dl4jhopfield.zoo.files.TreeNode.Scalar;
import io.github.dl4jhopfield.zoo.files.TreeNode.Sequence;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a search space from a YAML or JSON file:
 *
 * <pre>{@code
 * parameters:
 *   learningRate: {kind: logUniform, min: 1e-4, max: 1e-2, default: 1e-3}
 *   heads:        {kind: integer, min: 1, max: 8}
 *   dropout:      {kind: uniform, min: 0, max: 0.5, step: 0.1}
 *   separation:   {kind: choice, choices: [softmax, entmax]}
 *   alpha:        {kind: uniform, min: 1.1, max: 2, points: 4, when: {separation: entmax}}
 * fixed:
 *   epochs: 20
 * strategy: {kind: hyperband, resource: epochs, min: 1, max: 9, eta: 3}
 * }</pre>
 *
 * <p>Everything that is wrong is found before the first candidate starts, and said at once: a line
 * each, with the file and the line in it.
 */
public final class SpaceFile {
  /** Grids of more points are refused: they would not end. */
  public static final long MOST_GRID_POINTS = 1_000_000;

  private static final Set<String> TOP = Set.of("parameters", "fixed", "strategy");
  private static final List<String> RANGE_KEYS =
      List.of("kind", "min", "max", "step", "points", "default", "when");
  private static final List<String> CHOICE_KEYS = List.of("kind", "choices", "default", "when");

  /** The file's name, for messages. */
  private final String file;

  private final Collection<String> names;
  private final List<String> faults = new ArrayList<>();

  private SpaceFile(String file, Collection<String> names) {
    this.file = file;
    this.names = List.copyOf(names);
  }

  /**
   * Reads a space.
   *
   * @param file YAML 1.2, or JSON by its ending {@code .json}
   * @param names what may be searched or fixed
   * @throws TreeFileException with every fault of the file
   * @throws IOException if it cannot be read
   */
  public static Space read(Path file, Collection<String> names) throws IOException {
    return new SpaceFile(file.toString(), names).read(TreeFile.read(file));
  }

  /**
   * Reads a space of a stream of YAML.
   *
   * @param name for messages
   * @param names what may be searched or fixed
   * @throws TreeFileException with every fault
   * @throws IOException if it cannot be read
   */
  public static Space read(String name, InputStream in, Collection<String> names)
      throws IOException {
    return new SpaceFile(name, names).read(TreeFile.read(name, in));
  }

  private Space read(TreeNode top) throws TreeFileException {
    Space space = space(top);
    if (!faults.isEmpty()) {
      throw new TreeFileException(faults);
    }
    return space;
  }

  /**
   * Checks that a grid over the space can be walked.
   *
   * @param file the space's name, for messages
   * @throws TreeFileException if a parameter has no number of points, or there are too many in all
   */
  public static void checkGrid(String file, Space space) throws TreeFileException {
    List<String> faults = new ArrayList<>();
    for (SpaceParameter p : space.withoutGrid()) {
      faults.add(
          file
              + ": "
              + p.name()
              + ": a grid needs a step, or points (how many values to take) of a range, found"
              + " neither; or use --strategy random");
    }
    space
        .gridSize()
        .filter(size -> size.compareTo(BigInteger.valueOf(MOST_GRID_POINTS)) > 0)
        .ifPresent(
            size ->
                faults.add(
                    file
                        + ": expected a grid of at most "
                        + MOST_GRID_POINTS
                        + " points, found "
                        + size
                        + "; use --strategy random, or fewer values"));
    if (!faults.isEmpty()) {
      throw new TreeFileException(faults);
    }
  }

  private void fault(int line, String message) {
    faults.add(file + ":" + line + ": " + message);
  }

  private Space space(TreeNode top) {
    if (top instanceof Scalar scalar && scalar.plain() == null) {
      fault(1, "expected a map with parameters, found an empty file");
      return null;
    }
    if (!(top instanceof Mapping map)) {
      fault(top.line(), "expected a map with parameters at the top, found " + top.words());
      return null;
    }
    boolean misspelt = false;
    for (Entry entry : once(map, "key")) {
      if (!TOP.contains(entry.key())) {
        misspelt = true;
        fault(
            entry.line(),
            "expected a key of parameters, fixed, strategy, found "
                + Values.words(entry.key())
                + Suggestions.hint(entry.key(), TOP));
      }
    }
    Map<String, Object> fixed = fixed(map.get("fixed"));
    Map<String, Object> strategy = strategy(map.get("strategy"));
    List<SpaceParameter> parameters = parameters(map, fixed.keySet(), misspelt);
    checkConditions(parameters, fixed, map);
    return faults.isEmpty() ? new Space(parameters, fixed, strategy) : null;
  }

  /** The entries; those whose key was there before are faults. */
  private List<Entry> once(Mapping map, String what) {
    Map<String, Entry> first = new LinkedHashMap<>();
    for (Entry entry : map.entries()) {
      Entry before = first.putIfAbsent(entry.key(), entry);
      if (before != null) {
        fault(
            entry.line(),
            "expected each "
                + what
                + " once, found "
                + entry.key()
                + " again (first on line "
                + before.line()
                + ")");
      }
    }
    return List.copyOf(first.values());
  }

  private void checkName(Entry entry) {
    if (!names.contains(entry.key())) {
      fault(
          entry.line(),
          "unknown parameter "
              + Values.words(entry.key())
              + Suggestions.hint(entry.key(), names)
              + "; there are: "
              + String.join(", ", names));
    }
  }

  private Map<String, Object> fixed(TreeNode node) {
    Map<String, Object> fixed = new LinkedHashMap<>();
    if (node == null || node instanceof Scalar scalar && scalar.plain() == null) {
      return fixed;
    }
    if (!(node instanceof Mapping map)) {
      fault(node.line(), "fixed: expected a map of names to values, found " + node.words());
      return fixed;
    }
    for (Entry entry : once(map, "fixed value")) {
      checkName(entry);
      fixed.put(entry.key(), value(entry.key(), entry.value()));
    }
    return fixed;
  }

  private Map<String, Object> strategy(TreeNode node) {
    if (node == null || node instanceof Scalar scalar && scalar.plain() == null) {
      return Map.of();
    }
    if (!(node instanceof Mapping map)) {
      fault(node.line(), "strategy: expected a map with kind, found " + node.words());
      return Map.of();
    }
    once(map, "setting of strategy");
    if (!(map.get("kind") instanceof Scalar kind) || !(kind.plain() instanceof String)) {
      fault(map.line(), "strategy: expected a key kind with the strategy's name, found none");
    }
    return map.plain();
  }

  private List<SpaceParameter> parameters(Mapping top, Set<String> fixed, boolean misspelt) {
    TreeNode node = top.get("parameters");
    boolean none =
        node == null
            || node instanceof Scalar scalar && scalar.plain() == null
            || node instanceof Mapping map && map.entries().isEmpty();
    if (none) {
      if (!misspelt || node != null) {
        fault(top.line(), "parameters: expected at least one parameter, found none");
      }
      return List.of();
    }
    if (!(node instanceof Mapping map)) {
      fault(node.line(), "parameters: expected a map of names, found " + node.words());
      return List.of();
    }
    List<SpaceParameter> parameters = new ArrayList<>();
    for (Entry entry : once(map, "parameter")) {
      checkName(entry);
      if (fixed.contains(entry.key())) {
        fault(
            entry.line(),
            entry.key() + ": expected to be either fixed or searched, found it under both");
      }
      SpaceParameter parameter = parameter(entry);
      if (parameter != null) {
        parameters.add(parameter);
      }
    }
    return parameters;
  }

  /** A parameter, or null where it cannot be made out; faults are said either way. */
  private SpaceParameter parameter(Entry entry) {
    String name = entry.key();
    if (!(entry.value() instanceof Mapping map)) {
      fault(
          entry.line(),
          name
              + ": expected a map such as {kind: integer, min: 1, max: 8}, found "
              + entry.value().words());
      return null;
    }
    int before = faults.size();
    List<Entry> entries = once(map, "key of " + name);
    Kind kind = kind(entry, map);
    if (kind == null) {
      return null;
    }
    List<String> keys = kind == Kind.CHOICE ? CHOICE_KEYS : RANGE_KEYS;
    for (Entry e : entries) {
      if (!keys.contains(e.key())) {
        fault(
            e.line(),
            name
                + ": expected a key of "
                + String.join(", ", keys)
                + " for kind "
                + kind.word()
                + ", found "
                + Values.words(e.key())
                + Suggestions.hint(e.key(), keys));
      }
    }
    Map<String, List<Object>> when = when(name, map.get("when"));
    SpaceParameter parameter =
        kind == Kind.CHOICE ? choice(entry, map, when) : range(entry, map, kind, when);
    if (faults.size() > before || parameter == null) {
      return null;
    }
    return withDefault(parameter, map.get("default"));
  }

  private Kind kind(Entry entry, Mapping map) {
    TreeNode node = map.get("kind");
    if (node == null) {
      fault(
          entry.line(),
          entry.key()
              + ": expected a key kind of "
              + String.join(", ", Kind.words())
              + ", found none");
      return null;
    }
    String word = node instanceof Scalar scalar ? scalar.written() : "";
    Kind kind = Kind.of(word).orElse(null);
    if (kind == null) {
      fault(
          node.line(),
          entry.key()
              + ": expected a kind of "
              + String.join(", ", Kind.words())
              + ", found "
              + node.words()
              + Suggestions.hint(word, Kind.words()));
    }
    return kind;
  }

  private SpaceParameter choice(Entry entry, Mapping map, Map<String, List<Object>> when) {
    String name = entry.key();
    TreeNode node = map.get("choices");
    if (node == null) {
      fault(entry.line(), name + ": expected a key choices with a list of values, found none");
      return null;
    }
    if (!(node instanceof Sequence list)) {
      fault(node.line(), name + ": choices: expected a list of values, found " + node.words());
      return null;
    }
    if (list.items().isEmpty()) {
      fault(node.line(), name + ": choices: expected at least one value, found none");
      return null;
    }
    List<Object> choices = new ArrayList<>();
    for (TreeNode item : list.items()) {
      Object value = value(name + ": choices", item);
      if (value != null && choices.stream().anyMatch(c -> sameChoice(c, value))) {
        fault(
            item.line(),
            name + ": choices: expected each value once, found " + Values.words(value) + " twice");
      }
      choices.add(value);
    }
    return new SpaceParameter(
        name, Kind.CHOICE, Double.NaN, Double.NaN, Double.NaN, 0, nonNull(choices), null, when);
  }

  /** 1 and 1.0 are one choice. */
  private static boolean sameChoice(Object a, Object b) {
    return a != null && Values.same(a, b);
  }

  private static List<Object> nonNull(List<Object> values) {
    return values.stream().filter(java.util.Objects::nonNull).toList();
  }

  /** A plain value: text, a number, a boolean, or a list of these; null is a fault. */
  private Object value(String where, TreeNode node) {
    if (node instanceof Scalar scalar) {
      if (scalar.plain() == null) {
        fault(node.line(), where + ": expected text, a number, a boolean or a list, found nothing");
      } else if (scalar.plain() instanceof Double d && !Double.isFinite(d)) {
        fault(node.line(), where + ": expected a finite number, found " + scalar.written());
      }
      return scalar.plain() instanceof Long whole && whole == whole.intValue()
          ? (Object) whole.intValue()
          : scalar.plain();
    }
    if (node instanceof Sequence list) {
      List<Object> values = new ArrayList<>();
      list.items().forEach(item -> values.add(value(where, item)));
      return values;
    }
    fault(node.line(), where + ": expected text, a number, a boolean or a list, found a map");
    return null;
  }

  private SpaceParameter range(
      Entry entry, Mapping map, Kind kind, Map<String, List<Object>> when) {
    String name = entry.key();
    double min = number(entry, map, "min", kind, true);
    double max = number(entry, map, "max", kind, true);
    double step = number(entry, map, "step", kind, false);
    double points = number(entry, map, "points", Kind.INTEGER, false);
    if (min > max) {
      fault(
          entry.line(),
          name
              + ": expected min not above max, found "
              + text(kind, min)
              + " and "
              + text(kind, max));
    }
    if (kind.logarithmic() && min <= 0) {
      fault(
          entry.line(),
          name + ": expected a min above 0 for kind " + kind.word() + ", found " + text(kind, min));
    }
    if (map.get("step") != null) {
      if (kind.logarithmic()) {
        fault(
            map.get("step").line(),
            name + ": step: expected none for kind " + kind.word() + ", found one");
      } else if (step <= 0) {
        fault(
            map.get("step").line(), name + ": expected a step above 0, found " + text(kind, step));
      }
    }
    if (map.get("points") != null && !(points >= 1)) {
      fault(map.get("points").line(), name + ": expected at least 1 point, found " + (long) points);
    }
    if (map.get("points") != null && map.get("step") != null) {
      fault(map.get("points").line(), name + ": expected a step or points, found both");
    }
    if (kind.whole() && points > max - min + 1) {
      fault(
          map.get("points").line(),
          name + ": expected at most as many points as values, found " + (long) points);
    }
    return new SpaceParameter(
        name, kind, min, max, step, Double.isNaN(points) ? 0 : (int) points, List.of(), null, when);
  }

  private static String text(Kind kind, double value) {
    return kind.whole() ? Long.toString((long) value) : Double.toString(value);
  }

  /** A bound; NaN where it is missing or a fault. */
  private double number(Entry entry, Mapping map, String key, Kind kind, boolean required) {
    String name = entry.key();
    TreeNode node = map.get(key);
    if (node == null) {
      if (required) {
        fault(
            entry.line(),
            name + ": expected keys min and max for kind " + kind.word() + ", found no " + key);
      }
      return Double.NaN;
    }
    String expected = name + ": " + key + ": expected a ";
    if (!(node instanceof Scalar scalar) || !(scalar.plain() instanceof Number number)) {
      fault(
          node.line(), expected + (kind.whole() ? "whole " : "") + "number, found " + node.words());
      return Double.NaN;
    }
    double value = number.doubleValue();
    if (!Double.isFinite(value)) {
      fault(node.line(), expected + "finite number, found " + scalar.written());
      return Double.NaN;
    }
    if (kind.whole() && value != Math.rint(value)) {
      fault(node.line(), expected + "whole number, found " + scalar.written());
      return Double.NaN;
    }
    if (kind.whole() && Math.abs(value) > Integer.MAX_VALUE) {
      fault(
          node.line(),
          expected
              + "whole number from "
              + -Integer.MAX_VALUE
              + " to "
              + Integer.MAX_VALUE
              + ", found "
              + scalar.written());
      return Double.NaN;
    }
    return value;
  }

  private Map<String, List<Object>> when(String name, TreeNode node) {
    Map<String, List<Object>> when = new LinkedHashMap<>();
    if (node == null) {
      return when;
    }
    if (!(node instanceof Mapping map) || map.entries().isEmpty()) {
      fault(
          node.line(),
          name
              + ": when: expected a map such as {separation: entmax}, found "
              + (node instanceof Mapping ? "an empty one" : node.words()));
      return when;
    }
    for (Entry condition : once(map, "condition of " + name)) {
      String where = name + ": when: " + condition.key();
      List<TreeNode> nodes =
          condition.value() instanceof Sequence list ? list.items() : List.of(condition.value());
      if (nodes.isEmpty()) {
        fault(condition.line(), where + ": expected a value or a list of values, found none");
      }
      List<Object> values = new ArrayList<>();
      nodes.forEach(n -> values.add(value(where, n)));
      when.put(condition.key(), nonNull(values));
    }
    return when;
  }

  private SpaceParameter withDefault(SpaceParameter p, TreeNode node) {
    if (node == null) {
      return p;
    }
    Object value = value(p.name() + ": default", node);
    if (value == null) {
      return null;
    }
    if (!p.takes(value)) {
      fault(
          node.line(),
          p.name()
              + ": expected a default "
              + (p.kind() == Kind.CHOICE
                  ? "of " + p.choices()
                  : "from "
                      + text(p.kind(), p.min())
                      + " to "
                      + text(p.kind(), p.max())
                      + (p.stepped() ? " by " + text(p.kind(), p.step()) : ""))
              + ", found "
              + Values.words(value));
      return null;
    }
    Object typed = value;
    if (p.kind() != Kind.CHOICE) {
      double v = ((Number) value).doubleValue();
      typed = p.kind().whole() ? (Object) (int) v : (Object) v;
    }
    return new SpaceParameter(
        p.name(), p.kind(), p.min(), p.max(), p.step(), p.points(), p.choices(), typed, p.when());
  }

  // --- conditions -------------------------------------------------------------------------------

  private void checkConditions(
      List<SpaceParameter> parameters, Map<String, Object> fixed, Mapping top) {
    Map<String, SpaceParameter> known = new LinkedHashMap<>();
    parameters.forEach(p -> known.put(p.name(), p));
    Set<String> declared = declared(top);
    declared.addAll(fixed.keySet());
    for (SpaceParameter p : parameters) {
      int line = line(top, p.name());
      p.when()
          .forEach(
              (parent, values) -> {
                if (!declared.contains(parent)) {
                  fault(
                      line,
                      p.name()
                          + ": when: expected a parameter of this space, found "
                          + Values.words(parent)
                          + Suggestions.hint(parent, declared));
                } else if (known.containsKey(parent)) {
                  checkValues(line, p, known.get(parent), values);
                } else if (fixed.containsKey(parent)
                    && values.stream().noneMatch(v -> Values.same(v, fixed.get(parent)))) {
                  fault(
                      line,
                      p.name()
                          + ": when: "
                          + parent
                          + " is fixed at "
                          + Values.words(fixed.get(parent))
                          + ", so that "
                          + p.name()
                          + " would never exist");
                }
              });
    }
    checkCircles(known, top);
  }

  private void checkValues(
      int line, SpaceParameter child, SpaceParameter parent, List<Object> values) {
    boolean discrete = parent.gridValues().isPresent() || parent.kind().whole();
    for (Object value : values) {
      if (!discrete || !parent.takes(value)) {
        fault(
            line,
            child.name()
                + ": when: "
                + parent.name()
                + ": expected "
                + (parent.kind() == Kind.CHOICE
                    ? "one of its choices " + parent.choices()
                    : discrete
                        ? "one of its values"
                        : "a parameter of single values (choice, integer, or with a step)")
                + ", found "
                + Values.words(value));
      }
    }
  }

  private static Set<String> declared(Mapping top) {
    Set<String> declared = new LinkedHashSet<>();
    if (top.get("parameters") instanceof Mapping map) {
      map.entries().forEach(entry -> declared.add(entry.key()));
    }
    return declared;
  }

  private static int line(Mapping top, String name) {
    return top.get("parameters") instanceof Mapping map
        ? map.entries().stream()
            .filter(entry -> entry.key().equals(name))
            .mapToInt(Entry::line)
            .findFirst()
            .orElse(top.line())
        : top.line();
  }

  private void checkCircles(Map<String, SpaceParameter> known, Mapping top) {
    Set<String> reported = new LinkedHashSet<>();
    for (String start : known.keySet()) {
      List<String> circle = new ArrayList<>();
      if (reaches(known, start, start, circle, new LinkedHashSet<>())
          && reported.stream().noneMatch(circle::contains)) {
        reported.addAll(circle);
        fault(
            line(top, start),
            "when: expected conditions without a circle, found "
                + String.join(" -> ", circle)
                + " -> "
                + start);
      }
    }
  }

  /** Whether conditions lead from {@code at} to {@code goal}; then {@code path} has the way. */
  private static boolean reaches(
      Map<String, SpaceParameter> known,
      String at,
      String goal,
      List<String> path,
      Set<String> visited) {
    SpaceParameter parameter = known.get(at);
    if (parameter == null || !visited.add(at)) {
      return false;
    }
    path.add(at);
    for (String next : parameter.when().keySet()) {
      if (next.equals(goal) || reaches(known, next, goal, path, visited)) {
        return true;
      }
    }
    path.remove(path.size() - 1);
    return false;
  }
}
