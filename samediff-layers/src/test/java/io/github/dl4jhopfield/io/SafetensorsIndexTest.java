package io.github.dl4jhopfield.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Arrays in several safetensors files behind one index, and indexes that lie. */
class SafetensorsIndexTest {
  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    Map<String, INDArray> first = new LinkedHashMap<>();
    first.put("a", Nd4j.createFromArray(1f, 2f));
    first.put("c", Nd4j.createFromArray(3f));
    SafetensorsFile.write(folder.resolve("one.safetensors"), first, Map.of("format", "pt"));
    SafetensorsFile.write(
        folder.resolve("two.safetensors"), Map.of("b", Nd4j.createFromArray(4L, 5L)));
  }

  private Path index(String text) throws IOException {
    return Files.writeString(folder.resolve("m" + SafetensorsIndex.ENDING), text);
  }

  @Test
  void arraysComeFromTheirFiles() throws IOException {
    Path index =
        index(
            "{\"metadata\": {\"total_size\": 24, \"deep\": [[{}]]}, \"weight_map\": {"
                + "\"b\": \"two.safetensors\", \"a\": \"one.safetensors\"}}");
    try (SafetensorsIndex open = SafetensorsIndex.open(index)) {
      assertThat(open.entries()).containsOnlyKeys("b", "a");
      assertThat(open.entries().get("b").shape()).containsExactly(2);
      assertThat(open.metadata()).containsEntry("format", "pt");
      assertThat(open.read("a").toFloatVector()).containsExactly(1, 2);
      assertThat(open.read("b").toLongVector()).containsExactly(4, 5);
      assertThat(catchThrowableOfType(() -> open.read("c"), IllegalArgumentException.class))
          .hasMessageContaining("found c");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../one.safetensors",
        "/etc/passwd",
        "sub/one.safetensors",
        "..",
        "",
        "..\\\\one.safetensors",
        "C:\\\\one.safetensors"
      })
  void filesElsewhereAreRefused(String name) throws IOException {
    Path index = index("{\"weight_map\": {\"a\": \"" + name + "\"}}");
    assertThat(
            catchThrowableOfType(
                () -> SafetensorsIndex.open(index), IllegalArgumentException.class))
        .hasMessageContaining("the index's own folder");
  }

  @Test
  void allFaultsComeTogether() throws IOException {
    Path index =
        index(
            "{\"weight_map\": {\"a\": \"gone.safetensors\", \"b\": \"../x\", \"c\":"
                + " \"one.safetensors\"}}");
    Throwable found =
        catchThrowableOfType(() -> SafetensorsIndex.open(index), IllegalArgumentException.class);
    assertThat(((Faults) found).faults())
        .hasSize(2)
        .anyMatch(line -> line.contains("gone.safetensors"))
        .anyMatch(line -> line.contains("../x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|a JSON object",
        "{}|a weight_map",
        "{'weight_map': 3}|an object as weight_map",
        "{'weight_map': {'a': 3}}|the name of a file",
        "{'weight_map': {'a': 'one.safetensors', 'a': 'two.safetensors'}}|JSON",
        "{'weight_map': {'a': 'one.safetensors'|JSON",
        "{'weight_map': {'d': 'one.safetensors'}}|the array d in one.safetensors"
      })
  void otherThingsThatAreWrong(String text, String message) throws IOException {
    Path index = index(text.replace('\'', '"'));
    assertThat(
            catchThrowableOfType(
                () -> SafetensorsIndex.open(index), IllegalArgumentException.class))
        .hasMessageContaining("expected " + message);
  }
}
