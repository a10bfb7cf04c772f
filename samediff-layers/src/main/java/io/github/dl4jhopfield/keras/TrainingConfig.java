package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.KerasLoss;
import io.github.dl4jhopfield.keras.layers.KerasUpdater;
import io.github.dl4jhopfield.keras.layers.LastAxisLoss;
import io.github.dl4jhopfield.keras.layers.LearningRate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.shade.jackson.databind.JsonNode;

/** How a Keras model was compiled, as DL4J's updater and loss. */
final class TrainingConfig {

  private TrainingConfig() {}

  /** A loss for one output. */
  record Loss(ILossFunction function) {

    /** The last dense layer as an output layer, or null if it cannot be one. */
    Layer replace(Layer last) {
      if (!(last instanceof DenseLayer d) || last.getClass() != DenseLayer.class) {
        return null;
      }
      OutputLayer.Builder b =
          new OutputLayer.Builder(function)
              .nIn(d.getNIn())
              .nOut(d.getNOut())
              .hasBias(d.hasBias())
              .activation(d.getActivationFn());
      OutputLayer o = b.build();
      o.setRegularization(d.getRegularization());
      o.setRegularizationBias(d.getRegularizationBias());
      o.setConstraints(d.getConstraints());
      o.setIUpdater(d.getIUpdater());
      o.setBiasUpdater(d.getBiasUpdater());
      return o;
    }

    /** A layer with the loss only, for an output of that shape. */
    Layer layer(long[] shape) {
      return shape.length == 1
          ? new LossLayer.Builder(function).activation(Activation.IDENTITY).build()
          : new LastAxisLoss(function);
    }
  }

  /**
   * What an output is, as far as its loss asks.
   *
   * @param name of the layer
   * @param probabilities "softmax", "sigmoid", or what else the last function is
   * @param masked whether Keras has a mask for it
   */
  record Output(int number, String name, long[] shape, String probabilities, boolean masked) {}

  /** The loss of an output: that of the options, else that of the file, else null. */
  static Loss loss(KerasFile file, KerasImportOptions options, Output output, List<String> notes) {
    if (options.loss() != null) {
      return new Loss(options.loss());
    }
    JsonNode training = file.training();
    if (training == null || options.predictionsOnly()) {
      return null;
    }
    JsonNode loss = ofOutput(training.get("loss"), output);
    if (loss == null || loss.isNull()) {
      return null;
    }
    String name = loss.isTextual() ? loss.asText() : loss.path("class_name").asText("");
    JsonNode config = loss.path("config");
    if (name.equals("function") || loss.isObject() && config.isTextual()) {
      name = config.asText("");
    }
    JsonNode weights = ofOutput(training.get("loss_weights"), output);
    double weight = weights == null || !weights.isNumber() ? 1 : weights.asDouble();
    String reduction = config.path("reduction").asText("auto");
    if (name.isEmpty() || !List.of("auto", "none", "sum_over_batch_size").contains(reduction)) {
      return without(notes, output.name(), KerasLayerInfo.shorten(loss));
    }
    ILossFunction f = function(KerasModelConfig.snake(name), config, output, weight);
    if (f != null && output.masked()) {
      notes.add(
          "The loss of \""
              + output.name()
              + "\" counts all steps in training on; Keras leaves out those that a mask hides.");
    }
    return f == null ? without(notes, output.name(), KerasLayerInfo.shorten(loss)) : new Loss(f);
  }

  /** One for all outputs, or of a list by number, or of an object by the output's name. */
  private static JsonNode ofOutput(JsonNode n, Output output) {
    if (n != null && n.has("config") && n.has("class_name") && n.get("config").isArray()) {
      n = n.get("config");
    }
    if (n != null && n.isArray()) {
      return n.get(output.number());
    }
    return n != null && n.isObject() && !n.has("class_name") ? n.get(output.name()) : n;
  }

  private static Loss without(List<String> notes, String output, String loss) {
    notes.add(
        "The output \""
            + output
            + "\" has no loss: "
            + loss
            + " has no counterpart; give one with KerasImportOptions.loss to train on.");
    return null;
  }

  private static final Map<String, String> SHORT =
      Map.ofEntries(
          Map.entry("mse", "mean_squared_error"),
          Map.entry("mae", "mean_absolute_error"),
          Map.entry("mape", "mean_absolute_percentage_error"),
          Map.entry("msle", "mean_squared_logarithmic_error"),
          Map.entry("bce", "binary_crossentropy"),
          Map.entry("logcosh", "log_cosh"),
          Map.entry("log_cosh_error", "log_cosh"),
          Map.entry("kld", "kl_divergence"),
          Map.entry("kullback_leibler_divergence", "kl_divergence"),
          Map.entry("binary_crossentropy_loss", "binary_crossentropy"));

  /** DL4J's loss where it is the same, else Keras's own; null if neither is there. */
  private static ILossFunction function(
      String snake, JsonNode config, Output output, double weight) {
    String name = SHORT.getOrDefault(snake, snake);
    boolean logits = config.path("from_logits").asBoolean(false);
    double smoothing = config.path("label_smoothing").asDouble(0);
    boolean plain = !logits && smoothing == 0 && weight == 1;
    long[] shape = output.shape();
    long width = shape.length == 0 ? 1 : shape[shape.length - 1];
    boolean softmax = output.probabilities().equals("softmax");
    if (plain && name.equals("mean_squared_error")) {
      return new LossMSE();
    }
    if (plain && name.equals("mean_absolute_error")) {
      return new LossMAE();
    }
    if (plain && name.equals("categorical_crossentropy") && softmax) {
      return new LossMCXENT();
    }
    if (plain && name.equals("sparse_categorical_crossentropy") && softmax) {
      return new LossSparseMCXENT();
    }
    if (plain
        && name.equals("binary_crossentropy")
        && output.probabilities().equals("sigmoid")
        && width > 0) {
      // Keras averages over the last axis where DL4J sums; weights make up for it
      return new LossBinaryXENT(1e-7, Nd4j.valueArrayOf(new long[] {1, width}, 1.0 / width));
    }
    boolean entropy = name.endsWith("crossentropy");
    if (entropy && softmax && name.startsWith("binary")) {
      return null; // Keras would take the sigmoid of what went into the softmax
    }
    boolean lastAxis = config.path("axis").asInt(-1) == -1;
    if (!KerasLoss.NAMES.contains(name) || !lastAxis || config.hasNonNull("ignore_class")) {
      return null;
    }
    double[] numbers = {};
    if (name.equals("huber")) {
      numbers = new double[] {config.path("delta").asDouble(1)};
    } else if (name.endsWith("focal_crossentropy")) {
      numbers =
          new double[] {
            config.path("gamma").asDouble(2),
            config.path("alpha").asDouble(0.25),
            config.path("apply_class_balancing").asBoolean(false) ? 1 : 0
          };
    }
    KerasLoss result = new KerasLoss(name, logits, smoothing, weight, numbers);
    boolean categorical = name.equals("categorical_crossentropy") || name.startsWith("sparse");
    return categorical && output.probabilities().equals("sigmoid")
        ? result.beforeSigmoid()
        : result;
  }

  /**
   * How the network is trained on.
   *
   * @param weightDecay decoupled, times the learning rate, as in AdamW
   * @param clippedTo the bound of clipping
   */
  record Optimizer(
      IUpdater updater, double weightDecay, GradientNormalization clipping, double clippedTo) {

    static Optimizer plain(IUpdater updater) {
      return new Optimizer(updater, 0, GradientNormalization.None, 0);
    }
  }

  /** What is used where the file's optimizer cannot be, with a note. */
  private static final Optimizer DEFAULT = Optimizer.plain(new Sgd(0.01));

  /** The optimizer of the options, else that of the file, else SGD with the rate 0.01. */
  static Optimizer optimizer(KerasFile file, KerasImportOptions options, List<String> notes) {
    if (options.updater() != null) {
      return Optimizer.plain(options.updater());
    }
    JsonNode training = file.training();
    if (training == null || options.predictionsOnly()) {
      return DEFAULT;
    }
    JsonNode optimizer = training.get("optimizer_config");
    if (optimizer == null) {
      optimizer = training.get("optimizer");
    }
    if (optimizer == null || optimizer.isNull()) {
      return DEFAULT;
    }
    String name =
        optimizer.isTextual() ? optimizer.asText() : optimizer.path("class_name").asText("");
    name = name.substring(name.lastIndexOf('>') + 1).toLowerCase(Locale.ROOT);
    JsonNode c = optimizer.path("config");
    String odd = without(c);
    IUpdater updater = odd == null ? updater(name, c) : null;
    if (updater == null) {
      notes.add(
          "The optimizer "
              + name
              + (odd == null ? "" : " with " + odd)
              + " is not imported: training on uses SGD with the rate 0.01; give another with"
              + " KerasImportOptions.updater.");
      return DEFAULT;
    }
    if (name.equals("nadam") && file.version().major() < 3) {
      notes.add(
          "Nadam is trained on with one momentum schedule for all weights; Keras 2 works out one"
              + " for each weight from the same counter.");
    }
    double clipvalue = c.path("clipvalue").asDouble(0);
    double clipnorm = c.path("clipnorm").asDouble(0);
    return new Optimizer(
        updater,
        c.path("weight_decay").asDouble(0),
        clipvalue > 0
            ? GradientNormalization.ClipElementWiseAbsoluteValue
            : clipnorm > 0 ? GradientNormalization.ClipL2PerParamType : GradientNormalization.None,
        clipvalue > 0 ? clipvalue : clipnorm);
  }

  /** An option that no updater here has, as text, or null. */
  private static String without(JsonNode c) {
    if (rate(c) == null) {
      return "the learning rate " + KerasLayerInfo.shorten(c.get("learning_rate"));
    }
    if (c.path("clipvalue").asDouble(0) > 0 && c.path("clipnorm").asDouble(0) > 0) {
      return "both clipvalue and clipnorm";
    }
    for (String number : List.of("global_clipnorm", "gradient_accumulation_steps")) {
      if (c.path(number).asDouble(0) > 0) {
        return number;
      }
    }
    return c.path("use_ema").asBoolean(false) ? "use_ema" : null;
  }

  /** The learning rate of each step; null for a schedule that is not known here. */
  private static LearningRate rate(JsonNode c) {
    JsonNode n = c.get("learning_rate");
    n = n == null ? c.get("lr") : n;
    double decay = c.path("decay").asDouble(0);
    if (n == null || n.isNumber()) {
      double rate = n == null ? 0.01 : n.doubleValue();
      return decay == 0
          ? LearningRate.constant(rate)
          : LearningRate.inverseTime(rate, 1, decay, false);
    }
    JsonNode s = n.path("config");
    double start = s.path("initial_learning_rate").asDouble();
    double steps = s.path("decay_steps").asDouble(1);
    boolean stairs = s.path("staircase").asBoolean(false);
    String name = n.path("class_name").asText("");
    switch (name.substring(name.lastIndexOf('>') + 1)) {
      case "ExponentialDecay":
        return LearningRate.exponential(start, steps, s.path("decay_rate").asDouble(), stairs);
      case "InverseTimeDecay":
        return LearningRate.inverseTime(start, steps, s.path("decay_rate").asDouble(), stairs);
      case "PolynomialDecay":
        return LearningRate.polynomial(
            start,
            steps,
            s.path("end_learning_rate").asDouble(0.0001),
            s.path("power").asDouble(1),
            s.path("cycle").asBoolean(false));
      case "CosineDecay":
        JsonNode target = s.path("warmup_target");
        return LearningRate.cosine(
            start,
            steps,
            s.path("alpha").asDouble(0),
            target.isNumber() ? target.doubleValue() : Double.NaN,
            s.path("warmup_steps").asDouble(0));
      case "CosineDecayRestarts":
        return LearningRate.restarts(
            start,
            s.path("first_decay_steps").asDouble(1),
            s.path("t_mul").asDouble(2),
            s.path("m_mul").asDouble(1),
            s.path("alpha").asDouble(0));
      case "PiecewiseConstantDecay":
        return LearningRate.piecewise(numbers(s.path("boundaries")), numbers(s.path("values")));
      default:
        return null;
    }
  }

  private static double[] numbers(JsonNode list) {
    double[] values = new double[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).asDouble();
    }
    return values;
  }

  /** An updater that takes Keras's steps, or null if there is none. */
  private static IUpdater updater(String name, JsonNode c) {
    LearningRate rate = rate(c);
    double lr = rate.at(0);
    double epsilon = c.path("epsilon").asDouble(1e-7);
    double beta1 = c.path("beta_1").asDouble(0.9);
    double beta2 = c.path("beta_2").asDouble(0.999);
    double momentum = c.path("momentum").asDouble(0);
    switch (name) {
      case "sgd":
        return momentum == 0 && rate.isConstant()
            ? new Sgd(lr)
            : KerasUpdater.sgd(rate, momentum, c.path("nesterov").asBoolean(false));
      case "adam":
      case "adamw":
        boolean amsgrad = c.path("amsgrad").asBoolean(false);
        return rate.isConstant() && !amsgrad
            ? new Adam(lr, beta1, beta2, epsilon)
            : KerasUpdater.adam(rate, beta1, beta2, epsilon, amsgrad);
      case "adamax":
        return KerasUpdater.adamax(rate, beta1, beta2, epsilon);
      case "nadam":
        return KerasUpdater.nadam(rate, beta1, beta2, epsilon);
      case "rmsprop":
        return KerasUpdater.rmsprop(
            rate,
            c.path("rho").asDouble(0.9),
            momentum,
            epsilon,
            c.path("centered").asBoolean(false));
      case "adagrad":
        return KerasUpdater.adagrad(
            rate, c.path("initial_accumulator_value").asDouble(0.1), epsilon);
      case "adadelta":
        return KerasUpdater.adadelta(rate, c.path("rho").asDouble(0.95), epsilon);
      case "lion":
        return KerasUpdater.lion(rate, beta1, c.path("beta_2").asDouble(0.99));
      default:
        return null;
    }
  }
}
