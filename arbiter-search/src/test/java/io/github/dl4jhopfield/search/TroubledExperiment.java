package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An experiment whose candidates score a function of their values after some milliseconds; with
 * trouble, every fifth throws, takes all memory, is NaN or never ends, by a hash of its values.
 */
public final class TroubledExperiment implements TunableExperiment {
  /** For the service loader. */
  public TroubledExperiment() {}

  @Override
  public String name() {
    return "troubled";
  }

  @Override
  public String description() {
    return "a function with faults";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(
        ExperimentOption.flag("trouble", false, "whether every fifth candidate fails"),
        ExperimentOption.flag("throw", false, "whether every fifth candidate throws"),
        ExperimentOption.integer("sleep", 0, 0, 10_000, "milliseconds"));
  }

  @Override
  public List<TuningParameter> space() {
    return List.of(
        TuningParameter.uniform("x", -1, 1, 0.5),
        TuningParameter.integer("n", 1, 20, 10),
        TuningParameter.choice("word", List.of("a", "b", "c"), "a"));
  }

  @Override
  public ExperimentResult run(ExperimentContext context) {
    throw new UnsupportedOperationException();
  }

  /** Which kind of trouble the values have: 0 to 3, or none (-1). */
  static int trouble(Map<String, Object> values) {
    int hash = Math.floorMod(values.hashCode() * 31, 20);
    return hash % 5 == 0 ? hash / 5 : -1;
  }

  @Override
  public Tuning prepare(ExperimentContext context) {
    Map<String, String> given = context.resolve(this);
    boolean troubled = given.get("trouble").equals("true");
    boolean throwing = given.get("throw").equals("true");
    long sleep = Long.parseLong(given.get("sleep"));
    return new FakeTuning() {
      @Override
      public Score evaluate(Map<String, Object> values) {
        try {
          Thread.sleep(sleep);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("stopped", e);
        }
        double value =
            -Math.abs((Double) values.get("x") - 0.3) - Math.abs((Integer) values.get("n") - 7);
        if (throwing && trouble(values) >= 0) {
          throw new IllegalStateException("thrown");
        }
        switch (troubled ? trouble(values) : -1) {
          case 0 -> throw new IllegalStateException("no luck");
          case 1 -> takeAllMemory();
          case 2 -> value = Double.NaN;
          case 3 -> neverEnd();
          default -> {
            // a healthy one
          }
        }
        return new Score(value, List.of(value, value));
      }
    };
  }

  private static void takeAllMemory() {
    List<long[]> all = new ArrayList<>();
    while (true) {
      all.add(new long[1 << 22]);
    }
  }

  private static void neverEnd() {
    long spins = 0;
    while (spins >= 0) {
      spins = (spins + 1) & 0xffff;
    }
  }
}
