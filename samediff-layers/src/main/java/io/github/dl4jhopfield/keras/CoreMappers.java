package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.AxisPooling;
import io.github.dl4jhopfield.keras.layers.FixedNormalization;
import io.github.dl4jhopfield.keras.layers.LastAxisDense;
import io.github.dl4jhopfield.keras.layers.LastAxisNormalization;
import io.github.dl4jhopfield.keras.layers.LearnedRelu;
import io.github.dl4jhopfield.keras.layers.MergeTensors;
import io.github.dl4jhopfield.keras.layers.SdActivations;
import io.github.dl4jhopfield.keras.layers.ShapeChange;
import io.github.dl4jhopfield.keras.layers.TensorActivation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Dense, activations, normalisation, dropout, embedding, masking, global pooling. */
final class CoreMappers {

  private CoreMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("Dense", CoreMappers::dense);
    m.put("TimeDistributed", CoreMappers::timeDistributed);
    m.put("Activation", i -> activation(i, activationName(i, "activation"), 1));
    m.put("ReLU", CoreMappers::relu);
    m.put(
        "LeakyReLU",
        i -> activation(i, "leaky_relu", i.number("alpha", i.number("negative_slope", 0.3))));
    m.put("ELU", i -> activation(i, "elu", i.number("alpha", 1)));
    m.put("Softmax", CoreMappers::softmax);
    m.put("PReLU", CoreMappers::prelu);
    m.put("LayerNormalization", CoreMappers::layerNormalization);
    m.put("BatchNormalization", CoreMappers::batchNormalization);
    m.put("SyncBatchNormalization", CoreMappers::batchNormalization);
    m.put("Dropout", i -> dropout(i, new Dropout(keep(i, "rate"))));
    m.put("AlphaDropout", i -> dropout(i, new AlphaDropout(keep(i, "rate"))));
    m.put("GaussianDropout", i -> dropout(i, new GaussianDropout(i.number("rate", 0))));
    m.put("GaussianNoise", i -> dropout(i, new GaussianNoise(i.number("stddev", 0))));
    m.put("SpatialDropout1D", CoreMappers::untrainedIdentity);
    m.put("SpatialDropout2D", CoreMappers::untrainedIdentity);
    m.put("ActivityRegularization", CoreMappers::activityRegularization);
    m.put("Embedding", CoreMappers::embedding);
    m.put("Masking", CoreMappers::masking);
    m.put("Rescaling", CoreMappers::rescaling);
    m.put("GlobalAveragePooling1D", i -> globalPooling(i, false, 1));
    m.put("GlobalMaxPooling1D", i -> globalPooling(i, true, 1));
    m.put("GlobalAveragePooling2D", i -> globalPooling(i, false, 1, 2));
    m.put("GlobalMaxPooling2D", i -> globalPooling(i, true, 1, 2));
    for (String alias : List.of("Pooling1D", "Pooling2D")) {
      m.put("GlobalAvg" + alias.replace("Pooling", "Pool"), m.get("GlobalAverage" + alias));
      m.put("GlobalMax" + alias.replace("Pooling", "Pool"), m.get("GlobalMax" + alias));
    }
  }

  // --- activations --------------------------------------------------------------------------

  /** The activation of a layer under one of {@link SdActivations#NAMES}. */
  static String activationName(KerasLayerInfo i, String key) {
    JsonNode n = i.option(key);
    if (n == null) {
      return "linear";
    }
    String name = n.isTextual() ? n.asText() : n.path("class_name").asText("");
    if (name.isEmpty() && n.isObject()) {
      name = n.path("config").asText("");
    }
    if (name.equals("function")) {
      name = n.path("config").asText("");
    }
    name = name.substring(name.lastIndexOf('>') + 1);
    switch (name) {
      case "identity":
        return "linear";
      case "silu":
        return "swish";
      case "exp":
        return "exponential";
      case "hard_sigmoid":
        return i.kerasMajor() >= 3 ? "hard_sigmoid_keras3" : "hard_sigmoid";
      default:
        if (SdActivations.NAMES.contains(name) && !name.contains("keras3")) {
          return name;
        }
        throw i.error(
            "the activation "
                + KerasLayerInfo.shorten(n)
                + " is not known; expected one of "
                + SdActivations.NAMES);
    }
  }

  /** DL4J's activation where it is the same function, else null. */
  static IActivation nativeActivation(String name) {
    switch (name) {
      case "linear":
        return Activation.IDENTITY.getActivationFunction();
      case "relu":
        return Activation.RELU.getActivationFunction();
      case "elu":
        return Activation.ELU.getActivationFunction();
      case "selu":
        return Activation.SELU.getActivationFunction();
      case "tanh":
        return Activation.TANH.getActivationFunction();
      case "sigmoid":
        return Activation.SIGMOID.getActivationFunction();
      case "softplus":
        return Activation.SOFTPLUS.getActivationFunction();
      case "softsign":
        return Activation.SOFTSIGN.getActivationFunction();
      case "hard_sigmoid":
        return Activation.HARDSIGMOID.getActivationFunction();
      case "softmax":
        return Activation.SOFTMAX.getActivationFunction();
      default:
        return null;
    }
  }

  /** Native and the same function for arrays of any rank. */
  static IActivation elementwiseActivation(String name) {
    return name.equals("softmax") ? null : nativeActivation(name);
  }

  private static MappedLayer activation(KerasLayerInfo i, String name, double alpha) {
    i.requireInputs(1, 1);
    return MappedLayer.of(new TensorActivation(name, alpha), i.inputShape()).passesMask();
  }

  private static MappedLayer relu(KerasLayerInfo i) {
    i.refuse("threshold", 0.0);
    double slope = i.number("negative_slope", 0);
    if (!i.has("max_value")) {
      return activation(i, "leaky_relu", slope);
    }
    if (slope != 0 || i.number("max_value", 6) != 6) {
      throw i.error("only max_value = 6 without negative_slope is supported");
    }
    return activation(i, "relu6", 1);
  }

  private static MappedLayer softmax(KerasLayerInfo i) {
    int rank = i.inputShape().length + 1;
    int axis = i.integer("axis", -1);
    if (axis != -1 && axis != rank - 1) {
      throw i.error("axis " + axis + ": only the last axis is supported");
    }
    return activation(i, "softmax", 1);
  }

  private static MappedLayer prelu(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    long[] shape = i.inputShape();
    JsonNode axes = i.option("shared_axes");
    if (axes != null) {
      for (JsonNode a : axes) {
        int axis = a.asInt();
        if (axis < 1 || axis > shape.length) {
          throw i.error("shared axis " + axis + " of an input " + KerasLayerInfo.show(shape));
        }
        shape[axis - 1] = 1;
      }
    }
    if (Arrays.stream(shape).anyMatch(d -> d < 1)) {
      throw i.error("needs a known shape, found " + KerasLayerInfo.show(shape));
    }
    return MappedLayer.of(new LearnedRelu(shape), i.inputShape())
        .weight("alpha", "alpha", shape)
        .passesMask();
  }

  // --- dense --------------------------------------------------------------------------------

  private static MappedLayer dense(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    return dense(i, i, "kernel", "bias");
  }

  /**
   * @param o where the options are: the layer itself, or what TimeDistributed wraps
   */
  private static MappedLayer dense(KerasLayerInfo i, KerasLayerInfo o, String kernel, String bias) {
    long nIn = i.features(0);
    int nOut = o.size("units");
    boolean hasBias = o.flag("use_bias", true);
    String function = activationName(o, "activation");
    o.refuse("lora_rank", null);
    long[] shape = i.inputShape();
    shape[shape.length - 1] = nOut;
    MappedLayer result;
    IActivation act = nativeActivation(function);
    if (shape.length == 1) {
      DenseLayer layer =
          new DenseLayer.Builder()
              .nIn(nIn)
              .nOut(nOut)
              .hasBias(hasBias)
              .activation(act == null ? Activation.IDENTITY.getActivationFunction() : act)
              .build();
      result = MappedLayer.of(layer, shape);
      if (act == null) {
        result.then(new TensorActivation(function, 1));
      }
    } else {
      LastAxisDense layer = new LastAxisDense(nIn, nOut, hasBias, function);
      result = MappedLayer.of(layer, shape);
    }
    result.weight(kernel, "W", nIn, nOut);
    if (hasBias) {
      result.weight(bias, "b", nOut);
    }
    return result.passesMask();
  }

  private static MappedLayer timeDistributed(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    JsonNode inner = i.option("layer");
    String type = inner == null ? "?" : inner.path("class_name").asText("?");
    if (i.inputShape().length < 2) {
      throw i.error(
          "expected an input with a time axis, found " + KerasLayerInfo.show(i.inputShape()));
    }
    KerasLayerInfo o =
        new KerasLayerInfo(
            i.name(),
            "TimeDistributed(" + type + ")",
            i.keras(),
            i.predictionsOnly(),
            inner == null ? i.config() : inner.path("config"),
            List.of(i.inputShape()),
            List.of(""),
            List.of(false),
            Map.of());
    switch (type) {
      case "Dense":
        // in a .keras archive the wrapped layer's weights are in a group of its own
        MappedLayer plain = dense(i, o, "kernel", "bias");
        MappedLayer result = MappedLayer.of(plain.stages.get(0).layer(), plain.outputShape);
        result.nested(
            "kernel", "layer/vars/0", "W", MappedLayer.AS_IS, plain.weights.get(0).shape());
        if (plain.weights.size() > 1) {
          result.nested(
              "bias", "layer/vars/1", "b", MappedLayer.AS_IS, plain.weights.get(1).shape());
        }
        return result.passesMask();
      case "Activation":
        return activation(i, activationName(o, "activation"), 1);
      case "Dropout":
        return dropout(i, new Dropout(keep(o, "rate")));
      default:
        throw o.error("only Dense, Activation and Dropout can be wrapped");
    }
  }

  // --- normalisation ------------------------------------------------------------------------

  /** Fails unless the axis option is the last axis (a number, or a list of one). */
  private static void requireLastAxis(KerasLayerInfo i) {
    JsonNode axis = i.option("axis");
    if (axis == null) {
      return;
    }
    if (axis.isArray() && axis.size() == 1) {
      axis = axis.get(0);
    }
    int rank = i.inputShape().length + 1;
    if (!axis.isInt() || axis.asInt() != -1 && axis.asInt() != rank - 1) {
      throw i.error("axis " + axis + " of a rank " + rank + " input: only the last is supported");
    }
  }

  private static MappedLayer layerNormalization(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    requireLastAxis(i);
    i.refuse("rms_scaling", "false");
    long size = i.features(0);
    boolean scale = i.flag("scale", true);
    boolean centre = i.flag("center", true);
    MappedLayer result =
        MappedLayer.of(
                new LastAxisNormalization(size, i.number("epsilon", 1e-3), scale, centre),
                i.inputShape())
            .passesMask();
    if (scale) {
      result.weight("gamma", "gamma", size);
    }
    if (centre) {
      result.weight("beta", "beta", size);
    }
    return result;
  }

  private static MappedLayer batchNormalization(KerasLayerInfo i) {
    i.requireRank(2, 4);
    requireLastAxis(i);
    i.refuse("renorm", "false");
    long size = i.features(0);
    boolean scale = i.flag("scale", true);
    boolean centre = i.flag("center", true);
    Layer layer =
        i.flag("trainable", true)
            ? batchNormalization(i, size)
            : new FixedNormalization(size, i.number("epsilon", 1e-3));
    MappedLayer result = MappedLayer.of(layer, i.inputShape()).passesMask();
    if (scale) {
      result.weight("gamma", "gamma", size);
    }
    if (centre) {
      result.weight("beta", "beta", size);
    }
    result.weight("moving_mean", "mean", size);
    result.weight("moving_variance", "var", size);
    if (!scale) {
      result.constant("gamma", 1);
    }
    if (!centre) {
      result.constant("beta", 0);
    }
    return result;
  }

  private static BatchNormalization batchNormalization(KerasLayerInfo i, long size) {
    BatchNormalization.Builder b =
        new BatchNormalization.Builder()
            .nIn(size)
            .nOut(size)
            .eps(i.number("epsilon", 1e-3))
            .decay(i.number("momentum", 0.99))
            .useLogStd(false);
    if (i.inputShape().length == 3) {
      b.dataFormat(CNN2DFormat.NHWC);
    }
    return b.build();
  }

  // --- dropout ------------------------------------------------------------------------------

  private static double keep(KerasLayerInfo i, String key) {
    double rate = i.number(key, 0);
    if (rate < 0 || rate >= 1) {
      throw i.error("option " + key + ": expected 0 to 1, found " + rate);
    }
    return 1 - rate;
  }

  private static MappedLayer dropout(
      KerasLayerInfo i, org.deeplearning4j.nn.conf.dropout.IDropout dropout) {
    i.requireInputs(1, 1);
    return MappedLayer.of(new DropoutLayer.Builder(dropout).build(), i.inputShape()).passesMask();
  }

  /** Acts in training only and has no counterpart: nothing at inference. */
  private static MappedLayer untrainedIdentity(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    return MappedLayer.identity(i.inputShape())
        .passesMask()
        .note("\"" + i.name() + "\" (" + i.type() + ") acts in training only and is left out.");
  }

  private static MappedLayer activityRegularization(KerasLayerInfo i) {
    if (!i.predictionsOnly() && (i.number("l1", 0) != 0 || i.number("l2", 0) != 0)) {
      throw i.error(
          "DL4J has no regulariser of activations; for predictions only, import with"
              + " KerasImportOptions.builder().predictionsOnly()");
    }
    return MappedLayer.identity(i.inputShape()).passesMask();
  }

  // --- embedding and masks ------------------------------------------------------------------

  private static MappedLayer embedding(KerasLayerInfo i) {
    i.requireRank(2);
    int vocabulary = i.size("input_dim");
    int width = i.size("output_dim");
    i.refuse("lora_rank", null);
    EmbeddingSequenceLayer layer =
        new EmbeddingSequenceLayer.Builder()
            .nIn(vocabulary)
            .nOut(width)
            .hasBias(false)
            .inferInputLength(true)
            .activation(Activation.IDENTITY)
            .outputDataFormat(RNNFormat.NWC)
            .build();
    long[] in = i.inputShape();
    MappedLayer result =
        MappedLayer.of(layer, in[0], width)
            .weight("embeddings", "W", vocabulary, width)
            .stopsGradient();
    return i.flag("mask_zero", false)
        ? result.maskOut(MappedLayer.MaskOut.NOT_ZERO, 0)
        : result.maskOut(MappedLayer.MaskOut.NONE);
  }

  /** Keras zeroes the steps that it masks; only for the value 0 is that nothing to do. */
  private static MappedLayer masking(KerasLayerInfo i) {
    i.requireRank(3);
    double value = i.number("mask_value", 0);
    MappedLayer result =
        value == 0
            ? MappedLayer.identity(i.inputShape())
            : MappedLayer.of(new MergeTensors("mask", 0), i.inputShape()).ownMaskAsInput();
    return result.maskOut(MappedLayer.MaskOut.NOT_VALUE, value);
  }

  private static MappedLayer rescaling(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    return MappedLayer.of(
            ShapeChange.rescale(i.number("scale", 1), i.number("offset", 0)), i.inputShape())
        .passesMask();
  }

  // --- pooling ------------------------------------------------------------------------------

  private static MappedLayer globalPooling(KerasLayerInfo i, boolean maximum, int... axes) {
    i.requireRank(axes.length + 2);
    i.requireText("data_format", "channels_last");
    boolean keep = i.flag("keepdims", false);
    long[] in = i.inputShape();
    long channels = in[in.length - 1];
    long[] out = new long[keep ? in.length : 1];
    Arrays.fill(out, 1);
    out[out.length - 1] = channels;
    return MappedLayer.of(new AxisPooling(maximum, keep, axes), out)
        .usesMask(!maximum && axes.length == 1);
  }
}
