package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.PatchProjection;
import io.github.dl4jhopfield.keras.layers.StepConvolution;
import io.github.dl4jhopfield.keras.layers.StepPooling;
import io.github.dl4jhopfield.keras.layers.TensorActivation;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/** Convolutions and local pooling, channels last. */
final class ConvolutionMappers {

  private ConvolutionMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("Conv2D", ConvolutionMappers::conv2d);
    m.put("Convolution2D", ConvolutionMappers::conv2d);
    m.put("Conv1D", ConvolutionMappers::conv1d);
    m.put("Convolution1D", ConvolutionMappers::conv1d);
    m.put("MaxPooling2D", i -> pool2d(i, PoolingType.MAX));
    m.put("MaxPool2D", i -> pool2d(i, PoolingType.MAX));
    m.put("AveragePooling2D", i -> pool2d(i, PoolingType.AVG));
    m.put("AvgPool2D", i -> pool2d(i, PoolingType.AVG));
    m.put("MaxPooling1D", i -> pool1d(i, PoolingType.MAX));
    m.put("MaxPool1D", i -> pool1d(i, PoolingType.MAX));
    m.put("AveragePooling1D", i -> pool1d(i, PoolingType.AVG));
    m.put("AvgPool1D", i -> pool1d(i, PoolingType.AVG));
  }

  private static long out(
      KerasLayerInfo i, long in, int kernel, int stride, int dilation, String padding) {
    if (in < 0) {
      return -1;
    }
    int wide = (kernel - 1) * dilation + 1;
    long n =
        padding.equals("valid") ? Math.floorDiv(in - wide, stride) + 1 : (in + stride - 1) / stride;
    if (n < 1) {
      throw i.error("a window of " + wide + " does not fit into " + in + " steps");
    }
    return n;
  }

  private static ConvolutionMode mode(String padding) {
    switch (padding) {
      case "same":
        return ConvolutionMode.Same;
      default:
        return ConvolutionMode.Truncate;
    }
  }

  private static MappedLayer conv2d(KerasLayerInfo i) {
    i.requireRank(4);
    i.requireText("data_format", "channels_last");
    i.requireText("padding", "valid", "same");
    i.refuse("groups", 1);
    i.refuse("lora_rank", null);
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
      return patches(i, kernel, filters, bias, function);
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
    MappedLayer m =
        MappedLayer.of(
                layer,
                out(i, in[0], kernel[0], stride[0], dilation[0], padding),
                out(i, in[1], kernel[1], stride[1], dilation[1], padding),
                filters)
            .weight("kernel", "W", w -> w.permute(3, 2, 0, 1), kernel[0], kernel[1], nIn, filters);
    return finish(m, bias, act, function, filters);
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
    i.requireRank(3);
    i.requireText("data_format", "channels_last");
    i.requireText("padding", "valid", "same", "causal");
    i.refuse("groups", 1);
    i.refuse("lora_rank", null);
    int filters = i.size("filters");
    int kernel = i.sizes("kernel_size", 1, null)[0];
    int stride = i.sizes("strides", 1, 1)[0];
    int dilation = i.sizes("dilation_rate", 1, 1)[0];
    String padding = i.text("padding", "valid");
    long nIn = i.features(0);
    boolean bias = i.flag("use_bias", true);
    String function = CoreMappers.activationName(i, "activation");
    StepConvolution layer =
        new StepConvolution(nIn, filters, kernel, stride, dilation, padding, bias, function);
    MappedLayer m =
        MappedLayer.of(layer, out(i, i.inputShape()[0], kernel, stride, dilation, padding), filters)
            .weight("kernel", "W", kernel, nIn, filters);
    if (bias) {
      m.weight("bias", "b", filters);
    }
    return m;
  }

  private static MappedLayer finish(
      MappedLayer m, boolean bias, IActivation act, String function, int filters) {
    if (bias) {
      m.weight("bias", "b", filters);
    }
    if (act == null) {
      m.then(new TensorActivation(function, 1));
    }
    return m;
  }

  private static MappedLayer pool2d(KerasLayerInfo i, PoolingType type) {
    i.requireRank(4);
    i.requireText("data_format", "channels_last");
    i.requireText("padding", "valid", "same");
    int[] size = i.sizes("pool_size", 2, 2);
    int[] stride = i.has("strides") ? i.sizes("strides", 2, null) : size;
    String padding = i.text("padding", "valid");
    long[] in = i.inputShape();
    SubsamplingLayer layer =
        new SubsamplingLayer.Builder(type)
            .kernelSize(size)
            .stride(stride)
            .convolutionMode(mode(padding))
            .dataFormat(CNN2DFormat.NHWC)
            .build();
    return MappedLayer.of(
        layer,
        out(i, in[0], size[0], stride[0], 1, padding),
        out(i, in[1], size[1], stride[1], 1, padding),
        in[2]);
  }

  private static MappedLayer pool1d(KerasLayerInfo i, PoolingType type) {
    i.requireRank(3);
    i.requireText("data_format", "channels_last");
    i.requireText("padding", "valid", "same");
    int size = i.sizes("pool_size", 1, 2)[0];
    int stride = i.has("strides") ? i.sizes("strides", 1, null)[0] : size;
    String padding = i.text("padding", "valid");
    long[] in = i.inputShape();
    // DL4J's one-dimensional pooling knows one layout only; as images of width 1 it is exact.
    return MappedLayer.of(
        new StepPooling(type == PoolingType.MAX, size, stride, padding.equals("same")),
        out(i, in[0], size, stride, 1, padding),
        in[1]);
  }
}
