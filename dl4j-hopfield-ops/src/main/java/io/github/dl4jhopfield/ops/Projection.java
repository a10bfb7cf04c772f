package io.github.dl4jhopfield.ops;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The parameters of one linear projection of patterns of F features to P: y = (gain h + shift) W +
 * b, where h is a pattern x as it is, or after a layer norm ({@link NDHopfield#project}). All have
 * the type of x. Each method gives a copy with one more parameter.
 *
 * @param weight W [F, P]
 * @param bias b, P numbers [P] or [1, P], or null for 0
 * @param gain F numbers [F] or [1, F], or null for 1; with shift or not at all
 * @param shift F numbers [F] or [1, F], or null for 0
 * @param <T> INDArray or SDVariable
 */
public record Projection<T>(T weight, T bias, T gain, T shift) {

  /** Checks that there is a weight, and of gain and shift both or none. */
  public Projection {
    Objects.requireNonNull(weight, "weight");
    if ((gain == null) != (shift == null)) {
      throw new IllegalArgumentException(
          "Projection: gain and shift: expected both or neither, found "
              + (gain == null ? "shift only" : "gain only"));
    }
  }

  /** y = h W. */
  public static <T> Projection<T> of(T weight) {
    return new Projection<>(weight, null, null, null);
  }

  /** With a bias; null: without. */
  public Projection<T> withBias(T b) {
    return new Projection<>(weight, b, gain, shift);
  }

  /** With gain and shift before the weight; both null: without. */
  public Projection<T> withAffine(T g, T s) {
    return new Projection<>(weight, bias, g, s);
  }

  /** Whether it has a bias where the other does, and gain and shift. */
  boolean isLike(Projection<?> other) {
    return (bias == null) == (other.bias == null) && (gain == null) == (other.gain == null);
  }

  /** Adds what there is of weight, bias, gain and shift, in this order. */
  void addTo(List<T> inputs) {
    for (T parameter : Arrays.asList(weight, bias, gain, shift)) {
      if (parameter != null) {
        inputs.add(parameter);
      }
    }
  }
}
