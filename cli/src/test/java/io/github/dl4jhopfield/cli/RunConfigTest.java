package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Run files. */
class RunConfigTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("run.yaml"), text);
  }

  @Test
  void holdsWhatARunWas() throws IOException {
    RunConfig config =
        RunConfig.read(
            file(
                "experiment: repertoire\nseed: 7\ndata: /data/metadata.tsv\n"
                    + "options:\n  share: \"0.001\"\n  folds: 3\n  baselines: false\n"));
    assertThat(config.experiment()).isEqualTo("repertoire");
    assertThat(config.seed()).isEqualTo(7);
    assertThat(config.data()).isEqualTo(Path.of("/data/metadata.tsv"));
    assertThat(config.options())
        .containsEntry("share", "0.001")
        .containsEntry("folds", "3")
        .containsEntry("baselines", "false");
  }

  @Test
  void refusesWhatItIsNot() throws IOException {
    Path unknown = file("experiment: mil\nsead: 3\n");
    assertThatThrownBy(() -> RunConfig.read(unknown))
        .hasMessageContaining("run.yaml:2")
        .hasMessageContaining("sead");
    Path list = file("- a\n- b\n");
    assertThatThrownBy(() -> RunConfig.read(list)).hasMessageContaining("a map of experiment");
    Path seed = file("seed: many\n");
    assertThatThrownBy(() -> RunConfig.read(seed)).hasMessageContaining("whole number as seed");
    Path nested = file("options:\n  folds: [1, 2]\n");
    assertThatThrownBy(() -> RunConfig.read(nested)).hasMessageContaining("folds");
  }
}
