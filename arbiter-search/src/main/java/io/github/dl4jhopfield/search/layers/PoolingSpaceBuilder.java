package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.PoolingBuilder;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;

/**
 * Options of Hopfield pooling, each with a space of values.
 *
 * @param <T> the Builder itself
 */
public interface PoolingSpaceBuilder<T> extends AssociationSpaceBuilder<T> {

  /** As {@link PoolingBuilder#quantity}. */
  default T quantity(ParameterSpace<Integer> space) {
    return option("quantity", space);
  }

  /** As {@link PoolingBuilder#trainable}. */
  default T trainable(ParameterSpace<Boolean> space) {
    return option("trainable", space);
  }
}
