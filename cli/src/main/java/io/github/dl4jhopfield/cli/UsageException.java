package io.github.dl4jhopfield.cli;

/**
 * What the user typed is wrong, and no file was opened yet: one line and exit status 2. The message
 * says what was expected and what was found.
 */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
