package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.LastAxisLoss;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
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

  /** The loss of an output: that of the options, else that of the file, else null. */
  static Loss loss(
      KerasFile file,
      KerasImportOptions options,
      int output,
      String outputName,
      long[] shape,
      List<String> notes) {
    if (options.loss() != null) {
      return new Loss(options.loss());
    }
    JsonNode training = file.training();
    if (training == null || options.predictionsOnly()) {
      return null;
    }
    JsonNode loss = training.get("loss");
    if (loss != null
        && loss.has("config")
        && loss.has("class_name")
        && loss.get("config").isArray()) {
      loss = loss.get("config");
    }
    if (loss != null && loss.isArray()) {
      loss = loss.get(output);
    } else if (loss != null && loss.isObject() && !loss.has("class_name")) {
      loss = loss.get(outputName);
    }
    if (loss == null || loss.isNull()) {
      return null;
    }
    String name = loss.isTextual() ? loss.asText() : loss.path("class_name").asText("");
    JsonNode config = loss.path("config");
    JsonNode weights = training.path("loss_weights");
    if (!weights.isMissingNode() && !weights.isNull()) {
      return without(notes, outputName, name + " with loss_weights " + weights);
    }
    String reduction = config.path("reduction").asText("auto");
    if (name.isEmpty()
        || !List.of("auto", "none", "sum_over_batch_size").contains(reduction)
        || config.path("from_logits").asBoolean(false)
        || config.path("label_smoothing").asDouble(0) != 0) {
      return without(notes, outputName, KerasLayerInfo.shorten(loss));
    }
    long width = shape.length == 0 ? 1 : shape[shape.length - 1];
    ILossFunction f = function(KerasModelConfig.snake(name), width);
    return f == null ? without(notes, outputName, name) : new Loss(f);
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

  /** Keras averages over the last axis where DL4J sums; weights make up for it. */
  private static ILossFunction function(String name, long width) {
    boolean known = width > 0;
    switch (name) {
      case "mse":
      case "mean_squared_error":
        return new LossMSE();
      case "mae":
      case "mean_absolute_error":
        return new LossMAE();
      case "binary_crossentropy":
        return known
            ? new LossBinaryXENT(1e-7, Nd4j.valueArrayOf(new long[] {1, width}, 1.0 / width))
            : null;
      case "categorical_crossentropy":
        return new LossMCXENT();
      case "sparse_categorical_crossentropy":
        return new LossSparseMCXENT();
      case "hinge":
        return width == 1 ? new LossHinge() : null;
      case "squared_hinge":
        return width == 1 ? new LossSquaredHinge() : null;
      case "kl_divergence":
      case "kullback_leibler_divergence":
      case "kld":
        return new LossKLD();
      case "poisson":
        return width == 1 ? new LossPoisson() : null;
      default:
        return null;
    }
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
    IUpdater updater = odd == null ? updater(name, c, notes) : null;
    if (updater == null) {
      notes.add(
          "The optimizer "
              + name
              + (odd == null ? "" : " with " + odd)
              + " is not imported: training on uses SGD with the rate 0.01; give another with"
              + " KerasImportOptions.updater.");
      return DEFAULT;
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

  /** An option that DL4J's updaters do not have, as text, or null. */
  private static String without(JsonNode c) {
    JsonNode rate = c.get("learning_rate");
    if (rate != null && !rate.isNumber()) {
      return "a learning rate schedule";
    }
    if (c.path("decay").asDouble(0) != 0) {
      return "decay of the learning rate";
    }
    if (c.path("clipvalue").asDouble(0) > 0 && c.path("clipnorm").asDouble(0) > 0) {
      return "both clipvalue and clipnorm";
    }
    for (String number : List.of("global_clipnorm", "gradient_accumulation_steps")) {
      if (c.path(number).asDouble(0) > 0) {
        return number;
      }
    }
    for (String flag : List.of("amsgrad", "centered", "use_ema")) {
      if (c.path(flag).asBoolean(false)) {
        return flag;
      }
    }
    return null;
  }

  /** DL4J's updater of that name, or null if there is none that takes the same steps. */
  private static IUpdater updater(String name, JsonNode c, List<String> notes) {
    double lr = c.path("learning_rate").asDouble(0.01);
    double epsilon = c.path("epsilon").asDouble(1e-7);
    double beta1 = c.path("beta_1").asDouble(0.9);
    double beta2 = c.path("beta_2").asDouble(0.999);
    double momentum = c.path("momentum").asDouble(0);
    switch (name) {
      case "sgd":
        if (momentum == 0) {
          return new Sgd(lr);
        }
        if (!c.path("nesterov").asBoolean(false)) {
          notes.add("SGD with plain momentum is trained on with Nesterov momentum.");
        }
        return new Nesterovs(lr, momentum);
      case "adam":
      case "adamw":
        return new Adam(lr, beta1, beta2, epsilon);
      case "adamax":
        return new AdaMax(lr, beta1, beta2, epsilon);
      case "nadam":
        return new Nadam(lr, beta1, beta2, epsilon);
      case "rmsprop":
        return momentum == 0 ? new RmsProp(lr, c.path("rho").asDouble(0.9), epsilon) : null;
      case "adagrad":
        notes.add("Adagrad is trained on with accumulators that start at " + epsilon + ".");
        return new AdaGrad(lr, epsilon);
      case "adadelta":
        return lr == 1 ? new AdaDelta(c.path("rho").asDouble(0.95), epsilon) : null;
      default:
        return null;
    }
  }
}
