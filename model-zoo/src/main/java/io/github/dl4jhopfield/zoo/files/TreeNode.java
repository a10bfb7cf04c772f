package io.github.dl4jhopfield.zoo.files;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value of a {@link TreeFile} with the line on which it stands: plain data, no objects of other
 * classes.
 */
public sealed interface TreeNode {
  /** The line, from 1. */
  int line();

  /** The value without lines: a map, a list, text, a number, a boolean or null. */
  Object plain();

  /** What it is, in words for a message: {@code a map}, {@code text "x"}. */
  String words();

  /**
   * A map; entries keep the file's order.
   *
   * @param line of its first key
   * @param entries as written, a key that is given twice included
   */
  record Mapping(int line, List<Entry> entries) implements TreeNode {
    /** Copies the entries. */
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** The last value of that key, or null. */
    public TreeNode get(String key) {
      TreeNode found = null;
      for (Entry entry : entries) {
        if (entry.key().equals(key)) {
          found = entry.value();
        }
      }
      return found;
    }

    @Override
    public Map<String, Object> plain() {
      Map<String, Object> map = new LinkedHashMap<>();
      entries.forEach(entry -> map.put(entry.key(), entry.value().plain()));
      return map;
    }

    @Override
    public String words() {
      return "a map";
    }
  }

  /**
   * A key and its value.
   *
   * @param key as text, whatever it looks like
   * @param line of the key
   * @param value what stands there
   */
  record Entry(String key, int line, TreeNode value) {}

  /**
   * A list.
   *
   * @param line of its start
   * @param items in the file's order
   */
  record Sequence(int line, List<TreeNode> items) implements TreeNode {
    /** Copies the items. */
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public List<Object> plain() {
      List<Object> list = new ArrayList<>();
      items.forEach(item -> list.add(item.plain()));
      return list;
    }

    @Override
    public String words() {
      return "a list";
    }
  }

  /**
   * A single value.
   *
   * @param line where it stands
   * @param plain a String, Long, BigInteger, Double or Boolean, or null
   * @param written as in the file
   */
  record Scalar(int line, Object plain, String written) implements TreeNode {
    @Override
    public String words() {
      if (plain == null) {
        return "nothing";
      }
      String shown = written.length() <= 60 ? written : written.substring(0, 60) + "...";
      shown = shown.replaceAll("\\p{Cntrl}", "?");
      return plain instanceof String ? "text \"" + shown + '"' : shown;
    }
  }
}
