package io.github.dl4jhopfield.search.space;

import java.util.List;

/** Values of files: 1 is not "1", but 1 is 1.0. */
final class Values {
  private Values() {}

  /** Whether two values are the same to a user: numbers by value, everything else by equality. */
  static boolean same(Object a, Object b) {
    if (a instanceof Number x && b instanceof Number y) {
      return Double.compare(x.doubleValue(), y.doubleValue()) == 0;
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      if (x.size() != y.size()) {
        return false;
      }
      for (int i = 0; i < x.size(); i++) {
        if (!same(x.get(i), y.get(i))) {
          return false;
        }
      }
      return true;
    }
    return a != null && a.equals(b);
  }

  /** As a message shows it: text in quotes. */
  static String words(Object value) {
    return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
  }
}
