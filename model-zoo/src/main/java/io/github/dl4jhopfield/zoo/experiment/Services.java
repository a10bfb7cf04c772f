package io.github.dl4jhopfield.zoo.experiment;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Function;

/** Services of the class path that have names. */
final class Services {
  private Services() {}

  /** All of a kind, by name. */
  static <T> List<T> all(Class<T> kind, Function<T, String> name) {
    return ServiceLoader.load(kind, kind.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(name))
        .toList();
  }

  /**
   * That of a name.
   *
   * @param what what is expected, for the message: {@code an experiment}
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  static <T> T byName(List<T> all, Function<T, String> name, String wanted, String what) {
    return all.stream()
        .filter(each -> name.apply(each).equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected "
                        + what
                        + " of "
                        + String.join(", ", all.stream().map(name).toList())
                        + ", found \""
                        + wanted
                        + '"'));
  }
}
