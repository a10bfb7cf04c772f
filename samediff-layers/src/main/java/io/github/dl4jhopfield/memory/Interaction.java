package io.github.dl4jhopfield.memory;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The interaction function F of a dense associative memory: how strongly an overlap m = xi.sigma of
 * a stored pattern with the state counts.
 *
 * <p>Polynomial F(m) = m^n (Krotov and Hopfield, NIPS 2016, equation 2), rectified polynomial F(m)
 * = m^n for m above 0 and 0 elsewhere (the same, section 4), exponential F(m) = exp(b m)
 * (Demircigil et al., J. Stat. Phys. 2017, with b = 1).
 */
public final class Interaction {
  private enum Kind {
    POLYNOMIAL,
    RECTIFIED,
    EXPONENTIAL
  }

  private final Kind kind;
  private final int degree;
  private final double rate;

  private Interaction(Kind kind, int degree, double rate) {
    this.kind = kind;
    this.degree = degree;
    this.rate = rate;
  }

  /**
   * F(m) = m^n; n = 2 is the classical Hopfield network (with self-interaction, which a sign update
   * cancels).
   *
   * @throws IllegalArgumentException if n is below 2
   */
  public static Interaction polynomial(int n) {
    return new Interaction(Kind.POLYNOMIAL, degree(n), 0);
  }

  /**
   * F(m) = max(m, 0)^n.
   *
   * @throws IllegalArgumentException if n is below 2
   */
  public static Interaction rectifiedPolynomial(int n) {
    return new Interaction(Kind.RECTIFIED, degree(n), 0);
  }

  /** F(m) = exp(m). */
  public static Interaction exponential() {
    return exponential(1);
  }

  /**
   * F(m) = exp(b m).
   *
   * @throws IllegalArgumentException if b is not a finite number above 0
   */
  public static Interaction exponential(double b) {
    return new Interaction(
        Kind.EXPONENTIAL, 0, MemoryChecks.positive("rate b of the exponential interaction", b));
  }

  private static int degree(int n) {
    if (n < 2) {
      throw MemoryChecks.bad("degree n of the interaction", "a whole number of at least 2", n);
    }
    return n;
  }

  boolean isExponential() {
    return kind == Kind.EXPONENTIAL;
  }

  /** Degree n of the polynomials. */
  int degree() {
    return degree;
  }

  /** Rate b of the exponential. */
  double rate() {
    return rate;
  }

  /** Whether F(-m) = F(m), so that the negative of a stored pattern is as deep as the pattern. */
  boolean isEven() {
    return kind == Kind.POLYNOMIAL && degree % 2 == 0;
  }

  /** F(m). */
  double value(double m) {
    return switch (kind) {
      case POLYNOMIAL -> power(m, degree);
      case RECTIFIED -> m > 0 ? power(m, degree) : 0;
      case EXPONENTIAL -> Math.exp(rate * m);
    };
  }

  /** F'(m). */
  double slope(double m) {
    return switch (kind) {
      case POLYNOMIAL -> degree * power(m, degree - 1);
      case RECTIFIED -> m > 0 ? degree * power(m, degree - 1) : 0;
      case EXPONENTIAL -> rate * Math.exp(rate * m);
    };
  }

  /** F'(m) of each entry, in a graph. */
  SDVariable slope(SameDiff sd, SDVariable m) {
    return switch (kind) {
      case POLYNOMIAL -> power(m, degree - 1).mul(degree);
      case RECTIFIED -> power(sd.nn.relu(m, 0), degree - 1).mul(degree);
      case EXPONENTIAL -> sd.math.exp(m.mul(rate)).mul(rate);
    };
  }

  private static SDVariable power(SDVariable base, int exponent) {
    // by products: pow has no derivative at negative bases
    SDVariable result = null;
    SDVariable square = base;
    for (int e = exponent; e > 0; e >>= 1) {
      if ((e & 1) == 1) {
        result = result == null ? square : result.mul(square);
      }
      if (e > 1) {
        square = square.mul(square);
      }
    }
    return result;
  }

  /** Repeated squaring: exact for whole numbers as long as the result has at most 53 bits. */
  private static double power(double base, int exponent) {
    double result = 1;
    double square = base;
    for (int e = exponent; e > 0; e >>= 1) {
      if ((e & 1) == 1) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }

  /** For example {@code polynomial(3)}. */
  @Override
  public String toString() {
    return switch (kind) {
      case POLYNOMIAL -> "polynomial(" + degree + ")";
      case RECTIFIED -> "rectifiedPolynomial(" + degree + ")";
      case EXPONENTIAL -> "exponential(" + rate + ")";
    };
  }
}
