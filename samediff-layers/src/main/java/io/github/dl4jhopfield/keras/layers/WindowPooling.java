package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.EagerOp;
import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Maximum or mean over windows along one to three axes, x [batch, sizes..., channels] or with the
 * channels first: Keras's MaxPooling1D to 3D and AveragePooling1D to 3D. Padding "same" is
 * TensorFlow's: what is padded counts neither in the maximum nor in the mean. A box is one axis
 * after another, for maximum and mean alike.
 */
public class WindowPooling extends TensorLayer {

  private static final long serialVersionUID = 1L;

  @JsonProperty private boolean maximum;
  @JsonProperty private Convolution.Window window;
  @JsonProperty private boolean channelsFirst;

  /** Sizes of the result, for windows that are made to fit; null: as the window says. */
  @JsonProperty private int[] fitted;

  /** For JSON. */
  WindowPooling() {}

  /**
   * @param window without dilation
   */
  public WindowPooling(boolean maximum, Convolution.Window window, boolean channelsFirst) {
    this.maximum = maximum;
    this.window = window;
    this.channelsFirst = channelsFirst;
  }

  /**
   * Windows that give a result of these sizes, Keras's AdaptiveMaxPooling and
   * AdaptiveAveragePooling: window i of n goes from floor(i size / n) to ceil((i + 1) size / n).
   */
  public static WindowPooling fitted(boolean maximum, int[] sizes, boolean channelsFirst) {
    WindowPooling p = new WindowPooling(maximum, null, channelsFirst);
    p.fitted = sizes.clone();
    return p;
  }

  @Override
  public SDVariable define(GraphContext c) {
    SDVariable y = c.input(INPUT);
    for (int k = 0; k < (fitted == null ? window.axes() : fitted.length); k++) {
      Windows windows = fitted == null ? sliding(k) : fitting(fitted[k]);
      y = Pooling.of(c.sd(), y, maximum, windows, k + (channelsFirst ? 2 : 1));
    }
    return y;
  }

  /** The windows along an axis of that size. */
  private interface Windows {
    int count(int size);

    /** First entry of a window, and the one after its last. */
    int[] of(int window, int size);
  }

  private Windows sliding(int axis) {
    int[] move = window.move(axis);
    return new Windows() {
      @Override
      public int count(int size) {
        long n = window.out(axis, size);
        if (n < 1) {
          throw new IllegalArgumentException(
              "a window of " + move[0] + " does not fit into " + size);
        }
        return (int) n;
      }

      @Override
      public int[] of(int w, int size) {
        int from = w * move[1] - (int) window.around(axis, size)[0];
        return new int[] {Math.max(0, from), Math.min(size, from + move[0])};
      }
    };
  }

  private static Windows fitting(int count) {
    return new Windows() {
      @Override
      public int count(int size) {
        return count;
      }

      @Override
      public int[] of(int w, int size) {
        return new int[] {w * size / count, ((w + 1) * size + count - 1) / count};
      }
    };
  }

  /** Pooling along one axis. */
  private static final class Pooling extends EagerOp {

    private final boolean maximum;
    private final Windows windows;
    private final int axis;
    private final boolean back;

    private Pooling(
        SameDiff sd, boolean maximum, Windows windows, int axis, boolean back, SDVariable... in) {
      super(sd, 1, in);
      this.maximum = maximum;
      this.windows = windows;
      this.axis = axis;
      this.back = back;
    }

    static SDVariable of(SameDiff sd, SDVariable x, boolean maximum, Windows w, int axis) {
      return new Pooling(sd, maximum, w, axis, false, x).outputVariable();
    }

    @Override
    protected long[][] shapes(INDArray[] in) {
      if (back) {
        return new long[][] {in[1].shape()};
      }
      long[] shape = in[0].shape().clone();
      shape[axis] = windows.count((int) shape[axis]);
      return new long[][] {shape};
    }

    @Override
    protected void run(INDArray[] in, INDArray[] out) {
      INDArray input = back ? in[1] : in[0];
      long[] shape = input.shape();
      int size = (int) shape[axis];
      int count = windows.count(size);
      int inner = 1;
      for (int d = axis + 1; d < shape.length; d++) {
        inner *= (int) shape[d];
      }
      int outer = (int) (input.length() / ((long) inner * size));
      double[] x = Flat.doubles(input);
      double[] g = back ? Flat.doubles(in[0]) : null;
      double[] y = new double[back ? x.length : outer * count * inner];
      for (int w = 0; w < count; w++) {
        int[] ends = windows.of(w, size);
        for (int o = 0; o < outer; o++) {
          for (int i = 0; i < inner; i++) {
            int place = (o * count + w) * inner + i;
            one(x, g, y, place, (o * size + ends[0]) * inner + i, ends[1] - ends[0], inner);
          }
        }
      }
      Flat.put(out[0], y);
    }

    /** One window, of entries that lie {@code step} apart. */
    private void one(double[] x, double[] g, double[] y, int place, int from, int count, int step) {
      int best = from;
      double sum = 0;
      for (int k = 0; k < count; k++) {
        int at = from + k * step;
        sum += x[at];
        best = x[at] > x[best] ? at : best;
      }
      if (!back) {
        y[place] = maximum ? x[best] : sum / count;
      } else if (maximum) {
        y[best] += g[place];
      } else {
        for (int k = 0; k < count; k++) {
          y[from + k * step] += g[place] / count;
        }
      }
    }

    @Override
    public List<SDVariable> doDiff(List<SDVariable> g) {
      return List.of(
          new Pooling(sameDiff, maximum, windows, axis, true, g.get(0), arg(0)).outputVariable());
    }
  }
}
