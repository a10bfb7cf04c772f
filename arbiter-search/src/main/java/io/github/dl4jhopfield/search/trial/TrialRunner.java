package io.github.dl4jhopfield.search.trial;

import java.io.IOException;
import java.util.List;

/**
 * Runs trials somewhere. What comes of a trial follows from the trial alone: never from the runner,
 * its number of workers, or the order.
 */
public interface TrialRunner extends AutoCloseable {
  /** Hears of trials as they go; calls may come from any thread, one at a time. */
  interface Listener {
    /** A trial is about to run. */
    void started(Trial trial) throws IOException;

    /** A trial has ended, with a score or without. */
    void ended(TrialResult result) throws IOException;
  }

  /**
   * Runs the trials and returns when all have ended. A trial that fails is a result, not an
   * exception.
   *
   * @throws IOException if a listener threw it, or no worker can be started
   * @throws InterruptedException if the search is stopped; trials that were running are given up
   */
  void run(List<Trial> trials, Listener listener) throws IOException, InterruptedException;

  /** Ends all workers. */
  @Override
  void close();
}
