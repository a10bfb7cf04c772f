package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.PoolingInputs;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Projection;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * The association of a few state patterns that are parameters, as one op that projects no stored
 * pattern: memory and time of a bag of n instances are those of reading it.
 */
final class PooledAssociation {

  private final AssociationScope scope;
  private final AssociationCore core;
  private final AssociationOptions o;

  PooledAssociation(AssociationScope scope) {
    this.scope = scope;
    this.core = scope.core;
    this.o = scope.o;
  }

  /** Whether stored patterns and their projection come into the association by one map each. */
  boolean applies(Patterns stored, Patterns projection) {
    return core.kind() == AssociationCore.Kind.POOLING
        && scope.opaque()
        && stored == projection
        && linear()
        && sameNorm()
        && worthwhile();
  }

  private boolean linear() {
    return core.maximumSteps() == 0
        && !core.hasUnit()
        && !core.diffuses()
        && !core.connected()
        && !core.learnsAlpha()
        && !o.storedPatternAsStatic
        && !o.patternProjectionAsStatic
        && !o.addZeroAssociation
        && !o.normaliseHopfieldSpace
        && o.postTransform == PostTransform.NONE;
  }

  private boolean sameNorm() {
    return o.normaliseStoredPattern == o.normalisePatternProjection
        && (!o.normaliseStoredPattern
            || scope.normEps("Stored") == scope.normEps("Projection")
                && (scope.p("gainStored") == null) == (scope.p("gainProjection") == null));
  }

  /** Two products of a pattern's size for each state pattern, in place of two projections. */
  private boolean worthwhile() {
    return 2L * o.quantity <= core.hidden() + core.pattern();
  }

  /**
   * [B, L, H, P].
   *
   * @param q state patterns [1, L, H, D]
   * @param stored patterns, that are also what is projected
   * @param keep mask, or null
   * @param factor of the association, or null
   */
  SDVariable of(SDVariable q, Patterns stored, SDVariable keep, SDVariable factor) {
    boolean normalise = o.normaliseStoredPattern;
    boolean betas = o.beta != null && o.beta.length > 1;
    SDVariable states =
        betas ? q.mul(scope.constant("beta", o.beta).reshape(1, 1, o.nHeads, 1)) : q;
    double beta = betas ? 1 : o.beta == null ? core.defaultBeta() : o.beta[0];
    Projection<SDVariable> key = scope.projection("k", stored, "Stored", normalise).projection();
    Projection<SDVariable> value =
        scope.projection("v", stored, "Projection", normalise).projection();
    return scope.ops.pooling(
        o.separation,
        beta,
        normalise ? scope.normEps("Stored") : null,
        PoolingInputs.of(bySample(stored), states, key, value).withMask(keep).withFactor(factor));
  }

  /** [B, S, F]. */
  private SDVariable bySample(Patterns x) {
    if (x.bySample()) {
      return x.whole();
    }
    return x.flat()
        .reshape(
            scope.c.shape(
                scope.name("samples-" + x.key()),
                call -> new long[] {x.extent().batch(call), x.extent().length(call), x.size()}));
  }
}
