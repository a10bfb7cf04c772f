package io.github.dl4jhopfield.search.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strategies: same seed and outcomes, same candidates; those that learn beat those that don't. */
class StrategiesTest {
  private static final List<String> NAMES =
      List.of("x", "y", "separation", "alpha", "heads", "epochs");
  private static final String MIXED =
      "parameters:\n"
          + "  x: {kind: logUniform, min: 1e-5, max: 1}\n"
          + "  y: {kind: uniform, min: 0, max: 1}\n"
          + "  separation: {kind: choice, choices: [softmax, sparsemax, entmax]}\n"
          + "  alpha: {kind: uniform, min: 1, max: 3, when: {separation: entmax}}\n"
          + "  heads: {kind: integer, min: 1, max: 16}\n";

  @TempDir Path folder;

  private Space space(String yaml) throws IOException {
    return SpaceFile.read(Files.writeString(folder.resolve("s.yaml"), yaml), NAMES);
  }

  /** Best at x 1e-3, y 0.3, entmax with alpha 1.5, 5 heads. */
  private static double loss(Map<String, Object> values) {
    double x = Math.log10((double) values.get("x")) + 3;
    double y = (double) values.get("y") - 0.3;
    double heads = ((int) values.get("heads") - 5) / 8.0;
    double alpha =
        values.get("separation").equals("entmax") ? (double) values.get("alpha") - 1.5 : 1;
    return x * x + 4 * y * y + heads * heads + alpha * alpha;
  }

  private static List<Map<String, Object>> run(
      Strategy strategy, int most, Function<Map<String, Object>, Outcome> score) {
    List<Map<String, Object>> all = new ArrayList<>();
    while (all.size() < most) {
      List<Map<String, Object>> batch = strategy.ask(most - all.size());
      if (batch.isEmpty()) {
        break;
      }
      all.addAll(batch);
      strategy.tell(batch.stream().map(score).toList());
    }
    return all;
  }

  private static Strategy strategy(String name, Space space, long seed) {
    return Strategies.create(name, Map.of(), space, seed, Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"random", "quasi", "genetic", "tpe", "cmaes", "hyperband", "tpe+hyperband"})
  void candidatesFollowFromSeedAndOutcomes(String name) throws IOException {
    Space space = space(MIXED);
    Function<Map<String, Object>, Outcome> score = values -> new Outcome(loss(values));
    List<Map<String, Object>> first = run(strategy(name, space, 7), 70, score);
    assertThat(run(strategy(name, space, 7), 70, score)).isEqualTo(first);
    assertThat(run(strategy(name, space, 8), 70, score)).isNotEqualTo(first);
    assertThat(first).hasSize(70);
    for (Map<String, Object> values : first) {
      assertThat(values.containsKey("alpha")).isEqualTo(values.get("separation").equals("entmax"));
      values.forEach(
          (key, value) -> {
            if (!key.equals("epochs")) {
              assertThat(space.parameter(key).orElseThrow().takes(value)).as(key).isTrue();
            }
          });
    }
  }

  @ParameterizedTest
  @CsvSource({"tpe, 100, 15, 13", "genetic, 100, 60, 40", "cmaes, 200, 200, 117"}) // p < 0.01 each
  void strategiesThatLearnAreBetterThanRandom(String name, int most, int seeds, int least)
      throws IOException {
    Space space = space(MIXED);
    int better = 0;
    for (long seed = 0; seed < seeds; seed++) {
      double random = best(strategy("random", space, seed), most);
      better += best(strategy(name, space, seed + 100), most) < random ? 1 : 0;
    }
    assertThat(better).isGreaterThanOrEqualTo(least);
  }

  private static double best(Strategy strategy, int most) {
    return run(strategy, most, values -> new Outcome(loss(values))).stream()
        .mapToDouble(StrategiesTest::loss)
        .min()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"random", "quasi", "genetic", "tpe", "cmaes", "hyperband", "tpe+hyperband"})
  void failedAndInfiniteAndEqualOutcomesAreTaken(String name) throws IOException {
    Space space = space(MIXED);
    int[] calls = {0};
    run(
        strategy(name, space, 1),
        120,
        values ->
            switch (calls[0]++ % 4) {
              case 0 -> Outcome.FAILED;
              case 1 -> new Outcome(Double.POSITIVE_INFINITY);
              default -> new Outcome(1);
            });
    run(strategy(name, space, 1), 60, values -> Outcome.FAILED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "genetic", "tpe", "cmaes", "tpe+hyperband"})
  void severalObjectivesAreRankedByFronts(String name) throws IOException {
    Space space = space(MIXED);
    List<Map<String, Object>> all =
        run(
            strategy(name, space, 3),
            100,
            values -> new Outcome(loss(values), (int) values.get("heads")));
    assertThat(all).hasSize(100);
  }

  @Test
  void aGridHasEveryPointOnce() throws IOException {
    Space space =
        space(
            "parameters:\n"
                + "  separation: {kind: choice, choices: [softmax, entmax]}\n"
                + "  alpha: {kind: uniform, min: 1, max: 2, step: 0.25, when: {separation: entmax}}\n"
                + "  heads: {kind: integer, min: 1, max: 4}\n");
    List<Map<String, Object>> all = run(strategy("grid", space, 1), 1000, values -> new Outcome(0));
    assertThat(all).hasSize(space.gridSize().orElseThrow().intValueExact()).hasSize(24);
    assertThat(new HashSet<>(all)).hasSize(24);
  }

  @Test
  void tpeTriesEverythingOfASmallSpaceBeforeItRepeats() throws IOException {
    Space space =
        space(
            "parameters:\n"
                + "  separation: {kind: choice, choices: [softmax, entmax]}\n"
                + "  heads: {kind: integer, min: 1, max: 16}\n");
    List<Map<String, Object>> all =
        run(
            strategy("tpe", space, 1),
            32,
            values -> new Outcome(Math.abs((int) values.get("heads") - 3)));
    assertThat(new HashSet<>(all)).hasSize(32);
  }

  @Test
  void hyperbandGivesItsBestTheMost() throws IOException {
    Space space = space("parameters: {y: {kind: uniform, min: 0, max: 1}}");
    Strategy strategy =
        Strategies.create(
            "hyperband",
            Map.of("resource", "epochs", "min", 1, "max", 9, "eta", 3, "brackets", 3),
            space,
            5,
            Map.of());
    List<Integer> sizes = new ArrayList<>();
    List<Integer> amounts = new ArrayList<>();
    List<Map<String, Object>> before = List.of();
    for (int i = 0; i < 6; i++) {
      List<Map<String, Object>> batch = strategy.ask(100);
      sizes.add(batch.size());
      amounts.add((Integer) batch.get(0).get("epochs"));
      if (i == 1) {
        List<Object> best = before.stream().map(v -> v.get("y")).sorted().limit(3).toList();
        assertThat(batch.stream().map(v -> v.get("y")).toList()).isEqualTo(best);
      }
      before = batch;
      strategy.tell(batch.stream().map(v -> new Outcome((double) v.get("y"))).toList());
    }
    // Li et al. 2018, table 1, for R = 9 and eta = 3
    assertThat(sizes).containsExactly(9, 3, 1, 5, 1, 3);
    assertThat(amounts).containsExactly(1, 3, 9, 3, 9, 9);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 9, 9 1, 1 9",
    "1, 27, 9 1, 3 27", // a ninth of all
    "1, 81, 81 9 1 14, 1 9 81 9", // then the narrower bracket
    "1, 4, 4 1, 1 4",
    "3, 5, 1 1, 5 5",
    "5, 5, 1 1, 5 5"
  })
  void hyperbandTrainsOneInNineFurtherUnlessToldOtherwise(
      int min, int max, String sizes, String amounts) throws IOException {
    Space space = space("parameters: {y: {kind: uniform, min: 0, max: 1}}");
    Strategy strategy =
        Strategies.create("hyperband", Map.of("min", min, "max", max), space, 5, Map.of());
    List<String> sizesSeen = new ArrayList<>();
    List<String> amountsSeen = new ArrayList<>();
    for (int i = 0; i < sizes.split(" ").length; i++) {
      List<Map<String, Object>> batch = strategy.ask(100);
      sizesSeen.add(Integer.toString(batch.size()));
      amountsSeen.add(batch.get(0).get("epochs").toString());
      strategy.tell(batch.stream().map(v -> new Outcome((double) v.get("y"))).toList());
    }
    assertThat(String.join(" ", sizesSeen)).isEqualTo(sizes);
    assertThat(String.join(" ", amountsSeen)).isEqualTo(amounts);
  }

  @Test
  void hyperbandLetsTheBestOfAllBracketsGoOn() throws IOException {
    Space space = space("parameters: {y: {kind: uniform, min: 0, max: 1}}");
    Strategy strategy =
        Strategies.create(
            "hyperband", Map.of("max", 9, "eta", 3, "brackets", 1), space, 5, Map.of());
    Map<Double, Double> losses = new HashMap<>();
    List<Double> gone = new ArrayList<>();
    for (int round = 0; round < 30; round++) {
      List<Map<String, Object>> batch = strategy.ask(100);
      int epochs = (Integer) batch.get(0).get("epochs");
      assertThat(epochs).isEqualTo(List.of(1, 3, 9).get(round % 3));
      List<Double> here = batch.stream().map(v -> (Double) v.get("y")).toList();
      if (epochs == 3) {
        // the best three of those that had one epoch in any bracket so far and no more
        List<Double> left = losses.keySet().stream().filter(y -> !gone.contains(y)).toList();
        assertThat(here).isEqualTo(left.stream().sorted().limit(3).toList());
        gone.addAll(here);
      }
      here.forEach(y -> losses.put(y, y));
      strategy.tell(here.stream().map(Outcome::new).toList());
    }
    assertThat(losses).as("no newcomer twice").hasSize(90);
  }

  @Test
  void consecutiveSeedsOfRandomSearchAreNotAlike() throws IOException {
    Space space = space("parameters: {y: {kind: uniform, min: 0, max: 1}}");
    int[] quarters = new int[4];
    for (long seed = 1; seed <= 40; seed++) {
      quarters[(int) (4 * (double) strategy("random", space, seed).ask(1).get(0).get("y"))]++;
    }
    assertThat(quarters).as("first values of 40 seeds").doesNotContain(0, 1, 2);
  }

  @Test
  void quasiRandomCandidatesCoverTheRangeEvenly() throws IOException {
    Space space = space("parameters: {y: {kind: uniform, min: 0, max: 1}}");
    int[] cells = new int[16];
    run(strategy("quasi", space, 1), 64, v -> Outcome.FAILED)
        .forEach(v -> cells[(int) ((double) v.get("y") * 16)]++);
    assertThat(cells).containsOnly(4);
  }

  @Test
  void defaultsComeFirst() throws IOException {
    Space space = space("parameters: {y: {kind: uniform, min: 0, max: 1}}");
    Strategy strategy = Strategies.create("tpe", Map.of(), space, 1, Map.of("y", 0.25));
    assertThat(strategy.ask(10)).containsExactly(Map.of("y", 0.25));
    strategy.tell(List.of(new Outcome(1)));
    assertThat(strategy.ask(10)).hasSize(4);
    assertThatThrownBy(() -> strategy.ask(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> strategy.tell(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 4");
  }

  @Test
  void badSettingsAreRefused() throws IOException {
    Space space = space("parameters: {y: {kind: uniform, min: 0, max: 1}}");
    assertThatThrownBy(() -> strategy("tep", space, 1)).hasMessageContaining("did you mean 'tpe'");
    assertThatThrownBy(() -> strategy("grid", space, 1)).hasMessageContaining("y");
    assertThatThrownBy(() -> Strategies.create("tpe", Map.of("startups", 3), space, 1, Map.of()))
        .hasMessageContaining("did you mean 'startup'");
    assertThatThrownBy(() -> Strategies.create("hyperband", Map.of("eta", 1), space, 1, Map.of()))
        .hasMessageContaining("from 2 to 1000, found 1");
    assertThatThrownBy(
            () -> Strategies.create("hyperband", Map.of("resource", "y"), space, 1, Map.of()))
        .hasMessageContaining("neither searched nor fixed");
  }
}
