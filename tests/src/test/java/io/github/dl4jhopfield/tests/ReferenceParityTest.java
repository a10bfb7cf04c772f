package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our ops and layers against the numbers of the PyTorch originals, from the compressed copy of
 * their reference file: natively and in Java, in double and float.
 */
class ReferenceParityTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"off, double", "off, float", "require, double", "require, float"})
  void everyCaseOfWhatExistsAgrees(String nativeOps, String dtype) throws Exception {
    assumeTrue(
        nativeOps.equals("off")
            || System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64"),
        "native ops are built for Linux on x86-64 only");
    Path file = folder.resolve("golden.json.gz");
    try (InputStream in = ReferenceParityTest.class.getResourceAsStream("golden.json.gz")) {
      Files.copy(in, file);
    }
    Cli.Run run =
        Cli.run(
            "verify",
            "--reference",
            file.toString(),
            "--native",
            nativeOps,
            "--dtype",
            dtype,
            "--json");
    JsonNode report = run.json();
    TreeSet<String> failed = new TreeSet<>();
    TreeSet<String> skipped = new TreeSet<>();
    for (JsonNode result : report.get("cases")) {
      String line = result.get("name").asText() + ": " + result.path("reason").asText();
      switch (result.get("status").asText()) {
        case "failed" -> failed.add(line);
        case "skipped" -> skipped.add(result.get("group").asText() + " " + line);
        default -> {}
      }
    }
    assertThat(failed).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(report.get("cases")).hasSize(221);
    assertThat(skipped).as("cases that something here should run").noneMatch(WHAT_EXISTS);
  }

  /** A skipped case of one of these is an op that was lost. */
  private static final Predicate<String> WHAT_EXISTS =
      Pattern.compile(
              "^entmax (?!.*_mean)"
                  + "|^lwpf (func_|attention_|hopfield_|pooling_)"
                  + "|^hflayers (hf_|pool_|layer_)"
                  + "|^hfyn (retrieve_|energy_|ksubsets_|seq_|constrained_)")
          .asPredicate();
}
