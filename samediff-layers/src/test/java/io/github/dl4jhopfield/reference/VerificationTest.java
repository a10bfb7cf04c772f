package io.github.dl4jhopfield.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.reference.CaseResult.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * That a case passes only when all of it was computed and agrees; on a softmax small enough to be
 * done by hand.
 */
class VerificationTest {
  /** softmax(0, ln 3) = (1/4, 3/4); with cotangent (1, 0) the gradient is (3/16, -3/16). */
  private static final String SOFTMAX =
      """
      {"group": "g", "name": "n", "op": "softmax", "unit": null, "tolerance": 1e-10, "quirk": %s, "notes": "odd", "hyper": {},
       "inputs": {"x": {"shape": [1, 2], "dtype": "float64", "data": [0, 1.0986122886681098]}}, "weights": {},
       "outputs": {"y": {"shape": [1, 2], "dtype": "float64", "data": [%s, 0.75]}%s},
       "grad_out": {"y": {"shape": [1, 2], "dtype": "float64", "data": [1, 0]}},
       "input_grads": {"x": {"shape": [1, 2], "dtype": "float64", "data": [%s, -0.1875]}}, "weight_grads": {}}
      """;

  @TempDir Path folder;

  private Path file(String... cases) throws IOException {
    return Files.writeString(
        folder.resolve("reference.json"),
        "{\"format\": \"peers-golden-1\", \"seed\": 1, \"versions\": {\"a\": [1]}, \"cases\": ["
            + String.join(",", cases)
            + "]}");
  }

  private static CaseResult only(Path file, DataType type) throws IOException {
    List<CaseResult> results = new Verification(type).run(file, null, result -> {});
    assertThat(results).hasSize(1);
    return results.get(0);
  }

  private CaseResult softmax(boolean quirk, String y, String more, String gradient)
      throws IOException {
    return only(file(SOFTMAX.formatted(quirk, y, more, gradient)), DataType.DOUBLE);
  }

  @Test
  void agreementPassesInDoubleAndFloat() throws IOException {
    CaseResult inDouble = softmax(false, "0.25", "", "0.1875");
    assertThat(inDouble.status()).as(inDouble.toString()).isEqualTo(Status.passed);
    assertThat(inDouble.worst()).isLessThan(1e-15);
    CaseResult inFloat = only(folder.resolve("reference.json"), DataType.FLOAT);
    assertThat(inFloat.status()).as(inFloat.toString()).isEqualTo(Status.passed);
    assertThat(inFloat.worst()).as("float is not double").isPositive();
  }

  @Test
  void aWrongOutputFailsAndIsNamed() throws IOException {
    CaseResult result = softmax(false, "0.2500001", "", "0.1875");
    assertThat(result.status()).isEqualTo(Status.failed);
    assertThat(result.where()).isEqualTo("y");
    assertThat(result.worst()).isBetween(0.9e-7, 1.1e-7);
  }

  @Test
  void aWrongGradientFailsAndIsNamed() throws IOException {
    CaseResult result = softmax(false, "0.25", "", "0.1876");
    assertThat(result.status()).isEqualTo(Status.failed);
    assertThat(result.where()).isEqualTo("gradient of x");
  }

  @Test
  void anOutputThatIsNotComputedIsNeverPassedOver() throws IOException {
    String more = ", \"z\": {\"shape\": [], \"dtype\": \"float64\", \"data\": [1]}";
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      CaseResult result = only(file(SOFTMAX.formatted(false, "0.25", more, "0.1875")), type);
      assertThat(result.status()).isEqualTo(Status.failed);
      assertThat(result.reason()).contains("expected z, found none");
    }
  }

  @Test
  void aQuirkMayDifferButOnlyWithNumbers() throws IOException {
    CaseResult result = softmax(true, "\"NaN\"", "", "0.1875");
    assertThat(result.status()).isEqualTo(Status.differs);
    assertThat(result.reason()).isEqualTo("odd");
    assertThat(softmax(true, "0.25", "", "0.1875").status()).isEqualTo(Status.passed);
    assertThat(softmax(false, "\"NaN\"", "", "0.1875").status()).isEqualTo(Status.failed);
  }

  @Test
  void whatNothingHereRunsIsSkipped() throws IOException {
    Path file =
        file(SOFTMAX.formatted(false, "0.25", "", "0.1875").replace("softmax", "no_such_op"));
    CaseResult result = only(file, DataType.DOUBLE);
    assertThat(result.status()).isEqualTo(Status.skipped);
    assertThat(result.reason()).contains("no_such_op");
  }

  /** What another module would add. */
  public static final class AddedCases implements CaseRunners {
    @Override
    public Map<String, CaseRunner> byOp() {
      return Map.of(
          "twice",
          (reference, type) ->
              GraphCase.run(reference, type, g -> Map.of("y", g.input("x").mul(2))));
    }
  }

  @Test
  void aModuleAddsRunnersAsAService() throws IOException {
    String twice =
        SOFTMAX.formatted(false, "0", "", "2").replace("softmax", "twice").replace("0.75", "%s");
    Path right = file(twice.formatted("2.1972245773362196").replace("-0.1875", "0"));
    assertThat(only(right, DataType.DOUBLE).status()).isEqualTo(Status.passed);
    Path wrong = file(twice.formatted("2.2").replace("-0.1875", "0"));
    assertThat(only(wrong, DataType.DOUBLE).status()).isEqualTo(Status.failed);
  }

  @Test
  void anOpThatThrowsFailsItsOwnCaseOnly() throws IOException {
    String good = SOFTMAX.formatted(false, "0.25", "", "0.1875");
    String bad = good.replace("\"hyper\": {}", "\"hyper\": {\"dim\": 7}");
    List<CaseResult> results =
        new Verification(DataType.DOUBLE).run(file(bad, good), null, result -> {});
    assertThat(results.stream().map(CaseResult::status))
        .containsExactly(Status.failed, Status.passed);
  }

  @Test
  void compressedFilesAreReadToo() throws IOException {
    Path plain = file(SOFTMAX.formatted(false, "0.25", "", "0.1875"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(Files.readAllBytes(plain));
    }
    Path packed = Files.write(folder.resolve("reference.json.gz"), bytes.toByteArray());
    assertThat(only(packed, DataType.DOUBLE).status()).isEqualTo(Status.passed);
  }

  @Test
  void malformedFilesAreNamedWithWhatWasExpected() throws IOException {
    String good = SOFTMAX.formatted(false, "0.25", "", "0.1875");
    assertMalformed(
        file(good.replace("[1, 2]", "[1, 3]")), "case 1: expected inputs.x with 3 values");
    assertMalformed(file(good, good.replace("\"op\"", "\"po\"")), "case 2: expected text as op");
    assertMalformed(file(good.replace("0.75", "\"three\"")), "made of numbers, found \"three\"");
    assertMalformed(
        Files.writeString(folder.resolve("a"), "{\"format\": \"x\"}"), "format peers-golden-1");
    assertMalformed(
        Files.writeString(folder.resolve("b"), "[]"), "an object with format and cases");
    assertMalformed(Files.write(folder.resolve("c"), new byte[] {1, 2, 3}), "expected JSON");
    String cut = Files.readString(file(good));
    assertMalformed(
        Files.writeString(folder.resolve("d"), cut.substring(0, cut.length() / 2)),
        "expected JSON");
    assertThatThrownBy(() -> new Verification(DataType.DOUBLE).run(file(good), "h", r -> {}))
        .hasMessageContaining("expected cases of group 'h', found groups [g]");
  }

  private static void assertMalformed(Path file, String expected) {
    assertThatThrownBy(() -> new Verification(DataType.DOUBLE).run(file, null, result -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(expected)
        .hasMessageNotContaining(new String("\u0001".getBytes(StandardCharsets.UTF_8)));
  }
}
