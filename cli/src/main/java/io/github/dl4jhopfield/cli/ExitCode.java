package io.github.dl4jhopfield.cli;

/** What the process's exit status says. */
final class ExitCode {
  /** Done. */
  static final int OK = 0;

  /** Failed while doing it: an unreadable file, bad data, a case of {@code verify} that failed. */
  static final int FAILED = 1;

  /** Wrong before any file was opened: an unknown command, option, experiment or value. */
  static final int USAGE = 2;

  private ExitCode() {}
}
