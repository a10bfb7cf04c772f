package io.github.dl4jhopfield.zoo.learn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Batches that are made in the background while a network trains on the ones before: in their
 * order, and at most {@code threads} more than are taken exist or are being made. What a batch is
 * follows from its number alone, so they are the same with any number of threads; with none they
 * are made when they are asked for. What making one throws is thrown where it is asked for, after
 * those before it. {@link Training} closes it, which ends the threads.
 */
public final class PreparedBatches implements Iterator<MultiDataSet>, AutoCloseable {
  /** Makes one batch. */
  @FunctionalInterface
  public interface Maker {
    /**
     * The batch of that number. Called on threads of their own, several at once.
     *
     * @throws IOException if data can't be read
     */
    MultiDataSet make(long number) throws IOException;
  }

  private final Maker maker;
  private final long count;
  private final ExecutorService pool;
  private final int ahead;
  private final Deque<Future<MultiDataSet>> waiting = new ArrayDeque<>();
  private long given;
  private long begun;

  /**
   * Batches from one to before another.
   *
   * @param threads that make them; 0: the caller's
   * @param from the first that is wanted
   * @param count how many there would be from 0 on
   */
  public PreparedBatches(int threads, long from, long count, Maker maker) {
    if (threads < 0) {
      throw new IllegalArgumentException("threads: expected 0 or more, found " + threads);
    }
    this.maker = maker;
    this.count = count;
    this.given = from;
    this.begun = from;
    this.ahead = threads;
    pool =
        threads == 0 || from >= count
            ? null
            : Executors.newFixedThreadPool(
                threads,
                work -> {
                  Thread thread = new Thread(work, "batches");
                  thread.setDaemon(true);
                  return thread;
                });
    begin();
  }

  private void begin() {
    while (pool != null && begun < count && begun < given + ahead) {
      long number = begun++;
      waiting.add(pool.submit(() -> maker.make(number)));
    }
  }

  @Override
  public boolean hasNext() {
    return given < count;
  }

  @Override
  public MultiDataSet next() {
    if (!hasNext()) {
      throw new NoSuchElementException("batch " + given + " of " + count);
    }
    try {
      MultiDataSet batch = pool == null ? maker.make(given) : waiting.remove().get();
      given++;
      begin();
      if (!hasNext()) {
        close();
      }
      return batch;
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new CancellationException("batches: interrupted");
    } catch (ExecutionException e) {
      close();
      throw thrown(e.getCause());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RuntimeException thrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof IOException io) {
      return new UncheckedIOException(io);
    }
    return cause instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException("making a batch failed: " + cause, cause);
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.shutdownNow();
    }
    waiting.clear();
  }
}
