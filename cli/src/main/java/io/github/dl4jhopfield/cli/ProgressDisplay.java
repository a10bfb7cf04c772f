package io.github.dl4jhopfield.cli;

import io.github.dl4jhopfield.zoo.experiment.Progress;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows on stderr how far a long command is: a bar on a terminal, otherwise a plain line whenever
 * another tenth is done; nothing with {@code --quiet}. Safe to call from several threads.
 */
final class ProgressDisplay implements Progress, AutoCloseable {
  private final Console console;
  private final boolean terminal;
  private ProgressBar bar;
  private String task = "";
  private long steps;
  private long done;

  ProgressDisplay(Console console) {
    this.console = console;
    // The launcher knows whether stderr is a terminal; Java cannot ask.
    this.terminal = Boolean.getBoolean("hopfield.terminal");
  }

  @Override
  public synchronized void begin(String name, long total) {
    close();
    task = name;
    steps = Math.max(total, 1);
    done = 0;
    if (console.quiet()) {
      return;
    }
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(console.err()))
              .build();
    } else {
      console.note("%s", name);
    }
  }

  @Override
  public synchronized void advance(long more, String detail) {
    long before = done;
    done = Math.min(steps, done + more);
    if (bar != null) {
      bar.stepTo(done);
      bar.setExtraMessage(detail.isEmpty() ? "" : " " + detail);
    } else if (10 * done / steps > 10 * before / steps) {
      console.note("%s: %d/%d%s", task, done, steps, detail.isEmpty() ? "" : ", " + detail);
    }
  }

  @Override
  public synchronized void end() {
    close();
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
