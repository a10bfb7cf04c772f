package io.github.dl4jhopfield.zoo.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Classes that were in another package when a model was saved. The configuration in a model file
 * names the classes of its layers and preprocessors; a class that moves is entered here, and files
 * of earlier versions keep loading. Entries are never removed.
 */
final class EarlierNames {
  private static final String CLASS = "@class";

  /** Name in the file, name today. */
  private static final Map<String, String> TODAY = new TreeMap<>();

  static {
    String zoo = "io.github.dl4jhopfield.zoo.";
    // 0.1.0
    TODAY.put(zoo + "InstanceRows", zoo + "networks.InstanceRows");
    TODAY.put(zoo + "RowInstances", zoo + "networks.RowInstances");
    TODAY.put(zoo + "FlattenSteps", zoo + "networks.FlattenSteps");
  }

  private EarlierNames() {}

  /** Replaces each earlier name of a class by that of today, in place. */
  static void replaceIn(JsonNode node) {
    if (node instanceof ObjectNode object && object.has(CLASS)) {
      String name = object.get(CLASS).asText();
      if (TODAY.containsKey(name)) {
        object.put(CLASS, TODAY.get(name));
      }
    }
    node.forEach(EarlierNames::replaceIn);
  }

  /** The table, for the test that holds it against the classes there are. */
  static Map<String, String> table() {
    return Map.copyOf(TODAY);
  }
}
