package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.runtime.GraphContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Defines one association in a graph; the formulas are at {@link AssociationCore}. */
final class AssociationGraph {

  private final AssociationScope scope;
  private final AssociationCore core;
  private final AssociationOptions o;
  private final GraphContext c;
  private final SameDiff sd;
  private final boolean fused;
  private final boolean pooling;
  private final boolean lookup;
  private final Map<String, Patterns> inputs = new HashMap<>();

  AssociationGraph(AssociationCore core, GraphContext c) {
    this.scope = new AssociationScope(core, c);
    this.core = core;
    this.o = core.options();
    this.c = c;
    this.sd = c.sd();
    this.fused = scope.fused;
    this.pooling = core.kind() == AssociationCore.Kind.POOLING;
    this.lookup = core.kind() == AssociationCore.Kind.LOOKUP;
  }

  /**
   * @param stored input of the stored patterns; null for lookup
   * @param state input of the state patterns; null for pooling
   * @param projection input of the pattern projection; null for lookup
   * @param associationMask name of the input with the association mask, or null
   * @return [B, L, nOut]; for pooling [B, quantity * nOut]
   */
  SDVariable define(
      PatternInput stored, PatternInput state, PatternInput projection, String associationMask) {
    Patterns r = pooling ? parameter("pooling") : input(state, o.nIn);
    Patterns y = lookup ? parameter("lookup") : input(stored, core.storedSize());
    Patterns z = projected(projection, y);
    Extent states =
        new Extent(pooling ? y.extent().batch() : r.extent().batch(), r.extent().length());
    boolean joined = lookup && associationMask == null && oneForAllSamples();
    if (joined) {
      r = r.joined();
    }
    DiffusedPatterns diffusion = null;
    if (core.diffuses()) {
      diffusion = new DiffusedPatterns(scope, y, r, z, stored, state);
      y = diffusion.stored();
      r = diffusion.state();
    }
    AssociationMasks masks = new AssociationMasks(scope, stored, state, associationMask, diffusion);
    PooledAssociation pooled = new PooledAssociation(scope);
    if (associationMask == null && pooled.applies(y, z)) {
      SDVariable factor = scope.dropout(states, y.extent());
      return output(pooled.of(states(r), y, masks.keep(), factor), states);
    }
    Roles roles = roles(r, y, z);
    if (!fused) {
      roles = roles.eachSample(states, joined);
    }
    if (o.addZeroAssociation) {
      roles = roles.withZero(states, joined || fused && lookup);
    }
    SDVariable retrieved =
        fused
            ? new FusedAssociation(scope, masks).of(roles.q, roles.k, roles.v, states)
            : stepped(roles, masks, states, y.extent(), joined);
    return output(retrieved, states);
  }

  /**
   * Whether every state pattern of every sample meets the same stored patterns in the same way, so
   * that all of them may be one long sample.
   */
  private boolean oneForAllSamples() {
    return (core.maximumSteps() == 0 || !core.stopsEarly()) && !core.hasUnit() && !core.diffuses();
  }

  // ---------------------------------------------------------------- patterns

  private Patterns parameter(String name) {
    SDVariable flat = scope.p(name);
    Extent extent = new Extent(call -> 1, call -> o.quantity);
    return new Patterns(flat, flat, false, scope.name(name), flat.getShape()[1], extent);
  }

  private Patterns projected(PatternInput projection, Patterns stored) {
    if (!lookup) {
      return input(projection, core.projectionSize());
    }
    return o.lookupWeightsAsSeparated ? parameter("targets") : stored;
  }

  private Patterns input(PatternInput in, long size) {
    return inputs.computeIfAbsent(
        in.name(),
        name -> {
          Extent extent =
              new Extent(
                  call -> PatternInput.batch(call.input(name)),
                  call -> PatternInput.length(call.input(name), in.format()));
          return new Patterns(in.flat(c, size), in.whole(c), in.bySample(c), name, size, extent);
        });
  }

  // ---------------------------------------------------------------- roles

  /**
   * State patterns, stored patterns and their projection in heads: [B, H, T, D], or [B, T, H, D]
   * for the fused op.
   */
  private final class Roles {
    private final SDVariable q;
    private final SDVariable k;
    private final SDVariable v;

    Roles(SDVariable q, SDVariable k, SDVariable v) {
      this.q = q;
      this.k = k;
      this.v = v;
    }

    /** Patterns that are parameters, once for each sample: products do not broadcast. */
    Roles eachSample(Extent states, boolean joined) {
      if (!pooling && !(lookup && !joined)) {
        return this;
      }
      SDVariable batch = scope.zeros("batch", call -> new long[] {states.batch(call), 1, 1, 1});
      return pooling ? new Roles(q.add(batch), k, v) : new Roles(q, k.add(batch), v.add(batch));
    }

    /** With a stored pattern of zeros. */
    Roles withZero(Extent states, boolean single) {
      int patterns = fused ? 1 : 2;
      return new Roles(
          q,
          sd.concat(patterns, k, zero("zeroKey", single, states, core.hidden())),
          sd.concat(patterns, v, zero("zeroValue", single, states, core.pattern())));
    }

    private SDVariable zero(String name, boolean single, Extent states, long depth) {
      return scope.zeros(
          name,
          call -> {
            long batch = single ? 1 : states.batch(call);
            return fused
                ? new long[] {batch, 1, o.nHeads, depth}
                : new long[] {batch, o.nHeads, 1, depth};
          });
    }
  }

  /** State patterns alone, [B, L, H, D]. */
  private SDVariable states(Patterns r) {
    List<RoleProjection> roles =
        o.statePatternAsStatic
            ? List.of()
            : List.of(scope.projection("q", r, "State", o.normaliseStatePattern));
    SDVariable projected = RoleProjection.all(scope.ops, roles).get("q");
    SDVariable q = role(projected, r, "State", o.normaliseStatePattern);
    return fused ? q : q.permute(0, 2, 1, 3);
  }

  private Roles roles(Patterns r, Patterns y, Patterns z) {
    boolean normaliseState = o.normaliseStatePattern && !core.diffuses();
    boolean normaliseStored = o.normaliseStoredPattern && !core.diffuses();
    List<RoleProjection> roles = new ArrayList<>();
    if (!o.statePatternAsStatic) {
      roles.add(scope.projection("q", r, "State", normaliseState));
    }
    if (!o.storedPatternAsStatic) {
      roles.add(scope.projection("k", y, "Stored", normaliseStored));
    }
    if (!core.connected() && !o.patternProjectionAsStatic) {
      roles.add(scope.projection("v", z, "Projection", o.normalisePatternProjection));
    }
    Map<String, SDVariable> projected = RoleProjection.all(scope.ops, roles);
    SDVariable q = role(projected.get("q"), r, "State", normaliseState);
    SDVariable k = role(projected.get("k"), y, "Stored", normaliseStored);
    SDVariable v = value(projected.get("v"), z);
    if (o.normaliseHopfieldSpace) {
      q = scope.spaceNorm(q);
      k = scope.spaceNorm(k);
    }
    return new Roles(scope.post(q), scope.post(k), scope.post(v));
  }

  /** Patterns in heads, from their projection or, static, as they are: [B, H, T, D]. */
  private SDVariable role(SDVariable projected, Patterns x, String role, boolean normalise) {
    return projected == null
        ? heads(scope.normalised(x, role, normalise), x, x.size(), true)
        : heads(projected, x, core.hidden(), false);
  }

  private SDVariable value(SDVariable projected, Patterns z) {
    if (!core.connected()) {
      return projected == null
          ? role(null, z, "Projection", o.normalisePatternProjection)
          : heads(projected, z, core.pattern(), false);
    }
    RoleProjection key = scope.projection("k", z, "Projection", o.normalisePatternProjection);
    SDVariable inner = RoleProjection.all(scope.ops, List.of(key)).get("k");
    if (o.patternProjectionAsStatic) {
      return heads(inner, z, core.hidden(), false);
    }
    SDVariable outer = scope.linear(inner, scope.p("Wv"), scope.bias("v"));
    return heads(outer, z, core.pattern(), false);
  }

  /**
   * [..., H*depth] to [B, H, T, depth] (fused: [B, T, H, depth]); one and the same for all heads if
   * it has no heads yet.
   */
  private SDVariable heads(SDVariable flat, Patterns x, long depth, boolean without) {
    boolean single = without || o.nHeads == 1;
    SDVariable y =
        flat.reshape(
            c.shape(
                scope.name((single ? "single-" : "heads-") + x.key() + "-" + depth),
                call ->
                    new long[] {
                      x.extent().batch(call), x.extent().length(call), single ? 1 : o.nHeads, depth
                    }));
    if (single && o.nHeads > 1) {
      y = y.add(scope.zeros("heads", call -> new long[] {1, 1, o.nHeads, 1}));
    }
    return fused ? y : y.permute(0, 2, 1, 3);
  }

  // ---------------------------------------------------------------- retrieval

  private SDVariable stepped(
      Roles roles, AssociationMasks masks, Extent states, Extent stored, boolean joined) {
    SDVariable xi = new SteppedAssociation(scope, masks, states).of(roles.q, roles.k);
    c.expose(scope.name(AssociationCore.ASSOCIATION), xi);
    c.expose(scope.name(AssociationCore.PROJECTED), roles.v);
    Extent rows = joined ? states.joined() : states;
    SDVariable factor = scope.dropout(rows, stored);
    if (factor != null) {
      xi = xi.mul(factor);
    }
    SDVariable out = scope.post(sd.mmul(xi, roles.v));
    return o.nHeads > 1 ? out.permute(0, 2, 1, 3) : out;
  }

  /** What the heads retrieved, [B, L, H, P], as the output. */
  private SDVariable output(SDVariable retrieved, Extent states) {
    long depth = o.nHeads * core.pattern();
    SDVariable out =
        retrieved.reshape(
            c.shape(
                scope.name("retrieved"),
                call -> new long[] {states.batch(call), states.length(call), depth}));
    if (!o.disableOutProjection) {
      out = scope.linear(out, scope.p("Wo"), scope.bias("o"));
    }
    if (o.associationActivation != null) {
      out = GraphActivations.apply(sd, o.associationActivation, out);
    }
    return pooling ? out.reshape(-1, o.quantity * core.outputSize()) : out;
  }
}
