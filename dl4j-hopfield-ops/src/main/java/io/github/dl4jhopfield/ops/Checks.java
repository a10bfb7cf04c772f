package io.github.dl4jhopfield.ops;

/**
 * Scalar argument checks shared by the value types and the ops; messages say op, argument,
 * expected, found.
 */
public final class Checks {
  private Checks() {}

  /** alpha of entmax. */
  public static double alpha(String op, double alpha) {
    if (!(alpha >= 1) || Double.isInfinite(alpha)) {
      throw bad(op, "alpha", "a finite number of at least 1", alpha);
    }
    return alpha;
  }

  /** p of normmax. */
  public static double p(String op, double p) {
    if (!(p > 1) || Double.isInfinite(p)) {
      throw bad(op, "p", "a finite number above 1", p);
    }
    return p;
  }

  /** k of k-subsets. */
  public static int k(String op, long k) {
    if (k < 1 || k > Integer.MAX_VALUE) {
      throw bad(op, "k", "a whole number of at least 1", k);
    }
    return (int) k;
  }

  /** Any finite number. */
  public static double finite(String op, String argument, double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw bad(op, argument, "a finite number", value);
    }
    return value;
  }

  /** The exception of a wrong argument. */
  public static IllegalArgumentException bad(
      String op, String argument, String expected, Object found) {
    return new IllegalArgumentException(
        op + ": argument " + argument + ": expected " + expected + ", found " + found);
  }

  /**
   * The exception of an option in a saved configuration that this version does not know.
   *
   * @param subject what the option is of, with its article
   */
  public static IllegalArgumentException unknownOption(String name, Object value, String subject) {
    return new IllegalArgumentException(
        "Unknown option \""
            + name
            + "\" = "
            + value
            + " of "
            + subject
            + ": the configuration was written by a newer version of dl4j-hopfield, or by hand");
  }
}
