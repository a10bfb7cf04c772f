package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.search.trial.Trial;
import io.github.dl4jhopfield.search.trial.TrialRunner;
import java.io.IOException;
import java.util.List;

/** A runner that starts when there is something to run: a search that the store has needs none. */
final class LazyRunner implements TrialRunner {
  private final Sweep.RunnerStart start;
  private TrialRunner runner;

  LazyRunner(Sweep.RunnerStart start) {
    this.start = start;
  }

  @Override
  public void run(List<Trial> trials, Listener listener) throws IOException, InterruptedException {
    if (trials.isEmpty()) {
      return;
    }
    if (runner == null) {
      runner = start.start();
    }
    runner.run(trials, listener);
  }

  @Override
  public void close() {
    if (runner != null) {
      runner.close();
    }
  }
}
