package io.github.dl4jhopfield.reference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** The committed copy of the originals' reference file, for tests. */
public final class Reference {

  private static final List<ReferenceCase> CASES = read();

  private Reference() {}

  /** Where the copy is. */
  public static Path file() {
    return Path.of(System.getProperty("hopfield.root", ".."))
        .resolve("tests/src/test/resources/io/github/dl4jhopfield/tests/golden.json.gz");
  }

  private static List<ReferenceCase> read() {
    try {
      return ReferenceFile.cases(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The cases that are wanted.
   *
   * @throws IllegalStateException if there is none: a test of nothing would pass
   */
  public static List<ReferenceCase> cases(Predicate<ReferenceCase> wanted) {
    List<ReferenceCase> cases = CASES.stream().filter(wanted).toList();
    if (cases.isEmpty()) {
      throw new IllegalStateException("no such case in " + file());
    }
    return cases;
  }

  /** The case of that name. */
  public static ReferenceCase named(String name) {
    return cases(c -> c.name().equals(name)).get(0);
  }
}
