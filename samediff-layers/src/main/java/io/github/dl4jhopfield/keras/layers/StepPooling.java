package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Maximum or mean over windows of steps: x [batch, time, features] to [batch, windows, features].
 * Padding "same" as TensorFlow's: padded steps count neither in the maximum nor in the mean.
 */
public class StepPooling extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private boolean maximum;
  @JsonProperty private int size;
  @JsonProperty private int stride;
  @JsonProperty private boolean same;

  /** For JSON. */
  StepPooling() {}

  public StepPooling(boolean maximum, int size, int stride, boolean same) {
    this.maximum = maximum;
    this.size = size;
    this.stride = stride;
    this.same = same;
  }

  private long windows(long time) {
    long n = same ? (time + stride - 1) / stride : (time - size) / stride + 1;
    if (n < 1 || !same && time < size) {
      throw new IllegalArgumentException(
          "Layer \"" + getLayerName() + "\": a window of " + size + " does not fit " + time);
    }
    return n;
  }

  /** The step that place k of window w looks at; padding looks at a step that is in the window. */
  private long step(long time, long w, long k) {
    long padded = same ? Math.max(0, (windows(time) - 1) * stride + size - time) : 0;
    return w * stride + k - padded / 2;
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    SDVariable x = c.input(INPUT);
    SDVariable timeFirst = sd.permute(x, 1, 0, 2);
    SDVariable flat =
        sd.reshape(
            timeFirst,
            c.shape(
                "flat",
                call -> {
                  INDArray a = call.input(INPUT);
                  return new long[] {a.size(1), a.size(0) * a.size(2)};
                }));
    SDVariable y = null;
    if (maximum) {
      for (int k = 0; k < size; k++) {
        int place = k;
        SDVariable m =
            c.feed(
                "pick" + k,
                c.dataType(),
                new long[] {-1, -1},
                call -> pick(call.input(INPUT).size(1), place).castTo(call.dataType()));
        SDVariable picked = m.mmul(flat);
        y = y == null ? picked : sd.max(y, picked);
      }
    } else {
      SDVariable m =
          c.feed(
              "mean",
              c.dataType(),
              new long[] {-1, -1},
              call -> mean(call.input(INPUT).size(1)).castTo(call.dataType()));
      y = m.mmul(flat);
    }
    SDVariable apart =
        sd.reshape(
            y,
            c.shape(
                "apart",
                call -> {
                  INDArray a = call.input(INPUT);
                  return new long[] {windows(a.size(1)), a.size(0), a.size(2)};
                }));
    return sd.permute(apart, 1, 0, 2);
  }

  private INDArray pick(long time, int k) {
    INDArray m = Nd4j.zeros(windows(time), time);
    for (long w = 0; w < m.rows(); w++) {
      // a place in the padding repeats the nearest step of the window: the maximum stays
      m.putScalar(w, Math.min(time - 1, Math.max(0, step(time, w, k))), 1);
    }
    return m;
  }

  private INDArray mean(long time) {
    INDArray m = Nd4j.zeros(windows(time), time);
    for (long w = 0; w < m.rows(); w++) {
      long from = Math.max(0, step(time, w, 0));
      long to = Math.min(time, step(time, w, size));
      for (long t = from; t < to; t++) {
        m.putScalar(w, t, 1.0 / (to - from));
      }
    }
    return m;
  }
}
