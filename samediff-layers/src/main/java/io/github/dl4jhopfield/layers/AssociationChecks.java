package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.PostTransform;

/** Refuses associations that cannot be built, before a layer is made. */
final class AssociationChecks {

  private final AssociationCore core;
  private final AssociationOptions o;
  private final String owner;

  private AssociationChecks(AssociationCore core, String owner) {
    this.core = core;
    this.o = core.options();
    this.owner = owner;
  }

  /**
   * Checks what needs no input type.
   *
   * @throws IllegalArgumentException that names the owner and what disagrees
   */
  static void check(AssociationCore core, String owner) {
    AssociationChecks checks = new AssociationChecks(core, owner);
    checks.sizes();
    checks.steps();
    checks.transforms();
  }

  private void sizes() {
    LayerChecks.atLeast(owner, "nHeads", o.nHeads, 1);
    LayerChecks.atLeast(owner, "nIn", o.nIn, 1);
    if (o.hiddenSize <= 0 && !core.staticOnly() && o.nIn % o.nHeads != 0) {
      throw wrong(
          "nIn = " + o.nIn + " is not divisible by nHeads = " + o.nHeads + " (or set hiddenSize)");
    }
    if (o.statePatternAsStatic && o.nIn != core.hidden()) {
      throw wrong(
          "static state patterns of depth nIn = " + o.nIn + ", hiddenSize = " + core.hidden());
    }
    if (o.storedPatternAsStatic && core.storedSize() != core.hidden()) {
      throw wrong(
          "static stored patterns of depth storedPatternSize = "
              + core.storedSize()
              + ", hiddenSize = "
              + core.hidden());
    }
    if (o.patternProjectionAsStatic && o.patternSize > 0 && o.patternSize != core.pattern()) {
      throw wrong(
          "static pattern projection of depth "
              + core.pattern()
              + ", patternSize = "
              + o.patternSize);
    }
    if (core.connected() && core.storedSize() != core.projectionSize()) {
      throw wrong(
          "pattern projection connected to stored patterns: storedPatternSize = "
              + core.storedSize()
              + ", patternProjectionSize = "
              + core.projectionSize());
    }
    if (core.connected() && core.pattern() != core.hidden()) {
      throw wrong(
          "pattern projection connected to stored patterns: patternSize = "
              + core.pattern()
              + ", hiddenSize = "
              + core.hidden());
    }
    if (o.disableOutProjection && o.nOut > 0 && o.nOut != core.outputSize()) {
      throw wrong(
          "without output projection the output has depth nHeads * patternSize = "
              + core.outputSize()
              + ", nOut = "
              + o.nOut);
    }
    if (core.kind() == AssociationCore.Kind.LOOKUP
        && !o.lookupWeightsAsSeparated
        && core.projectionSize() != core.storedSize()) {
      throw wrong(
          "lookup weights serve as pattern projection: storedPatternSize = "
              + core.storedSize()
              + ", patternProjectionSize = "
              + core.projectionSize()
              + " (or set lookupWeightsAsSeparated)");
    }
    if (core.kind() != AssociationCore.Kind.ASSOCIATION) {
      LayerChecks.atLeast(owner, "quantity", o.quantity, 1);
    }
  }

  private void steps() {
    perHead("beta", o.beta == null ? 1 : o.beta.length);
    perHead("updateSteps", o.updateSteps.length);
    perHead("updateStepsEps", o.updateStepsEps.length);
    for (int s : o.updateSteps) {
      if (s < AssociationOptions.UNTIL_CONVERGED) {
        throw wrong("updateSteps = " + s + ", expected 0 or more");
      }
    }
    for (double e : o.updateStepsEps) {
      if (!(e >= 0)) {
        throw wrong("updateStepsEps = " + e + ", expected 0 or more");
      }
    }
    LayerChecks.atLeast(owner, "maxUpdateSteps", o.maxUpdateSteps, 1);
  }

  private void transforms() {
    if (!(o.dropout >= 0 && o.dropout < 1)) {
      throw wrong("associationDropout = " + o.dropout + ", expected 0 <= p < 1");
    }
    if (o.normaliseHopfieldSpaceAffine && !o.normaliseHopfieldSpace) {
      throw wrong("normaliseHopfieldSpaceAffine without normaliseHopfieldSpace");
    }
    if (o.associationActivation != null) {
      GraphActivations.validate(owner, "associationActivation", o.associationActivation);
    }
    separation();
    if (o.postTransformAffine && o.postTransform != PostTransform.LAYER_NORM) {
      throw wrong("postTransformAffine with postTransform " + o.postTransform);
    }
    if (o.postTransformAffine && core.pattern() != core.hidden()) {
      throw wrong(
          "postTransformAffine has one gain for state and projected patterns: hiddenSize = "
              + core.hidden()
              + ", patternSize = "
              + core.pattern());
    }
    o.diffusion.validate(owner, o.nIn, core.storedSize(), core.projectionSize());
    if (core.diffuses()) {
      diffusion();
    }
    if (!(o.postTransformEps > 0)) {
      throw wrong("postTransformEps = " + o.postTransformEps + ", expected above 0");
    }
  }

  /** Patterns that are parameters are the same for every sample, so their diffusion must be too. */
  private void diffusion() {
    DiffusionOptions d = o.diffusion;
    if (d.compatible && core.kind() != AssociationCore.Kind.ASSOCIATION) {
      throw wrong("compatible diffusion is for associations of inputs only");
    }
    if (o.beta != null && o.beta.length > 1 && (d.compatible || d.energyTolerance > 0)) {
      throw wrong(
          "beta has "
              + o.beta.length
              + " entries, one a head, with diffusion "
              + (d.compatible ? "compatible" : "energyTolerance = " + d.energyTolerance)
              + ", which compares whole patterns and knows no heads: expected one beta");
    }
    boolean each = d.adaptiveEta || d.energyTolerance > 0;
    if (core.kind() == AssociationCore.Kind.LOOKUP && each
        || core.kind() == AssociationCore.Kind.POOLING && d.adaptiveEta && d.statePatterns) {
      throw wrong(
          "diffusion that differs from sample to sample (adaptiveEta = "
              + d.adaptiveEta
              + ", energyTolerance = "
              + d.energyTolerance
              + ") of trained patterns, which all samples share");
    }
  }

  private void perHead(String option, int given) {
    if (given != 1 && given != o.nHeads) {
      throw wrong(option + " has " + given + " entries, nHeads = " + o.nHeads + " (or give one)");
    }
  }

  private void separation() {
    switch (o.separation.getKind()) {
      case SOFTMAX,
          SOFTMAX1,
          SPARSEMAX,
          ENTMAX15,
          ENTMAX,
          NORMMAX,
          K_SUBSETS,
          SEQUENTIAL_K_SUBSETS -> {}
      case LEARNED_ENTMAX -> {
        if (o.separation.getAlpha() <= 1 || o.separation.getAlpha() >= 2) {
          throw wrong(
              "separation "
                  + o.separation
                  + ": a learned alpha is 1 + sigmoid(parameter); expected a start above 1 and"
                  + " below 2");
        }
      }
    }
  }

  private IllegalArgumentException wrong(String what) {
    return LayerChecks.wrong(owner, what);
  }
}
