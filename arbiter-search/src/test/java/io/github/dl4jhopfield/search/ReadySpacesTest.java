package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.search.space.Space;
import io.github.dl4jhopfield.search.space.SpaceParameter;
import io.github.dl4jhopfield.search.trial.TrialResult;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The spaces in the jar: what they hold, and that trials of each run. */
@Timeout(240)
class ReadySpacesTest {
  @TempDir Path folder;

  static Stream<String> names() {
    return ReadySpaces.names().stream();
  }

  private static Space read(String name) throws IOException {
    return ReadySpaces.read(name, Sweep.experiment(ReadySpaces.experiment(name)));
  }

  @ParameterizedTest
  @MethodSource("names")
  void eachIsOfItsExperimentAndHasDefaultsAndAStrategy(String name) throws IOException {
    TunableExperiment experiment = Sweep.experiment(ReadySpaces.experiment(name));
    Space space = ReadySpaces.read(name, experiment);
    assertThat(SearchSpaces.names(experiment))
        .containsAll(space.parameters().stream().map(SpaceParameter::name).toList())
        .containsAll(space.fixed().keySet());
    assertThat(SearchSpaces.defaults(space, experiment)).isNotEmpty();
    assertThat(space.strategy()).containsKey("kind");
    TunableExperiment other = Sweep.experiment(name.equals("paper-mil") ? "vit" : "mil");
    assertThatThrownBy(() -> ReadySpaces.read(name, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "space %s: expected the experiment %s, found %s",
            name, experiment.name(), other.name());
  }

  @Test
  void theGridsHaveTheSizesOfTheirTables() throws IOException {
    Map<String, Integer> sizes = Map.of("paper-mil", 480, "paper-deeprc", 18, "lwpf", 24);
    for (Map.Entry<String, Integer> size : sizes.entrySet()) {
      assertThat(read(size.getKey()).gridSize().orElseThrow().intValue())
          .as(size.getKey())
          .isEqualTo(size.getValue());
    }
    assertThat(read("vit-small").gridSize()).as("ranges without points").isEmpty();
  }

  @Test
  void anUnknownNameIsRefused() {
    assertThatThrownBy(() -> ReadySpaces.experiment("paper"))
        .hasMessageContaining("expected one of paper-mil, paper-deeprc, lwpf, vit-small");
  }

  private SweepResult run(String name, int candidates, Map<String, String> options, Path data)
      throws IOException {
    return Sweep.builder()
        .experiment(Sweep.experiment(ReadySpaces.experiment(name)))
        .space(read(name))
        .candidates(candidates)
        .context(
            ExperimentContext.builder()
                .seed(1)
                .data(data)
                .out(folder.resolve(name))
                .options(options)
                .build())
        .build()
        .run();
  }

  private void check(SweepResult result, String name) {
    for (TrialResult candidate : result.candidates()) {
      assertThat(candidate.error()).isNull();
      assertThat(candidate.score()).isBetween(0.0, 1.0);
    }
    assertThat(folder.resolve(name).resolve("model.zip")).isNotEmptyFile();
  }

  @Test
  void paperMilRuns() throws IOException {
    check(run("paper-mil", 1, Map.of("epochs", "1", "inner-folds", "2"), null), "paper-mil");
  }

  private static final Map<String, String> SMALL_REPERTOIRES =
      Map.of(
          "task", "motif",
          "share", "0.2",
          "repertoires", "20",
          "test-repertoires", "4",
          "sequences", "60",
          "validation", "0.4",
          "updates", "4",
          "evaluate-every", "2");

  @ParameterizedTest
  @MethodSource("repertoireSpaces")
  void repertoireSpacesRun(String name) throws IOException {
    SweepResult result = run(name, 3, SMALL_REPERTOIRES, null);
    check(result, name);
    assertThat(result.dataset()).isEqualTo("implanted motifs");
    Set<Map<String, Object>> different = new HashSet<>();
    result.candidates().forEach(candidate -> different.add(candidate.values()));
    assertThat(different).hasSize(3);
  }

  static List<String> repertoireSpaces() {
    return List.of("paper-deeprc", "lwpf");
  }

  @Test
  void repertoiresAreGivenUpAtTheirLooksAndTestedBySplit() throws IOException {
    TunableExperiment repertoire = Sweep.experiment("repertoire");
    checkLooks(
        repertoire,
        ExperimentContext.builder()
            .seed(1)
            .options(SMALL_REPERTOIRES)
            .option("evaluate-every", "1")
            .build(),
        List.of(0.25, 0.5, 0.75));
    SweepResult nested =
        Sweep.builder()
            .experiment(repertoire)
            .candidates(1)
            .validation(new Validation(Validation.Kind.NESTED, 2))
            .context(
                ExperimentContext.builder()
                    .seed(1)
                    .options(SMALL_REPERTOIRES)
                    .option("repeats", "2")
                    .option("test-repertoires", "10")
                    .build())
            .build()
            .run();
    assertThat(nested.outerFolds()).hasSize(2);
    assertThat(nested.test().orElseThrow().mean()).isBetween(0.0, 1.0);
    assertThatThrownBy(
            () ->
                Sweep.builder()
                    .experiment(repertoire)
                    .validation(new Validation(Validation.Kind.NESTED, 2))
                    .context(ExperimentContext.builder().options(SMALL_REPERTOIRES).build())
                    .build()
                    .run())
        .hasMessageContaining("outer-folds: expected 1, the splits of the data, found 2");
  }

  /** Images of 14 by 14 pixels, of which one half is bright: the class. */
  private Path images() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    for (String part : List.of("train", "t10k")) {
      int count = part.equals("train") ? 60 : 10;
      ByteArrayOutputStream pixels = new ByteArrayOutputStream();
      ByteArrayOutputStream labels = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(pixels);
      for (int size : new int[] {0x803, count, 14, 14}) {
        out.writeInt(size);
      }
      new DataOutputStream(labels).writeInt(0x801);
      new DataOutputStream(labels).writeInt(count);
      for (int i = 0; i < count; i++) {
        labels.write(i % 2);
        for (int pixel = 0; pixel < 14 * 14; pixel++) {
          out.write(pixel / 98 == i % 2 ? 200 + (i * 31 + pixel * 7) % 50 : (i + pixel) % 60);
        }
      }
      Files.write(images.resolve(part + "-images-idx3-ubyte"), pixels.toByteArray());
      Files.write(images.resolve(part + "-labels-idx1-ubyte"), labels.toByteArray());
    }
    return images;
  }

  /** Says how it goes at these shares, with no effect on the score; ends where it is told to. */
  private static void checkLooks(
      TunableExperiment experiment, ExperimentContext context, List<Double> shares)
      throws IOException {
    Tuning tuning = experiment.prepare(context);
    Map<String, Object> values = new LinkedHashMap<>();
    experiment.space().forEach(p -> values.put(p.name(), p.defaultValue()));
    List<Double> seen = new ArrayList<>();
    Tuning.Score watched =
        tuning
            .evaluate(
                values,
                (done, score) -> {
                  assertThat(score).isBetween(0.0, 1.0);
                  return seen.add(done);
                })
            .orElseThrow();
    assertThat(seen).isEqualTo(shares);
    assertThat(watched).isEqualTo(tuning.evaluate(values));
    seen.clear();
    assertThat(tuning.evaluate(values, (done, score) -> seen.add(done) && done < 0.5)).isEmpty();
    assertThat(seen).isEqualTo(shares.subList(0, shares.indexOf(0.5) + 1));
  }

  @Test
  void aNetworkThatCannotBeIsRecordedAndTheOthersGoOn() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("space.yaml"),
            "parameters: {heads: {kind: choice, choices: [2, 3]}}\nfixed: {width: 16, epochs: 1}\n");
    TunableExperiment vit = Sweep.experiment("vit");
    SweepResult result =
        Sweep.builder()
            .experiment(vit)
            .space(SearchSpaces.read(file, vit))
            .strategy("grid")
            .context(ExperimentContext.builder().data(images()).build())
            .build()
            .run();
    assertThat(result.candidates()).hasSize(2);
    for (TrialResult candidate : result.candidates()) {
      boolean divides = candidate.values().get("heads").equals(2);
      assertThat(candidate.status()).isEqualTo(divides ? "done" : "failed");
      if (!divides) {
        assertThat(candidate.error()).contains("IllegalArgumentException", "heads", "3");
      }
    }
  }

  @Test
  void vitSmallRuns() throws IOException {
    check(
        run("vit-small", 2, Map.of("epochs", "2", "batch-size", "16", "heads", "2"), images()),
        "vit-small");
    checkLooks(
        Sweep.experiment("vit"),
        ExperimentContext.builder()
            .data(images())
            .options(Map.of("epochs", "2", "width", "16", "heads", "2"))
            .build(),
        List.of(0.5));
    SweepResult sized =
        Sweep.builder()
            .experiment(Sweep.experiment("vit"))
            .objectives(List.of("accuracy", "parameters"))
            .candidates(2)
            .context(
                ExperimentContext.builder()
                    .data(images())
                    .options(Map.of("epochs", "1", "width", "16", "heads", "2"))
                    .build())
            .build()
            .run();
    assertThat(sized.best().measures().get("parameters")).isGreaterThan(1000);
  }

  @Test
  void imagesOfAnOuterFoldAreTestedAndNeverTrainedOn() throws IOException {
    Map<String, String> options = Map.of("epochs", "1", "width", "16", "heads", "2");
    TunableExperiment vit = Sweep.experiment("vit");
    SweepResult nested =
        Sweep.builder()
            .experiment(vit)
            .candidates(1)
            .validation(new Validation(Validation.Kind.NESTED, 3))
            .context(ExperimentContext.builder().seed(1).data(images()).options(options).build())
            .build()
            .run();
    assertThat(nested.outerFolds()).hasSize(3);
    for (SweepResult.OuterFold fold : nested.outerFolds()) {
      // one of 20 images
      assertThat(fold.test() * 20).isCloseTo(Math.rint(fold.test() * 20), within(1e-9));
    }
    Tuning whole = vit.prepare(ExperimentContext.builder().data(images()).options(options).build());
    assertThatThrownBy(() -> whole.test(Map.of())).hasMessageContaining("found one of all data");
    assertThatThrownBy(() -> whole.outside(0, 31))
        .hasMessageContaining("at least 31 images of each class for as many outer folds")
        .hasMessageContaining("found 30; give fewer");
  }
}
