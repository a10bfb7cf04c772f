package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.nd4j.linalg.activations.Activation;

/**
 * A layer for each option, where that option makes a difference. Options are found by reflection: a
 * new one fails every test that asks for the cases, until it has one.
 */
final class OptionCases {

  private static final String DIFFUSION = "diffusion.";
  private static final String FEED_FORWARD = "feedForward.";

  private final Map<String, HopfieldBase> cases = new LinkedHashMap<>();

  private void hopfield(String option, Consumer<Hopfield.Builder> set) {
    Hopfield.Builder builder = new Hopfield.Builder().nHeads(2).hiddenSize(3).nOut(4);
    set.accept(builder);
    cases.put(option, builder.build());
  }

  /**
   * Without trained normalisation: the graph follows the normalised patterns, and no gradient flows
   * through it.
   */
  private void diffused(String option, DiffusionMode mode, Consumer<DiffusionOptions> set) {
    hopfield(
        option,
        b ->
            b.normaliseStoredPatternAffine(false)
                .normaliseStatePatternAffine(false)
                .diffusion(
                    d -> {
                      d.mode = mode;
                      d.neighbours = 2;
                      set.accept(d);
                    }));
  }

  private void pooling(String option, Consumer<HopfieldPooling.Builder> set) {
    HopfieldPooling.Builder builder = new HopfieldPooling.Builder().nHeads(2).hiddenSize(2).nOut(3);
    set.accept(builder);
    cases.put(option, builder.build());
  }

  private void lookup(String option, Consumer<HopfieldLayer.Builder> set) {
    HopfieldLayer.Builder builder =
        new HopfieldLayer.Builder().nHeads(2).hiddenSize(3).nOut(4).quantity(4);
    set.accept(builder);
    cases.put(option, builder.build());
  }

  private void encoder(String option, Consumer<HopfieldEncoderLayer.Builder> set) {
    HopfieldEncoderLayer.Builder builder =
        new HopfieldEncoderLayer.Builder().nHeads(2).feedForwardSize(5).residualDropout(0);
    set.accept(builder);
    cases.put(FEED_FORWARD + option, builder.build());
  }

  private void sizesAndHeads() {
    hopfield("nIn", b -> b.nIn(4));
    hopfield("nOut", b -> b.nOut(3));
    hopfield("nHeads", b -> b.nHeads(4));
    hopfield("hiddenSize", b -> b.hiddenSize(5));
    hopfield("patternSize", b -> b.patternSize(2));
    hopfield("beta", b -> b.beta(0.4, 1.7));
    hopfield("addZeroAssociation", b -> b.addZeroAssociation(true));
    hopfield("inputBias", b -> b.inputBias(false));
    hopfield("disableOutProjection", b -> b.disableOutProjection(true).nOut(0));
    pooling("quantity", b -> b.quantity(3));
    pooling("trainable", b -> b.trainable(false));
    lookup("storedPatternSize", b -> b.lookupWeightsAsSeparated(true).storedPatternSize(5));
    lookup("patternProjectionSize", b -> b.lookupWeightsAsSeparated(true).patternProjectionSize(2));
    lookup("lookupWeightsAsSeparated", b -> b.lookupWeightsAsSeparated(true));
    lookup(
        "lookupTargetsAsTrainable",
        b -> b.lookupWeightsAsSeparated(true).lookupTargetsAsTrainable(false));
  }

  private void steps() {
    hopfield("updateSteps", b -> b.updateSteps(2).updateStepsEps(1e-9));
    hopfield("updateStepsEps", b -> b.updateSteps(4).updateStepsEps(0.4, 1e-9));
    hopfield(
        "updateStepScope",
        b -> b.updateSteps(3).updateStepsEps(0.4).updateStepScope(UpdateStepScope.REFERENCE));
    hopfield("maxUpdateSteps", b -> b.updateUntilConverged().updateStepsEps(0).maxUpdateSteps(3));
  }

  private void normalisations() {
    hopfield("normaliseStoredPattern", b -> b.normaliseStoredPattern(false));
    hopfield("normaliseStoredPatternAffine", b -> b.normaliseStoredPatternAffine(false));
    hopfield("normaliseStoredPatternEps", b -> b.normaliseStoredPatternEps(0.3));
    hopfield("normaliseStatePattern", b -> b.normaliseStatePattern(false));
    hopfield("normaliseStatePatternAffine", b -> b.normaliseStatePatternAffine(false));
    hopfield("normaliseStatePatternEps", b -> b.normaliseStatePatternEps(0.3));
    hopfield("normalisePatternProjection", b -> b.normalisePatternProjection(false));
    hopfield("normalisePatternProjectionAffine", b -> b.normalisePatternProjectionAffine(false));
    hopfield("normalisePatternProjectionEps", b -> b.normalisePatternProjectionEps(0.3));
    hopfield("normaliseHopfieldSpace", b -> b.normaliseHopfieldSpace(true));
    hopfield(
        "normaliseHopfieldSpaceAffine",
        b -> b.normaliseHopfieldSpace(true).normaliseHopfieldSpaceAffine(true));
    hopfield(
        "normaliseHopfieldSpaceEps",
        b -> b.normaliseHopfieldSpace(true).normaliseHopfieldSpaceEps(0.3));
  }

  private void roles() {
    hopfield("storedPatternAsStatic", b -> b.storedPatternAsStatic(true).hiddenSize(4));
    hopfield("statePatternAsStatic", b -> b.statePatternAsStatic(true).hiddenSize(4));
    hopfield("patternProjectionAsStatic", b -> b.patternProjectionAsStatic(true).patternSize(4));
    hopfield("patternProjectionAsConnected", b -> b.patternProjectionAsConnected(true));
  }

  private void functions() {
    hopfield("associationActivation", b -> b.associationActivation(Activation.TANH));
    hopfield("dropout", b -> b.associationDropout(0.5));
    hopfield("separation", b -> b.separation(Separation.entmax(1.3)));
    hopfield("lagrangianUnit", b -> b.lagrangianUnit(LagrangianUnit.pfu()));
    hopfield(
        "postTransform", b -> b.postTransform(PostTransform.L2).updateSteps(1).updateStepsEps(0));
    hopfield(
        "postTransformAffine",
        b -> b.postTransform(PostTransform.LAYER_NORM).postTransformAffine(true));
    hopfield(
        "postTransformEps", b -> b.postTransform(PostTransform.LAYER_NORM).postTransformEps(0.3));
    encoder("size", b -> b.feedForwardSize(3));
    encoder("dropout", b -> b.residualDropout(0.4));
    encoder("activation", b -> b.feedForwardActivation(Activation.SOFTPLUS));
    encoder("normEps", b -> b.residualNormEps(0.3));
  }

  private void diffusions() {
    diffused("diffusion", DiffusionMode.FACTORED, d -> {});
    diffused(DIFFUSION + "mode", DiffusionMode.SPECTRAL, d -> {});
    diffused(DIFFUSION + "eta", DiffusionMode.SIMPLE, d -> d.eta = 0.4);
    diffused(DIFFUSION + "neighbours", DiffusionMode.SIMPLE, d -> d.neighbours = 1);
    diffused(DIFFUSION + "normalised", DiffusionMode.ITERATIVE, d -> d.normalised = false);
    diffused(DIFFUSION + "steps", DiffusionMode.ITERATIVE, d -> d.steps = 5);
    diffused(DIFFUSION + "storedPatterns", DiffusionMode.FACTORED, d -> d.storedPatterns = false);
    diffused(DIFFUSION + "statePatterns", DiffusionMode.FACTORED, d -> d.statePatterns = true);
    diffused(DIFFUSION + "graphAttention", DiffusionMode.FACTORED, d -> d.graphAttention = true);
    diffused(DIFFUSION + "adaptiveEta", DiffusionMode.SPECTRAL, d -> d.adaptiveEta = true);
    diffused(
        DIFFUSION + "adaptiveTemperature",
        DiffusionMode.SPECTRAL,
        d -> {
          d.adaptiveEta = true;
          d.adaptiveTemperature = 2;
        });
    diffused(
        DIFFUSION + "adaptiveThreshold",
        DiffusionMode.SIMPLE,
        d -> {
          d.adaptiveEta = true;
          d.adaptiveThreshold = 0.3;
        });
    diffused(DIFFUSION + "energyTolerance", DiffusionMode.FACTORED, d -> d.energyTolerance = 0.01);
    diffused(DIFFUSION + "compatible", DiffusionMode.FACTORED, d -> d.compatible = true);
  }

  /** A layer for each option, by the option's name. */
  static Map<String, HopfieldBase> all() {
    OptionCases all = new OptionCases();
    all.sizesAndHeads();
    all.steps();
    all.normalisations();
    all.roles();
    all.functions();
    all.diffusions();
    Set<String> known = fields("", AssociationOptions.class);
    known.addAll(fields(DIFFUSION, DiffusionOptions.class));
    known.addAll(fields(FEED_FORWARD, FeedForwardOptions.class));
    assertThat(all.cases.keySet())
        .as("options with a case here")
        .containsExactlyInAnyOrderElementsOf(known);
    return all.cases;
  }

  private static Set<String> fields(String prefix, Class<?> options) {
    Set<String> names = new TreeSet<>();
    for (Field f : options.getFields()) {
      if (!Modifier.isStatic(f.getModifiers())) {
        names.add(prefix + f.getName());
      }
    }
    return names;
  }
}
