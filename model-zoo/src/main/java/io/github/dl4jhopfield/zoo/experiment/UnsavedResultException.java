package io.github.dl4jhopfield.zoo.experiment;

import java.io.IOException;

/**
 * A run ended well and its files could not be written: the result is here, and the message says
 * which file and why. Whoever shows results shows this one before the message.
 */
public final class UnsavedResultException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient ExperimentResult result;

  /**
   * @param result what was found, with the files that were written
   * @param cause why the next was not
   */
  public UnsavedResultException(ExperimentResult result, IOException cause) {
    super(cause.getMessage(), cause);
    this.result = result;
  }

  /** What was found, with the files that were written. */
  public ExperimentResult result() {
    return result;
  }
}
