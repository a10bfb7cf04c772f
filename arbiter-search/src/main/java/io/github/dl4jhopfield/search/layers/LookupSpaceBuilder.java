package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.LookupBuilder;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;

/**
 * Options of the Hopfield lookup layer, each with a space of values.
 *
 * @param <T> the Builder itself
 */
public interface LookupSpaceBuilder<T> extends AssociationSpaceBuilder<T> {

  /** As {@link LookupBuilder#quantity}. */
  default T quantity(ParameterSpace<Integer> space) {
    return option("quantity", space);
  }

  /** As {@link LookupBuilder#trainable}. */
  default T trainable(ParameterSpace<Boolean> space) {
    return option("trainable", space);
  }

  /** As {@link LookupBuilder#storedPatternSize}. */
  default T storedPatternSize(ParameterSpace<Integer> space) {
    return option("storedPatternSize", space);
  }

  /** As {@link LookupBuilder#patternProjectionSize}. */
  default T patternProjectionSize(ParameterSpace<Integer> space) {
    return option("patternProjectionSize", space);
  }

  /** As {@link LookupBuilder#lookupWeightsAsSeparated}. */
  default T lookupWeightsAsSeparated(ParameterSpace<Boolean> space) {
    return option("lookupWeightsAsSeparated", space);
  }

  /** As {@link LookupBuilder#lookupTargetsAsTrainable}. */
  default T lookupTargetsAsTrainable(ParameterSpace<Boolean> space) {
    return option("lookupTargetsAsTrainable", space);
  }
}
