package io.github.dl4jhopfield.zoo.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.zoo.report.ResultTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentRunTest {
  @TempDir Path folder;

  private final List<String> order = new ArrayList<>();

  /** An experiment that says what happens when. */
  private final class Telling extends ExperimentTemplate<String> {
    private final IOException fault;

    Telling(IOException fault) {
      super("telling", "tells");
      this.fault = fault;
    }

    @Override
    public List<ExperimentOption> options() {
      return List.of(ExperimentOption.integer("n", 3, 1, 9, "a number"));
    }

    @Override
    protected String open(ExperimentRun run) {
      order.add("open");
      if (run.integer("n") == 9) {
        throw new IllegalArgumentException("nine is bad data");
      }
      return "data";
    }

    @Override
    protected Findings run(ExperimentRun run, String data) {
      order.add("run " + data + (Files.isDirectory(folder.resolve("out")) ? " folder" : ""));
      return new Findings("numbers")
          .metric("auc", 0.5, 1)
          .detail("n", run.integer("n"))
          .table(new ResultTable("t", List.of("a"), List.of(List.of("1"))))
          .report(result -> "<html>" + result.metrics().get("auc").mean())
          .file(
              "model.zip",
              file -> {
                order.add("model");
                if (fault != null) {
                  throw fault;
                }
                Files.writeString(file, "model");
              });
    }
  }

  private ExperimentContext.Builder out() {
    return ExperimentContext.builder().out(folder.resolve("out"));
  }

  @Test
  void everythingIsWrittenAndTheMetricsLast() throws IOException {
    ExperimentResult result = new Telling(null).run(out().build());
    assertThat(order).containsExactly("open", "run data folder", "model");
    assertThat(result.files())
        .extracting(file -> file.getFileName().toString())
        .containsExactly("metrics.json", "report.html", "model.zip");
    assertThat(folder.resolve("out/report.html")).hasContent("<html>0.75");
    assertThat(folder.resolve("out/metrics.json")).hasContent(result.toJson());
    assertThat(result.details()).containsEntry("n", 3);
  }

  @Test
  void badOptionsAndDataLeaveNoFolder() {
    assertThatThrownBy(() -> new Telling(null).run(out().option("n", "10").build()))
        .hasMessageContaining("option n: expected a whole number from 1 to 9");
    assertThat(order).isEmpty();
    assertThatThrownBy(() -> new Telling(null).run(out().option("n", "9").build()))
        .hasMessage("nine is bad data");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aResultThatCannotBeWrittenIsNotLost() {
    assertThatThrownBy(
            () -> new Telling(new IOException("model.zip: no space left")).run(out().build()))
        .isInstanceOfSatisfying(
            UnsavedResultException.class,
            e -> {
              assertThat(e).hasMessage("model.zip: no space left");
              assertThat(e.result().metrics().get("auc").mean()).isEqualTo(0.75);
              assertThat(e.result().files()).isEmpty();
            });
    assertThat(folder.resolve("out/metrics.json")).as("says that a run is whole").doesNotExist();
  }
}
