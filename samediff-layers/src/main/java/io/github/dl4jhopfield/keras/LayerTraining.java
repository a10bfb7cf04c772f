package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.keras.layers.DecoupledWeightDecay;
import io.github.dl4jhopfield.keras.layers.Frozen;
import io.github.dl4jhopfield.keras.layers.NonNegative;
import io.github.dl4jhopfield.keras.layers.NormConstraint;
import io.github.dl4jhopfield.keras.layers.TensorLayer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * What a Keras layer says about its training, for any layer: {@code trainable}, regularisers,
 * constraints, and the weight decay of the optimizer. What DL4J cannot do in the same way is
 * refused.
 */
final class LayerTraining {

  private static final String REGULARIZER = "_regularizer";
  private static final String CONSTRAINT = "_constraint";
  private static final String ACTIVITY = "activity_regularizer";

  /** What is added to the loss (l1, l2) or taken off the weight (decay) for one parameter. */
  private record Penalty(double l1, double l2, double decay) {

    /** Keras counts l2 without the half that DL4J has in front of it. */
    List<Regularization> regularization() {
      List<Regularization> result = new ArrayList<>();
      if (l1 != 0) {
        result.add(new L1Regularization(l1));
      }
      if (l2 != 0) {
        result.add(new L2Regularization(2 * l2));
      }
      if (decay != 0) {
        result.add(new DecoupledWeightDecay(decay));
      }
      return result;
    }
  }

  private final KerasLayerInfo info;
  private final MappedLayer mapped;
  private final JsonNode config;

  private LayerTraining(KerasLayerInfo info, MappedLayer mapped) {
    this.info = info;
    this.mapped = mapped;
    // TimeDistributed, Bidirectional and RNN keep the options in what they wrap
    JsonNode inner = info.config().path("layer").path("config");
    JsonNode cell = (inner.isObject() ? inner : info.config()).path("cell").path("config");
    this.config = cell.isObject() ? cell : inner.isObject() ? inner : info.config();
  }

  /**
   * Writes into the DL4J layers what the Keras layer says.
   *
   * @throws KerasImportException naming what has no counterpart
   */
  static void apply(KerasLayerInfo info, MappedLayer mapped, double weightDecay) {
    LayerTraining t = new LayerTraining(info, mapped);
    if (t.options(REGULARIZER).containsKey(ACTIVITY)) {
      mapped.addNote(
          "\""
              + info.name()
              + "\" adds a penalty of its activations to Keras's loss; training on leaves it out.");
    }
    if (mapped.weights.isEmpty()) {
      t.options(REGULARIZER).keySet().stream().filter(o -> !o.equals(ACTIVITY)).forEach(t::refuse);
      return;
    }
    if (!info.flag("trainable", true) || !t.config.path("trainable").asBoolean(true)) {
      t.freeze();
      return;
    }
    t.regularise(weightDecay);
    t.constrain();
  }

  private void freeze() {
    for (MappedLayer.Stage s : mapped.stages) {
      if (s.layer() instanceof BaseLayer l) {
        l.setIUpdater(new Frozen());
        l.setBiasUpdater(new Frozen());
      } else if (s.layer() instanceof AbstractSameDiffLayer l) {
        l.setUpdater(new Frozen());
        l.setBiasUpdater(new Frozen());
      } else if (s.vertex() instanceof SameDiffVertex v) {
        v.setUpdater(new Frozen());
        v.setBiasUpdater(new Frozen());
      } else if (s.vertex() != null) {
        throw info.error("trainable = false is not supported for " + s.vertex().getClass());
      }
    }
  }

  /** The options that end so and are not null: "kernel" of kernel_regularizer. */
  private Map<String, JsonNode> options(String suffix) {
    Map<String, JsonNode> result = new LinkedHashMap<>();
    Iterator<Map.Entry<String, JsonNode>> fields = config.fields();
    while (fields.hasNext()) {
      Map.Entry<String, JsonNode> e = fields.next();
      if (e.getKey().endsWith(suffix) && !e.getValue().isNull()) {
        result.put(e.getKey(), e.getValue());
      }
    }
    return result;
  }

  private void refuse(String option) {
    throw info.error(
        "option "
            + option
            + " = "
            + KerasLayerInfo.shorten(config.get(option))
            + " cannot be trained with in DL4J; for predictions only, import with"
            + " KerasImportOptions.builder().predictionsOnly()");
  }

  /** The weights that kernel_regularizer is about: "kernel", "query/kernel". */
  private List<MappedLayer.Weight> about(String option, String suffix) {
    String word = option.substring(0, option.length() - suffix.length());
    String weight =
        Set.of("recurrent", "depthwise", "pointwise").contains(word) ? word + "_kernel" : word;
    if (!Set.of(
            "kernel",
            "bias",
            "embeddings",
            "gamma",
            "beta",
            "alpha",
            "recurrent_kernel",
            "depthwise_kernel",
            "pointwise_kernel")
        .contains(weight)) {
      refuse(option);
    }
    return mapped.weights.stream()
        .filter(w -> w.parameter() != null)
        .filter(w -> w.name().substring(w.name().lastIndexOf('/') + 1).equals(weight))
        .toList();
  }

  // --- regularisers and weight decay --------------------------------------------------------

  private void regularise(double weightDecay) {
    Map<MappedLayer.Weight, Penalty> penalties = new LinkedHashMap<>();
    for (MappedLayer.Weight w : mapped.weights) {
      if (w.parameter() != null) {
        penalties.put(w, new Penalty(0, 0, weightDecay));
      }
    }
    options(REGULARIZER)
        .forEach(
            (option, value) -> {
              if (option.equals(ACTIVITY)) {
                return;
              }
              JsonNode c = value.path("config");
              if (!Set.of("L1", "L2", "L1L2").contains(value.path("class_name").asText(""))) {
                refuse(option);
              }
              Penalty p =
                  new Penalty(c.path("l1").asDouble(0), c.path("l2").asDouble(0), weightDecay);
              about(option, REGULARIZER).forEach(w -> penalties.put(w, p));
            });
    for (int s = 0; s < mapped.stages.size(); s++) {
      int stage = s;
      Map<String, Penalty> ofStage = new LinkedHashMap<>();
      penalties.forEach(
          (w, p) -> {
            if (w.stage() == stage) {
              ofStage.put(w.parameter(), p);
            }
          });
      set(mapped.stages.get(s), ofStage);
    }
  }

  /** DL4J has one list for all weights of a layer and one for all its biases. */
  private void set(MappedLayer.Stage stage, Map<String, Penalty> penalties) {
    Penalty weights = null;
    Penalty biases = null;
    boolean differ = false;
    for (Map.Entry<String, Penalty> e : penalties.entrySet()) {
      boolean bias = isBias(stage, e.getKey());
      Penalty other = bias ? biases : weights;
      differ |= other != null && !other.equals(e.getValue());
      biases = bias ? e.getValue() : biases;
      weights = bias ? weights : e.getValue();
    }
    if (differ && stage.layer() instanceof TensorLayer l) {
      penalties.forEach((parameter, p) -> l.regularise(parameter, p.regularization()));
      return;
    }
    if (differ) {
      throw info.error(
          "its weights have different regularisers, which DL4J cannot train with; for"
              + " predictions only, import with"
              + " KerasImportOptions.builder().predictionsOnly()");
    }
    List<Regularization> w = weights == null ? List.of() : weights.regularization();
    List<Regularization> b = biases == null ? List.of() : biases.regularization();
    if (w.isEmpty() && b.isEmpty()) {
      return;
    }
    if (stage.layer() instanceof BatchNormalization) {
      throw info.error(
          "DL4J has no regularisers and no weight decay for batch normalisation; for predictions"
              + " only, import with KerasImportOptions.builder().predictionsOnly()");
    } else if (stage.layer() instanceof BaseLayer l) {
      l.setRegularization(w);
      l.setRegularizationBias(b);
    } else if (stage.layer() instanceof AbstractSameDiffLayer l) {
      l.setRegularization(w);
      l.setRegularizationBias(b);
    } else if (stage.vertex() instanceof SameDiffVertex v) {
      v.setRegularization(w);
      v.setRegularizationBias(b);
    } else {
      throw info.error("regularisers are not supported for this layer");
    }
  }

  private static boolean isBias(MappedLayer.Stage stage, String parameter) {
    Layer l = stage.layer();
    return l != null
        ? l.initializer().isBiasParam(l, parameter)
        : stage.vertex() instanceof SameDiffVertex v && v.getVertexParams().isBiasParam(parameter);
  }

  // --- constraints --------------------------------------------------------------------------

  private void constrain() {
    Map<Layer, List<LayerConstraint>> byLayer = new LinkedHashMap<>();
    options(CONSTRAINT)
        .forEach(
            (option, value) -> {
              for (MappedLayer.Weight w : about(option, CONSTRAINT)) {
                Layer layer = mapped.stages.get(w.stage()).layer();
                if (layer == null) {
                  refuse(option);
                }
                byLayer
                    .computeIfAbsent(layer, k -> new ArrayList<>())
                    .add(constraint(option, value, w));
              }
            });
    byLayer.forEach(Layer::setConstraints);
  }

  private LayerConstraint constraint(String option, JsonNode value, MappedLayer.Weight w) {
    JsonNode c = value.path("config");
    Set<String> parameter = Set.of(w.parameter());
    String name = value.path("class_name").asText("");
    if (name.equals("NonNeg")) {
      return new NonNegative(parameter);
    }
    JsonNode axis = c.path("axis");
    int rank = w.shape().length;
    if (w.change() != MappedLayer.AS_IS
        || rank > 2
        || !(axis.isMissingNode() || axis.isInt())
        || axis.asInt(0) < 0
        || axis.asInt(0) >= rank) {
      refuse(option);
    }
    // a vector of Keras is a row of DL4J
    int dimension = rank == 1 ? 1 : axis.asInt(0);
    switch (name) {
      case "MaxNorm":
        return new NormConstraint(parameter, 0, c.path("max_value").asDouble(2), 1, dimension);
      case "UnitNorm":
        return new NormConstraint(parameter, 1, 1, 1, dimension);
      case "MinMaxNorm":
        return new NormConstraint(
            parameter,
            c.path("min_value").asDouble(0),
            c.path("max_value").asDouble(1),
            c.path("rate").asDouble(1),
            dimension);
      default:
        refuse(option);
        throw new AssertionError();
    }
  }
}
