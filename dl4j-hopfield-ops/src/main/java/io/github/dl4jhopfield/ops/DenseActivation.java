package io.github.dl4jhopfield.ops;

/** The function after the product and the bias of a dense layer, in one pass with them. */
public enum DenseActivation {
  /** y = z. */
  NONE,
  /** y = max(z, 0); NaN stays. */
  RELU,
  /** y = z Phi(z). */
  GELU,
  /** y = z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3))). */
  GELU_TANH
}
