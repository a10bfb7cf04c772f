package io.github.dl4jhopfield.layers;

/** Options of the Hopfield lookup layer. */
public interface LookupBuilder<T> extends AssociationBuilder<T> {

  /** Number of stored patterns. Default 1. */
  default T quantity(int quantity) {
    options().quantity = quantity;
    return self();
  }

  /** Whether the stored patterns are trained. Default on. */
  default T trainable(boolean on) {
    options().trainable = on;
    return self();
  }

  /** Depth of the stored patterns. Default: nIn. */
  default T storedPatternSize(long size) {
    options().storedPatternSize = size;
    return self();
  }

  /** Depth of the pattern projection's input. Default: that of the stored patterns. */
  default T patternProjectionSize(long size) {
    options().patternProjectionSize = size;
    return self();
  }

  /** Projects patterns of their own instead of the stored ones. Default off. */
  default T lookupWeightsAsSeparated(boolean on) {
    options().lookupWeightsAsSeparated = on;
    return self();
  }

  /** Whether those are trained. Default on. */
  default T lookupTargetsAsTrainable(boolean on) {
    options().lookupTargetsAsTrainable = on;
    return self();
  }
}
