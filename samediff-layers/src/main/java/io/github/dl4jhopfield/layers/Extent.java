package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.function.ToLongFunction;

/**
 * How many patterns a call has.
 *
 * @param batch samples
 * @param length patterns of a sample
 */
record Extent(ToLongFunction<GraphContext.Call> batch, ToLongFunction<GraphContext.Call> length) {

  long batch(GraphContext.Call call) {
    return batch.applyAsLong(call);
  }

  long length(GraphContext.Call call) {
    return length.applyAsLong(call);
  }

  /** All samples as one. */
  Extent joined() {
    return new Extent(call -> 1, call -> batch(call) * length(call));
  }
}
