package io.github.dl4jhopfield.ops;

import java.util.Objects;

/**
 * What a Hopfield association does; immutable. For every sample and head, with state patterns
 * (queries) q, stored patterns (keys) k and pattern projections (values) v:
 *
 * <pre>
 *   x_t = beta state_t k' + additive mask      p_t = separation(D(x_t))
 *   state_0 = q                                state_(t+1) = p_t k
 *   weights = D'(x_T) p_T                      out = weights v
 * </pre>
 *
 * <p>Sources: Ramsauer et al., Hopfield Networks Is All You Need, ICLR 2021, equations 3 and 10;
 * Santos et al., ICML 2024 (sparse separations); Ota et al., AISTATS 2023 (the Lagrangian unit D
 * with its indicator D').
 *
 * <p>T is the number of update steps, or less: a head stops after step t &gt;= 1 once |p_t -
 * p_(t-1)|_F, over its queries and stored patterns, is at most its eps. Gradients are exact through
 * the steps; T and D' are held fixed.
 *
 * <p>There is no dropout of the weights: drawing it here would need the mask of all queries times
 * stored patterns for the backward pass, which is what the op avoids. Where dropout is wanted,
 * compose the association of matrix products and {@code separate}.
 */
public final class Association {

  /** Whose change of weights decides about the early stop of a head. */
  public enum StopScope {
    /** That of the sample alone: a prediction does not depend on its batch mates. */
    SAMPLE,
    /** The largest of all samples, as in the original. */
    BATCH
  }

  /** Update steps that end only when every head has stopped (at most 10,000). */
  public static final int UNTIL_CONVERGED = -1;

  private final Separation separation;
  private final LagrangianUnit unit;
  private final double beta;
  private final int[] updateSteps;
  private final double[] updateStepsEps;
  private final StopScope stopScope;
  private final boolean weights;
  private final boolean steps;
  private final boolean savedStates;
  private final boolean additiveMaskGradient;

  private Association(Builder b) {
    separation = b.separation;
    unit = b.unit;
    beta = b.beta;
    updateSteps = b.updateSteps;
    updateStepsEps = b.updateStepsEps;
    stopScope = b.stopScope;
    weights = b.weights;
    steps = b.steps;
    savedStates = b.savedStates;
    additiveMaskGradient = b.additiveMaskGradient;
  }

  /** Softmax, beta 1, no update steps. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The inverse temperature that layers take where none is given: 1 / sqrt(width), so that scores
   * of standard normal patterns have variance 1 (Vaswani et al., Attention Is All You Need, 2017,
   * section 3.2.1; Ramsauer et al., equation 10).
   *
   * @param width of a head's state and stored patterns, at least 1
   */
  public static double defaultBeta(long width) {
    return 1 / Math.sqrt(width);
  }

  public Separation getSeparation() {
    return separation;
  }

  public LagrangianUnit getLagrangianUnit() {
    return unit;
  }

  public double getBeta() {
    return beta;
  }

  /** One number, or one a head. */
  public int[] getUpdateSteps() {
    return updateSteps.clone();
  }

  /** One number, or one a head. */
  public double[] getUpdateStepsEps() {
    return updateStepsEps.clone();
  }

  public StopScope getStopScope() {
    return stopScope;
  }

  /** Whether the weights are given too. */
  public boolean isWeights() {
    return weights;
  }

  /** Whether the number of steps is given too. */
  public boolean isSteps() {
    return steps;
  }

  /** Whether the forward pass saves the states of the update steps for the backward pass. */
  public boolean isSavedStates() {
    return savedStates;
  }

  /** Whether the additive mask has a gradient. */
  public boolean isAdditiveMaskGradient() {
    return additiveMaskGradient;
  }

  /** Options of an association. */
  public static final class Builder {
    private static final String NAME = "association";
    private Separation separation = Separation.softmax();
    private LagrangianUnit unit = LagrangianUnit.none();
    private double beta = 1;
    private int[] updateSteps = {0};
    private double[] updateStepsEps = {1e-4};
    private StopScope stopScope = StopScope.SAMPLE;
    private boolean weights;
    private boolean steps;
    private boolean savedStates;
    private boolean additiveMaskGradient = true;

    private Builder() {}

    /** Any but sequential k-subsets, whose chain needs the whole row of scores. */
    public Builder separation(Separation separation) {
      Objects.requireNonNull(separation, "separation");
      if (separation.getKind() == Separation.Kind.SEQUENTIAL_K_SUBSETS) {
        throw Checks.bad(NAME, "separation", "one that is not sequential", separation);
      }
      this.separation = separation;
      return this;
    }

    /** D and D'; none by default. */
    public Builder lagrangianUnit(LagrangianUnit unit) {
      this.unit = Objects.requireNonNull(unit, "unit");
      return this;
    }

    /** Inverse temperature, where no array of betas is given; 1 by default. */
    public Builder beta(double beta) {
      this.beta = Checks.finite(NAME, "beta", beta);
      return this;
    }

    /**
     * Updates of the state after the first association, one number or one a head; 0 by default,
     * {@link #UNTIL_CONVERGED} without bound.
     */
    public Builder updateSteps(int... steps) {
      if (steps.length == 0) {
        throw Checks.bad(NAME, "updateSteps", "one number, or one a head", "none");
      }
      for (int n : steps) {
        if (n < UNTIL_CONVERGED) {
          throw Checks.bad(NAME, "updateSteps", "0 or more, or -1 (until converged)", n);
        }
      }
      updateSteps = steps.clone();
      return this;
    }

    /**
     * Change of the weights at which a head stops, one number or one a head; 1e-4 by default, below
     * 0: it takes all its steps.
     */
    public Builder updateStepsEps(double... eps) {
      if (eps.length == 0) {
        throw Checks.bad(NAME, "updateStepsEps", "one number, or one a head", "none");
      }
      for (double e : eps) {
        Checks.finite(NAME, "updateStepsEps", e);
      }
      updateStepsEps = eps.clone();
      return this;
    }

    public Builder stopScope(StopScope scope) {
      stopScope = Objects.requireNonNull(scope, "scope");
      return this;
    }

    /**
     * Gives the weights too, [B, H, L, S]: the one output that grows with queries times stored
     * patterns.
     */
    public Builder withWeights() {
      weights = true;
      return this;
    }

    /**
     * Saves the state patterns of each update step in the forward pass, [B, H, L, d] a step, so
     * that the native backward pass need not run the steps again. FLOAT or DOUBLE, a bounded number
     * of steps; gradients are the same.
     */
    public Builder withSavedStates() {
      savedStates = true;
      return this;
    }

    /** Gives the number of steps that each head of each sample took, [B, H], type of q. */
    public Builder withSteps() {
      steps = true;
      return this;
    }

    /**
     * Whether the additive mask has a gradient, as it has by default; without, it counts as
     * constant and the backward pass needs no array of queries times stored patterns for it.
     */
    public Builder additiveMaskGradient(boolean gradient) {
      additiveMaskGradient = gradient;
      return this;
    }

    public Association build() {
      return new Association(this);
    }
  }
}
