package io.github.dl4jhopfield.search.trial;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs trials in threads of this JVM: no start-up cost, but a trial that hangs or takes all memory
 * cannot be ended alone.
 */
public final class ThreadRunner implements TrialRunner {
  private final TrialTask task;
  private final ExecutorService pool;

  /**
   * @param threads trials at once
   */
  public ThreadRunner(TrialTask task, int threads) {
    this.task = task;
    this.pool =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread = new Thread(work, "trial");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public void run(List<Trial> trials, Listener listener) throws IOException, InterruptedException {
    List<Future<?>> running = new ArrayList<>();
    for (Trial trial : trials) {
      running.add(
          pool.submit(
              () -> {
                synchronized (listener) {
                  listener.started(trial);
                }
                TrialResult result = task.run(trial);
                synchronized (listener) {
                  listener.ended(result);
                }
                return null;
              }));
    }
    try {
      for (Future<?> trial : running) {
        trial.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException("a trial's listener failed: " + e.getCause(), e.getCause());
    } finally {
      running.forEach(trial -> trial.cancel(true));
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
