package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.AssociationInputs;
import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;

/** The association as one op, which needs no array of state times stored patterns. */
final class FusedAssociation {

  private final AssociationScope scope;
  private final AssociationCore core;
  private final AssociationOptions o;
  private final GraphContext c;
  private final AssociationMasks masks;

  FusedAssociation(AssociationScope scope, AssociationMasks masks) {
    this.scope = scope;
    this.core = scope.core;
    this.o = scope.o;
    this.c = scope.c;
    this.masks = masks;
  }

  /**
   * [B, L, H, P] of q [B, L, H, D], k [B, S, H, D] and v [B, S, H, P].
   *
   * @param states how many state patterns retrieve
   */
  SDVariable of(SDVariable q, SDVariable k, SDVariable v, Extent states) {
    AssociationInputs<SDVariable> in = AssociationInputs.of(q, k, v);
    SDVariable keep = masks.keep();
    if (keep != null) {
      in.mask(keep);
    }
    SDVariable additive = masks.additive();
    if (additive != null) {
      in.additiveMask(additive);
    }
    if (masks.hidesStates() && stateMaskMatters()) {
      in.queryMask(masks.states());
    }
    if (o.beta != null && o.beta.length > 1) {
      in.beta(scope.constant("beta", o.beta).reshape(o.nHeads));
    }
    if (core.learnsAlpha()) {
      in.alpha(scope.alpha().reshape(o.nHeads));
    }
    SDVariable noise = scope.noise(core.maximumSteps() + 1, states);
    if (noise != null) {
      in.noise(noise);
    }
    return scope.post(scope.ops.association(options(), in).out());
  }

  private boolean stateMaskMatters() {
    boolean stops = core.maximumSteps() > 0 && core.stopsEarly();
    return o.updateStepScope == UpdateStepScope.SAMPLE && stops || scope.medianOfSample();
  }

  private Association options() {
    int[] steps = new int[o.nHeads];
    double[] eps = new double[o.nHeads];
    for (int h = 0; h < o.nHeads; h++) {
      steps[h] = core.steps(h);
      // the op stops at a change of 0 where eps is 0; below it never stops
      eps[h] = core.eps(h) == 0 ? -1 : core.eps(h);
    }
    Association.Builder association = Association.builder();
    boolean exact = c.dataType() == DataType.FLOAT || c.dataType() == DataType.DOUBLE;
    if (c.training() && exact && core.savesStates()) {
      association.withSavedStates();
    }
    return association
        .separation(o.separation)
        .lagrangianUnit(o.lagrangianUnit)
        .beta(o.beta != null && o.beta.length == 1 ? o.beta[0] : core.defaultBeta())
        .updateSteps(steps)
        .updateStepsEps(eps)
        .stopScope(
            o.updateStepScope == UpdateStepScope.SAMPLE
                ? Association.StopScope.SAMPLE
                : Association.StopScope.BATCH)
        .additiveMaskGradient(false)
        .build();
  }
}
