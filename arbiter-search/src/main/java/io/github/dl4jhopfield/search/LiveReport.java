package io.github.dl4jhopfield.search;

import io.github.dl4jhopfield.zoo.files.AtomicFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the report of a running search now and then, in a thread of its own, so seldom that it
 * takes little of the search's time. What it cannot write is a warning: the search goes on.
 */
final class LiveReport implements AutoCloseable {
  /** The file's name. */
  static final String FILE = "report.html";

  private static final Logger LOG = LoggerFactory.getLogger(LiveReport.class);
  private static final int SECONDS = 10;

  /** Rests so many times as long as the last writing took. */
  private static final int REST = 50;

  private final SweepState state;
  private final Path file;
  private final Thread writer;
  private boolean closed;

  private LiveReport(SweepState state, Path file) {
    this.state = state;
    this.file = file;
    writer = new Thread(this::run, "sweep-report");
    writer.setDaemon(true);
    writer.setPriority(Thread.MIN_PRIORITY);
  }

  /** Starts writing into a folder. */
  static LiveReport start(SweepState state, Path folder) {
    LiveReport report = new LiveReport(state, folder.resolve(FILE));
    report.writer.start();
    return report;
  }

  private void run() {
    long rest = SECONDS * 1000L / 5;
    int before = 0;
    boolean warned = false;
    while (rest(rest)) {
      int done = state.done();
      if (done == before) {
        continue;
      }
      before = done;
      long start = System.nanoTime();
      try {
        AtomicFiles.writeText(file, SweepReport.html(state, SECONDS));
      } catch (IOException | RuntimeException e) {
        if (!warned) {
          LOG.warn("{}: cannot be written while the search runs: {}", file, e.toString());
        }
        warned = true;
      }
      rest = Math.max(SECONDS * 1000L, (System.nanoTime() - start) / 1_000_000 * REST);
    }
  }

  /** Whether to go on after so many milliseconds. */
  private synchronized boolean rest(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (!closed) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return true;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        return false;
      }
    }
    return false;
  }

  /** Ends; what is being written is written before. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    boolean interrupted = Thread.interrupted();
    try {
      writer.join();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
