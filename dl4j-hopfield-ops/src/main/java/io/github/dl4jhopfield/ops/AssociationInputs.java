package io.github.dl4jhopfield.ops;

import java.util.Objects;

/**
 * The arrays of a Hopfield association: B samples, L state patterns, S stored patterns, H heads of
 * width d, values of width dv. Heads lie side by side within a pattern, as a projection [B, L, H d]
 * has them: reshaped to [B, L, H, d] it needs no copy. All floating-point arrays have one type.
 *
 * @param <T> INDArray or SDVariable
 */
public final class AssociationInputs<T> {
  private final T q;
  private final T k;
  private final T v;
  private T mask;
  private T additiveMask;
  private T storedPadding;
  private T queryMask;
  private T beta;
  private T alpha;
  private T noise;

  private AssociationInputs(T q, T k, T v) {
    this.q = Objects.requireNonNull(q, "q");
    this.k = Objects.requireNonNull(k, "k");
    this.v = Objects.requireNonNull(v, "v");
  }

  /**
   * State patterns, stored patterns and values.
   *
   * @param q [B, L, H, d]
   * @param k [B, S, H, d]
   * @param v [B, S, H, dv]; may be k. Each may have 1 in place of B: the same for all samples
   */
  public static <T> AssociationInputs<T> of(T q, T k, T v) {
    return new AssociationInputs<>(q, k, v);
  }

  /** Broadcasts to [B, H, L, S]: not 0 = keep. Boolean or any number type. */
  public AssociationInputs<T> mask(T mask) {
    this.mask = mask;
    return this;
  }

  /** Broadcasts to [B, H, L, S], added to the scaled scores; -inf masks. */
  public AssociationInputs<T> additiveMask(T additiveMask) {
    this.additiveMask = additiveMask;
    return this;
  }

  /**
   * Broadcasts to [B, S]: not 0 = a stored pattern, 0 = padding (which must hold finite numbers).
   */
  public AssociationInputs<T> storedPadding(T storedPadding) {
    this.storedPadding = storedPadding;
    return this;
  }

  /**
   * Broadcasts to [B, L]: not 0 = a state pattern; others give zeros and enter neither medians nor
   * the early stop.
   */
  public AssociationInputs<T> queryMask(T queryMask) {
    this.queryMask = queryMask;
    return this;
  }

  /** One number, or one a head [H]; has a gradient. Takes the place of the option's. */
  public AssociationInputs<T> beta(T beta) {
    this.beta = beta;
    return this;
  }

  /**
   * One number, or one a head [H], at least 1: alpha of {@link Separation#learnedEntmax}; has a
   * gradient.
   */
  public AssociationInputs<T> alpha(T alpha) {
    this.alpha = alpha;
    return this;
  }

  /**
   * Noise of a PFU in training: standard normal numbers [T + 1, groups], T the (largest, bounded)
   * number of update steps, groups 1, B or B H L by the scope of the median.
   */
  public AssociationInputs<T> noise(T noise) {
    this.noise = noise;
    return this;
  }

  T q() {
    return q;
  }

  T k() {
    return k;
  }

  T v() {
    return v;
  }

  T mask() {
    return mask;
  }

  T additiveMask() {
    return additiveMask;
  }

  T storedPadding() {
    return storedPadding;
  }

  T queryMask() {
    return queryMask;
  }

  T beta() {
    return beta;
  }

  T alpha() {
    return alpha;
  }

  T noise() {
    return noise;
  }
}
