package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.experiment.Progress;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shows on stderr how far a long command is. On a terminal one line that moves from the first
 * moment on: what is done, how much of it, the latest result, the time so far and what is left; a
 * command may have more lines below it. What is logged meanwhile stands above. Elsewhere a plain
 * line whenever another tenth is done; nothing with {@code --quiet}. Safe to call from several
 * threads.
 */
final class ProgressDisplay implements Progress, AutoCloseable {
  private static final int BAR = 20;
  private static final int PERIOD_MS = 200;
  private static final String SPINNER = "|/-\\";

  private final Console console;
  private final boolean moves;
  private final int width;
  private final LongSupplier clock;
  private Thread painter;
  private String task = "starting";
  private String now = "";
  private long start;
  private long steps;
  private long done;
  private int frame;
  private boolean painted;
  private Supplier<List<String>> more;
  private PrintStream systemErr;

  ProgressDisplay(Console console) {
    // The launcher knows whether stderr is a terminal and how wide; Java cannot ask.
    this(
        console,
        Boolean.getBoolean("hopfield.terminal"),
        Integer.getInteger("hopfield.columns", 80),
        System::nanoTime);
    if (moves) {
      systemErr = System.err;
      System.setErr(new PrintStream(new Above(), true, StandardCharsets.UTF_8));
      painter = new Thread(this::paintOn, "progress");
      painter.setDaemon(true);
      painter.start();
    }
  }

  ProgressDisplay(Console console, boolean terminal, int width, LongSupplier clock) {
    this.console = console;
    this.moves = terminal && !console.quiet();
    this.width = Math.max(20, width);
    this.clock = clock;
    this.start = clock.getAsLong();
  }

  /** Shows more lines below the first on a terminal; what is left stands there. */
  synchronized void below(Supplier<List<String>> lines) {
    more = lines;
  }

  int width() {
    return width;
  }

  /** What others write to stderr: whole lines, above the display, which is painted again below. */
  private final class Above extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public void write(int b) {
      synchronized (ProgressDisplay.this) {
        line.write(b);
        if (b == '\n') {
          clear();
          console.err().writeBytes(line.toByteArray());
          console.err().flush();
          line.reset();
        }
      }
    }
  }

  @Override
  public synchronized void begin(String name, long total) {
    task = name;
    now = "";
    steps = Math.max(total, 1);
    done = 0;
    start = clock.getAsLong();
    if (moves) {
      paint();
    } else {
      console.note("%s", name);
    }
  }

  @Override
  public synchronized void doing(String what) {
    now = what;
    if (moves) {
      paint();
    }
  }

  @Override
  public synchronized void advance(long more, String detail) {
    long before = done;
    done = Math.min(steps, done + more);
    if (!detail.isEmpty()) {
      now = detail;
    }
    if (moves) {
      paint();
    } else if (steps > 0 && 10 * done / steps > 10 * before / steps) {
      console.note(
          "%s: %d/%d%s%s",
          task, done, steps, detail.isEmpty() ? "" : ", " + detail, left(", about %s left"));
    }
  }

  @Override
  public synchronized void end() {
    close();
  }

  @Override
  public synchronized void close() {
    if (painter != null) {
      painter.interrupt();
      painter = null;
    }
    if (systemErr != null) {
      System.setErr(systemErr);
      systemErr = null;
    }
    clear();
    steps = 0;
    more = null;
  }

  private void clear() {
    if (painted) {
      PrintStream err = console.err();
      err.print("\r\033[J");
      err.flush();
      painted = false;
    }
  }

  private void paintOn() {
    try {
      while (true) {
        synchronized (this) {
          if (Thread.currentThread() != painter) {
            return;
          }
          frame++;
          paint();
        }
        Thread.sleep(PERIOD_MS);
      }
    } catch (InterruptedException e) {
      // the end
    }
  }

  private synchronized void paint() {
    StringBuilder text = new StringBuilder("\r").append(line()).append("\033[K");
    if (more != null && steps > 0) {
      List<String> lines = more.get();
      for (String line : lines) {
        text.append("\r\n").append(fit(line)).append("\033[K");
      }
      text.append("\033[J"); // there may have been more
      if (!lines.isEmpty()) {
        text.append("\033[").append(lines.size()).append('A');
      }
    }
    PrintStream err = console.err();
    err.print(text);
    err.flush();
    painted = true;
  }

  private String fit(String line) {
    return line.length() < width ? line : line.substring(0, width - 2) + "…";
  }

  /** The line as it is at this moment, at most as wide as the terminal. */
  synchronized String line() {
    StringBuilder text = new StringBuilder();
    text.append(SPINNER.charAt(frame % SPINNER.length())).append(' ').append(task);
    if (steps > 0) {
      int bar = Math.min(BAR, width / 5);
      int full = (int) (bar * done / steps);
      text.append(" [").append("#".repeat(full)).append(".".repeat(bar - full)).append("] ");
      text.append(done).append('/').append(steps);
    }
    String time = ", " + duration(elapsed()) + left(", about %s left");
    String shown = text + (now.isEmpty() ? "" : ", " + now) + time;
    if (shown.length() >= width) { // the time matters more than the latest result
      int room = width - 1 - text.length() - time.length();
      shown =
          (room > 8 ? text + ", " + now.substring(0, Math.min(now.length(), room - 2)) : text)
              + time;
    }
    return shown.length() < width ? shown : shown.substring(0, width - 1);
  }

  private double elapsed() {
    return (clock.getAsLong() - start) / 1e9;
  }

  /** What is left at the pace so far, where enough is done to tell. */
  private String left(String format) {
    if (done == 0 || done >= steps || more != null) {
      return "";
    }
    double seconds = elapsed() / done * (steps - done);
    return seconds < 1 ? "" : String.format(Locale.ROOT, format, duration(seconds));
  }

  static String duration(double seconds) {
    long s = (long) seconds;
    if (s < 60) {
      return s + " s";
    }
    return s < 3600
        ? String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d:%02d h", s / 3600, s / 60 % 60);
  }
}
