package io.github.dl4jhopfield.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.files.TreeFileException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spaces in files: what is understood, what is refused and how it is said. */
class SpaceFileTest {
  private static final List<String> NAMES = List.of("a", "b", "c", "d", "longName");

  @TempDir Path folder;

  private Space yaml(String text) throws IOException {
    return SpaceFile.read(write("space.yaml", text), NAMES);
  }

  private Path write(String name, String text) throws IOException {
    return Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private void refused(String text, String... mentions) {
    assertThatThrownBy(() -> yaml(text))
        .isInstanceOf(TreeFileException.class)
        .hasMessageContainingAll(mentions);
  }

  @Test
  void everyFaultIsSaidAtOnceWithItsLine() {
    assertThatThrownBy(
            () ->
                yaml(
                    "parameters:\n"
                        + "  a: {kind: integer, min: 3, max: 1}\n"
                        + "  longname: {kind: uniform, min: 0, max: 1}\n"
                        + "  b: {kind: choise, choices: [1]}\n"))
        .isInstanceOfSatisfying(
            TreeFileException.class,
            e ->
                assertThat(e.faults())
                    .hasSize(3)
                    .anySatisfy(f -> assertThat(f).contains("space.yaml:2: a: ", "3 and 1"))
                    .anySatisfy(f -> assertThat(f).contains(":3: ", "(did you mean 'longName'?)"))
                    .anySatisfy(f -> assertThat(f).contains(":4: ", "(did you mean 'choice'?)")));
  }

  @Test
  void numbersAreThoseOfYaml12() throws IOException {
    Space space =
        yaml("parameters: {a: {kind: choice, choices: [1e-5, 0x10, 0o17, no, 1_0, +5, '1e-5']}}");
    assertThat(space.parameters().get(0).choices())
        .containsExactly(1e-5, 16, 15, "no", "1_0", 5, "1e-5");
  }

  @Test
  void aliasesCountAsWhatTheyStandFor() throws IOException {
    Space space = yaml("parameters:\n  a: &r {kind: uniform, min: 0, max: 1}\n  b: *r\n  c: *r\n");
    assertThat(space.parameters()).extracting(SpaceParameter::name).containsExactly("a", "b", "c");
    refused("parameters: *nowhere\n", "nowhere");
    refused("parameters: &p {a: *p}\n", "p");
  }

  @Test
  void deepAndLargeFilesAreRefused() {
    refused("[".repeat(100_000), "levels");
    refused("parameters: {a: {kind: choice, choices: [" + "1,".repeat(250_000) + "]}}", "values");
    refused("- ".repeat(5000), "levels");
  }

  @Test
  void mergeKeysAreNoKeysOfOurs() {
    refused(
        "x: &x {kind: integer}\nparameters: {a: {<<: *x, kind: integer, min: 1, max: 2}}", "<<");
  }

  @Test
  void valuesOfChoicesAreDifferentOnes() {
    refused("parameters: {a: {kind: choice, choices: [1, 1.0]}}", "twice");
    refused("parameters: {a: {kind: choice, choices: [{x: 1}]}}", "map");
    refused("parameters: {a: {kind: choice, choices: [.inf]}}", "finite");
  }

  @Test
  void conditionsThatNeverHoldAreFaults() {
    refused(
        "fixed: {a: 1}\nparameters: {b: {kind: integer, min: 0, max: 1, when: {a: 2}}}", "never");
    refused(
        "parameters: {a: {kind: uniform, min: 0, max: 1}, b: {kind: integer, min: 0, max: 1,"
            + " when: {a: 0.5}}}",
        "single values");
    refused("parameters: {a: {kind: integer, min: 0, max: 1, when: {a: 1}}}", "a -> a");
    refused("parameters: {a: {kind: integer, min: 0, max: 1, when: {}}}", "empty");
  }

  @Test
  void aFixedValueMayBeAConditionsValue() throws IOException {
    Space space =
        yaml("fixed: {a: x}\nparameters: {b: {kind: integer, min: 0, max: 1, when: {a: x}}}");
    assertThat(space.candidate(p -> p.gridValue(1))).isEqualTo(Map.of("a", "x", "b", 1));
  }

  @Test
  void theGridSizeIsTheNumberOfItsCandidates() throws IOException {
    Space space =
        yaml(
            "parameters:\n"
                + "  a: {kind: integer, min: 0, max: 9}\n"
                + "  b: {kind: choice, choices: [x, y, z], when: {a: [2, 3]}}\n"
                + "  c: {kind: uniform, min: 0, max: 0.3, step: 0.1, when: {b: [x, z], a: 2}}\n"
                + "  d: {kind: logUniform, min: 1, max: 100, points: 3}\n");
    Set<Map<String, Object>> all = new HashSet<>();
    int[] index = new int[4];
    for (index[0] = 0; index[0] < 10; index[0]++) {
      for (index[1] = 0; index[1] < 3; index[1]++) {
        for (index[2] = 0; index[2] < 4; index[2]++) {
          for (index[3] = 0; index[3] < 3; index[3]++) {
            all.add(space.candidate(p -> p.gridValue(index["abcd".indexOf(p.name().charAt(0))])));
          }
        }
      }
    }
    assertThat(space.gridSize()).contains(BigInteger.valueOf(all.size()));
    assertThat(all.size()).isEqualTo((8 + (4 + 1 + 4) + 3) * 3);
    assertThat(space.parameter("c").orElseThrow().gridValue(3)).isEqualTo(0.3);
    assertThat(space.parameter("d").orElseThrow().gridValue(1))
        .isEqualTo(Math.exp(Math.log(100) / 2));
  }

  @Test
  void eachValueIsDrawnAsOftenAsItShould() throws IOException {
    Space space =
        yaml(
            "parameters:\n"
                + "  a: {kind: integer, min: 1, max: 4}\n"
                + "  b: {kind: logInteger, min: 1, max: 64}\n"
                + "  c: {kind: uniform, min: 0, max: 0.5, step: 0.25}\n"
                + "  d: {kind: logUniform, min: 1e-4, max: 1}\n");
    Random random = new Random(3);
    Map<Object, Integer> a = new LinkedHashMap<>();
    int small = 0;
    int tiny = 0;
    int n = 20_000;
    for (int i = 0; i < n; i++) {
      Map<String, Object> values = space.candidate(p -> p.valueAt(random.nextDouble()));
      values.forEach(
          (name, value) -> assertThat(space.parameter(name).orElseThrow().takes(value)).isTrue());
      a.merge(values.get("a"), 1, Integer::sum);
      small += (int) values.get("b") < 8 ? 1 : 0;
      tiny += (double) values.get("d") < 1e-2 ? 1 : 0;
    }
    assertThat(a).hasSize(4).allSatisfy((v, times) -> assertThat(times).isBetween(4700, 5300));
    // log(7.5 / 0.5) of log(64.5 / 0.5)
    assertThat(small / (double) n).isBetween(0.54, 0.575);
    assertThat(tiny / (double) n).isBetween(0.48, 0.52);
    assertThat(space.parameter("b").orElseThrow().valueAt(0)).isEqualTo(1);
    assertThat(space.parameter("b").orElseThrow().valueAt(1)).isEqualTo(64);
  }

  @Test
  void everyStepIsAValueAndItsPlaceGivesItBack() throws IOException {
    SpaceParameter p =
        yaml("parameters: {a: {kind: uniform, min: 0, max: 0.6, step: 0.1}}").parameters().get(0);
    for (int i = 0; i <= 6; i++) {
      Object value = p.gridValue(i);
      assertThat(value).isEqualTo(Double.parseDouble("0." + i));
      assertThat(p.takes(value)).isTrue();
      assertThat(p.valueAt(p.placeOf(value))).isEqualTo(value);
    }
  }

  @Test
  void aJsonFileIsReadAsJson() throws IOException {
    Path file =
        write("s.json", "{\"parameters\":{\"a\":{\"kind\":\"integer\",\"min\":1,\"max\":2}}}");
    assertThat(SpaceFile.read(file, NAMES).gridSize()).contains(BigInteger.TWO);
    Path two = write("t.json", "{} {}");
    assertThatThrownBy(() -> SpaceFile.read(two, NAMES)).hasMessageContaining("t.json:1");
    Path yaml = write("u.json", "parameters: {}");
    assertThatThrownBy(() -> SpaceFile.read(yaml, NAMES)).hasMessageContaining("not JSON");
  }
}
