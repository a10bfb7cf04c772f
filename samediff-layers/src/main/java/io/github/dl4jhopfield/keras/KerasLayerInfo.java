package io.github.dl4jhopfield.keras;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * What a {@link KerasLayerMapper} sees of a layer: its name, class, options and input shapes.
 * Shapes leave out the batch; -1 is a size that the model does not fix.
 */
public final class KerasLayerInfo {

  private final String name;
  private final String type;
  private final KerasVersion keras;
  private final boolean predictionsOnly;
  private final JsonNode config;
  private final List<long[]> inputShapes;
  private final List<String> inputNames;
  private final List<Boolean> masked;
  private final Map<String, JsonNode> callArguments;
  private boolean sizes;

  KerasLayerInfo(
      String name,
      String type,
      KerasVersion keras,
      boolean predictionsOnly,
      JsonNode config,
      List<long[]> inputShapes,
      List<String> inputNames,
      List<Boolean> masked,
      Map<String, JsonNode> callArguments) {
    this.name = name;
    this.type = type;
    this.keras = keras;
    this.predictionsOnly = predictionsOnly;
    this.config = config;
    this.inputShapes = inputShapes;
    this.inputNames = inputNames;
    this.masked = masked;
    this.callArguments = callArguments;
  }

  /** The layer's name in the model. */
  public String name() {
    return name;
  }

  /** The Keras class, without a package: "Dense". */
  public String type() {
    return type;
  }

  /** 2 for tf.keras and tf_keras, 3 for Keras 3. */
  public int kerasMajor() {
    return keras.major();
  }

  /** Whether the imported network need not train as in Keras. */
  public boolean predictionsOnly() {
    return predictionsOnly;
  }

  KerasVersion keras() {
    return keras;
  }

  /** Number of tensors that the layer is called with. */
  public int inputCount() {
    return inputShapes.size();
  }

  /** Shape of the first input. */
  public long[] inputShape() {
    return inputShape(0);
  }

  /** Shape of an input. */
  public long[] inputShape(int i) {
    return inputShapes.get(i).clone();
  }

  /** Position of the input given by keyword, or -1; positional inputs have the name "". */
  public int inputNamed(String keyword) {
    return inputNames.indexOf(keyword);
  }

  /** The keyword of an input, "" for a positional one. */
  public String inputName(int i) {
    return inputNames.get(i);
  }

  /** Whether the input is the shape of a tensor and not numbers of the model. */
  boolean ofSizes() {
    return inputShapes.get(0).length == 0 && sizes;
  }

  void setOfSizes() {
    sizes = true;
  }

  /** Whether a Keras mask comes with an input. */
  public boolean hasMask(int input) {
    return masked.get(input);
  }

  /** Whether a Keras mask comes with any input. */
  public boolean hasMask() {
    return masked.contains(true);
  }

  /** A call argument that is not a tensor ("use_causal_mask"), or null. */
  public JsonNode callArgument(String key) {
    return callArguments.get(key);
  }

  /** Size of the last axis of an input, which must be known. */
  public long features(int input) {
    long[] shape = inputShapes.get(input);
    if (shape.length == 0 || shape[shape.length - 1] < 1) {
      throw error("needs a known number of features; its input has shape " + show(shape));
    }
    return shape[shape.length - 1];
  }

  /** Fails unless the layer has exactly one input of that rank (with batch). */
  public void requireRank(int... ranks) {
    requireInputs(1, 1);
    int rank = inputShape().length + 1;
    if (Arrays.stream(ranks).noneMatch(r -> r == rank)) {
      throw error(
          "expected an input of rank " + Arrays.toString(ranks) + ", found " + show(inputShape()));
    }
  }

  /** Fails unless the number of inputs is in the range. */
  public void requireInputs(int least, int most) {
    if (inputCount() < least || inputCount() > most) {
      throw error(
          "expected "
              + (least == most ? "" + least : least + " to " + most)
              + " inputs, found "
              + inputCount());
    }
  }

  /** The raw option, or null if it is missing or null. */
  public JsonNode option(String key) {
    JsonNode n = config.get(key);
    return n == null || n.isNull() ? null : n;
  }

  /** Whether the option is there and not null. */
  public boolean has(String key) {
    return option(key) != null;
  }

  /** A text option. */
  public String text(String key, String otherwise) {
    JsonNode n = option(key);
    if (n == null) {
      return otherwise;
    }
    if (!n.isTextual()) {
      throw error("option " + key + ": expected text, found " + shorten(n));
    }
    return n.textValue();
  }

  /** A boolean option. */
  public boolean flag(String key, boolean otherwise) {
    JsonNode n = option(key);
    if (n == null) {
      return otherwise;
    }
    if (!n.isBoolean()) {
      throw error("option " + key + ": expected true or false, found " + shorten(n));
    }
    return n.booleanValue();
  }

  /** A finite number. */
  public double number(String key, double otherwise) {
    JsonNode n = option(key);
    if (n == null) {
      return otherwise;
    }
    if (!n.isNumber() || Double.isNaN(n.doubleValue()) || Double.isInfinite(n.doubleValue())) {
      throw error("option " + key + ": expected a number, found " + shorten(n));
    }
    return n.doubleValue();
  }

  /** A size of at least 1 that must be given. */
  public int size(String key) {
    JsonNode n = option(key);
    if (n == null) {
      throw error("option " + key + " is missing");
    }
    return positive(key, n);
  }

  /** A size of at least 1, or the default. */
  public int size(String key, int otherwise) {
    JsonNode n = option(key);
    return n == null ? otherwise : positive(key, n);
  }

  /** A whole number. */
  public int integer(String key, int otherwise) {
    JsonNode n = option(key);
    if (n == null) {
      return otherwise;
    }
    if (!n.canConvertToInt() || !n.isIntegralNumber()) {
      throw error("option " + key + ": expected a whole number, found " + shorten(n));
    }
    return n.intValue();
  }

  private int positive(String key, JsonNode n) {
    if (!n.isIntegralNumber() || !n.canConvertToInt() || n.intValue() < 1) {
      throw error("option " + key + ": expected a whole number over 0, found " + shorten(n));
    }
    return n.intValue();
  }

  /** {@code count} whole numbers over 0; one number stands for all. */
  public int[] sizes(String key, int count, Integer otherwise) {
    JsonNode n = option(key);
    int[] result = new int[count];
    if (n == null) {
      if (otherwise == null) {
        throw error("option " + key + " is missing");
      }
      Arrays.fill(result, otherwise);
    } else if (n.isArray() && (n.size() == count || n.size() == 1)) {
      for (int i = 0; i < count; i++) {
        result[i] = positive(key, n.get(n.size() == 1 ? 0 : i));
      }
    } else if (n.isNumber()) {
      Arrays.fill(result, positive(key, n));
    } else {
      throw error("option " + key + ": expected " + count + " sizes, found " + shorten(n));
    }
    return result;
  }

  /** Axes of an option, a number or a list, counted with the batch as 0, which is refused. */
  int[] axes(String key, int otherwise) {
    int[] axes = axesAsGiven(key, otherwise);
    Arrays.sort(axes);
    return axes;
  }

  /** As {@link #axes}, in the order in which they are given. */
  int[] axesAsGiven(String key, int otherwise) {
    JsonNode n = option(key);
    int rank = inputShape().length + 1;
    int[] axes;
    if (n == null) {
      axes = new int[] {otherwise};
    } else if (n.isArray() || n.isObject() && n.path("items").isArray()) {
      JsonNode list = n.isArray() ? n : n.path("items");
      axes = new int[list.size()];
      for (int k = 0; k < axes.length; k++) {
        axes[k] = list.get(k).asInt(Integer.MIN_VALUE);
      }
    } else {
      axes = new int[] {n.asInt(Integer.MIN_VALUE)};
    }
    for (int k = 0; k < axes.length; k++) {
      int axis = axes[k] < 0 ? axes[k] + rank : axes[k];
      if (axis < 1 || axis >= rank) {
        throw error("option " + key + ": axis " + axes[k] + " of an input of rank " + rank);
      }
      axes[k] = axis;
    }
    return axes;
  }

  /** Whether data_format is channels_first. */
  boolean channelsFirst() {
    requireText("data_format", "channels_last", "channels_first");
    return text("data_format", "channels_last").equals("channels_first");
  }

  /** Fails unless the option is missing or one of the values. */
  public void requireText(String key, String... values) {
    String found = text(key, values[0]);
    if (!Arrays.asList(values).contains(found)) {
      throw error(
          "option " + key + ": " + found + " is not supported; expected " + Arrays.asList(values));
    }
  }

  /** The options of a layer inside of this one, on inputs of these shapes. */
  KerasLayerInfo inner(String innerType, JsonNode innerConfig, List<long[]> shapes) {
    return new KerasLayerInfo(
        name,
        innerType,
        keras,
        predictionsOnly,
        innerConfig,
        shapes,
        java.util.Collections.nCopies(shapes.size(), ""),
        java.util.Collections.nCopies(shapes.size(), false),
        Map.of());
  }

  /** Fails if the option is there with another value than the default. */
  public void refuse(String key, Object harmless) {
    JsonNode n = option(key);
    if (n != null && !n.asText().equals(String.valueOf(harmless))) {
      throw error("option " + key + " = " + shorten(n) + " is not supported");
    }
  }

  /** An error that names this layer. */
  public KerasImportException error(String what) {
    return new KerasImportException("Layer \"" + name + "\" (" + type + "): " + what);
  }

  JsonNode config() {
    return config;
  }

  static String shorten(Object o) {
    String s = String.valueOf(o);
    return s.length() > 80 ? s.substring(0, 77) + "..." : s;
  }

  /** A shape as text, ? for an unknown size: "(?, 5, 6)". */
  public static String show(long[] shapeWithoutBatch) {
    StringBuilder s = new StringBuilder("(?");
    for (long d : shapeWithoutBatch) {
      s.append(", ").append(d < 0 ? "?" : Long.toString(d));
    }
    return s.append(")").toString();
  }
}
