package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.UnitOutput;
import io.github.dl4jhopfield.runtime.GraphContext;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * The association op by op, for what the fused op does not do: dropout, sight of the association,
 * sequential k-subsets, a post-transform of state patterns between steps.
 */
final class SteppedAssociation {

  private final AssociationScope scope;
  private final AssociationCore core;
  private final AssociationOptions o;
  private final GraphContext c;
  private final SameDiff sd;
  private final AssociationMasks masks;
  private final Extent states;
  private final SDVariable keep;
  private final SDVariable bias;

  /** The keep mask without the padded state patterns, for the median of a sample's scores. */
  private final SDVariable unitMask;

  SteppedAssociation(AssociationScope scope, AssociationMasks masks, Extent states) {
    this.scope = scope;
    this.core = scope.core;
    this.o = scope.o;
    this.c = scope.c;
    this.sd = scope.sd;
    this.masks = masks;
    this.states = states;
    this.keep = masks.keep();
    this.bias = masks.additive();
    this.unitMask = unitMask();
  }

  private SDVariable unitMask() {
    if (!masks.hidesStates() || !scope.medianOfSample()) {
      return keep;
    }
    SDVariable states = masks.stateRows();
    return keep == null ? states : keep.mul(states);
  }

  /** The last association, times D' of a Lagrangian unit, [B, H, L, S]. */
  SDVariable of(SDVariable q, SDVariable k) {
    SDVariable[] first = separate(q, k);
    SDVariable xi = first[0];
    SDVariable kept = first[1];
    int most = core.maximumSteps();
    int unroll = Math.min(c.unroll(), most);
    SDVariable active = null;
    SDVariable before = null;
    expose(0, xi, kept);
    for (int t = 1; t <= unroll; t++) {
      active = active(active, t, xi, before);
      SDVariable[] next = separate(scope.post(sd.mmul(xi, k)), k);
      before = xi;
      xi = active == null ? next[0] : xi.add(next[0].sub(xi).mul(active));
      if (kept != null) {
        kept = active == null ? next[1] : kept.add(next[1].sub(kept).mul(active));
      }
      expose(t, xi, kept);
    }
    for (int t = unroll + 1; t <= most; t++) {
      // where this graph is enough, every head has stopped by now
      expose(t, xi, kept);
    }
    if (unroll < most) {
      SDVariable still = active(active, unroll + 1, xi, before);
      c.repeatWhile(still.add(0.0));
    }
    c.expose(scope.name(AssociationCore.SEPARATED), xi);
    if (kept == null) {
      return xi;
    }
    c.expose(scope.name(AssociationCore.KEPT), kept);
    return xi.mul(kept);
  }

  private void expose(int step, SDVariable xi, SDVariable kept) {
    if (c.inspected()) {
      c.expose(core.atStep(step), kept == null ? xi : xi.mul(kept));
    }
  }

  /**
   * 1 where step t still acts, [B or 1, H, 1, 1]; null: everywhere. A head acts in step t if it
   * acted before, has steps left, and changed by more than eps in the step before.
   */
  private SDVariable active(SDVariable previous, int t, SDVariable xi, SDVariable before) {
    SDVariable result = previous;
    double[] left = new double[o.nHeads];
    boolean all = true;
    for (int h = 0; h < o.nHeads; h++) {
      left[h] = core.steps(h) >= t ? 1 : 0;
      all &= left[h] == 1;
    }
    if (!all) {
      result = times(result, scope.constant("left" + t, left));
    }
    if (before != null && core.stopsEarly()) {
      SDVariable change = xi.sub(before);
      SDVariable square = change.mul(change);
      if (o.updateStepScope == UpdateStepScope.SAMPLE && masks.hidesStates()) {
        square = square.mul(masks.stateRows());
      }
      SDVariable norm = square.sum(true, 2, 3);
      if (o.updateStepScope == UpdateStepScope.REFERENCE) {
        norm = norm.max(true, 0);
      }
      double[] threshold = new double[o.nHeads];
      for (int h = 0; h < o.nHeads; h++) {
        threshold[h] = core.eps(h) == 0 ? -1 : core.eps(h) * core.eps(h);
      }
      result = times(result, norm.gt(scope.constant("eps", threshold)).castTo(c.dataType()));
    }
    return result;
  }

  private static SDVariable times(SDVariable a, SDVariable b) {
    return a == null ? b : a.mul(b);
  }

  /** sep(D(beta q k')); and D' of the Lagrangian unit, or null. */
  private SDVariable[] separate(SDVariable q, SDVariable k) {
    double scale = 1;
    SDVariable query = q;
    if (o.beta == null) {
      scale = core.defaultBeta();
    } else if (o.beta.length == 1) {
      scale = o.beta[0];
    } else {
      query = q.mul(scope.constant("beta", o.beta));
    }
    SDVariable scores = sd.mmul(query, k, false, true, false);
    SDVariable kept = null;
    if ((bias != null || core.hasUnit()) && scale != 1) {
      scores = scores.mul(scale);
      scale = 1;
    }
    if (bias != null) {
      scores = scores.add(bias);
    }
    if (core.hasUnit()) {
      UnitOutput<SDVariable> unit =
          scope.ops.lagrangianUnit(o.lagrangianUnit, scores, unitMask, scope.noise(1, states), -1);
      scores = unit.values();
      kept = unit.kept();
    }
    SDVariable xi =
        core.learnsAlpha()
            ? scope.ops.separate(o.separation, scores, keep, scope.alpha(), scale, -1)
            : scope.ops.separate(o.separation, scores, keep, scale, -1);
    return new SDVariable[] {xi, kept};
  }
}
