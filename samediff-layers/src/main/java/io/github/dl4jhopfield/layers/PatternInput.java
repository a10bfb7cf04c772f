package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An input of a layer as patterns.
 *
 * @param name of the input
 * @param format order of its dimensions
 * @param given the patterns [batch * length, size] worked out from the input, in place of the input
 *     itself; or null
 */
record PatternInput(String name, RNNFormat format, SDVariable given) {

  PatternInput(String name, RNNFormat format) {
    this(name, format, null);
  }

  static long batch(INDArray array) {
    return array.size(0);
  }

  static long length(INDArray array, RNNFormat format) {
    return array.rank() == 2 ? 1 : array.size(format == RNNFormat.NCW ? 2 : 1);
  }

  /** The patterns along the last dimension. */
  SDVariable whole(GraphContext c) {
    if (given != null) {
      return given;
    }
    SDVariable x = c.input(name);
    return bySample(c) ? turned(x) : x;
  }

  /** From the input's order of dimensions to [batch, length, size], or the reverse. */
  SDVariable turned(SDVariable x) {
    return format == RNNFormat.NCW ? x.permute(0, 2, 1) : x;
  }

  /** Whether {@link #whole} is [batch, length, size]. */
  boolean bySample(GraphContext c) {
    return given == null && c.input(name).getShape().length == 3;
  }

  /** The patterns as [batch * length, size]. */
  SDVariable flat(GraphContext c, long size) {
    if (given != null || c.input(name).getShape().length == 2) {
      return whole(c);
    }
    return whole(c).reshape(-1, size);
  }

  /** The mask of the input, [batch, length]; null if the call has none. */
  INDArray mask(GraphContext.Call call) {
    INDArray mask = call.mask(name);
    return mask == null ? null : mask.reshape(mask.size(0), mask.length() / mask.size(0));
  }

  /** Whether calls of this graph have a mask of the input. */
  boolean masked(GraphContext c) {
    return c.mask(name) != null;
  }
}
