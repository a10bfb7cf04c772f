package io.github.dl4jhopfield.search.trial;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs trials on a number of threads of this JVM, in their order; what a thread does with a trial
 * is the subclass's: compute it, or have it computed elsewhere and wait.
 */
public abstract class PooledRunner implements TrialRunner {
  private final ExecutorService pool;

  /**
   * @param name of the threads, which end with the JVM
   * @param atOnce trials at once
   */
  protected PooledRunner(String name, int atOnce) {
    pool =
        Executors.newFixedThreadPool(
            atOnce,
            work -> {
              Thread thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Runs one trial; a trial that fails is a result. */
  protected abstract TrialResult runOne(Trial trial) throws Exception;

  /** What is thrown for what a thread threw that is neither an IOException nor an interruption. */
  protected IOException failure(Throwable cause) {
    throw new IllegalStateException("a trial could not be run: " + cause, cause);
  }

  @Override
  public final void run(List<Trial> trials, Listener listener)
      throws IOException, InterruptedException {
    List<Future<?>> running = new ArrayList<>();
    for (Trial trial : trials) {
      running.add(
          pool.submit(
              () -> {
                synchronized (listener) {
                  listener.started(trial);
                }
                TrialResult result = runOne(trial);
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
      if (e.getCause() instanceof InterruptedException) {
        throw new InterruptedException("the search was stopped");
      }
      throw failure(e.getCause());
    } finally {
      running.forEach(trial -> trial.cancel(true));
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
