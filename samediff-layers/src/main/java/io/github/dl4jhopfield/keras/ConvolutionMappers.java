package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.Convolution;
import io.github.dl4jhopfield.keras.layers.PatchProjection;
import io.github.dl4jhopfield.keras.layers.SdActivations;
import io.github.dl4jhopfield.keras.layers.StepConvolution;
import io.github.dl4jhopfield.keras.layers.StepPooling;
import io.github.dl4jhopfield.keras.layers.TensorActivation;
import io.github.dl4jhopfield.keras.layers.WindowPooling;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Convolutions of every kind and local pooling. */
final class ConvolutionMappers {

  private ConvolutionMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    for (int d = 1; d <= 3; d++) {
      int axes = d;
      for (String name : new String[] {"Conv" + d + "D", "Convolution" + d + "D"}) {
        m.put(name, i -> convolution(i, axes));
        m.put(name + "Transpose", i -> transposed(i, axes));
      }
      for (String name : new String[] {"MaxPooling" + d + "D", "MaxPool" + d + "D"}) {
        m.put(name, i -> pool(i, axes, true));
      }
      m.put("AdaptiveMaxPooling" + d + "D", i -> adaptive(i, axes, true));
      m.put("AdaptiveAveragePooling" + d + "D", i -> adaptive(i, axes, false));
      for (String name : new String[] {"AveragePooling" + d + "D", "AvgPool" + d + "D"}) {
        m.put(name, i -> pool(i, axes, false));
      }
    }
    for (int d = 1; d <= 2; d++) {
      int axes = d;
      m.put("DepthwiseConv" + d + "D", i -> depthwise(i, axes));
      m.put("SeparableConv" + d + "D", i -> separable(i, axes));
      m.put("SeparableConvolution" + d + "D", i -> separable(i, axes));
    }
  }

  // --- sizes --------------------------------------------------------------------------------

  private static ConvolutionMode mode(String padding) {
    return padding.equals("same") ? ConvolutionMode.Same : ConvolutionMode.Truncate;
  }

  /** Sizes of the result; -1 where that of the input is not known. */
  private static long[] out(
      KerasLayerInfo i, Convolution.Window w, int[] wide, int axes, long channels, boolean back) {
    boolean first = i.channelsFirst();
    long[] in = i.inputShape();
    long[] out = new long[axes + 1];
    for (int d = 0; d < axes; d++) {
      long size = in[first ? d + 1 : d];
      long n = size < 0 ? -1 : back ? w.transposedOut(d, size) : w.out(d, size);
      if (size >= 0 && n < 1) {
        throw i.error("a window of " + wide[d] + " does not fit into " + size + " steps");
      }
      out[first ? d + 1 : d] = n;
    }
    out[first ? 0 : axes] = channels;
    return out;
  }

  private static long channels(KerasLayerInfo i) {
    if (!i.channelsFirst()) {
      return i.features(0);
    }
    if (i.inputShape()[0] < 1) {
      throw i.error("needs a known number of channels");
    }
    return i.inputShape()[0];
  }

  /** The spread of a kernel, for messages. */
  private static int[] wide(int[] kernel, int[] dilation) {
    int[] wide = new int[kernel.length];
    Arrays.setAll(wide, d -> (kernel[d] - 1) * dilation[d] + 1);
    return wide;
  }

  private static long[] shape(int[] kernel, long... rest) {
    long[] shape = new long[kernel.length + rest.length];
    for (int d = 0; d < kernel.length; d++) {
      shape[d] = kernel[d];
    }
    System.arraycopy(rest, 0, shape, kernel.length, rest.length);
    return shape;
  }

  private static void checks(KerasLayerInfo i, int axes) {
    i.requireRank(axes + 2);
    if (axes == 1 && !i.type().contains("Transpose")) {
      i.requireText("padding", "valid", "same", "causal");
    } else {
      i.requireText("padding", "valid", "same");
    }
    i.refuse("lora_rank", null);
  }

  // --- plain --------------------------------------------------------------------------------

  private static MappedLayer convolution(KerasLayerInfo i, int axes) {
    checks(i, axes);
    int groups = i.size("groups", 1);
    boolean last = !i.channelsFirst();
    if (axes == 2 && groups == 1 && last) {
      return conv2d(i);
    }
    if (axes == 1 && groups == 1 && last && i.sizes("dilation_rate", 1, 1)[0] == 1) {
      return conv1d(i);
    }
    int filters = i.size("filters");
    int[] kernel = i.sizes("kernel_size", axes, null);
    int[] dilation = i.sizes("dilation_rate", axes, 1);
    Convolution.Window w =
        new Convolution.Window(
            kernel, i.sizes("strides", axes, 1), dilation, i.text("padding", "valid"), null);
    long nIn = channels(i);
    if (nIn % groups != 0 || filters % groups != 0) {
      throw i.error(groups + " groups of " + nIn + " channels and " + filters + " filters");
    }
    boolean bias = i.flag("use_bias", true);
    Convolution layer =
        new Convolution(
            w,
            nIn,
            filters,
            groups,
            false,
            !last,
            bias,
            CoreMappers.activationName(i, "activation"));
    MappedLayer m =
        MappedLayer.of(layer, out(i, w, wide(kernel, dilation), axes, filters, false))
            .weight("kernel", "W", shape(kernel, nIn / groups, filters));
    if (bias) {
      m.weight("bias", "b", filters);
    }
    return CoreMappers.thenActivation(m, i);
  }

  private static MappedLayer conv2d(KerasLayerInfo i) {
    int filters = i.size("filters");
    int[] kernel = i.sizes("kernel_size", 2, null);
    int[] stride = i.sizes("strides", 2, 1);
    int[] dilation = i.sizes("dilation_rate", 2, 1);
    String padding = i.text("padding", "valid");
    long nIn = i.features(0);
    boolean bias = i.flag("use_bias", true);
    String function = CoreMappers.activationName(i, "activation");
    long[] in = i.inputShape();
    if (Arrays.equals(kernel, stride)
        && Arrays.equals(dilation, new int[] {1, 1})
        && in[0] > 0
        && in[1] > 0
        && in[0] % kernel[0] == 0
        && in[1] % kernel[1] == 0) {
      return CoreMappers.thenActivation(patches(i, kernel, filters, bias, function), i);
    }
    IActivation act = CoreMappers.elementwiseActivation(function);
    ConvolutionLayer layer =
        new ConvolutionLayer.Builder(kernel)
            .stride(stride)
            .dilation(dilation)
            .nIn(nIn)
            .nOut(filters)
            .hasBias(bias)
            .convolutionMode(mode(padding))
            .dataFormat(CNN2DFormat.NHWC)
            .activation(act == null ? Activation.IDENTITY.getActivationFunction() : act)
            .build();
    Convolution.Window w = new Convolution.Window(kernel, stride, dilation, padding, null);
    MappedLayer m =
        MappedLayer.of(layer, out(i, w, wide(kernel, dilation), 2, filters, false))
            .weight("kernel", "W", k -> k.permute(3, 2, 0, 1), kernel[0], kernel[1], nIn, filters);
    if (bias) {
      m.weight("bias", "b", filters);
    }
    if (act == null) {
      m.then(new TensorActivation(function, SdActivations.defaultAlpha(function)));
    }
    return CoreMappers.thenActivation(m, i);
  }

  /** Windows side by side, as in the patch embedding of a vision transformer. */
  private static MappedLayer patches(
      KerasLayerInfo i, int[] kernel, int filters, boolean bias, String function) {
    long[] in = i.inputShape();
    MappedLayer m =
        MappedLayer.of(
                new PatchProjection(kernel[0], kernel[1], in[2], filters, bias, function),
                in[0] / kernel[0],
                in[1] / kernel[1],
                filters)
            .weight("kernel", "W", kernel[0], kernel[1], in[2], filters);
    return bias ? m.weight("bias", "b", filters) : m;
  }

  private static MappedLayer conv1d(KerasLayerInfo i) {
    int filters = i.size("filters");
    int[] kernel = i.sizes("kernel_size", 1, null);
    int[] stride = i.sizes("strides", 1, 1);
    int[] dilation = i.sizes("dilation_rate", 1, 1);
    String padding = i.text("padding", "valid");
    long nIn = i.features(0);
    boolean bias = i.flag("use_bias", true);
    String function = CoreMappers.activationName(i, "activation");
    StepConvolution layer =
        new StepConvolution(
            nIn, filters, kernel[0], stride[0], dilation[0], padding, bias, function);
    Convolution.Window w = new Convolution.Window(kernel, stride, dilation, padding, null);
    MappedLayer m =
        MappedLayer.of(layer, out(i, w, wide(kernel, dilation), 1, filters, false))
            .weight("kernel", "W", kernel[0], nIn, filters);
    if (bias) {
      m.weight("bias", "b", filters);
    }
    return CoreMappers.thenActivation(m, i);
  }

  // --- depthwise and separable --------------------------------------------------------------

  private static Convolution depthwiseLayer(
      KerasLayerInfo i, Convolution.Window w, long nIn, int times, boolean bias, String function) {
    return new Convolution(
        w, nIn, nIn * times, (int) nIn, false, i.channelsFirst(), bias, function);
  }

  private static Convolution.Window window(KerasLayerInfo i, int axes) {
    return new Convolution.Window(
        i.sizes("kernel_size", axes, null),
        i.sizes("strides", axes, 1),
        i.sizes("dilation_rate", axes, 1),
        i.text("padding", "valid"),
        null);
  }

  private static MappedLayer depthwise(KerasLayerInfo i, int axes) {
    checks(i, axes);
    long nIn = channels(i);
    int times = i.size("depth_multiplier", 1);
    boolean bias = i.flag("use_bias", true);
    int[] kernel = i.sizes("kernel_size", axes, null);
    Convolution.Window w = window(i, axes);
    String function = CoreMappers.activationName(i, "activation");
    // of a kernel [h, w, nIn, times] the last two axes are one, of output channels
    String name = "*kernel";
    MappedLayer m =
        MappedLayer.of(
                depthwiseLayer(i, w, nIn, times, bias, function),
                out(i, w, kernel, axes, nIn * times, false))
            .weight(name, "W", shape(kernel, nIn, times));
    if (bias) {
      m.weight("bias", "b", nIn * times);
    }
    return CoreMappers.thenActivation(m, i);
  }

  private static MappedLayer separable(KerasLayerInfo i, int axes) {
    checks(i, axes);
    long nIn = channels(i);
    int times = i.size("depth_multiplier", 1);
    int filters = i.size("filters");
    boolean bias = i.flag("use_bias", true);
    int[] kernel = i.sizes("kernel_size", axes, null);
    int[] ones = new int[axes];
    Arrays.fill(ones, 1);
    Convolution.Window w = window(i, axes);
    Convolution.Window point = new Convolution.Window(ones, ones, ones, "valid", null);
    MappedLayer m =
        MappedLayer.of(
                depthwiseLayer(i, w, nIn, times, false, "linear"),
                out(i, w, kernel, axes, filters, false))
            .then(
                new Convolution(
                    point,
                    nIn * times,
                    filters,
                    1,
                    false,
                    i.channelsFirst(),
                    bias,
                    CoreMappers.activationName(i, "activation")))
            .weight("depthwise_kernel", "W", shape(kernel, nIn, times))
            .weightOfStage(1, "pointwise_kernel", "W", shape(ones, nIn * times, filters));
    if (bias) {
      m.weightOfStage(1, "bias", "b", filters);
    }
    return CoreMappers.thenActivation(m, i);
  }

  // --- transposed ---------------------------------------------------------------------------

  private static MappedLayer transposed(KerasLayerInfo i, int axes) {
    checks(i, axes);
    int filters = i.size("filters");
    int[] kernel = i.sizes("kernel_size", axes, null);
    int[] dilation = i.sizes("dilation_rate", axes, 1);
    int[] output = null;
    if (i.has("output_padding")) {
      output = new int[axes];
      for (int d = 0; d < axes; d++) {
        output[d] =
            i.option("output_padding").isArray()
                ? i.option("output_padding").get(d).asInt()
                : i.integer("output_padding", 0);
      }
    }
    Convolution.Window w =
        new Convolution.Window(
            kernel, i.sizes("strides", axes, 1), dilation, i.text("padding", "valid"), output);
    long nIn = channels(i);
    boolean bias = i.flag("use_bias", true);
    MappedLayer m =
        MappedLayer.of(
                new Convolution(
                    w,
                    nIn,
                    filters,
                    1,
                    true,
                    i.channelsFirst(),
                    bias,
                    CoreMappers.activationName(i, "activation")),
                out(i, w, wide(kernel, dilation), axes, filters, true))
            .weight("kernel", "W", turned(axes), shape(kernel, filters, nIn));
    if (bias) {
      m.weight("bias", "b", filters);
    }
    return CoreMappers.thenActivation(m, i);
  }

  /** Turned round along its axes, the last two exchanged. */
  private static UnaryOperator<INDArray> turned(int axes) {
    return w -> {
      long a = w.size(axes);
      long b = w.size(axes + 1);
      long places = w.length() / (a * b);
      INDArray flat = w.dup('c').reshape('c', places, a, b);
      INDArray result = Nd4j.createUninitialized(w.dataType(), places, b, a);
      for (long k = 0; k < places; k++) {
        result.slice(places - 1 - k).assign(flat.slice(k).transpose());
      }
      long[] shape = w.shape().clone();
      shape[axes] = b;
      shape[axes + 1] = a;
      return result.reshape('c', shape);
    };
  }

  // --- pooling ------------------------------------------------------------------------------

  /** Maximum or mean over windows along the axes. */
  static MappedLayer pool(KerasLayerInfo i, int axes, boolean maximum) {
    i.requireRank(axes + 2);
    i.requireText("padding", "valid", "same");
    int[] size = i.sizes("pool_size", axes, 2);
    int[] stride = i.has("strides") ? i.sizes("strides", axes, null) : size;
    int[] ones = new int[axes];
    Arrays.fill(ones, 1);
    String padding = i.text("padding", "valid");
    Convolution.Window w = new Convolution.Window(size, stride, ones, padding, null);
    boolean first = i.channelsFirst();
    long channels = first ? i.inputShape()[0] : i.inputShape()[axes];
    long[] out = out(i, w, size, axes, channels, false);
    if (axes == 1 && !first) {
      return MappedLayer.of(
          new StepPooling(maximum, size[0], stride[0], padding.equals("same")), out);
    }
    if (axes == 2 && !first) {
      SubsamplingLayer layer =
          new SubsamplingLayer.Builder(maximum ? PoolingType.MAX : PoolingType.AVG)
              .kernelSize(size)
              .stride(stride)
              .convolutionMode(mode(padding))
              .dataFormat(CNN2DFormat.NHWC)
              .build();
      return MappedLayer.of(layer, out);
    }
    return MappedLayer.of(new WindowPooling(maximum, w, first), out);
  }

  /** Windows made to fit a result of given sizes. */
  private static MappedLayer adaptive(KerasLayerInfo i, int axes, boolean maximum) {
    i.requireRank(axes + 2);
    boolean first = i.channelsFirst();
    int[] sizes = i.sizes("output_size", axes, null);
    long[] out = i.inputShape();
    for (int d = 0; d < axes; d++) {
      out[first ? d + 1 : d] = sizes[d];
    }
    return MappedLayer.of(WindowPooling.fitted(maximum, sizes, first), out);
  }
}
