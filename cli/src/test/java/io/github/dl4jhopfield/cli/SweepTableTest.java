package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.search.Sweep;
import io.github.dl4jhopfield.search.SweepState;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SweepTableTest {
  private final List<SweepState> seen = new ArrayList<>();
  private final List<List<String>> tables = new ArrayList<>();

  /** Of every candidate the table is taken while it runs; the second fails. */
  private final class Watched implements TunableExperiment {
    @Override
    public String name() {
      return "watched";
    }

    @Override
    public String description() {
      return "a function";
    }

    @Override
    public List<ExperimentOption> options() {
      return List.of();
    }

    @Override
    public List<TuningParameter> space() {
      return List.of(TuningParameter.uniform("x", 0, 1, 0.25));
    }

    @Override
    public ExperimentResult run(ExperimentContext context) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Tuning prepare(ExperimentContext context) {
      return new Tuning() {
        @Override
        public String dataset() {
          return "none";
        }

        @Override
        public String metric() {
          return "auc";
        }

        @Override
        public boolean greaterIsBetter() {
          return true;
        }

        @Override
        public Score evaluate(Map<String, Object> values) {
          SweepState state = seen.get(0);
          long now = state.running().get(0).since() + 65_000;
          tables.add(new SweepTable(state, () -> now).lines());
          if (tables.size() == 2) {
            throw new IllegalStateException("no luck");
          }
          return new Score(tables.size() == 1 ? 0.875 : 0.5, List.of());
        }

        @Override
        public void saveModel(Map<String, Object> values, Path file) {}
      };
    }
  }

  @Test
  void theTableSaysWhatIsBestWhatFailedAndWhatRuns() throws IOException {
    Sweep.builder().experiment(new Watched()).candidates(4).watch(seen::add).build().run();
    assertThat(tables).hasSize(4);
    assertThat(tables.get(0))
        .containsExactly(
            "  best     none has a score yet",
            "  ended    0 with a score, 0 failed",
            "  running  candidate 0     1:05 min  x=0.25");
    List<String> last = tables.get(3);
    assertThat(last.get(0)).isEqualTo("  best     candidate 0     auc 0.8750  x=0.25");
    assertThat(last.get(1)).startsWith("  ended    2 with a score, 1 failed; about ");
    assertThat(last.get(2)).startsWith("  running  candidate 3     1:05 min  x=0.");
    assertThat(new SweepTable(seen.get(0), () -> 0).lines())
        .as("nothing runs any more, nothing is left")
        .hasSize(2)
        .contains("  ended    3 with a score, 1 failed");
  }
}
