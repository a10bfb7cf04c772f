package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Projection;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;

/** What the parts of one association's graph share: its parameters, norms and values per head. */
final class AssociationScope {

  final AssociationCore core;
  final AssociationOptions o;
  final GraphContext c;
  final SameDiff sd;
  final SDHopfield ops;
  final boolean fused;

  private final String prefix;
  private final Map<String, SDVariable> constants = new HashMap<>();
  private SDVariable alpha;
  private int noises;

  AssociationScope(AssociationCore core, GraphContext c) {
    this.core = core;
    this.o = core.options();
    this.c = c;
    this.sd = c.sd();
    this.ops = SDHopfield.of(sd);
    this.prefix = core.prefix();
    this.fused = fuses();
  }

  /**
   * Whether the association runs as one op, which needs no array of state times stored patterns.
   * That op has no dropout, gives no association to look at, and transforms no state patterns
   * between steps.
   */
  private boolean fuses() {
    return opaque()
        && !(c.training() && o.dropout > 0)
        && (o.postTransform == PostTransform.NONE || core.maximumSteps() == 0);
  }

  /** Whether the association need not be seen, and its separation is that of each row alone. */
  boolean opaque() {
    return !c.inspected() && o.separation.getKind() != Separation.Kind.SEQUENTIAL_K_SUBSETS;
  }

  /** A name of this association, which may be one of several in its layer. */
  String name(String own) {
    return prefix + own;
  }

  /** A parameter, or null. */
  SDVariable p(String name) {
    return c.param(prefix + name);
  }

  /** The bias of a projection, or null. */
  SDVariable bias(String letter) {
    return o.inputBias ? p("b" + letter) : null;
  }

  SDVariable linear(SDVariable x, SDVariable weight, SDVariable bias) {
    return ops.project(x, List.of(Projection.of(weight).withBias(bias)))[0];
  }

  /** What projects patterns into a role; with its layer norm where it is normalised. */
  RoleProjection projection(String letter, Patterns x, String role, boolean normalise) {
    Projection<SDVariable> p = Projection.of(p("W" + letter)).withBias(bias(letter));
    if (normalise && p("gain" + role) != null) {
      p = p.withAffine(p("gain" + role), p("shift" + role));
    }
    return new RoleProjection(letter, x.whole(), normalise ? normEps(role) : null, p);
  }

  /** Zeros whose shape depends on the call, to broadcast with. */
  SDVariable zeros(String name, Function<GraphContext.Call, long[]> shape) {
    return c.zeros(prefix + name, 4, shape);
  }

  /** Epsilon of the norm of that role. */
  double normEps(String role) {
    return switch (role) {
      case "State" -> o.normaliseStatePatternEps;
      case "Stored" -> o.normaliseStoredPatternEps;
      case "Projection" -> o.normalisePatternProjectionEps;
      default -> o.normaliseHopfieldSpaceEps;
    };
  }

  /** [batch * length, size], after the layer norm of that role where there is one. */
  SDVariable normalised(Patterns x, String role, boolean normalise) {
    return normalise ? layerNorm(x.flat(), role, x.size(), normEps(role)) : x.flat();
  }

  private SDVariable layerNorm(SDVariable x, String role, long size, double eps) {
    SDVariable gain = p("gain" + role);
    return gain == null
        ? ops.layerNorm(x, null, null, eps, -1)
        : ops.layerNorm(x, gain.reshape(size), p("shift" + role).reshape(size), eps, -1);
  }

  /** The layer norm of the Hopfield space. */
  SDVariable spaceNorm(SDVariable x) {
    return layerNorm(x, "Space", core.hidden(), o.normaliseHopfieldSpaceEps);
  }

  /** The post-transform of patterns [B, H, T, depth]. */
  SDVariable post(SDVariable x) {
    return switch (o.postTransform) {
      case NONE -> x;
      case L2 -> ops.l2Normalize(x, o.postTransformEps, -1);
      case LAYER_NORM -> layerNorm(x, "Post", core.hidden(), o.postTransformEps);
    };
  }

  /** [1, H, 1, 1]. */
  SDVariable constant(String name, double[] perHead) {
    return constants.computeIfAbsent(
        name,
        n ->
            sd.constant(
                prefix + n,
                Nd4j.createFromArray(perHead)
                    .castTo(c.dataType())
                    .reshape(1, perHead.length, 1, 1)));
  }

  /** The learned alpha of each head, [1, H, 1, 1]. */
  SDVariable alpha() {
    if (alpha == null) {
      SDVariable fraction = GraphActivations.apply(sd, Activation.SIGMOID, p("alpha"));
      alpha = fraction.add(1).reshape(1, o.nHeads, 1, 1);
    }
    return alpha;
  }

  /**
   * Standard normal numbers for the threshold of a PFU in training, one a median scope: for one
   * step a row, or of several steps an array of rows.
   */
  SDVariable noise(int steps, Extent states) {
    if (!c.training()
        || o.lagrangianUnit.getKind() != LagrangianUnit.Kind.PFU
        || o.lagrangianUnit.getSigma() == 0) {
      return null;
    }
    return c.random(
        prefix + "noise" + noises++,
        c.dataType(),
        fused ? new long[] {-1, -1} : new long[] {-1},
        call -> {
          long groups =
              switch (o.lagrangianUnit.getMedianScope()) {
                case TENSOR -> 1;
                case SAMPLE -> states.batch(call);
                case ROW -> states.batch(call) * o.nHeads * states.length(call);
              };
          return fused
              ? Nd4j.randn(call.dataType(), steps, groups)
              : Nd4j.randn(call.dataType(), groups);
        });
  }

  /** What dropout multiplies the association [B, H, L, S] with; null: nothing. */
  SDVariable dropout(Extent states, Extent stored) {
    long extra = o.addZeroAssociation ? 1 : 0;
    return c.dropoutFactor(
        name("dropout"),
        o.dropout,
        4,
        call ->
            new long[] {
              states.batch(call), o.nHeads, states.length(call), stored.length(call) + extra
            });
  }

  /** Whether the unit's median is over the scores of a sample, padded state patterns left out. */
  boolean medianOfSample() {
    return o.lagrangianUnit.getKind() == LagrangianUnit.Kind.PFU
        && o.lagrangianUnit.getMedianScope() == LagrangianUnit.MedianScope.SAMPLE;
  }
}
