package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Mean or maximum over given axes of an array with the features last: Keras's
 * GlobalAveragePooling1D (mean over time, with a mask only of the steps that it keeps),
 * GlobalMaxPooling1D (a mask changes nothing), and both for images.
 */
public class AxisPooling extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private boolean maximum;
  @JsonProperty private int[] axes;
  @JsonProperty private boolean keepDims;

  /** For JSON. */
  AxisPooling() {}

  /**
   * @param maximum else the mean
   * @param axes counted with the batch as 0
   */
  public AxisPooling(boolean maximum, boolean keepDims, int... axes) {
    this.maximum = maximum;
    this.keepDims = keepDims;
    this.axes = axes.clone();
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable x = c.input(INPUT);
    if (maximum) {
      return x.max(keepDims, axes);
    }
    SDVariable mask = c.mask(INPUT);
    if (mask == null || axes.length != 1) {
      return x.mean(keepDims, axes);
    }
    SDVariable m = sd.expandDims(mask, 2);
    SDVariable count = m.sum(keepDims, 1);
    // A sample with no steps at all gives zeros (Keras gives NaN).
    SDVariable safe = count.add(count.eq(0).castTo(c.dataType()));
    return x.mul(m).sum(keepDims, 1).div(safe);
  }
}
