package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.trial.WorkerRunner;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import java.nio.file.Path;

/** A sweep as a program of its own, to be killed: FOLDER STRATEGY WORKERS (0: threads). */
final class SweepProgram {
  static final int CANDIDATES = 60;

  private SweepProgram() {}

  public static void main(String[] arguments) throws Exception {
    sweep(Path.of(arguments[0]), arguments[1], Integer.parseInt(arguments[2])).run();
    System.exit(0);
  }

  static Sweep sweep(Path folder, String strategy, int workers) {
    Sweep.Builder sweep =
        Sweep.builder()
            .experiment(new TroubledExperiment())
            .strategy(strategy)
            .candidates(CANDIDATES)
            .threads(2)
            .resume(true)
            .context(ExperimentContext.builder().seed(3).out(folder).option("sleep", "20").build());
    if (workers > 0) {
      sweep.workers(new WorkerRunner.Settings(workers, 0, 1000, 128));
    }
    return sweep.build();
  }
}
