package io.github.dl4jhopfield.zoo.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.ExperimentContext;
import io.github.dl4jhopfield.zoo.ExperimentResult;
import io.github.dl4jhopfield.zoo.Experiments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
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
      if (file.toString().endsWith(".png")) {
        assertThat(ImageIO.read(file.toFile()).getWidth()).isGreaterThan(400);
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
  void badListsOfNumbersAreNamed() {
    assertThatThrownBy(() -> run("retrieval", Map.of("stored", "10,x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("option stored")
        .hasMessageContaining("10,x");
    assertThatThrownBy(() -> run("label-recall", Map.of("stored", "0")))
        .hasMessageContaining("option stored");
  }
}
