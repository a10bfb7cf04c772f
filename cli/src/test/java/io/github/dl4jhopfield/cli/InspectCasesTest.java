package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code inspect} reads every file of the two specifications as it says, through the command line:
 * rows used, residues, counts, values of tensors, and what an error must mention. The files are
 * those of {@code ../shared/cases} where that folder is, and in any case the copy beside this test.
 */
class InspectCasesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AIRR_CASES = 75;

  /** 77 less the ones that a Vision Transformer runs. */
  private static final int SAFETENSORS_CASES = 66;

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> repertoires() throws IOException {
    return copy("airr", AIRR_CASES);
  }

  @TestFactory
  Stream<DynamicTest> safetensors() throws IOException {
    return copy("safetensors", SAFETENSORS_CASES);
  }

  @TestFactory
  Stream<DynamicTest> sharedRepertoires() throws IOException {
    return tests(shared("airr", AIRR_CASES));
  }

  @TestFactory
  Stream<DynamicTest> sharedSafetensors() throws IOException {
    return tests(shared("safetensors", SAFETENSORS_CASES));
  }

  @Test
  void aWrongAnswerIsSeen() throws IOException {
    JsonNode found = JSON.readTree("{\"used\": 1, \"more\": 2, \"values\": [1.0, \"nan\"]}");
    assertThat(agrees(JSON.readTree("{\"used\": 1, \"values\": [1, \"nan\"]}"), found)).isTrue();
    assertThat(agrees(JSON.readTree("{\"used\": 2}"), found)).isFalse();
    assertThat(agrees(JSON.readTree("{\"values\": [1.0]}"), found)).isFalse();
    assertThat(agrees(JSON.readTree("{\"dropped\": {}}"), found)).isFalse();
  }

  private static Path shared(String name, int copied) throws IOException {
    Path cases = Path.of(System.getProperty("hopfield.root", ".."), "..", "shared", "cases", name);
    assumeTrue(
        Files.isRegularFile(cases.resolve("expected.json")),
        "skipped: there are no files in " + cases.toAbsolutePath().normalize());
    assumeTrue(
        selected(cases).size() != copied || !selected(cases).equals(selected(unpack(name))),
        "skipped: the cases are those of the copy, which were run");
    return cases.toAbsolutePath().normalize();
  }

  private static Stream<DynamicTest> copy(String name, int cases) throws IOException {
    Path unpacked = unpack(name);
    assertThat(selected(unpacked)).hasSize(cases);
    return tests(unpacked);
  }

  private static Path unpack(String name) throws IOException {
    Path unpacked = folder.resolve(name);
    if (Files.exists(unpacked)) {
      return unpacked;
    }
    try (InputStream in = InspectCasesTest.class.getResourceAsStream("cases-" + name + ".zip");
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = unpacked.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.copy(zip, file);
      }
    }
    return unpacked;
  }

  /** The cases of a folder that are run here. */
  private static List<JsonNode> selected(Path cases) throws IOException {
    List<JsonNode> selected = new ArrayList<>();
    for (JsonNode one : JSON.readTree(cases.resolve("expected.json").toFile()).path("cases")) {
      String kind = one.path("kind").asText();
      if (!kind.startsWith("vit_") || kind.equals("vit_config")) {
        selected.add(one);
      }
    }
    return selected;
  }

  private static Stream<DynamicTest> tests(Path cases) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode one : selected(cases)) {
      String kind = one.path("kind").asText();
      Path file = cases.resolve(one.path("file").asText());
      tests.add(
          DynamicTest.dynamicTest(
              kind, () -> check(file, one, one.path("options"), one.path("expect"))));
      for (JsonNode also : one.path("also")) {
        tests.add(
            DynamicTest.dynamicTest(
                kind + " " + also.path("options"),
                () -> check(file, one, also.path("options"), also.path("expect"))));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void check(Path file, JsonNode test, JsonNode options, JsonNode expected)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("inspect", file.toString(), "--values", "--json"));
    options.fields().forEachRemaining(option -> add(arguments, option));
    MainTest.Run run = MainTest.run(arguments.toArray(String[]::new));
    String trait = test.path("trait").asText();
    if (!expected.has("error")) {
      assertThat(run.status()).as("%s: %s", trait, run.err()).isZero();
      assertThat(agrees(expected, JSON.readTree(run.out())))
          .as("%s%nexpected %s%nfound %s", trait, expected, run.out())
          .isTrue();
      return;
    }
    assertThat(run.status()).as("%s: %s", trait, run.out()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines()).isNotEmpty().allMatch(line -> line.startsWith("hopfield: "));
    assertThat(run.err()).contains(": expected ").doesNotContain("internal error");
    expected.path("mentions").forEach(text -> assertThat(run.err()).contains(text.asText()));
  }

  private static void add(List<String> arguments, Map.Entry<String, JsonNode> option) {
    String name = "--" + option.getKey().replace('_', '-');
    if (option.getValue().isObject()) {
      option
          .getValue()
          .fields()
          .forEachRemaining(
              field ->
                  arguments.addAll(
                      List.of(name, field.getKey() + "=" + field.getValue().asText())));
    } else {
      arguments.addAll(List.of(name, option.getValue().asText()));
    }
  }

  /**
   * Whether all that is expected is found; a report may say more, but not of warnings and drops.
   */
  private static boolean agrees(JsonNode expected, JsonNode found) {
    if (found == null) {
      return false;
    }
    if (expected.isNumber()) {
      return found.isNumber() && expected.doubleValue() == found.doubleValue();
    }
    if (expected.isArray()) {
      return found.isArray()
          && expected.size() == found.size()
          && StreamSupport.stream(indices(expected).spliterator(), false)
              .allMatch(i -> agrees(expected.get(i), found.get(i)));
    }
    if (!expected.isObject()) {
      return expected.equals(found);
    }
    if (expected.isEmpty() && !found.isEmpty()) {
      return false;
    }
    for (Iterator<Map.Entry<String, JsonNode>> fields = expected.fields(); fields.hasNext(); ) {
      Map.Entry<String, JsonNode> field = fields.next();
      boolean exact = List.of("dropped", "warnings", "tensors").contains(field.getKey());
      JsonNode there = found.get(field.getKey());
      if (!agrees(field.getValue(), there) || (exact && there.size() != field.getValue().size())) {
        return false;
      }
    }
    return true;
  }

  private static List<Integer> indices(JsonNode array) {
    return Stream.iterate(0, i -> i + 1).limit(array.size()).toList();
  }
}
