package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.AxisPooling;
import io.github.dl4jhopfield.keras.layers.LastAxisDense;
import io.github.dl4jhopfield.keras.layers.LearnedRelu;
import io.github.dl4jhopfield.keras.layers.MergeTensors;
import io.github.dl4jhopfield.keras.layers.Operation;
import io.github.dl4jhopfield.keras.layers.OperationLayer;
import io.github.dl4jhopfield.keras.layers.SdActivations;
import io.github.dl4jhopfield.keras.layers.TensorActivation;
import io.github.dl4jhopfield.keras.layers.TokenEmbedding;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Dense, activations, dropout, embedding, masking, global pooling. */
final class CoreMappers {

  private CoreMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put("Dense", CoreMappers::dense);
    m.put("TimeDistributed", CoreMappers::timeDistributed);
    m.put("Activation", CoreMappers::activation);
    m.put("ThresholdedReLU", i -> rectified(i, 0, i.number("theta", 1), null));
    m.put("Identity", i -> identity(i));
    m.put("ReLU", CoreMappers::relu);
    m.put(
        "LeakyReLU",
        i -> activation(i, "leaky_relu", i.number("alpha", i.number("negative_slope", 0.3))));
    m.put("ELU", i -> activation(i, "elu", i.number("alpha", 1)));
    m.put("Softmax", CoreMappers::softmax);
    m.put("PReLU", CoreMappers::prelu);
    m.put("Dropout", i -> dropout(i, new Dropout(keep(i, "rate"))));
    m.put("AlphaDropout", i -> dropout(i, new AlphaDropout(keep(i, "rate"))));
    m.put("GaussianDropout", i -> dropout(i, new GaussianDropout(i.number("rate", 0))));
    m.put("GaussianNoise", i -> dropout(i, new GaussianNoise(i.number("stddev", 0))));
    for (String name :
        List.of("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "StochasticDepth")) {
      m.put(name, CoreMappers::untrainedIdentity);
    }
    m.put("ActivityRegularization", CoreMappers::activityRegularization);
    m.put("Embedding", CoreMappers::embedding);
    m.put("Masking", CoreMappers::masking);
    for (int d = 1; d <= 3; d++) {
      int axes = d;
      m.put("GlobalAveragePooling" + d + "D", i -> globalPooling(i, false, axes));
      m.put("GlobalMaxPooling" + d + "D", i -> globalPooling(i, true, axes));
      m.put("GlobalAvgPool" + d + "D", i -> globalPooling(i, false, axes));
      m.put("GlobalMaxPool" + d + "D", i -> globalPooling(i, true, axes));
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
    if (activationLayer(i, key) != null) {
      return "linear";
    }
    switch (name) {
      case "identity":
        return "linear";
      case "silu":
        return "swish";
      case "exp":
        return "exponential";
      case "hard_sigmoid":
        return i.kerasMajor() >= 3 ? "hard_sigmoid_keras3" : "hard_sigmoid";
      case "hard_silu":
        return "hard_swish";
      case "sparsemax":
        throw i.error(
            "the activation sparsemax of Keras is not that of the paper where more than one entry"
                + " stays; it is not imported");
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

  /** Layers that may stand for an activation function: Dense(4, activation=LeakyReLU()). */
  private static final Set<String> AS_ACTIVATION =
      Set.of("LeakyReLU", "ReLU", "ELU", "Softmax", "PReLU", "ThresholdedReLU", "Activation");

  /** The layer that is given as an activation, or null if it is a function. */
  private static JsonNode activationLayer(KerasLayerInfo i, String key) {
    JsonNode n = i.option(key);
    boolean layer =
        n != null
            && n.isObject()
            && n.path("config").isObject()
            && AS_ACTIVATION.contains(n.path("class_name").asText(""));
    return layer ? n : null;
  }

  /** Adds the layer that is given as an activation, if there is one. */
  static MappedLayer thenActivation(MappedLayer m, KerasLayerInfo i) {
    JsonNode n = activationLayer(i, "activation");
    if (n == null) {
      return m;
    }
    String type = n.get("class_name").asText();
    MappedLayer activation =
        KerasLayers.builtIn(type).map(i.inner(type, n.get("config"), List.of(m.outputShape)));
    for (MappedLayer.Weight w : activation.weights) {
      m.weights.add(
          new MappedLayer.Weight(
              "**/" + w.name(),
              "activation/vars/0",
              w.shape(),
              m.stages.size() + w.stage(),
              w.parameter(),
              w.change()));
    }
    activation.stages.forEach(stage -> m.then(stage.layer()));
    return m;
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

  private static MappedLayer activation(KerasLayerInfo i) {
    String name = activationName(i, "activation");
    MappedLayer m;
    if (name.equals("glu")) {
      long[] out = i.inputShape();
      out[out.length - 1] = i.features(0) / 2;
      m = MappedLayer.of(new TensorActivation(name, 1), out).passesMask();
    } else {
      m = activation(i, name, SdActivations.defaultAlpha(name));
    }
    return thenActivation(m, i);
  }

  private static MappedLayer identity(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    return MappedLayer.identity(i.inputShape()).passesMask();
  }

  private static MappedLayer relu(KerasLayerInfo i) {
    double threshold = i.number("threshold", 0);
    double slope = i.number("negative_slope", 0);
    Double most = i.has("max_value") ? i.number("max_value", 0) : null;
    if (threshold == 0 && most == null) {
      return activation(i, "leaky_relu", slope);
    }
    if (threshold == 0 && slope == 0 && most == 6) {
      return activation(i, "relu6", 1);
    }
    return rectified(i, slope, threshold, most);
  }

  private static MappedLayer rectified(
      KerasLayerInfo i, double slope, double threshold, Double most) {
    i.requireInputs(1, 1);
    double[] numbers =
        most == null ? new double[] {slope, threshold} : new double[] {slope, threshold, most};
    return MappedLayer.of(
            new OperationLayer(Operation.of("rectify", 1).numbers(numbers)), i.inputShape())
        .passesMask();
  }

  private static MappedLayer softmax(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    if (i.hasMask()) {
      throw i.error(
          "Keras hands the mask of its input to the softmax, which is not imported;"
              + " Activation(\"softmax\") takes none");
    }
    int[] axes = i.axes("axis", -1);
    int rank = i.inputShape().length + 1;
    if (axes.length == 1 && axes[0] == rank - 1) {
      return activation(i, "softmax", 1);
    }
    return MappedLayer.of(
            new OperationLayer(
                Operation.of("softmax", 1).sizes(Arrays.stream(axes).asLongStream().toArray())),
            i.inputShape())
        .passesMask();
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
        result.then(new TensorActivation(function, SdActivations.defaultAlpha(function)));
      }
    } else {
      LastAxisDense layer = new LastAxisDense(nIn, nOut, hasBias, function);
      result = MappedLayer.of(layer, shape);
    }
    result.weight(kernel, "W", nIn, nOut);
    if (hasBias) {
      result.weight(bias, "b", nOut);
    }
    return thenActivation(result, o).passesMask();
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
        plain.stages.stream().skip(1).forEach(s -> result.then(s.layer()));
        result.nested(
            "kernel", "layer/vars/0", "W", MappedLayer.AS_IS, plain.weights.get(0).shape());
        if (plain.weights.size() > 1) {
          result.nested(
              "bias", "layer/vars/1", "b", MappedLayer.AS_IS, plain.weights.get(1).shape());
        }
        return result.passesMask();
      case "Activation":
        String function = activationName(o, "activation");
        return activation(i, function, SdActivations.defaultAlpha(function));
      case "Dropout":
        return dropout(i, new Dropout(keep(o, "rate")));
      default:
        throw o.error("expected a layer of one input inside");
    }
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
    MappedLayer m =
        MappedLayer.of(new DropoutLayer.Builder(dropout).build(), i.inputShape()).passesMask();
    if (i.has("noise_shape")) {
      m.note("\"" + i.name() + "\" drops single entries; its noise_shape is left out.");
    }
    return m;
  }

  /** Acts in training only and has no counterpart: nothing at inference. */
  static MappedLayer untrainedIdentity(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    return MappedLayer.identity(i.inputShape())
        .passesMask()
        .note("\"" + i.name() + "\" (" + i.type() + ") acts in training only and is left out.");
  }

  private static MappedLayer activityRegularization(KerasLayerInfo i) {
    MappedLayer m = MappedLayer.identity(i.inputShape()).passesMask();
    if (!i.predictionsOnly() && (i.number("l1", 0) != 0 || i.number("l2", 0) != 0)) {
      m.note(
          "\""
              + i.name()
              + "\" adds a penalty of activations to Keras's loss; training on leaves it out.");
    }
    return m;
  }

  // --- embedding and masks ------------------------------------------------------------------

  private static MappedLayer embedding(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    int vocabulary = i.size("input_dim");
    int width = i.size("output_dim");
    i.refuse("lora_rank", null);
    if (i.inputShape().length != 1) {
      return anyEmbedding(i, vocabulary, width);
    }
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

  /** Of ids of another rank than a sequence for each sample. */
  private static MappedLayer anyEmbedding(KerasLayerInfo i, int vocabulary, int width) {
    if (i.flag("mask_zero", false)) {
      throw i.error("mask_zero is imported for inputs [batch, time] only");
    }
    long[] out = Arrays.copyOf(i.inputShape(), i.inputShape().length + 1);
    out[out.length - 1] = width;
    return MappedLayer.of(new TokenEmbedding(vocabulary, width), out)
        .weight("embeddings", "W", vocabulary, width);
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

  // --- pooling ------------------------------------------------------------------------------

  private static MappedLayer globalPooling(KerasLayerInfo i, boolean maximum, int axes) {
    i.requireRank(axes + 2);
    boolean first = i.channelsFirst();
    boolean keep = i.flag("keepdims", false);
    long[] in = i.inputShape();
    long channels = in[first ? 0 : in.length - 1];
    long[] out = new long[keep ? in.length : 1];
    Arrays.fill(out, 1);
    out[first ? 0 : out.length - 1] = channels;
    int[] over = new int[axes];
    Arrays.setAll(over, d -> d + (first ? 2 : 1));
    return MappedLayer.of(new AxisPooling(maximum, keep, over), out)
        .usesMask(!maximum && axes == 1 && !first);
  }
}
