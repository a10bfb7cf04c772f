package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.nd4j.linalg.activations.Activation;

/**
 * The constructor arguments of hflayers' modules, and of those that build on it, as our options.
 */
final class HflayersArguments {

  private HflayersArguments() {}

  /**
   * Our options from the arguments of an hflayers constructor.
   *
   * @throws IllegalArgumentException for an argument that is not known here
   */
  static AssociationOptions options(Map<String, ?> arguments, String module) {
    AssociationOptions o = new AssociationOptions();
    o.updateStepScope = UpdateStepScope.REFERENCE;
    boolean disabled = Boolean.TRUE.equals(arguments.get("disable_out_projection"));
    // there dropout is the block's own, and the association's is in the association
    boolean block =
        module.equals(HflayersNetwork.ENCODER) || module.equals(HflayersNetwork.DECODER);
    boolean fenchelYoung = arguments.containsKey("ypsi");
    if (fenchelYoung) {
      fenchelYoung(o, arguments);
    }
    if (module.equals(HflayersNetwork.DIFFUSED)) {
      o.diffusion.mode = DiffusionMode.FACTORED;
      o.diffusion.compatible = true;
    }
    for (Map.Entry<String, ?> e : arguments.entrySet()) {
      String name = e.getKey();
      Object v = e.getValue();
      if (name.startsWith("_")
          || name.equals("cls")
          || module.equals(HflayersNetwork.DIFFUSED) && diffusion(o.diffusion, name, v)) {
        continue;
      }
      switch (name) {
        case "input_size" -> o.nIn = size(v);
        case "hidden_size" -> o.hiddenSize = size(v);
        case "output_size" -> o.nOut = disabled ? 0 : size(v);
        case "pattern_size" -> o.patternSize = size(v);
        case "num_heads" -> o.nHeads = (int) size(v);
        case "scaling" -> o.beta = v == null ? null : numbers(v);
        case "update_steps_max" -> o.updateSteps = steps(v);
        case "update_steps_eps" -> o.updateStepsEps = numbers(v);
        case "normalize_stored_pattern" -> o.normaliseStoredPattern = is(name, v);
        case "normalize_stored_pattern_affine" -> o.normaliseStoredPatternAffine = is(name, v);
        case "normalize_stored_pattern_eps" -> o.normaliseStoredPatternEps = numbers(v)[0];
        case "normalize_state_pattern" -> o.normaliseStatePattern = is(name, v);
        case "normalize_state_pattern_affine" -> o.normaliseStatePatternAffine = is(name, v);
        case "normalize_state_pattern_eps" -> o.normaliseStatePatternEps = numbers(v)[0];
        case "normalize_pattern_projection" -> o.normalisePatternProjection = is(name, v);
        case "normalize_pattern_projection_affine" ->
            o.normalisePatternProjectionAffine = is(name, v);
        case "normalize_pattern_projection_eps" -> o.normalisePatternProjectionEps = numbers(v)[0];
        case "normalize_hopfield_space" -> o.normaliseHopfieldSpace = is(name, v);
        case "normalize_hopfield_space_affine" -> o.normaliseHopfieldSpaceAffine = is(name, v);
        case "normalize_hopfield_space_eps" -> o.normaliseHopfieldSpaceEps = numbers(v)[0];
        case "stored_pattern_as_static" -> o.storedPatternAsStatic = is(name, v);
        case "state_pattern_as_static" -> o.statePatternAsStatic = is(name, v);
        case "pattern_projection_as_static" -> o.patternProjectionAsStatic = is(name, v);
        case "pattern_projection_as_connected" -> o.patternProjectionAsConnected = is(name, v);
        case "stored_pattern_size" -> o.storedPatternSize = size(v);
        case "pattern_projection_size" -> o.patternProjectionSize = size(v);
        case "association_activation" -> o.associationActivation = v == null ? null : activation(v);
        case "dropout" -> {
          if (!block) {
            o.dropout = numbers(v)[0];
          }
        }
        case "dim_feedforward", "activation" -> {
          if (!block) {
            throw unknown(module, name, v);
          }
        }
        case "input_bias" -> o.inputBias = is(name, v);
        case "add_zero_association" -> o.addZeroAssociation = is(name, v);
        case "disable_out_projection" -> o.disableOutProjection = is(name, v);
        case "quantity" -> o.quantity = (int) size(v);
        case "trainable" -> o.trainable = is(name, v);
        case "lookup_weights_as_separated" -> o.lookupWeightsAsSeparated = is(name, v);
        case "lookup_targets_as_trainable" -> o.lookupTargetsAsTrainable = is(name, v);
        case "batch_first", "concat_bias_pattern" -> is(name, v);
        case "alpha", "alpha_as_static", "normmax", "sparseMAP", "k" -> {
          if (!fenchelYoung) {
            throw unknown(module, name, v);
          }
        }
        case "ypsi" -> {}
        default -> throw unknown(module, name, v);
      }
    }
    return o;
  }

  /** Sets an argument that difflayers' DiffusedHopfield has beside; false if it is none. */
  private static boolean diffusion(DiffusionOptions d, String name, Object v) {
    switch (name) {
      case "eta" -> d.eta = numbers(v)[0];
      case "k_neighbors" -> d.neighbours = (int) size(v);
      case "use_normalized_laplacian" -> d.normalised = is(name, v);
      case "diffuse_query" -> d.statePatterns = is(name, v);
      case "diffuse_key" -> d.storedPatterns = is(name, v);
      case "diffusion_mode" ->
          d.mode = DiffusionMode.valueOf(v.toString().toUpperCase(Locale.ROOT));
      case "diffusion_steps" -> d.steps = (int) size(v);
      case "attention_mode" -> d.graphAttention = v.equals("graph");
      case "adaptive_eta" -> d.adaptiveEta = is(name, v);
      case "adaptive_temperature" -> d.adaptiveTemperature = numbers(v)[0];
      case "adaptive_threshold" -> d.adaptiveThreshold = numbers(v)[0];
      case "cache_graph" -> is(name, v);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** What the hflayers of Hopfield-Fenchel-Young networks have beside, and their other defaults. */
  private static void fenchelYoung(AssociationOptions o, Map<String, ?> arguments) {
    o.normaliseStoredPattern = false;
    o.normaliseStatePattern = false;
    o.normalisePatternProjection = false;
    double alpha = arguments.containsKey("alpha") ? numbers(arguments.get("alpha"))[0] : 1;
    if (flag(arguments, "sparseMAP", false)) {
      Object k = arguments.get("k");
      o.separation = Separation.kSubsets(k == null ? 2 : (int) size(k), false);
    } else if (flag(arguments, "normmax", false)) {
      o.separation = Separation.normmax(alpha);
    } else if (!flag(arguments, "alpha_as_static", true)) {
      o.separation = Separation.learnedEntmax(alpha);
    } else {
      o.separation = entmax(alpha);
    }
    switch (String.valueOf(arguments.get("ypsi"))) {
      case "none", "identity" -> {}
      case "normalization" -> {
        o.postTransform = PostTransform.L2;
        o.postTransformEps = 1e-6;
      }
      case "layer_normalization" -> {
        o.postTransform = PostTransform.LAYER_NORM;
        o.postTransformAffine = true;
        // there eps=True
        o.postTransformEps = 1;
      }
      default ->
          throw new IllegalArgumentException(
              "hflayers: ypsi \"" + arguments.get("ypsi") + "\" is not known");
    }
  }

  private static Separation entmax(double alpha) {
    if (alpha == 1) {
      return Separation.softmax();
    }
    if (alpha == 2) {
      return Separation.sparsemax();
    }
    return alpha == 1.5 ? Separation.entmax15() : Separation.entmax(alpha);
  }

  private static boolean flag(Map<String, ?> arguments, String name, boolean otherwise) {
    return arguments.containsKey(name) ? is(name, arguments.get(name)) : otherwise;
  }

  private static IllegalArgumentException unknown(String module, String name, Object value) {
    return new IllegalArgumentException(
        "hflayers " + module + ": argument \"" + name + "\" = " + value + " is not known");
  }

  static Activation activation(Object name) {
    return Activation.valueOf(name.toString().toUpperCase(Locale.ROOT));
  }

  private static boolean is(String name, Object v) {
    if (v instanceof Boolean b) {
      return b;
    }
    if (v instanceof Number n) {
      return n.doubleValue() != 0;
    }
    throw new IllegalArgumentException(
        "hflayers: argument \"" + name + "\": expected true or false, found " + v);
  }

  static long size(Object v) {
    return v == null ? 0 : ((Number) v).longValue();
  }

  static double[] numbers(Object v) {
    if (v instanceof Number n) {
      return new double[] {n.doubleValue()};
    }
    return ((List<?>) v).stream().mapToDouble(e -> ((Number) e).doubleValue()).toArray();
  }

  private static int[] steps(Object v) {
    if (v == null) {
      return new int[] {AssociationOptions.UNTIL_CONVERGED};
    }
    double[] given = numbers(v);
    int[] result = new int[given.length];
    for (int i = 0; i < given.length; i++) {
      result[i] = given[i] < 0 ? AssociationOptions.UNTIL_CONVERGED : (int) given[i];
    }
    return result;
  }
}
