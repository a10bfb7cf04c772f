package io.github.dl4jhopfield.ops;

import java.util.Objects;

/**
 * The arrays of a Hopfield pooling: B samples, L state patterns, S stored patterns of F features, H
 * heads of width d, values of width dv. Heads lie side by side in the columns of the weights. All
 * floating-point arrays have one type.
 *
 * @param x [B, S, F], what stored patterns and values are made of
 * @param q state patterns [B, L, H, d], or [1, L, H, d], the same for all samples
 * @param key to the stored patterns: weight [F, H d]
 * @param value to the values: weight [F, H dv]; bias, and gain and shift, as the key has them or
 *     not
 * @param mask broadcasts to [B, H, L, S]: not 0 = keep, boolean or any number type; or null. What
 *     it hides from all heads and state patterns is not read
 * @param factor broadcasts to [B, H, L, S]: each weight is multiplied with it after the separation,
 *     as dropout does with 0 or 1 / (1 - rate); has no gradient; or null
 * @param <T> INDArray or SDVariable
 */
public record PoolingInputs<T>(T x, T q, Projection<T> key, Projection<T> value, T mask, T factor) {

  /** Checks that all but mask and factor is there. */
  public PoolingInputs {
    Objects.requireNonNull(x, "x");
    Objects.requireNonNull(q, "q");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
  }

  /** Without mask and factor. */
  public static <T> PoolingInputs<T> of(T x, T q, Projection<T> key, Projection<T> value) {
    return new PoolingInputs<>(x, q, key, value, null, null);
  }

  /** With a mask; null: without. */
  public PoolingInputs<T> withMask(T m) {
    return new PoolingInputs<>(x, q, key, value, m, factor);
  }

  /** With a factor of the weights; null: without. */
  public PoolingInputs<T> withFactor(T f) {
    return new PoolingInputs<>(x, q, key, value, mask, f);
  }
}
