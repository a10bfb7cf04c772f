package io.github.dl4jhopfield.keras;

import io.github.dl4jhopfield.layers.AssociationBuilder;
import io.github.dl4jhopfield.layers.FeedForwardBuilder;
import io.github.dl4jhopfield.layers.Hopfield;
import io.github.dl4jhopfield.layers.HopfieldDecoderVertex;
import io.github.dl4jhopfield.layers.HopfieldEncoderLayer;
import io.github.dl4jhopfield.layers.HopfieldLayer;
import io.github.dl4jhopfield.layers.HopfieldPooling;
import io.github.dl4jhopfield.layers.HopfieldPoolingVertex;
import io.github.dl4jhopfield.layers.HopfieldVertex;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.shade.jackson.databind.JsonNode;

/** The layers of the Python package dl4j_hopfield_keras. */
final class HopfieldMappers {

  private static final String PACKAGE = "dl4j_hopfield>";

  private HopfieldMappers() {}

  static void register(Map<String, KerasLayerMapper> m) {
    m.put(PACKAGE + "Hopfield", HopfieldMappers::hopfield);
    m.put(PACKAGE + "HopfieldPooling", HopfieldMappers::pooling);
    m.put(PACKAGE + "HopfieldLayer", HopfieldMappers::lookup);
    m.put(PACKAGE + "HopfieldEncoderLayer", HopfieldMappers::encoder);
    m.put(PACKAGE + "HopfieldDecoderLayer", HopfieldMappers::decoder);
  }

  /** Sizes of one association, resolved as in Python. */
  private record Sizes(
      long stored, long state, long projection, long heads, long hidden, long pattern, long out) {}

  private static Sizes sizes(KerasLayerInfo i, long stored, long state, long projection) {
    int heads = i.size("n_heads", 1);
    boolean retrieval =
        i.flag("stored_pattern_as_static", false)
            && i.flag("state_pattern_as_static", false)
            && i.flag("pattern_projection_as_static", false)
            && !i.flag("normalise_hopfield_space", false)
            && i.flag("disable_out_projection", false);
    long hidden = i.has("hidden_size") ? i.size("hidden_size") : retrieval ? stored : state / heads;
    long pattern =
        i.flag("pattern_projection_as_static", false)
            ? projection
            : i.has("pattern_size") ? i.size("pattern_size") : hidden;
    long out =
        i.flag("disable_out_projection", false)
            ? heads * pattern
            : i.has("n_out") ? i.size("n_out") : state;
    return new Sizes(stored, state, projection, heads, hidden, pattern, out);
  }

  private static void options(KerasLayerInfo i, AssociationBuilder<?> b, Sizes s) {
    b.nIn(s.state());
    b.nOut(s.out());
    b.nHeads((int) s.heads());
    b.hiddenSize(s.hidden());
    b.patternSize(s.pattern());
    if (i.has("beta")) {
      b.beta(i.number("beta", 1));
    }
    int steps = i.integer("update_steps", 0);
    if (steps < 0) {
      throw i.error("option update_steps: expected 0 or more, found " + steps);
    }
    b.updateSteps(steps);
    b.updateStepsEps(i.number("update_steps_eps", 1e-4));
    b.normaliseStoredPattern(i.flag("normalise_stored_pattern", true));
    b.normaliseStoredPatternAffine(i.flag("normalise_stored_pattern_affine", true));
    b.normaliseStoredPatternEps(i.number("normalise_stored_pattern_eps", 1e-5));
    b.normaliseStatePattern(i.flag("normalise_state_pattern", true));
    b.normaliseStatePatternAffine(i.flag("normalise_state_pattern_affine", true));
    b.normaliseStatePatternEps(i.number("normalise_state_pattern_eps", 1e-5));
    b.normalisePatternProjection(i.flag("normalise_pattern_projection", true));
    b.normalisePatternProjectionAffine(i.flag("normalise_pattern_projection_affine", true));
    b.normalisePatternProjectionEps(i.number("normalise_pattern_projection_eps", 1e-5));
    b.normaliseHopfieldSpace(i.flag("normalise_hopfield_space", false));
    b.normaliseHopfieldSpaceAffine(i.flag("normalise_hopfield_space_affine", false));
    b.normaliseHopfieldSpaceEps(i.number("normalise_hopfield_space_eps", 1e-5));
    b.storedPatternAsStatic(i.flag("stored_pattern_as_static", false));
    b.statePatternAsStatic(i.flag("state_pattern_as_static", false));
    b.patternProjectionAsStatic(i.flag("pattern_projection_as_static", false));
    b.patternProjectionAsConnected(i.flag("pattern_projection_as_connected", false));
    b.addZeroAssociation(i.flag("add_zero_association", false));
    b.inputBias(i.flag("input_bias", true));
    b.disableOutProjection(i.flag("disable_out_projection", false));
    b.associationDropout(i.number("dropout", 0));
    if (i.has("association_activation")) {
      b.associationActivation(activation(i, "association_activation", ""));
    }
    b.separation(separation(i));
    b.lagrangianUnit(unit(i));
  }

  private static Activation activation(KerasLayerInfo i, String option, String otherwise) {
    String name = i.text(option, otherwise);
    switch (name) {
      case "relu":
        return Activation.RELU;
      case "tanh":
        return Activation.TANH;
      case "sigmoid":
        return Activation.SIGMOID;
      default:
        throw i.error("option " + option + ": " + name + " is not known");
    }
  }

  private static Separation separation(KerasLayerInfo i) {
    JsonNode n = i.option("separation");
    String name = n == null ? "softmax" : n.isTextual() ? n.asText() : n.path("name").asText("");
    switch (name) {
      case "softmax":
        return Separation.softmax();
      case "sparsemax":
        return Separation.sparsemax();
      case "softmax1":
        return Separation.softmax1();
      case "entmax15":
        return Separation.entmax15();
      case "entmax":
        double alpha = n.path("alpha").asDouble(1.5);
        if (!(alpha > 1)) {
          throw i.error("option separation: alpha must be over 1, found " + alpha);
        }
        return Separation.entmax(alpha);
      default:
        throw i.error("option separation: " + KerasLayerInfo.shorten(n) + " is not known");
    }
  }

  private static LagrangianUnit unit(KerasLayerInfo i) {
    JsonNode n = i.option("lagrangian_unit");
    String name = n == null ? "none" : n.isTextual() ? n.asText() : n.path("name").asText("");
    switch (name) {
      case "none":
        return LagrangianUnit.none();
      case "relu":
        return LagrangianUnit.relu();
      case "pfu":
        LagrangianUnit.PfuBuilder b = LagrangianUnit.pfuBuilder();
        b.sigma(n.path("sigma").asDouble(0.01));
        if (n.path("mu").isNumber()) {
          b.mu(n.path("mu").asDouble());
        }
        if (n.path("bias").isNumber()) {
          b.bias(n.path("bias").asDouble());
        } else {
          b.biasIsThreshold();
        }
        return b.build();
      default:
        throw i.error("option lagrangian_unit: " + KerasLayerInfo.shorten(n) + " is not known");
    }
  }

  /** The weights of a layer's only association. */
  private static void weights(KerasLayerInfo i, MappedLayer m, Sizes s) {
    weights(i, m, s, "");
  }

  /**
   * The weights of an association in Keras's order.
   *
   * @param which "", or "self" or "cross" in a decoder
   */
  private static void weights(KerasLayerInfo i, MappedLayer m, Sizes s, String which) {
    boolean bias = i.flag("input_bias", true);
    if (!i.flag("state_pattern_as_static", false)) {
      linear(m, which, "query", "q", s.state(), s.heads() * s.hidden(), bias);
    }
    if (!i.flag("stored_pattern_as_static", false)) {
      linear(m, which, "key", "k", s.stored(), s.heads() * s.hidden(), bias);
    }
    if (!i.flag("pattern_projection_as_static", false)) {
      boolean connected = i.flag("pattern_projection_as_connected", false);
      long in = connected ? s.heads() * s.hidden() : s.projection();
      linear(m, which, "value", "v", in, s.heads() * s.pattern(), bias);
    }
    if (!i.flag("disable_out_projection", false)) {
      linear(m, which, "output", "o", s.heads() * s.pattern(), s.out(), bias);
    }
    norm(i, m, which, "stored", "stored_pattern", "Stored", s.stored(), true);
    norm(i, m, which, "state", "state_pattern", "State", s.state(), true);
    norm(i, m, which, "projection", "pattern_projection", "Projection", s.projection(), true);
    norm(i, m, which, "hopfield_space", "hopfield_space", "Space", s.hidden(), false);
  }

  /**
   * Learned patterns.
   *
   * @param trainable the option that says whether they are trained
   */
  private record Patterns(
      String keras, String ours, String trainable, long quantity, long features) {}

  /** Keras numbers the weights that are trained first, then those that are not. */
  private static void weights(KerasLayerInfo i, MappedLayer m, Sizes s, List<Patterns> patterns) {
    for (Patterns p : patterns) {
      if (i.flag(p.trainable(), true)) {
        m.weight(p.keras(), p.ours(), p.quantity(), p.features());
      }
    }
    weights(i, m, s);
    for (Patterns p : patterns) {
      if (!i.flag(p.trainable(), true)) {
        m.weight(p.keras(), p.ours(), p.quantity(), p.features());
      }
    }
  }

  private static String keras(String which, String name) {
    return which.isEmpty() ? name : which + "_" + name;
  }

  private static void linear(
      MappedLayer m, String which, String keras, String ours, long in, long out, boolean bias) {
    m.weight(keras(which, keras + "_kernel"), which + "W" + ours, in, out);
    if (bias) {
      m.weight(keras(which, keras + "_bias"), which + "b" + ours, out);
    }
  }

  private static void norm(
      KerasLayerInfo i,
      MappedLayer m,
      String which,
      String keras,
      String option,
      String ours,
      long size,
      boolean otherwise) {
    if (i.flag("normalise_" + option, otherwise)
        && i.flag("normalise_" + option + "_affine", otherwise)) {
      residualNorm(m, keras(which, keras + "_norm"), which, ours, size);
    }
  }

  private static void residualNorm(
      MappedLayer m, String keras, String which, String ours, long size) {
    m.weight(keras + "_gamma", which + "gain" + ours, size);
    m.weight(keras + "_beta", which + "shift" + ours, size);
  }

  private static void requireSequences(KerasLayerInfo i) {
    for (int k = 0; k < i.inputCount(); k++) {
      if (i.inputShape(k).length != 2) {
        throw i.error(
            "expected inputs [batch, patterns, features], found "
                + KerasLayerInfo.show(i.inputShape(k)));
      }
    }
  }

  private static MappedLayer hopfield(KerasLayerInfo i) {
    i.requireInputs(1, 3);
    requireSequences(i);
    if (i.inputCount() == 1) {
      long f = i.features(0);
      Sizes s = sizes(i, f, f, f);
      Hopfield.Builder b = new Hopfield.Builder();
      options(i, b, s);
      b.rnnFormat(RNNFormat.NWC);
      MappedLayer m = MappedLayer.of(b.build(), i.inputShape()[0], s.out());
      weights(i, m, s);
      return m.usesMask(true).passesMask();
    }
    int projection = i.inputCount() == 3 ? 2 : 0;
    Sizes s = sizes(i, i.features(0), i.features(1), i.features(projection));
    HopfieldVertex.Builder b = new HopfieldVertex.Builder();
    options(i, b, s);
    b.storedPatternSize(s.stored()).patternProjectionSize(s.projection());
    b.rnnFormat(RNNFormat.NWC);
    MappedLayer m =
        MappedLayer.of(b.build(), i.inputShape(1)[0], s.out()).inputOrder(0, 1, projection);
    weights(i, m, s);
    return m.usesMask(true, true, false).maskOut(MappedLayer.MaskOut.SECOND);
  }

  private static MappedLayer pooling(KerasLayerInfo i) {
    i.requireInputs(1, 2);
    requireSequences(i);
    int quantity = i.size("quantity", 1);
    int projection = i.inputCount() - 1;
    long stored = i.features(0);
    Sizes s = sizes(i, stored, stored, i.features(projection));
    MappedLayer m;
    if (projection == 0) {
      HopfieldPooling.Builder b = new HopfieldPooling.Builder();
      options(i, b, s);
      b.quantity(quantity).trainable(i.flag("trainable_patterns", true));
      b.rnnFormat(RNNFormat.NWC);
      m = MappedLayer.of(b.build(), quantity * s.out()).usesMask(true);
    } else {
      HopfieldPoolingVertex.Builder b = new HopfieldPoolingVertex.Builder();
      options(i, b, s);
      b.quantity(quantity).trainable(i.flag("trainable_patterns", true));
      b.storedPatternSize(stored).patternProjectionSize(s.projection());
      b.rnnFormat(RNNFormat.NWC);
      m = MappedLayer.of(b.build(), quantity * s.out()).usesMask(true, false);
    }
    weights(
        i,
        m,
        s,
        List.of(new Patterns("state_patterns", "pooling", "trainable_patterns", quantity, stored)));
    return m;
  }

  private static MappedLayer lookup(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    requireSequences(i);
    int quantity = i.size("quantity", 1);
    boolean separated = i.flag("lookup_weights_as_separated", false);
    long state = i.features(0);
    long stored = i.has("stored_pattern_size") ? i.size("stored_pattern_size") : state;
    long target =
        separated
            ? i.has("pattern_projection_size") ? i.size("pattern_projection_size") : state
            : stored;
    Sizes s = sizes(i, stored, state, target);
    HopfieldLayer.Builder b = new HopfieldLayer.Builder();
    options(i, b, s);
    b.quantity(quantity).trainable(i.flag("trainable_patterns", true));
    b.storedPatternSize(stored).patternProjectionSize(target);
    b.lookupWeightsAsSeparated(separated);
    b.lookupTargetsAsTrainable(i.flag("lookup_targets_as_trainable", true));
    b.rnnFormat(RNNFormat.NWC);
    MappedLayer m = MappedLayer.of(b.build(), i.inputShape()[0], s.out());
    List<Patterns> patterns = new ArrayList<>();
    patterns.add(new Patterns("stored_patterns", "lookup", "trainable_patterns", quantity, stored));
    if (separated) {
      patterns.add(
          new Patterns(
              "target_patterns", "targets", "lookup_targets_as_trainable", quantity, target));
    }
    weights(i, m, s, patterns);
    return m.usesMask(true).passesMask();
  }

  // --- transformer blocks -------------------------------------------------------------------

  private static void feedForward(KerasLayerInfo i, FeedForwardBuilder<?> b) {
    b.feedForwardSize(i.size("feed_forward_size", 2048));
    b.residualDropout(i.number("feed_forward_dropout", 0));
    b.feedForwardActivation(activation(i, "feed_forward_activation", "relu"));
  }

  private static void feedForwardWeights(KerasLayerInfo i, MappedLayer m, long size) {
    long inner = i.size("feed_forward_size", 2048);
    m.weight("feed_forward_in_kernel", "Winner", size, inner);
    m.weight("feed_forward_in_bias", "binner", inner);
    m.weight("feed_forward_out_kernel", "Wouter", inner, size);
    m.weight("feed_forward_out_bias", "bouter", size);
  }

  private static MappedLayer encoder(KerasLayerInfo i) {
    i.requireInputs(1, 1);
    requireSequences(i);
    long f = i.features(0);
    Sizes s = sizes(i, f, f, f);
    HopfieldEncoderLayer.Builder b = new HopfieldEncoderLayer.Builder();
    options(i, b, s);
    feedForward(i, b);
    b.rnnFormat(RNNFormat.NWC);
    MappedLayer m = MappedLayer.of(b.build(), i.inputShape());
    weights(i, m, s);
    feedForwardWeights(i, m, f);
    residualNorm(m, "residual_norm", "", "Residual", f);
    residualNorm(m, "output_norm", "", "Output", f);
    return m.usesMask(true).passesMask();
  }

  private static MappedLayer decoder(KerasLayerInfo i) {
    i.requireInputs(2, 2);
    requireSequences(i);
    long target = i.features(0);
    long memory = i.features(1);
    Sizes self = sizes(i, target, target, target);
    Sizes cross = sizes(i, memory, target, memory);
    HopfieldDecoderVertex.Builder b = new HopfieldDecoderVertex.Builder();
    options(i, b, self);
    feedForward(i, b);
    b.memorySize(memory).cross(c -> c.hiddenSize(cross.hidden()).patternSize(cross.pattern()));
    b.rnnFormat(RNNFormat.NWC);
    MappedLayer m = MappedLayer.of(b.build(), i.inputShape());
    weights(i, m, self, "self");
    weights(i, m, cross, "cross");
    feedForwardWeights(i, m, target);
    residualNorm(m, "self_residual_norm", "", "ResidualSelf", target);
    residualNorm(m, "cross_residual_norm", "", "ResidualCross", target);
    residualNorm(m, "output_norm", "", "Output", target);
    return m.usesMask(true, true).passesMask();
  }
}
