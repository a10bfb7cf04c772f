package io.github.dl4jhopfield.reference;

import io.github.dl4jhopfield.memory.Interaction;
import io.github.dl4jhopfield.memory.MemoryGraph;
import io.github.dl4jhopfield.memory.MemoryGraph.Retrieved;
import io.github.dl4jhopfield.memory.StateMap;
import io.github.dl4jhopfield.ops.Separation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The cases of associative memories: retrieval and energy. The original keeps queries and weights
 * as columns; ours are rows, so they are transposed on the way in and out.
 */
final class MemoryCase {
  private MemoryCase() {}

  static Map<String, SDVariable> retrieve(GraphCase g) {
    ReferenceCase reference = g.reference();
    SDVariable patterns = g.input("X");
    SDVariable queries = g.sd().transpose(g.input("Q"));
    double beta = reference.number("beta", null);
    int steps = reference.integer("max_iter", null);
    Map<String, SDVariable> outputs = new LinkedHashMap<>();
    if (reference.text("ypsi", "none").equals("tanh")) {
      Interaction interaction = interaction(reference);
      // The original's F' lacks the constant factor of a derivative; our beta makes up for it.
      SDVariable states =
          MemoryGraph.retrieveTanh(patterns, queries, interaction, beta / factor(reference), steps);
      outputs.put("Q", g.sd().transpose(states));
      return outputs;
    }
    Retrieved retrieved =
        MemoryGraph.retrieve(
            patterns, queries, separation(reference), stateMap(reference), beta, steps);
    outputs.put("Q", g.sd().transpose(retrieved.states()));
    outputs.put("p", g.sd().transpose(retrieved.weights()));
    return outputs;
  }

  static Map<String, SDVariable> energy(GraphCase g) {
    ReferenceCase reference = g.reference();
    return Map.of(
        "y",
        MemoryGraph.energy(
            g.input("X"),
            g.input("Q"),
            separation(reference),
            reference.number("beta", null),
            reference.input("X").shape()[0]));
  }

  /** The separation that the originals call {@code yomega} or say by flags. */
  static Separation separation(ReferenceCase reference) {
    double alpha = reference.number("alpha", 1.0);
    String kind = reference.text("yomega", "entmax");
    if (reference.flag("normmax", false) || kind.equals("normmax")) {
      return Separation.normmax(alpha);
    }
    if (kind.equals("sparsemap")) {
      return Separation.kSubsets(reference.integer("k", 2), false);
    }
    if (!kind.equals("entmax") && !kind.equals("sparsemax")) {
      throw new CannotRun("no separation '" + kind + "' here");
    }
    return kind.equals("sparsemax") ? Separation.sparsemax() : Separation.entmax(alpha);
  }

  private static StateMap stateMap(ReferenceCase reference) {
    String kind = reference.text("ypsi", "none");
    return switch (kind) {
      case "none", "identity" -> StateMap.NONE;
      case "normalization" -> StateMap.L2;
      case "layer_normalization" -> StateMap.LAYER_NORM;
      default -> throw new CannotRun("no post-transformation '" + kind + "' here");
    };
  }

  private static Interaction interaction(ReferenceCase reference) {
    String kind = reference.text("yomega", "");
    if (kind.equals("exp")) {
      return Interaction.exponential(reference.number("inner_beta", null));
    }
    return Interaction.polynomial(degree(kind));
  }

  private static double factor(ReferenceCase reference) {
    String kind = reference.text("yomega", "");
    return kind.equals("exp") ? reference.number("inner_beta", null) : degree(kind);
  }

  /** Degree of F where F' is x to the n: n + 1. */
  private static int degree(String kind) {
    if (kind.equals("identity")) {
      return 2;
    }
    if (!kind.matches("[0-9]{1,4}_poly")) {
      throw new CannotRun("no interaction '" + kind + "' here");
    }
    return Integer.parseInt(kind.substring(0, kind.length() - "_poly".length())) + 1;
  }
}
