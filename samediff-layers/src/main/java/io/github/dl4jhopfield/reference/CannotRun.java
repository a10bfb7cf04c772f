package io.github.dl4jhopfield.reference;

/** Nothing here can run the case, or not all of it: it is skipped, with this reason. */
public final class CannotRun extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param reason as it is shown to the user
   */
  public CannotRun(String reason) {
    super(reason);
  }
}
