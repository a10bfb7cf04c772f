package io.github.dl4jhopfield.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.files.TreeFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every file of {@code ../shared/cases/space} is read as its case says. */
class SpaceCasesTest {
  private static final Path FOLDER = Path.of("../../shared/cases/space");
  private static final List<String> NAMES =
      List.of(
          "learningRate,heads,hiddenSize,beta,updateSteps,dropout,separation,alpha,normalize,layerSizes,epochs,l2"
              .split(","));

  @TestFactory
  Stream<DynamicTest> cases() throws IOException {
    Path expected = FOLDER.resolve("expected.json");
    assumeTrue(Files.exists(expected), "skipped: " + expected + " is not here");
    JsonNode cases = new ObjectMapper().readTree(expected.toFile()).get("cases");
    return StreamSupport.stream(cases.spliterator(), false)
        .map(c -> DynamicTest.dynamicTest(c.get("file").asText(), () -> check(c)));
  }

  private static Space read(JsonNode c) throws IOException {
    Path file = FOLDER.resolve(c.get("file").asText());
    Space space = SpaceFile.read(file, NAMES);
    if (c.path("options").path("strategy").asText().equals("grid")) {
      SpaceFile.checkGrid(file.toString(), space);
    }
    return space;
  }

  private static void check(JsonNode c) throws IOException {
    JsonNode expect = c.get("expect");
    if (expect.has("error")) {
      TreeFileException e = catchThrowableOfType(TreeFileException.class, () -> read(c));
      assertThat(e).as("refused").isNotNull();
      for (JsonNode mention : expect.get("mentions")) {
        assertThat(e.getMessage()).contains(mention.asText());
      }
      assertThat(e.faults()).allSatisfy(f -> assertThat(f).doesNotContain("\n").contains("space/"));
      return;
    }
    Space space = read(c);
    JsonNode found = new ObjectMapper().readTree(space.toJson());
    assertThat(normal(found.get("parameters"))).isEqualTo(normal(expect.get("parameters")));
    assertThat(found.get("gridSize")).isEqualTo(expect.get("gridSize"));
    if (c.has("fixed")) {
      assertThat(found.get("fixed")).isEqualTo(c.get("fixed"));
    }
    if (c.has("strategy")) {
      assertThat(found.get("strategy")).isEqualTo(c.get("strategy"));
    }
    if (c.has("values")) {
      c.get("values")
          .fields()
          .forEachRemaining(
              e -> {
                SpaceParameter p = space.parameter(e.getKey()).orElseThrow();
                List<Integer> values = new ArrayList<>();
                for (int i = 0; i < p.gridValues().orElseThrow(); i++) {
                  values.add((Integer) p.gridValue(i));
                }
                List<Integer> wanted = new ArrayList<>();
                e.getValue().forEach(v -> wanted.add(v.asInt()));
                assertThat(values).isEqualTo(wanted);
              });
    }
  }

  /** Numbers by value: a file may write 8 for 8.0. */
  private static String normal(JsonNode node) {
    if (node.isObject()) {
      List<String> fields = new ArrayList<>();
      node.fields().forEachRemaining(e -> fields.add(e.getKey() + "=" + normal(e.getValue())));
      return fields.stream().sorted().toList().toString();
    }
    if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(normal(item)));
      return items.toString();
    }
    return node.isNumber() ? Double.toString(node.asDouble()) : node.toString();
  }
}
