package io.github.dl4jhopfield.search.layers;

import io.github.dl4jhopfield.layers.AssociationBuilder;
import io.github.dl4jhopfield.layers.DiffusionOptions;
import io.github.dl4jhopfield.layers.UpdateStepScope;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.util.function.Consumer;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.nd4j.linalg.activations.Activation;

/**
 * The options that every association has, each with a space of values in place of a value.
 *
 * @param <T> the Builder itself
 */
public interface AssociationSpaceBuilder<T> extends OptionSpaceBuilder<T> {

  /** As {@link AssociationBuilder#nIn}. */
  default T nIn(ParameterSpace<Integer> space) {
    return option("nIn", space);
  }

  /** As {@link AssociationBuilder#nOut}. */
  default T nOut(ParameterSpace<Integer> space) {
    return option("nOut", space);
  }

  /** As {@link AssociationBuilder#nHeads}. */
  default T nHeads(ParameterSpace<Integer> space) {
    return option("nHeads", space);
  }

  /** As {@link AssociationBuilder#hiddenSize}. */
  default T hiddenSize(ParameterSpace<Integer> space) {
    return option("hiddenSize", space);
  }

  /** As {@link AssociationBuilder#patternSize}. */
  default T patternSize(ParameterSpace<Integer> space) {
    return option("patternSize", space);
  }

  /** As {@link AssociationBuilder#beta}; a number for all heads, or a list of one for each. */
  default T beta(ParameterSpace<?> space) {
    return option("beta", space);
  }

  /**
   * As {@link AssociationBuilder#updateSteps}; a number for all heads, or a list of one for each;
   * -1 until converged.
   */
  default T updateSteps(ParameterSpace<?> space) {
    return option("updateSteps", space);
  }

  /**
   * As {@link AssociationBuilder#updateStepsEps}; a number for all heads, or a list of one for
   * each.
   */
  default T updateStepsEps(ParameterSpace<?> space) {
    return option("updateStepsEps", space);
  }

  /** As {@link AssociationBuilder#updateStepScope}. */
  default T updateStepScope(ParameterSpace<UpdateStepScope> space) {
    return option("updateStepScope", space);
  }

  /** As {@link AssociationBuilder#maxUpdateSteps}. */
  default T maxUpdateSteps(ParameterSpace<Integer> space) {
    return option("maxUpdateSteps", space);
  }

  /** As {@link AssociationBuilder#normaliseStoredPattern}. */
  default T normaliseStoredPattern(ParameterSpace<Boolean> space) {
    return option("normaliseStoredPattern", space);
  }

  /** As {@link AssociationBuilder#normaliseStoredPatternAffine}. */
  default T normaliseStoredPatternAffine(ParameterSpace<Boolean> space) {
    return option("normaliseStoredPatternAffine", space);
  }

  /** As {@link AssociationBuilder#normaliseStoredPatternEps}. */
  default T normaliseStoredPatternEps(ParameterSpace<Double> space) {
    return option("normaliseStoredPatternEps", space);
  }

  /** As {@link AssociationBuilder#normaliseStatePattern}. */
  default T normaliseStatePattern(ParameterSpace<Boolean> space) {
    return option("normaliseStatePattern", space);
  }

  /** As {@link AssociationBuilder#normaliseStatePatternAffine}. */
  default T normaliseStatePatternAffine(ParameterSpace<Boolean> space) {
    return option("normaliseStatePatternAffine", space);
  }

  /** As {@link AssociationBuilder#normaliseStatePatternEps}. */
  default T normaliseStatePatternEps(ParameterSpace<Double> space) {
    return option("normaliseStatePatternEps", space);
  }

  /** As {@link AssociationBuilder#normalisePatternProjection}. */
  default T normalisePatternProjection(ParameterSpace<Boolean> space) {
    return option("normalisePatternProjection", space);
  }

  /** As {@link AssociationBuilder#normalisePatternProjectionAffine}. */
  default T normalisePatternProjectionAffine(ParameterSpace<Boolean> space) {
    return option("normalisePatternProjectionAffine", space);
  }

  /** As {@link AssociationBuilder#normalisePatternProjectionEps}. */
  default T normalisePatternProjectionEps(ParameterSpace<Double> space) {
    return option("normalisePatternProjectionEps", space);
  }

  /** As {@link AssociationBuilder#normaliseHopfieldSpace}. */
  default T normaliseHopfieldSpace(ParameterSpace<Boolean> space) {
    return option("normaliseHopfieldSpace", space);
  }

  /** As {@link AssociationBuilder#normaliseHopfieldSpaceAffine}. */
  default T normaliseHopfieldSpaceAffine(ParameterSpace<Boolean> space) {
    return option("normaliseHopfieldSpaceAffine", space);
  }

  /** As {@link AssociationBuilder#normaliseHopfieldSpaceEps}. */
  default T normaliseHopfieldSpaceEps(ParameterSpace<Double> space) {
    return option("normaliseHopfieldSpaceEps", space);
  }

  /** As {@link AssociationBuilder#storedPatternAsStatic}. */
  default T storedPatternAsStatic(ParameterSpace<Boolean> space) {
    return option("storedPatternAsStatic", space);
  }

  /** As {@link AssociationBuilder#statePatternAsStatic}. */
  default T statePatternAsStatic(ParameterSpace<Boolean> space) {
    return option("statePatternAsStatic", space);
  }

  /** As {@link AssociationBuilder#patternProjectionAsStatic}. */
  default T patternProjectionAsStatic(ParameterSpace<Boolean> space) {
    return option("patternProjectionAsStatic", space);
  }

  /** As {@link AssociationBuilder#patternProjectionAsConnected}. */
  default T patternProjectionAsConnected(ParameterSpace<Boolean> space) {
    return option("patternProjectionAsConnected", space);
  }

  /** As {@link AssociationBuilder#addZeroAssociation}. */
  default T addZeroAssociation(ParameterSpace<Boolean> space) {
    return option("addZeroAssociation", space);
  }

  /** As {@link AssociationBuilder#inputBias}. */
  default T inputBias(ParameterSpace<Boolean> space) {
    return option("inputBias", space);
  }

  /** As {@link AssociationBuilder#disableOutProjection}. */
  default T disableOutProjection(ParameterSpace<Boolean> space) {
    return option("disableOutProjection", space);
  }

  /** As {@link AssociationBuilder#associationActivation}. */
  default T associationActivation(ParameterSpace<Activation> space) {
    return option("associationActivation", space);
  }

  /** As {@link AssociationBuilder#associationDropout}. */
  default T associationDropout(ParameterSpace<Double> space) {
    return option("associationDropout", space);
  }

  /** As {@link AssociationBuilder#separation}, such as {@link SeparationSpace}. */
  default T separation(ParameterSpace<Separation> space) {
    return option("separation", space);
  }

  /** As {@link AssociationBuilder#lagrangianUnit}, such as {@link LagrangianUnitSpace}. */
  default T lagrangianUnit(ParameterSpace<LagrangianUnit> space) {
    return option("lagrangianUnit", space);
  }

  /** As {@link AssociationBuilder#postTransform}. */
  default T postTransform(ParameterSpace<PostTransform> space) {
    return option("postTransform", space);
  }

  /** As {@link AssociationBuilder#postTransformAffine}. */
  default T postTransformAffine(ParameterSpace<Boolean> space) {
    return option("postTransformAffine", space);
  }

  /** As {@link AssociationBuilder#postTransformEps}. */
  default T postTransformEps(ParameterSpace<Double> space) {
    return option("postTransformEps", space);
  }

  /** As {@link AssociationBuilder#diffusion}, such as {@link DiffusionSpace}. */
  default T diffusion(ParameterSpace<Consumer<DiffusionOptions>> space) {
    return option("diffusion", space);
  }
}
