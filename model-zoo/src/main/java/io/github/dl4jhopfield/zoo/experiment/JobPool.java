package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs independent jobs on a number of threads. Results come in the order of the jobs, so that what
 * is made of them doesn't depend on the threads; each job brings its own seed. Of jobs that are
 * made one by one only as many exist as are running or wait to be taken, twice the threads.
 *
 * <p>The first job that fails, in their order, ends the whole: the others are interrupted, and its
 * exception is thrown as it is. ND4J keeps a generator of random numbers and workspaces for each
 * thread: a job that draws sets its seed first.
 */
public final class JobPool {
  /** Receives results in the order of the jobs, on the caller's thread. */
  @FunctionalInterface
  public interface Results<T> {
    /** The next result. */
    void accept(T result) throws IOException;
  }

  private JobPool() {}

  /**
   * The results of all jobs, in their order.
   *
   * @param name of the threads
   * @param threads jobs at once, at least 1
   */
  public static <T> List<T> run(String name, int threads, List<? extends Callable<T>> jobs)
      throws IOException {
    List<T> results = new ArrayList<>(jobs.size());
    run(name, threads, jobs.iterator(), results::add);
    return results;
  }

  /**
   * Takes jobs while there are any and hands over each result.
   *
   * @param jobs asked on the caller's thread only
   */
  public static <T> void run(
      String name, int threads, Iterator<? extends Callable<T>> jobs, Results<? super T> results)
      throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });
    ArrayDeque<Future<T>> waiting = new ArrayDeque<>();
    try {
      while (jobs.hasNext() || !waiting.isEmpty()) {
        while (jobs.hasNext() && waiting.size() < 2 * threads) {
          waiting.add(pool.submit(jobs.next()));
        }
        results.accept(waiting.remove().get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException(name + ": interrupted");
    } catch (ExecutionException e) {
      throw thrown(name, e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private static RuntimeException thrown(String name, Throwable cause) throws IOException {
    if (cause instanceof UncheckedIOException unchecked) {
      throw unchecked.getCause();
    }
    if (cause instanceof IOException io) {
      throw io;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(name + " failed: " + cause, cause);
  }
}
