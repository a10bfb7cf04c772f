package io.github.dl4jhopfield.zoo.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each experiment, small: what it finds, and that its report is whole. */
class MemoryExperimentsTest {
  @TempDir Path out;

  private ExperimentResult run(String name, Map<String, String> options) throws IOException {
    ExperimentResult result =
        Experiments.byName(name).run(ExperimentContext.builder().out(out).options(options).build());
    assertThat(out.resolve("metrics.json")).content().contains("\"" + name + "\"");
    String report =
        Files.readString(out.resolve("report.html")).replaceAll("base64,[^\"]*", "base64,");
    assertThat(report).startsWith("<!DOCTYPE html>").contains("</html>").doesNotContain("NaN");
    for (Path file : result.files()) {
      if (file.toString().endsWith(".svg")) {
        assertThat(Files.readString(file))
            .startsWith("<svg ")
            .doesNotContain("NaN")
            .endsWith("</svg>\n");
      }
    }
    assertThat(result.files()).hasSizeGreaterThan(2);
    return result;
  }

  private static double mean(ExperimentResult result, String metric) {
    assertThat(result.metrics()).containsKey(metric);
    return result.metrics().get(metric).mean();
  }

  @Test
  void labelsAreRecalledFromImagesAlone() throws IOException {
    ExperimentResult result =
        run("label-recall", Map.of("stored", "128,1024", "draws", "1", "queries", "200"));
    assertThat(mean(result, "accuracy-128")).isGreaterThan(0.6);
    assertThat(mean(result, "accuracy-1024")).isGreaterThan(0.82);
  }

  @Test
  void sparsemaxRetrievesHalfHiddenImagesWhereSoftmaxMixes() throws IOException {
    ExperimentResult result =
        run("retrieval", Map.of("stored", "10,100", "draws", "1", "queries", "50"));
    assertThat(mean(result, "retrieved-sparsemax-100")).isGreaterThan(0.9);
    assertThat(mean(result, "retrieved-softmax-100")).isLessThan(0.6);
    assertThat(mean(result, "retrieved-raw-sparsemax-100"))
        .isLessThan(mean(result, "retrieved-sparsemax-100"));
  }

  @Test
  void fixedPointsAreSingleAtTheLargestBeta() throws IOException {
    ExperimentResult result = run("fixed-points", Map.of("stored", "20", "betas", "4"));
    assertThat(mean(result, "softmax-single-at-largest-beta")).isEqualTo(1);
  }

  @Test
  void sparserSeparationsMixFewerPatterns() throws IOException {
    ExperimentResult result =
        run("metastable", Map.of("stored", "100", "queries", "30", "betas", "5"));
    assertThat(mean(result, "mixed-sparsemax-beta-5"))
        .isLessThan(mean(result, "mixed-1.5-entmax-beta-5"));
    assertThat(mean(result, "mixed-1.5-entmax-beta-5"))
        .isLessThan(mean(result, "mixed-softmax-beta-5"));
  }

  @Test
  void basinsAppearUnderSparsemaxFirst() throws IOException {
    ExperimentResult result = run("basins", Map.of("grid", "16", "betas", "4"));
    assertThat(mean(result, "single-sparsemax-beta-4"))
        .isGreaterThan(mean(result, "single-softmax-beta-4"));
  }

  @Test
  void onlyPenalisedRecallListsImages() throws IOException {
    ExperimentResult result = run("recall", Map.of("stored", "8", "draws", "2"));
    assertThat(mean(result, "distinct-sparsemax-8")).isGreaterThan(0.9);
    assertThat(mean(result, "distinct-sparsemax-no-penalty-8")).isEqualTo(1.0 / 8);
    assertThat(mean(result, "in-order-sparsemax-8")).isGreaterThan(0.9);
  }

  @Test
  void wordsAreRecalledFromAFile() throws IOException {
    Path words = Files.createTempFile(out.getParent(), "words", ".txt");
    Files.writeString(words, "lighthouse\n\nlightning\nmoonlight\nhouse\nmouse\n");
    ExperimentResult result =
        Experiments.byName("recall")
            .run(
                ExperimentContext.builder()
                    .data(words)
                    .options(Map.of("items", "words", "stored", "5", "draws", "1"))
                    .build());
    assertThat(mean(result, "distinct-sparsemax-no-penalty-5")).isEqualTo(1.0 / 5);
    assertThat(mean(result, "distinct-sparsemax-5")).isGreaterThan(2.0 / 5);
    assertThat(result.tables().get(1).rows()).hasSize(5);
    Files.writeString(words, "house\nmouse\nhouse\n");
    assertThatThrownBy(() -> WordList.file(words))
        .hasMessageContaining(words + ":3")
        .hasMessageContaining("\"house\" again");
    Files.write(words, new byte[] {'a', '\n', (byte) 0xff, (byte) 0xfe, '\n'});
    assertThatThrownBy(() -> WordList.file(words)).hasMessageContaining("UTF-8");
  }

  @Test
  void diffusionLeadsAwayFromTheStoredImage() throws IOException {
    ExperimentResult result =
        run("diffusion", Map.of("stored", "100", "queries", "50", "etas", "2"));
    assertThat(mean(result, "exact-sparsemax-eta-0")).isGreaterThan(0.9);
    assertThat(mean(result, "exact-sparsemax-eta-2"))
        .isLessThan(mean(result, "exact-sparsemax-eta-0"));
    assertThat(mean(result, "itself-sparsemax-eta-2"))
        .isLessThan(mean(result, "itself-sparsemax-eta-0"));
  }

  @Test
  void patternsOfAMappedFileAreFound() throws IOException {
    for (String storage : new String[] {"float32", "float16"}) {
      ExperimentResult result =
          run(
              "scale",
              Map.of(
                  "patterns",
                  "20000",
                  "width",
                  "64",
                  "queries",
                  "5",
                  "runs",
                  "1",
                  "storage",
                  storage));
      assertThat(mean(result, "found")).isEqualTo(1);
      assertThat(mean(result, "sparsemax-one-query-ratio")).isPositive();
    }
  }

  @Test
  void badListsOfNumbersAreNamed() {
    assertThatThrownBy(() -> run("retrieval", Map.of("stored", "10,x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("option stored")
        .hasMessageContaining("10,x");
    assertThatThrownBy(() -> run("label-recall", Map.of("stored", "0")))
        .hasMessageContaining("option stored");
  }
}
