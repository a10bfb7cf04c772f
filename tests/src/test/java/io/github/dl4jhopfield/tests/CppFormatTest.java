package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The C++ code is formatted as .clang-format says; the Java code is checked by the build itself.
 */
class CppFormatTest {
  private static final Path ROOT = Path.of(System.getProperty("hopfield.root", ".."));
  private static final int NOT_INSTALLED = 77;

  @Test
  void theCppCodeIsFormatted() throws Exception {
    Path script = ROOT.resolve("tests/format-cpp.sh");
    assumeTrue(Files.isExecutable(script), "not in the project's tree: " + ROOT);
    Process process =
        new ProcessBuilder(script.toAbsolutePath().toString()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    assumeTrue(status != NOT_INSTALLED, said.strip());
    assertThat(status)
        .as("tests/format-cpp.sh --fix formats what is named here:%n%s", said)
        .isZero();
  }
}
