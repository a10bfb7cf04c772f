package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.files.DataFormatException;
import io.github.dl4jhopfield.zoo.files.TreeFile;
import io.github.dl4jhopfield.zoo.files.TreeNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run file: what a run was, in YAML or JSON.
 *
 * @param experiment its name, or null
 * @param data the user's data, or null
 * @param seed or null
 * @param options of the experiment as text
 */
record RunConfig(String experiment, Path data, Long seed, Map<String, String> options) {
  static final RunConfig EMPTY = new RunConfig(null, null, null, Map.of());
  private static final List<String> KEYS = List.of("experiment", "data", "seed", "options");

  /**
   * Reads one.
   *
   * @throws DataFormatException if it is something else
   */
  static RunConfig read(Path file) throws IOException {
    String expected = "a map of " + String.join(", ", KEYS);
    if (!(TreeFile.read(file) instanceof TreeNode.Mapping map)) {
      throw new DataFormatException(file.toString(), 1, expected, "something else");
    }
    for (TreeNode.Entry entry : map.entries()) {
      if (!KEYS.contains(entry.key())) {
        throw new DataFormatException(
            file.toString(), entry.line(), expected, DataFormatException.quote(entry.key()));
      }
    }
    Map<String, String> options = new LinkedHashMap<>();
    if (map.get("options") != null) {
      if (!(map.get("options") instanceof TreeNode.Mapping given)) {
        throw new DataFormatException(
            file.toString(), map.line(), "options as a map", map.get("options").words());
      }
      for (TreeNode.Entry entry : given.entries()) {
        options.put(entry.key(), text(file, entry));
      }
    }
    String seed = text(file, map, "seed");
    try {
      String data = text(file, map, "data");
      return new RunConfig(
          text(file, map, "experiment"),
          data == null ? null : Path.of(data),
          seed == null ? null : Long.valueOf(seed),
          options);
    } catch (NumberFormatException e) {
      throw new DataFormatException(file.toString(), 0, "a whole number as seed", seed, e);
    }
  }

  private static String text(Path file, TreeNode.Mapping map, String key) {
    String found = null;
    for (TreeNode.Entry entry : map.entries()) {
      found = entry.key().equals(key) ? text(file, entry) : found;
    }
    return found;
  }

  private static String text(Path file, TreeNode.Entry entry) {
    if (entry.value() instanceof TreeNode.Scalar scalar && scalar.plain() != null) {
      return scalar.plain() instanceof String text ? text : scalar.written();
    }
    throw new DataFormatException(
        file.toString(), entry.line(), "text or a number as " + entry.key(), entry.value().words());
  }
}
