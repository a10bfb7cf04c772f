package io.github.dl4jhopfield.zoo.experiment;

/** Ends the training of a candidate that {@link Tuning.Intermediate} told to give up. */
public final class GivenUp extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Without a stack trace: it is no fault. */
  public GivenUp() {
    super("given up", null, false, false);
  }
}
