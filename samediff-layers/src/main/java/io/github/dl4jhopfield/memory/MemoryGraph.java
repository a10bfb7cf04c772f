package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.Regularizers;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import java.util.Objects;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * Retrieval and energies as parts of a SameDiff graph, so that they can be differentiated by the
 * queries and by the stored patterns. The same formulas as {@link HopfieldMemory} and {@link
 * DenseAssociativeMemory#retrieveTanh}, a fixed number of updates, all scores at once.
 *
 * <p>Reference cases of group {@code hfyn}: {@code retrieve_*} = {@link #retrieve} on the
 * transposed queries (with tanh {@link #retrieveTanh}), {@code energy_*} = {@link #energy}.
 */
public final class MemoryGraph {
  private MemoryGraph() {}

  /**
   * What {@link #retrieve} adds to a graph.
   *
   * @param states [n, d]
   * @param weights of the last update, [n, N]
   */
  public record Retrieved(SDVariable states, SDVariable weights) {}

  /**
   * {@code steps} updates of the queries; see {@link HopfieldMemory}.
   *
   * @param patterns [N, d], float or double
   * @param queries [n, d], of the same type
   * @param beta finite and above 0
   */
  public static Retrieved retrieve(
      SDVariable patterns,
      SDVariable queries,
      Separation separation,
      StateMap map,
      double beta,
      int steps) {
    MemoryChecks.positive("beta", beta);
    checkSteps(steps);
    SameDiff sd = patterns.getSameDiff();
    SDVariable keys = map.transformsPatterns() ? apply(sd, map, patterns) : patterns;
    SDVariable state = map.transformsPatterns() ? apply(sd, map, queries) : queries;
    SDVariable weights = null;
    for (int step = 0; step < steps; step++) {
      SDVariable scores = sd.mmul(state, keys, false, true, false);
      weights = SDHopfield.of(sd).separate(separation, scores, null, beta, 1);
      state = apply(sd, map, sd.mmul(weights, keys));
    }
    return new Retrieved(state, weights);
  }

  /**
   * {@code steps} times q = tanh(beta sum_mu F'(xi_mu . q) xi_mu); see {@link
   * DenseAssociativeMemory#retrieveTanh} for the peer's names.
   *
   * @param patterns [N, d]
   * @param queries [n, d]
   * @return [n, d]
   */
  public static SDVariable retrieveTanh(
      SDVariable patterns, SDVariable queries, Interaction interaction, double beta, int steps) {
    Objects.requireNonNull(interaction, "interaction");
    MemoryChecks.positive("beta", beta);
    checkSteps(steps);
    SameDiff sd = patterns.getSameDiff();
    SDVariable state = queries;
    for (int step = 0; step < steps; step++) {
      SDVariable slope = interaction.slope(sd, sd.mmul(state, patterns, false, true, false));
      state = sd.math.tanh(sd.mmul(slope, patterns).mul(beta));
    }
    return state;
  }

  /**
   * The energy of {@link HopfieldMemory} with {@link StateMap#NONE}, differentiable.
   *
   * @param patterns [N, d], N known when the graph is built
   * @param states [n, d]
   * @param n number of patterns, N
   * @return [n]
   * @throws UnsupportedOperationException for sequential k-subsets, whose energy is not known here
   */
  public static SDVariable energy(
      SDVariable patterns, SDVariable states, Separation separation, double beta, long n) {
    MemoryChecks.positive("beta", beta);
    SameDiff sd = patterns.getSameDiff();
    SDVariable scores = sd.mmul(states, patterns, false, true, false).mul(beta);
    EnergyTerms.check(separation);
    SDVariable p = SDHopfield.of(sd).separate(separation, scores, null, 1, 1);
    SDVariable conjugate =
        scores.mul(p).sum(1).sub(sd.squeeze(Regularizers.of(separation, p, 1), 1));
    SDVariable half = states.mul(states).sum(1).mul(0.5);
    SDVariable longest = patterns.mul(patterns).sum(1).max(0).mul(0.5);
    return half.sub(conjugate.mul(1 / beta))
        .add(longest)
        .sub(EnergyTerms.uniform(separation, n) / beta);
  }

  private static SDVariable apply(SameDiff sd, StateMap map, SDVariable rows) {
    return switch (map) {
      case NONE -> rows;
      case L2 -> {
        SDVariable squares = rows.mul(rows).sum(true, 1);
        // a zero row stays zero, without dividing by zero in the gradient
        SDVariable zero = squares.eq(0).castTo(rows.dataType());
        yield rows.div(sd.math.sqrt(squares.add(zero)));
      }
      case LAYER_NORM -> {
        SDVariable centred = rows.sub(rows.mean(true, 1));
        SDVariable variance = centred.mul(centred).mean(true, 1);
        yield centred.div(sd.math.sqrt(variance.add(StateMap.LAYER_NORM_EPSILON)));
      }
      case TANH -> sd.math.tanh(rows);
    };
  }

  private static void checkSteps(int steps) {
    if (steps < 1) {
      throw MemoryChecks.bad("steps", "a whole number of at least 1", steps);
    }
  }
}
