package io.github.dl4jhopfield.layers;

/** Options of Hopfield pooling. */
public interface PoolingBuilder<T> extends AssociationBuilder<T> {

  /** Number of state patterns; the output holds one result for each, side by side. Default 1. */
  default T quantity(int quantity) {
    options().quantity = quantity;
    return self();
  }

  /** Whether the state patterns are trained. Default on. */
  default T trainable(boolean on) {
    options().trainable = on;
    return self();
  }
}
