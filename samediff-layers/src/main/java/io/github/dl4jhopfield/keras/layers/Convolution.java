package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution over one, two or three axes, x [batch, sizes..., nIn] to [batch, sizes..., nOut],
 * or with the channels first: Keras's Conv1D to Conv3D with strides, dilation, groups and causal
 * padding, DepthwiseConv, and the transposed convolutions.
 *
 * <p>Parameters W [kernel..., nIn / groups, nOut] and b [1, nOut]; output channel o belongs to
 * group o / (nOut / groups). Of a transposed convolution W is the kernel of the plain convolution
 * that it becomes once zeros are put between the entries of x: Keras's kernel turned round along
 * its axes, with its last two axes exchanged.
 *
 * <p>DL4J has no groups, no causal padding on this layout, no one-dimensional depthwise and no
 * three-dimensional dilated convolution.
 */
public class Convolution extends TensorLayer {

  private static final long serialVersionUID = 1L;

  /** The sizes along the axes, and what else says how the kernel moves. */
  public static final class Window {
    @JsonProperty private int[] kernel;
    @JsonProperty private int[] stride;
    @JsonProperty private int[] dilation;
    @JsonProperty private String padding;
    @JsonProperty private int[] outputPadding;

    /** For JSON. */
    Window() {}

    /**
     * @param padding "valid", "same" or "causal", as in Keras
     * @param outputPadding of a transposed convolution; null for Keras's own choice
     */
    public Window(int[] kernel, int[] stride, int[] dilation, String padding, int[] outputPadding) {
      this.kernel = kernel.clone();
      this.stride = stride.clone();
      this.dilation = dilation.clone();
      this.padding = padding;
      this.outputPadding = outputPadding == null ? null : outputPadding.clone();
    }

    int axes() {
      return kernel.length;
    }

    private long wide(int axis) {
      return (kernel[axis] - 1L) * dilation[axis] + 1;
    }

    /** Size and stride along an axis. */
    int[] move(int axis) {
      return new int[] {kernel[axis], stride[axis]};
    }

    /** Zeros before and after an axis of that size. */
    long[] around(int axis, long size) {
      if (padding.equals("causal")) {
        return new long[] {wide(axis) - 1, 0};
      }
      if (padding.equals("valid")) {
        return new long[] {0, 0};
      }
      long out = (size + stride[axis] - 1) / stride[axis];
      long all = Math.max(0, (out - 1) * stride[axis] + wide(axis) - size);
      return new long[] {all / 2, all - all / 2};
    }

    /** Size of the result along an axis; less than 1 if the kernel does not fit. */
    public long out(int axis, long size) {
      long[] around = around(axis, size);
      return Math.floorDiv(size + around[0] + around[1] - wide(axis), stride[axis]) + 1;
    }

    /** Size of the result of a transposed convolution along an axis. */
    public long transposedOut(int axis, long size) {
      long full = (size - 1) * stride[axis] + wide(axis);
      if (outputPadding != null) {
        long pad = padding.equals("same") ? wide(axis) / 2 : 0;
        return full - 2 * pad + outputPadding[axis];
      }
      return padding.equals("same")
          ? size * stride[axis]
          : size * stride[axis] + Math.max(wide(axis) - stride[axis], 0);
    }

    /** How many entries of the full transposed result lie before the result. */
    long before(int axis, long size) {
      long full = (size - 1) * stride[axis] + wide(axis);
      return padding.equals("same") ? Math.max(0, full - transposedOut(axis, size)) / 2 : 0;
    }
  }

  @JsonProperty private Window window;
  @JsonProperty private long nIn;
  @JsonProperty private long nOut;
  @JsonProperty private int groups;
  @JsonProperty private boolean transposed;
  @JsonProperty private boolean channelsFirst;
  @JsonProperty private boolean hasBias;
  @JsonProperty private String function;

  /** For JSON. */
  Convolution() {}

  /**
   * @param function one of {@link SdActivations#NAMES}
   */
  public Convolution(
      Window window,
      long nIn,
      long nOut,
      int groups,
      boolean transposed,
      boolean channelsFirst,
      boolean hasBias,
      String function) {
    if (groups < 1 || nIn % groups != 0 || nOut % groups != 0) {
      throw new IllegalArgumentException(
          "groups = " + groups + " should divide nIn = " + nIn + " and nOut = " + nOut);
    }
    this.window = window;
    this.nIn = nIn;
    this.nOut = nOut;
    this.groups = groups;
    this.transposed = transposed;
    this.channelsFirst = channelsFirst;
    this.hasBias = hasBias;
    this.function = function;
  }

  private long[] kernelShape() {
    long[] shape = new long[window.axes() + 2];
    for (int d = 0; d < window.axes(); d++) {
      shape[d] = window.kernel[d];
    }
    shape[window.axes()] = nIn / groups;
    shape[window.axes() + 1] = nOut;
    return shape;
  }

  @Override
  public void defineParameters(SDLayerParams params) {
    params.addWeightParam("W", kernelShape());
    if (hasBias) {
      params.addBiasParam("b", 1, nOut);
    }
  }

  @Override
  public SDVariable define(GraphContext c) {
    SameDiff sd = c.sd();
    int axes = window.axes();
    int rank = axes + 2;
    SDVariable x = c.input(INPUT);
    if (channelsFirst) {
      x = sd.permute(x, toLast(rank));
    }
    SDVariable y = transposed ? backwards(c, x) : forwards(c, x);
    if (hasBias) {
      y = y.add(c.param("b"));
    }
    y = SdActivations.apply(sd, function, y, rank);
    return channelsFirst ? sd.permute(y, toFirst(rank)) : y;
  }

  private static int[] toLast(int rank) {
    int[] order = new int[rank];
    for (int d = 1; d < rank - 1; d++) {
      order[d] = d + 1;
    }
    order[rank - 1] = 1;
    return order;
  }

  private static int[] toFirst(int rank) {
    int[] order = new int[rank];
    order[1] = rank - 1;
    for (int d = 2; d < rank; d++) {
      order[d] = d - 1;
    }
    return order;
  }

  private SDVariable forwards(GraphContext c, SDVariable x) {
    SDVariable padded = x;
    if (!window.padding.equals("valid")) {
      padded =
          Placement.of(
              c.sd(),
              x,
              0,
              (axis, size) -> {
                if (axis == 0 || axis > window.axes()) {
                  return new long[] {0, 1, size};
                }
                long[] around = window.around(axis - 1, size);
                return new long[] {around[0], 1, size + around[0] + around[1]};
              });
    }
    return convolve(c, padded, window.stride);
  }

  /** The convolution whose gradient this is, turned into one. */
  private SDVariable backwards(GraphContext c, SDVariable x) {
    SDVariable spread =
        Placement.of(
            c.sd(),
            x,
            0,
            (axis, size) -> {
              if (axis == 0 || axis > window.axes()) {
                return new long[] {0, 1, size};
              }
              long edge = window.wide(axis - 1) - 1;
              long stride = window.stride[axis - 1];
              return new long[] {edge, stride, (size - 1) * stride + 1 + 2 * edge};
            });
    int[] ones = new int[window.axes()];
    Arrays.fill(ones, 1);
    SDVariable full = convolve(c, spread, ones);
    return Placement.of(
        c.sd(),
        full,
        0,
        (axis, size) -> {
          if (axis == 0 || axis > window.axes()) {
            return new long[] {0, 1, size};
          }
          int a = axis - 1;
          long in = (size - window.wide(a)) / window.stride[a] + 1;
          return new long[] {-window.before(a, in), 1, window.transposedOut(a, in)};
        });
  }

  /** Without padding, channels last. */
  private SDVariable convolve(GraphContext c, SDVariable x, int[] stride) {
    if (window.axes() == 3) {
      return inSpace(c, x, stride);
    }
    SameDiff sd = c.sd();
    boolean line = window.axes() == 1;
    SDVariable image = line ? sd.expandDims(x, 1) : x;
    SDVariable w = line ? sd.expandDims(c.param("W"), 0) : c.param("W");
    int[] k = line ? new int[] {1, window.kernel[0]} : window.kernel;
    int[] s = line ? new int[] {1, stride[0]} : stride;
    int[] d = line ? new int[] {1, window.dilation[0]} : window.dilation;
    SDVariable y = inPlane(sd, image, w, k, s, d);
    return line ? sd.squeeze(y, 1) : y;
  }

  private SDVariable inPlane(
      SameDiff sd, SDVariable x, SDVariable w, int[] kernel, int[] stride, int[] dilation) {
    Conv2DConfig config =
        Conv2DConfig.builder()
            .kH(kernel[0])
            .kW(kernel[1])
            .sH(stride[0])
            .sW(stride[1])
            .dH(dilation[0])
            .dW(dilation[1])
            .pH(0)
            .pW(0)
            .paddingMode(PaddingMode.VALID)
            .dataFormat(Conv2DConfig.NHWC)
            .build();
    if (groups == 1) {
      return sd.cnn().conv2d(x, w, config);
    }
    if (groups == nIn) {
      // [h, w, 1, nIn * multiplier] has the layout of [h, w, nIn, multiplier]
      SDVariable depthwise = sd.reshape(w, kernel[0], kernel[1], nIn, nOut / nIn);
      return sd.cnn().depthWiseConv2d(x, depthwise, config);
    }
    SDVariable[] parts = new SDVariable[groups];
    for (int g = 0; g < groups; g++) {
      parts[g] =
          sd.cnn()
              .conv2d(part(sd, x, 3, g, nIn / groups), part(sd, w, 3, g, nOut / groups), config);
    }
    return sd.concat(3, parts);
  }

  private static SDVariable part(SameDiff sd, SDVariable x, int axis, int number, long size) {
    return Placement.of(
        sd,
        x,
        0,
        (a, all) -> a == axis ? new long[] {-number * size, 1, size} : new long[] {0, 1, all});
  }

  /** Three axes as a sum over the first: a convolution in the plane for each of its steps. */
  private SDVariable inSpace(GraphContext c, SDVariable x, int[] stride) {
    SameDiff sd = c.sd();
    SDVariable sum = null;
    long depth = window.wide(0);
    int[] k = {window.kernel[1], window.kernel[2]};
    int[] s = {stride[1], stride[2]};
    int[] d = {window.dilation[1], window.dilation[2]};
    for (int z = 0; z < window.kernel[0]; z++) {
      long at = (long) z * window.dilation[0];
      SDVariable slices =
          Rearrangement.of(sd, x, Moves.plan("slice", range(at, at - depth + 1, stride[0]), null));
      SDVariable w = sd.squeeze(part(sd, c.param("W"), 0, z, 1), 0);
      SDVariable folded =
          sd.reshape(slices, c.shape("planes" + z, call -> planes(call.input(INPUT), stride)));
      SDVariable y = inPlane(sd, folded, w, k, s, d);
      sum = sum == null ? y : sum.add(y);
    }
    return sd.reshape(sum, c.shape("space", call -> space(call.input(INPUT), stride)));
  }

  /** Of axis 1: from a step to one before the end (0: the end itself), by strides. */
  private static long[] range(long from, long end, long stride) {
    return new long[] {
      Moves.RANGE, Moves.OPEN, Moves.OPEN, 1, Moves.RANGE, from, end == 0 ? Moves.OPEN : end, stride
    };
  }

  /** Sizes of what is convolved: x after padding or spreading. */
  private long padded(INDArray x, int axis) {
    long size = x.size(channelsFirst ? axis + 2 : axis + 1);
    if (transposed) {
      return (size - 1) * window.stride[axis] + 1 + 2 * (window.wide(axis) - 1);
    }
    long[] around = window.around(axis, size);
    return size + around[0] + around[1];
  }

  private long result(INDArray x, int axis, int[] stride) {
    return (padded(x, axis) - window.wide(axis)) / stride[axis] + 1;
  }

  private long[] planes(INDArray x, int[] stride) {
    return new long[] {x.size(0) * result(x, 0, stride), padded(x, 1), padded(x, 2), nIn};
  }

  private long[] space(INDArray x, int[] stride) {
    return new long[] {
      x.size(0), result(x, 0, stride), result(x, 1, stride), result(x, 2, stride), nOut
    };
  }
}
