package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.ExperimentResult;
import io.github.dl4jhopfield.zoo.experiment.TunableExperiment;
import io.github.dl4jhopfield.zoo.experiment.Tuning;
import io.github.dl4jhopfield.zoo.experiment.TuningParameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An experiment without data: the score so far grows with the share of the work, to 1 - (x - c)²,
 * the cost is x. The centre c is 0.8 on all data and differs a little on each outer fold.
 */
public final class CurvesExperiment implements TunableExperiment {
  /** Steps of work that all trials in this JVM have done. */
  static final AtomicInteger WORK = new AtomicInteger();

  static final int STEPS = 20;

  /** For the service loader. */
  public CurvesExperiment() {}

  @Override
  public String name() {
    return "curves";
  }

  @Override
  public String description() {
    return "a function with a cost";
  }

  @Override
  public List<ExperimentOption> options() {
    return List.of(ExperimentOption.integer("sleep", 0, 0, 10_000, "milliseconds"));
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
    long sleep = Long.parseLong(context.resolve(this).get("sleep"));
    return new Curves(0.8, 4, sleep, -1);
  }

  /**
   * @param test the outer fold that is left out, or -1
   */
  private record Curves(double centre, int parts, long sleep, int test) implements Tuning.Watched {
    @Override
    public String dataset() {
      return "none";
    }

    @Override
    public String metric() {
      return "value";
    }

    @Override
    public boolean greaterIsBetter() {
      return true;
    }

    @Override
    public List<Objective> objectives() {
      return List.of(
          new Objective("value", true),
          new Objective("cost", false),
          new Objective("forgotten", false));
    }

    private double value(Map<String, Object> values) {
      double distance = (Double) values.get("x") - centre;
      return 1 - distance * distance;
    }

    @Override
    public Optional<Score> evaluate(
        Map<String, Object> values, List<String> objectives, Intermediate intermediate) {
      for (int step = 1; step <= STEPS; step++) {
        work();
        if (step < STEPS && !intermediate.goesOn(step / (double) STEPS, value(values) * step)) {
          return Optional.empty();
        }
      }
      List<Double> scores = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        scores.add(value(values));
      }
      return Optional.of(
          new Score(
              value(values),
              scores,
              objectives.contains("cost") ? Map.of("cost", (Double) values.get("x")) : Map.of()));
    }

    private void work() {
      WORK.incrementAndGet();
      try {
        Thread.sleep(sleep);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("stopped", e);
      }
    }

    @Override
    public Tuning onOnePart() {
      return new Curves(centre, 1, sleep, test);
    }

    @Override
    public Tuning outside(int fold, int folds) {
      return new Curves(0.6 + 0.2 * fold / folds, parts, sleep, fold);
    }

    @Override
    public double test(Map<String, Object> values) {
      return value(values) - 0.01 * (1 + test);
    }

    @Override
    public void saveModel(Map<String, Object> values, Path file) throws IOException {
      Files.writeString(file, values.toString());
    }
  }
}
