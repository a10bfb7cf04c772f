package io.github.dl4jhopfield.cli.verify;

/** Nothing here can run the case, or not all of it: it is skipped, with this reason. */
final class CannotRun extends RuntimeException {
  private static final long serialVersionUID = 1;

  CannotRun(String reason) {
    super(reason);
  }
}
