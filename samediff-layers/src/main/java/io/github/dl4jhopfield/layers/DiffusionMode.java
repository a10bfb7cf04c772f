package io.github.dl4jhopfield.layers;

/** How patterns are diffused over their graph with Laplacian L. */
public enum DiffusionMode {
  /** Not at all. */
  NONE,
  /** X - eta L X, once: one explicit step of the heat equation. */
  SIMPLE,
  /** (I - eta L)^steps X. */
  ITERATIVE,
  /** exp(-eta L) X: the heat kernel at time eta, stable for every eta. */
  SPECTRAL,
  /**
   * x_i &lt;- (1 - eta deg_i) x_i + eta sum_j W_ij x_j, {@code steps} times: {@link #ITERATIVE}
   * with the plain Laplacian D - W, whatever {@code normalised} says.
   */
  FACTORED
}
