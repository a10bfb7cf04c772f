package io.github.dl4jhopfield.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far a long command is: a bar on a terminal, otherwise a plain line each time that another tenth is done or the step changes; nothing
 * with {@code --quiet}. Safe to call from several threads.
 */
final class Progress implements AutoCloseable {
  private final Console console;
  private final boolean terminal;
  private ProgressBar bar;
  private String step = "";
  private int shownTenth = -1;

  Progress(Console console) {
    this.console = console;
    // The launcher knows whether stderr is a terminal; Java cannot ask.
    this.terminal = Boolean.getBoolean("hopfield.terminal");
  }

  /** Work of the named step done so far, out of {@code total}; a {@code total} of 0 or less means that it is not known. */
  synchronized void update(String name, long done, long total) {
    if (console.quiet()) {
      return;
    }
    if (!terminal) {
      plain(name, done, total);
      return;
    }
    if (bar == null || !name.equals(step)) {
      close();
      step = name;
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(Math.max(total, 0))
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(console.err()))
              .build();
    }
    bar.maxHint(Math.max(total, 0));
    bar.stepTo(done);
  }

  private void plain(String name, long done, long total) {
    int tenth = total > 0 ? (int) (10 * done / total) : 0;
    if (name.equals(step) && tenth <= shownTenth) {
      return;
    }
    step = name;
    shownTenth = tenth;
    console.note(total > 0 ? name + ": " + done + "/" + total : name);
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
