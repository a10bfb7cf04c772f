package io.github.dl4jhopfield.keras;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds for each weight that a layer expects the one array of the file that is it, by name (or by
 * path in a .keras archive) and shape, and remembers what is left over. Problems are collected, so
 * that one message lists them all.
 */
final class WeightMatcher {

  private final SavedWeights saved;
  private final Set<SavedArray> used = new HashSet<>();
  private final Map<String, List<SavedArray>> groups;
  private final List<String> problems = new ArrayList<>();

  WeightMatcher(SavedWeights saved) {
    this.saved = saved;
    this.groups = saved.byLayer();
  }

  /** The arrays of a layer's weights in their order; weights that were not found have no entry. */
  Map<MappedLayer.Weight, SavedArray> match(KerasModelConfig.Call call, MappedLayer mapped) {
    Map<MappedLayer.Weight, SavedArray> result = new LinkedHashMap<>();
    int own = 0;
    for (MappedLayer.Weight w : mapped.weights) {
      if (!saved.numbered() && w.name() == null) {
        continue; // an archive has it twice
      }
      String path = w.path() != null ? w.path() : "vars/" + own++;
      SavedArray found =
          saved.numbered() ? byPath(call, w, call.numberedPath() + "/" + path) : byName(call, w);
      if (found == null) {
        continue;
      }
      if (!Arrays.equals(found.shape(), w.shape())) {
        problems.add(
            where(call)
                + "the weight "
                + label(w)
                + " should have the shape "
                + Arrays.toString(w.shape())
                + ", found "
                + Arrays.toString(found.shape())
                + " at "
                + found.place());
        used.add(found);
        continue;
      }
      used.add(found);
      result.put(w, found);
    }
    return result;
  }

  /** A layer that is not mapped: its arrays are not left over. */
  void skip(KerasModelConfig.Call call) {
    if (saved.numbered()) {
      for (SavedArray a : groups.getOrDefault("", List.of())) {
        if (a.name().startsWith(call.numberedPath() + "/")) {
          used.add(a);
        }
      }
    } else {
      used.addAll(groups.getOrDefault(call.savedLayer(), List.of()));
    }
  }

  private static String where(KerasModelConfig.Call call) {
    return "layer \"" + call.layer() + "\" (" + call.type() + "): ";
  }

  private SavedArray byPath(KerasModelConfig.Call call, MappedLayer.Weight w, String path) {
    return one(call, w, path, groups.getOrDefault("", List.of()), glob(path));
  }

  private SavedArray byName(KerasModelConfig.Call call, MappedLayer.Weight w) {
    List<SavedArray> group = groups.get(call.savedLayer());
    if (group == null) {
      problems.add(
          where(call) + "the file has no weights of a layer \"" + call.savedLayer() + "\"");
      return null;
    }
    String inside =
        call.savedPrefix().isEmpty() ? "" : Pattern.quote(call.savedPrefix()) + "/(.*/)?";
    Pattern pattern = Pattern.compile("(.*/)?" + inside + glob(w.name()).pattern());
    return one(call, w, w.name(), group, pattern);
  }

  private SavedArray one(
      KerasModelConfig.Call call,
      MappedLayer.Weight w,
      String looked,
      List<SavedArray> among,
      Pattern pattern) {
    List<SavedArray> found = new ArrayList<>();
    for (SavedArray a : among) {
      if (!used.contains(a) && pattern.matcher(a.name()).matches()) {
        found.add(a);
      }
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.isEmpty()) {
      problems.add(
          where(call)
              + "the weight "
              + label(w)
              + " "
              + Arrays.toString(w.shape())
              + " is not in the file"
              + (saved.numbered() ? " (looked for " + looked + ")" : ""));
    } else {
      problems.add(
          where(call)
              + "several arrays of the file could be the weight "
              + label(w)
              + ": "
              + found.stream().map(SavedArray::place).toList());
    }
    return null;
  }

  private static String label(MappedLayer.Weight w) {
    return w.name() == null ? w.path() : w.name();
  }

  /** "*" stands for anything within a path element, "**" for any elements. */
  private static Pattern glob(String name) {
    StringBuilder s = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      if (name.startsWith("**/", i)) {
        s.append("(.*/)?");
        i += 2;
      } else if (name.charAt(i) == '*') {
        s.append("[^/]*");
      } else {
        s.append(Pattern.quote(String.valueOf(name.charAt(i))));
      }
    }
    return Pattern.compile(s.toString());
  }

  /** All that is missing, of another shape, or left over. */
  List<String> problems() {
    for (Map.Entry<String, List<SavedArray>> e : groups.entrySet()) {
      for (SavedArray a : e.getValue()) {
        if (!used.contains(a) && !isState(a.name())) {
          problems.add(
              "the array "
                  + a.place()
                  + " "
                  + Arrays.toString(a.shape())
                  + " belongs to no layer of the model");
        }
      }
    }
    return problems;
  }

  /** Fails if anything is missing, of another shape, or left over. */
  void requireComplete(String file) {
    if (!problems().isEmpty()) {
      int shown = Math.min(problems.size(), 30);
      throw new KerasImportException(
          file
              + ": the weights do not fit the model ("
              + problems.size()
              + (problems.size() == 1 ? " problem):\n  " : " problems):\n  ")
              + String.join("\n  ", problems.subList(0, shown))
              + (shown < problems.size() ? "\n  ..." : ""));
    }
  }

  /** State of random generators: not weights. */
  private static boolean isState(String name) {
    return name.contains("seed_generator");
  }
}
