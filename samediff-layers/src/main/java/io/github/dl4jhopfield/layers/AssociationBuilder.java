package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.util.function.Consumer;
import org.nd4j.linalg.activations.Activation;

/**
 * The options that every Builder of this package has.
 *
 * @param <T> the Builder itself
 */
public interface AssociationBuilder<T> {

  /** What is being built. */
  AssociationOptions options();

  /** This Builder. */
  @SuppressWarnings("unchecked")
  default T self() {
    return (T) this;
  }

  /** Depth F of the input (state pattern). Inferred from the input type where there is one. */
  default T nIn(long nIn) {
    options().nIn = nIn;
    return self();
  }

  /** Depth of the output. Default: nIn. */
  default T nOut(long nOut) {
    options().nOut = nOut;
    return self();
  }

  /** Number of association heads H. Default 1. */
  default T nHeads(int nHeads) {
    options().nHeads = nHeads;
    return self();
  }

  /** Depth D of the association space of each head. Default: nIn / nHeads. */
  default T hiddenSize(long hiddenSize) {
    options().hiddenSize = hiddenSize;
    return self();
  }

  /** Depth P of a projected pattern, each head. Default: hiddenSize. */
  default T patternSize(long patternSize) {
    options().patternSize = patternSize;
    return self();
  }

  /**
   * Inverse temperature: one number for all heads, or one for each head. Default 1/sqrt(D); 1 when
   * all three roles are static and there is no output projection (pure retrieval).
   *
   * <p>hflayers (its scaling) spreads a tensor of it over features instead of heads, a bug; here
   * entry h is the beta of head h.
   */
  default T beta(double... beta) {
    options().beta = beta == null ? null : beta.clone();
    return self();
  }

  /**
   * Update steps of the association after the first, one number for all heads or one for each head.
   * n steps are n+1 evaluations. Default 0.
   */
  default T updateSteps(int... steps) {
    options().updateSteps = steps.clone();
    return self();
  }

  /**
   * Repeats update steps until the association changes by at most {@link #updateStepsEps}, at most
   * {@link #maxUpdateSteps}. Gradients flow through every step.
   */
  default T updateUntilConverged() {
    options().updateSteps = new int[] {AssociationOptions.UNTIL_CONVERGED};
    return self();
  }

  /**
   * Change of the association at which a head stops, one number for all heads or one for each. 0:
   * no early stop. Default 1e-4.
   */
  default T updateStepsEps(double... eps) {
    options().updateStepsEps = eps.clone();
    return self();
  }

  /** Over what the early stop looks. Default {@link UpdateStepScope#SAMPLE}. */
  default T updateStepScope(UpdateStepScope scope) {
    options().updateStepScope = scope;
    return self();
  }

  /** Bound of {@link #updateUntilConverged}. Default 512; hflayers has none. */
  default T maxUpdateSteps(int steps) {
    options().maxUpdateSteps = steps;
    return self();
  }

  /** Layer normalisation of the stored patterns. Default on. */
  default T normaliseStoredPattern(boolean on) {
    options().normaliseStoredPattern = on;
    return self();
  }

  /** Whether that normalisation has a trained gain and shift. Default on. */
  default T normaliseStoredPatternAffine(boolean on) {
    options().normaliseStoredPatternAffine = on;
    return self();
  }

  /** Added to the variance in that normalisation. Default 1e-5. */
  default T normaliseStoredPatternEps(double eps) {
    options().normaliseStoredPatternEps = eps;
    return self();
  }

  /** Layer normalisation of the state patterns. Default on. */
  default T normaliseStatePattern(boolean on) {
    options().normaliseStatePattern = on;
    return self();
  }

  /** Whether that normalisation has a trained gain and shift. Default on. */
  default T normaliseStatePatternAffine(boolean on) {
    options().normaliseStatePatternAffine = on;
    return self();
  }

  /** Added to the variance in that normalisation. Default 1e-5. */
  default T normaliseStatePatternEps(double eps) {
    options().normaliseStatePatternEps = eps;
    return self();
  }

  /** Layer normalisation of the pattern projection's input. Default on. */
  default T normalisePatternProjection(boolean on) {
    options().normalisePatternProjection = on;
    return self();
  }

  /** Whether that normalisation has a trained gain and shift. Default on. */
  default T normalisePatternProjectionAffine(boolean on) {
    options().normalisePatternProjectionAffine = on;
    return self();
  }

  /** Added to the variance in that normalisation. Default 1e-5. */
  default T normalisePatternProjectionEps(double eps) {
    options().normalisePatternProjectionEps = eps;
    return self();
  }

  /**
   * Layer normalisation of state and stored patterns in the association space, each head, before
   * the first step only. Default off.
   */
  default T normaliseHopfieldSpace(boolean on) {
    options().normaliseHopfieldSpace = on;
    return self();
  }

  /** Whether that normalisation has a trained gain and shift. Default off. */
  default T normaliseHopfieldSpaceAffine(boolean on) {
    options().normaliseHopfieldSpaceAffine = on;
    return self();
  }

  /** Added to the variance in that normalisation. Default 1e-5. */
  default T normaliseHopfieldSpaceEps(double eps) {
    options().normaliseHopfieldSpaceEps = eps;
    return self();
  }

  /** No projection of the stored patterns: they are used as they are (their depth is D). */
  default T storedPatternAsStatic(boolean on) {
    options().storedPatternAsStatic = on;
    return self();
  }

  /** No projection of the state patterns: they are used as they are (their depth is D). */
  default T statePatternAsStatic(boolean on) {
    options().statePatternAsStatic = on;
    return self();
  }

  /** No projection of the pattern projection's input (its depth is P). */
  default T patternProjectionAsStatic(boolean on) {
    options().patternProjectionAsStatic = on;
    return self();
  }

  /** Projects with the stored patterns' projection first: v = W_v (W_k y + b_k) + b_v. */
  default T patternProjectionAsConnected(boolean on) {
    options().patternProjectionAsConnected = on;
    return self();
  }

  /** Pure retrieval: no weights at all, the inputs are used as they are. */
  default T retrieval() {
    storedPatternAsStatic(true);
    statePatternAsStatic(true);
    patternProjectionAsStatic(true);
    disableOutProjection(true);
    normaliseStoredPattern(false);
    normaliseStatePattern(false);
    return normalisePatternProjection(false);
  }

  /** Appends a stored pattern and a pattern projection of zeros. Default off. */
  default T addZeroAssociation(boolean on) {
    options().addZeroAssociation = on;
    return self();
  }

  /** Biases of the projections, the output's included. Default on. */
  default T inputBias(boolean on) {
    options().inputBias = on;
    return self();
  }

  /** No output projection: the output has depth nHeads * P. Default off. */
  default T disableOutProjection(boolean on) {
    options().disableOutProjection = on;
    return self();
  }

  /**
   * Activation of the output: identity, relu, tanh, sigmoid, elu, selu, gelu, softplus, softsign,
   * swish or cube. Default none.
   */
  default T associationActivation(Activation activation) {
    options().associationActivation = activation;
    return self();
  }

  /**
   * Probability with which an entry of the association is set to zero in training, the others
   * growing by 1/(1-p). Default 0. (In DL4J's dropOut the number is the probability to keep; that
   * one acts on the layer's input and can be used too.)
   */
  default T associationDropout(double probability) {
    options().dropout = probability;
    return self();
  }

  /** How scores become association weights. Default softmax. */
  default T separation(Separation separation) {
    options().separation = separation;
    return self();
  }

  /** Learning with partial forgetting: what is done to scores before separation. Default none. */
  default T lagrangianUnit(LagrangianUnit unit) {
    options().lagrangianUnit = unit;
    return self();
  }

  /**
   * What is done, head by head, to state patterns, stored patterns and projected patterns before
   * they are used, to the state patterns of each update step and to what is retrieved. Default
   * none. (Santos et al., Hopfield-Fenchel-Young Networks, 2024, section 4; the originals' {@code
   * ypsi}. A pattern of norm 0 stays 0 under l2; the originals leave norms up to 1e-6 as they are.)
   */
  default T postTransform(PostTransform transform) {
    options().postTransform = transform;
    return self();
  }

  /**
   * Whether the layer normalisation of {@link #postTransform} has a trained gain and shift, one for
   * all uses. Default off.
   */
  default T postTransformAffine(boolean on) {
    options().postTransformAffine = on;
    return self();
  }

  /**
   * Added to the variance in that layer normalisation; the least norm that l2 divides by. Default
   * 1e-5. (The originals' layer normalisation has 1.)
   */
  default T postTransformEps(double eps) {
    options().postTransformEps = eps;
    return self();
  }

  /**
   * Diffuses patterns over their graph before they are associated; sets the fields of {@link
   * DiffusionOptions}, whose default is no diffusion.
   *
   * <pre>{@code
   * .diffusion(d -> { d.mode = DiffusionMode.SPECTRAL; d.eta = 0.5; })
   * }</pre>
   */
  default T diffusion(Consumer<DiffusionOptions> set) {
    set.accept(options().diffusion);
    return self();
  }
}
