package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.AssociationInputs;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Projection;
import io.github.dl4jhopfield.ops.SDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.UnitOutput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The Hopfield association that every layer and vertex of this package is made of: normalisation,
 * projection, heads, update steps with early stop, output projection (Ramsauer et al., Hopfield
 * Networks is All You Need, ICLR 2021, equations 3, 10 and appendix A.6).
 *
 * <p>For one head, with state patterns R [L, F], stored patterns Y and pattern projection input Z:
 *
 * <pre>
 *   q = LN(R) Wq + bq          k = LN(Y) Wk + bk          v = LN(Z) Wv + bv
 *   xi = sep(beta q k')        repeat updateSteps times: q = xi k, xi = sep(beta q k')
 *   out = dropout(xi) v        heads side by side, then Wo and bo
 * </pre>
 *
 * <p>With a post-transform P: q, k and v go through it first, then q = P(xi k) and out = P(xi v).
 * With a Lagrangian unit D the scores are D(beta q k') and the last xi is multiplied by D'.
 *
 * <p>An input that serves several roles is normalised and projected by one op ({@link
 * RoleProjection}).
 */
final class AssociationCore implements LayerCore {

  /** Where state patterns and stored patterns come from. */
  enum Kind {
    /** All from inputs. */
    ASSOCIATION,
    /** State patterns are parameters. */
    POOLING,
    /** Stored patterns and pattern projection are parameters. */
    LOOKUP
  }

  /** Name under which the association is exposed. */
  static final String ASSOCIATION = "association";

  /** Name under which the association without D' of a Lagrangian unit is exposed. */
  static final String SEPARATED = "separated";

  /** Name under which D' of a Lagrangian unit is exposed. */
  static final String KEPT = "kept";

  /** Name under which projected patterns are exposed. */
  static final String PROJECTED = "projected";

  private static final double INITIAL_STANDARD_DEVIATION = 0.02;

  /** Training keeps the states of so many update steps; of more, memory would grow with them. */
  private static final int MOST_SAVED_STEPS = 8;

  private final Kind kind;
  private final AssociationOptions o;
  private final String prefix;

  AssociationCore(Kind kind, AssociationOptions options) {
    this(kind, options, "");
  }

  /**
   * @param prefix of the parameters' names, for layers with more than one association
   */
  AssociationCore(Kind kind, AssociationOptions options, String prefix) {
    this.kind = kind;
    this.o = options;
    this.prefix = prefix;
  }

  Kind kind() {
    return kind;
  }

  AssociationOptions options() {
    return o;
  }

  String prefix() {
    return prefix;
  }

  // ---------------------------------------------------------------- sizes

  boolean staticOnly() {
    return o.storedPatternAsStatic
        && o.statePatternAsStatic
        && o.patternProjectionAsStatic
        && !o.patternProjectionAsConnected
        && !o.normaliseHopfieldSpace
        && o.disableOutProjection;
  }

  long storedSize() {
    return o.storedPatternSize > 0 ? o.storedPatternSize : o.nIn;
  }

  long projectionSize() {
    if (o.patternProjectionSize > 0) {
      return o.patternProjectionSize;
    }
    return kind == Kind.LOOKUP ? storedSize() : o.nIn;
  }

  long hidden() {
    if (o.hiddenSize > 0) {
      return o.hiddenSize;
    }
    return staticOnly() ? storedSize() : o.nIn / o.nHeads;
  }

  private boolean connected() {
    return o.patternProjectionAsConnected && !o.storedPatternAsStatic;
  }

  long pattern() {
    if (o.patternProjectionAsStatic) {
      return connected() ? hidden() : projectionSize();
    }
    return o.patternSize > 0 ? o.patternSize : hidden();
  }

  @Override
  public long outputSize() {
    if (o.disableOutProjection) {
      return o.nHeads * pattern();
    }
    return o.nOut > 0 ? o.nOut : o.nIn;
  }

  /** Checks what needs no input type. */
  @Override
  public void validate(String owner) {
    check(owner, "nHeads", o.nHeads, 1);
    check(owner, "nIn", o.nIn, 1);
    if (o.hiddenSize <= 0 && !staticOnly() && o.nIn % o.nHeads != 0) {
      throw wrong(
          owner,
          "nIn = " + o.nIn + " is not divisible by nHeads = " + o.nHeads + " (or set hiddenSize)");
    }
    if (o.statePatternAsStatic && o.nIn != hidden()) {
      throw wrong(
          owner, "static state patterns of depth nIn = " + o.nIn + ", hiddenSize = " + hidden());
    }
    if (o.storedPatternAsStatic && storedSize() != hidden()) {
      throw wrong(
          owner,
          "static stored patterns of depth storedPatternSize = "
              + storedSize()
              + ", hiddenSize = "
              + hidden());
    }
    if (o.patternProjectionAsStatic && o.patternSize > 0 && o.patternSize != pattern()) {
      throw wrong(
          owner,
          "static pattern projection of depth " + pattern() + ", patternSize = " + o.patternSize);
    }
    if (connected() && storedSize() != projectionSize()) {
      throw wrong(
          owner,
          "pattern projection connected to stored patterns: storedPatternSize = "
              + storedSize()
              + ", patternProjectionSize = "
              + projectionSize());
    }
    if (connected() && pattern() != hidden()) {
      throw wrong(
          owner,
          "pattern projection connected to stored patterns: patternSize = "
              + pattern()
              + ", hiddenSize = "
              + hidden());
    }
    if (o.disableOutProjection && o.nOut > 0 && o.nOut != outputSize()) {
      throw wrong(
          owner,
          "without output projection the output has depth nHeads * patternSize = "
              + outputSize()
              + ", nOut = "
              + o.nOut);
    }
    if (kind == Kind.LOOKUP && !o.lookupWeightsAsSeparated && projectionSize() != storedSize()) {
      throw wrong(
          owner,
          "lookup weights serve as pattern projection: storedPatternSize = "
              + storedSize()
              + ", patternProjectionSize = "
              + projectionSize()
              + " (or set lookupWeightsAsSeparated)");
    }
    if (kind != Kind.ASSOCIATION) {
      check(owner, "quantity", o.quantity, 1);
    }
    perHead(owner, "beta", o.beta == null ? 1 : o.beta.length);
    perHead(owner, "updateSteps", o.updateSteps.length);
    perHead(owner, "updateStepsEps", o.updateStepsEps.length);
    for (int s : o.updateSteps) {
      if (s < AssociationOptions.UNTIL_CONVERGED) {
        throw wrong(owner, "updateSteps = " + s + ", expected 0 or more");
      }
    }
    for (double e : o.updateStepsEps) {
      if (!(e >= 0)) {
        throw wrong(owner, "updateStepsEps = " + e + ", expected 0 or more");
      }
    }
    check(owner, "maxUpdateSteps", o.maxUpdateSteps, 1);
    if (!(o.dropout >= 0 && o.dropout < 1)) {
      throw wrong(owner, "associationDropout = " + o.dropout + ", expected 0 <= p < 1");
    }
    if (o.normaliseHopfieldSpaceAffine && !o.normaliseHopfieldSpace) {
      throw wrong(owner, "normaliseHopfieldSpaceAffine without normaliseHopfieldSpace");
    }
    if (o.associationActivation != null) {
      GraphActivations.validate(owner, "associationActivation", o.associationActivation);
    }
    separation(owner);
    if (o.postTransformAffine && o.postTransform != PostTransform.LAYER_NORM) {
      throw wrong(owner, "postTransformAffine with postTransform " + o.postTransform);
    }
    if (o.postTransformAffine && pattern() != hidden()) {
      throw wrong(
          owner,
          "postTransformAffine has one gain for state and projected patterns: hiddenSize = "
              + hidden()
              + ", patternSize = "
              + pattern());
    }
    o.diffusion.validate(owner, o.nIn, storedSize(), projectionSize());
    if (diffuses()) {
      diffusion(owner);
    }
    if (!(o.postTransformEps > 0)) {
      throw wrong(owner, "postTransformEps = " + o.postTransformEps + ", expected above 0");
    }
  }

  /** Patterns that are parameters are the same for every sample, so their diffusion must be too. */
  private void diffusion(String owner) {
    DiffusionOptions d = o.diffusion;
    if (d.compatible && kind != Kind.ASSOCIATION) {
      throw wrong(owner, "compatible diffusion is for associations of inputs only");
    }
    boolean each = d.adaptiveEta || d.energyTolerance > 0;
    if (kind == Kind.LOOKUP && each || kind == Kind.POOLING && d.adaptiveEta && d.statePatterns) {
      throw wrong(
          owner,
          "diffusion that differs from sample to sample (adaptiveEta = "
              + d.adaptiveEta
              + ", energyTolerance = "
              + d.energyTolerance
              + ") of trained patterns, which all samples share");
    }
  }

  private void perHead(String owner, String option, int given) {
    if (given != 1 && given != o.nHeads) {
      throw wrong(
          owner, option + " has " + given + " entries, nHeads = " + o.nHeads + " (or give one)");
    }
  }

  static void check(String owner, String option, long value, long least) {
    if (value < least) {
      throw wrong(owner, option + " = " + value + ", expected at least " + least);
    }
  }

  static IllegalArgumentException wrong(String owner, String what) {
    return new IllegalArgumentException(owner + ": " + what);
  }

  private void separation(String owner) {
    switch (o.separation.getKind()) {
      case SOFTMAX, SPARSEMAX, ENTMAX15, ENTMAX, NORMMAX, K_SUBSETS, SEQUENTIAL_K_SUBSETS -> {}
      case LEARNED_ENTMAX -> {
        if (o.separation.getAlpha() <= 1 || o.separation.getAlpha() >= 2) {
          throw wrong(
              owner,
              "separation "
                  + o.separation
                  + ": a learned alpha is 1 + sigmoid(parameter); expected a start above 1 and"
                  + " below 2");
        }
      }
    }
  }

  // ---------------------------------------------------------------- parameters

  /** One parameter. */
  record Parameter(String name, long rows, long columns, boolean weight, double initial) {}

  /** Gains start at 1, shifts and biases at 0, weights are drawn. */
  private static final double DRAWN = Double.NaN;

  /** The parameters in their order in the flat array. */
  @Override
  public Map<String, Parameter> parameters() {
    Map<String, Parameter> all = new LinkedHashMap<>();
    long h = o.nHeads;
    if (kind == Kind.POOLING) {
      weight(all, "pooling", o.quantity, o.nIn);
    }
    if (kind == Kind.LOOKUP) {
      weight(all, "lookup", o.quantity, storedSize());
      if (o.lookupWeightsAsSeparated) {
        weight(all, "targets", o.quantity, projectionSize());
      }
    }
    affine(all, "State", o.normaliseStatePattern && o.normaliseStatePatternAffine, o.nIn);
    affine(all, "Stored", o.normaliseStoredPattern && o.normaliseStoredPatternAffine, storedSize());
    affine(
        all,
        "Projection",
        o.normalisePatternProjection && o.normalisePatternProjectionAffine,
        projectionSize());
    affine(all, "Space", o.normaliseHopfieldSpace && o.normaliseHopfieldSpaceAffine, hidden());
    affine(all, "Post", o.postTransformAffine, hidden());
    if (!o.statePatternAsStatic) {
      linear(all, "q", o.nIn, h * hidden());
    }
    if (!o.storedPatternAsStatic) {
      linear(all, "k", storedSize(), h * hidden());
    }
    if (!o.patternProjectionAsStatic) {
      linear(all, "v", connected() ? h * hidden() : projectionSize(), h * pattern());
    }
    if (!o.disableOutProjection) {
      linear(all, "o", h * pattern(), outputSize());
    }
    if (learnsAlpha()) {
      double start = o.separation.getAlpha() - 1;
      add(all, new Parameter(prefix + "alpha", 1, h, false, Math.log(start / (1 - start))));
    }
    return all;
  }

  private void weight(Map<String, Parameter> all, String name, long rows, long columns) {
    add(all, new Parameter(prefix + name, rows, columns, true, DRAWN));
  }

  private void affine(Map<String, Parameter> all, String role, boolean present, long size) {
    if (present) {
      add(all, new Parameter(prefix + "gain" + role, 1, size, false, 1));
      add(all, new Parameter(prefix + "shift" + role, 1, size, false, 0));
    }
  }

  private void linear(Map<String, Parameter> all, String role, long in, long out) {
    weight(all, "W" + role, in, out);
    if (o.inputBias) {
      add(all, new Parameter(prefix + "b" + role, 1, out, false, 0));
    }
  }

  private static void add(Map<String, Parameter> all, Parameter p) {
    all.put(p.name(), p);
  }

  private boolean learnsAlpha() {
    return o.separation.getKind() == Separation.Kind.LEARNED_ENTMAX;
  }

  private boolean diffuses() {
    // difflayers without eta is hflayers; ours without eta still has its graph attention
    return o.diffusion.mode != DiffusionMode.NONE
        && !(o.diffusion.compatible && o.diffusion.eta == 0);
  }

  private boolean hasUnit() {
    return o.lagrangianUnit.getKind() != LagrangianUnit.Kind.NONE;
  }

  /** Whether training may change the parameter. */
  @Override
  public boolean trainable(String name) {
    if (name.equals(prefix + "pooling") || name.equals(prefix + "lookup")) {
      return o.trainable;
    }
    return !name.equals(prefix + "targets") || o.lookupTargetsAsTrainable;
  }

  /** As the originals: weights and patterns N(0, 0.02), biases and shifts 0, gains 1. */
  @Override
  public void initialise(Map<String, INDArray> table) {
    for (Parameter p : parameters().values()) {
      INDArray array = table.get(p.name());
      if (Double.isNaN(p.initial())) {
        array.assign(Nd4j.randn(array.dataType(), array.shape()).muli(INITIAL_STANDARD_DEVIATION));
      } else {
        array.assign(p.initial());
      }
    }
  }

  // ---------------------------------------------------------------- steps

  private int steps(int head) {
    int s = o.updateSteps[o.updateSteps.length == 1 ? 0 : head];
    return s == AssociationOptions.UNTIL_CONVERGED ? o.maxUpdateSteps : s;
  }

  private double eps(int head) {
    return o.updateStepsEps[o.updateStepsEps.length == 1 ? 0 : head];
  }

  @Override
  public int maximumSteps() {
    int most = 0;
    for (int h = 0; h < o.nHeads; h++) {
      most = Math.max(most, steps(h));
    }
    return most;
  }

  private boolean stopsEarly() {
    for (int h = 0; h < o.nHeads; h++) {
      if (eps(h) > 0) {
        return true;
      }
    }
    return false;
  }

  /** The first graph holds at most four steps: most heads stop within them, if they may stop. */
  @Override
  public int initialSteps() {
    return stopsEarly() ? Math.min(4, maximumSteps()) : maximumSteps();
  }

  @Override
  public boolean differsInTraining() {
    return o.dropout > 0 || o.lagrangianUnit.getKind() == LagrangianUnit.Kind.PFU;
  }

  /** Name under which the association after that many update steps is exposed. */
  private String atStep(int step) {
    return prefix + ASSOCIATION + "-" + step;
  }

  @Override
  public List<String> innerNames() {
    List<String> names =
        new ArrayList<>(List.of(prefix + ASSOCIATION, prefix + SEPARATED, prefix + PROJECTED));
    if (hasUnit()) {
      names.add(prefix + KEPT);
    }
    for (int t = 0; t <= maximumSteps(); t++) {
      names.add(atStep(t));
    }
    return names;
  }

  // ---------------------------------------------------------------- graph

  /**
   * Patterns, and how they unfold.
   *
   * @param flat [batch * length, size]
   * @param whole the same patterns along the last dimension of any array, for what needs no copy
   */
  private record Patterns(
      SDVariable flat,
      SDVariable whole,
      String key,
      long size,
      ToLongFunction<GraphContext.Call> batch,
      ToLongFunction<GraphContext.Call> length) {}

  /**
   * An input of the layer as patterns.
   *
   * @param flat [batch * length, size] worked out from the input, in place of the input itself; or
   *     null
   */
  record Input(String name, RNNFormat format, SDVariable flat) {

    Input(String name, RNNFormat format) {
      this(name, format, null);
    }

    static long batch(INDArray array) {
      return array.size(0);
    }

    static long length(INDArray array, RNNFormat format) {
      return array.rank() == 2 ? 1 : array.size(format == RNNFormat.NCW ? 2 : 1);
    }
  }

  /** An input with its features along the last dimension. */
  static SDVariable whole(GraphContext c, Input in) {
    if (in.flat() != null) {
      return in.flat();
    }
    SDVariable x = c.input(in.name());
    boolean turned = x.getShape().length == 3 && in.format() == RNNFormat.NCW;
    return turned ? x.permute(0, 2, 1) : x;
  }

  /** An input as [batch * length, size]. */
  static SDVariable flat(GraphContext c, Input in, long size) {
    if (in.flat() != null) {
      return in.flat();
    }
    SDVariable x = c.input(in.name());
    if (x.getShape().length == 2) {
      return x;
    }
    return (in.format() == RNNFormat.NCW ? x.permute(0, 2, 1) : x).reshape(-1, size);
  }

  /** Defines the association in a graph. */
  final class Graph {
    private final GraphContext c;
    private final SameDiff sd;
    private final SDHopfield ops;
    private ToLongFunction<GraphContext.Call> batch;
    private ToLongFunction<GraphContext.Call> length;
    private SDVariable alpha;
    private int noises;
    private final boolean fused;

    Graph(GraphContext c) {
      this.c = c;
      this.fused = fuses();
      this.sd = c.sd();
      this.ops = SDHopfield.of(sd);
    }

    private SDVariable p(String name) {
      return c.param(prefix + name);
    }

    /**
     * @param stored input of the stored patterns; null for lookup
     * @param state input of the state patterns; null for pooling
     * @param projection input of the pattern projection; null for lookup
     * @param associationMask name of the input with the association mask, or null
     * @return [B, L, nOut]; for pooling [B, quantity * nOut]
     */
    SDVariable define(Input stored, Input state, Input projection, String associationMask) {
      boolean flatLookup =
          kind == Kind.LOOKUP
              && associationMask == null
              && (maximumSteps() == 0 || !stopsEarly())
              && !hasUnit()
              && !diffuses();
      Patterns r = kind == Kind.POOLING ? parameter("pooling") : input(state, o.nIn);
      Patterns y = kind == Kind.LOOKUP ? parameter("lookup") : input(stored, storedSize());
      Patterns z;
      if (kind != Kind.LOOKUP) {
        z = input(projection, projectionSize());
      } else {
        z = o.lookupWeightsAsSeparated ? parameter("targets") : y;
      }
      ToLongFunction<GraphContext.Call> b = kind == Kind.POOLING ? y.batch() : r.batch();
      ToLongFunction<GraphContext.Call> l = r.length();
      ToLongFunction<GraphContext.Call> s = y.length();
      batch = b;
      length = l;
      if (flatLookup) {
        // every state pattern of every sample meets the same stored patterns: one long sample
        r =
            new Patterns(
                r.flat(),
                r.whole(),
                r.key() + "-joined",
                r.size(),
                call -> 1,
                call -> b.applyAsLong(call) * l.applyAsLong(call));
      }

      boolean diffuses = diffuses();
      if (diffuses) {
        Patterns[] diffused = diffused(y, r, z, stored, state);
        y = diffused[0];
        r = diffused[1];
      }
      boolean normaliseState = o.normaliseStatePattern && !diffuses;
      boolean normaliseStored = o.normaliseStoredPattern && !diffuses;
      List<RoleProjection> roles = new ArrayList<>();
      if (!o.statePatternAsStatic) {
        roles.add(projection("q", r, "State", normaliseState));
      }
      if (!o.storedPatternAsStatic) {
        roles.add(projection("k", y, "Stored", normaliseStored));
      }
      if (!connected() && !o.patternProjectionAsStatic) {
        roles.add(projection("v", z, "Projection", o.normalisePatternProjection));
      }
      Map<String, SDVariable> projected = RoleProjection.all(ops, roles);
      SDVariable q = role(projected.get("q"), r, "State", normaliseState);
      SDVariable k = role(projected.get("k"), y, "Stored", normaliseStored);
      SDVariable v = value(projected.get("v"), z);
      if (o.normaliseHopfieldSpace) {
        q = spaceNorm(q);
        k = spaceNorm(k);
      }
      q = post(q);
      k = post(k);
      v = post(v);
      boolean one = flatLookup || fused && kind == Kind.LOOKUP;
      if (!fused && kind == Kind.POOLING) {
        q = q.add(zeros("batch", call -> new long[] {b.applyAsLong(call), 1, 1, 1}));
      }
      if (!fused && kind == Kind.LOOKUP && !flatLookup) {
        SDVariable batch = zeros("batch", call -> new long[] {b.applyAsLong(call), 1, 1, 1});
        k = k.add(batch);
        v = v.add(batch);
      }
      if (o.addZeroAssociation) {
        k = sd.concat(fused ? 1 : 2, k, zero("zeroKey", one, b, hidden()));
        v = sd.concat(fused ? 1 : 2, v, zero("zeroValue", one, b, pattern()));
      }
      if (fused) {
        return projected(fused(q, k, v, stored, state, associationMask), b, l);
      }
      SDVariable keep = keep(stored, associationMask);
      SDVariable bias = associationMask == null ? null : additive(associationMask);
      SDVariable xi = associate(q, k, keep, bias, state);
      c.expose(prefix + ASSOCIATION, xi);
      c.expose(prefix + PROJECTED, v);
      boolean joined = flatLookup;
      long extra = o.addZeroAssociation ? 1 : 0;
      xi =
          c.dropout(
              prefix + "dropout",
              xi,
              o.dropout,
              4,
              call -> {
                long batch = b.applyAsLong(call);
                long length = l.applyAsLong(call);
                return new long[] {
                  joined ? 1 : batch,
                  o.nHeads,
                  joined ? batch * length : length,
                  s.applyAsLong(call) + extra
                };
              });
      SDVariable out = post(sd.mmul(xi, v));
      if (o.nHeads > 1) {
        out = out.permute(0, 2, 1, 3);
      }
      return projected(out, b, l);
    }

    /** What the heads retrieved, [B, L, H, P], as the output. */
    private SDVariable projected(
        SDVariable retrieved,
        ToLongFunction<GraphContext.Call> b,
        ToLongFunction<GraphContext.Call> l) {
      long depth = o.nHeads * pattern();
      SDVariable out =
          retrieved.reshape(
              c.shape(
                  prefix + "retrieved",
                  call -> new long[] {b.applyAsLong(call), l.applyAsLong(call), depth}));
      if (!o.disableOutProjection) {
        out = linear(out, p("Wo"), o.inputBias ? p("bo") : null);
      }
      if (o.associationActivation != null) {
        out = GraphActivations.apply(sd, o.associationActivation, out);
      }
      return kind == Kind.POOLING ? out.reshape(-1, o.quantity * outputSize()) : out;
    }

    // ------------------------------------------------------------ fused

    /**
     * Whether the association runs as one op, which needs no array of state times stored patterns.
     * That op has no dropout, gives no association to look at, and transforms no state patterns
     * between steps.
     */
    private boolean fuses() {
      return !c.inspected()
          && !(c.training() && o.dropout > 0)
          && o.separation.getKind() != Separation.Kind.SEQUENTIAL_K_SUBSETS
          && (o.postTransform == PostTransform.NONE || maximumSteps() == 0);
    }

    /** [B, L, H, P] of q [B, L, H, D], k [B, S, H, D] and v [B, S, H, P]. */
    private SDVariable fused(
        SDVariable q,
        SDVariable k,
        SDVariable v,
        Input stored,
        Input state,
        String associationMask) {
      AssociationInputs<SDVariable> in = AssociationInputs.of(q, k, v);
      SDVariable keep = keep(stored, associationMask);
      if (keep != null) {
        in.mask(keep);
      }
      if (associationMask != null) {
        in.additiveMask(additive(associationMask));
      }
      if (state != null && c.mask(state.name()) != null && stateMaskMatters()) {
        in.queryMask(
            c.feed(
                prefix + "queryMask",
                c.dataType(),
                new long[] {-1, -1},
                call -> {
                  INDArray mask = call.mask(state.name());
                  return mask.reshape(mask.size(0), mask.length() / mask.size(0));
                }));
      }
      if (o.beta != null && o.beta.length > 1) {
        in.beta(constant("beta", o.beta).reshape(o.nHeads));
      }
      if (learnsAlpha()) {
        in.alpha(alpha().reshape(o.nHeads));
      }
      SDVariable noise = noise(maximumSteps() + 1);
      if (noise != null) {
        in.noise(noise);
      }
      return post(ops.association(fusedOptions(), in).out());
    }

    private boolean stateMaskMatters() {
      return o.updateStepScope == UpdateStepScope.SAMPLE && maximumSteps() > 0 && stopsEarly()
          || medianOfSample();
    }

    private boolean medianOfSample() {
      return o.lagrangianUnit.getKind() == LagrangianUnit.Kind.PFU
          && o.lagrangianUnit.getMedianScope() == LagrangianUnit.MedianScope.SAMPLE;
    }

    private Association fusedOptions() {
      int[] steps = new int[o.nHeads];
      double[] eps = new double[o.nHeads];
      for (int h = 0; h < o.nHeads; h++) {
        steps[h] = steps(h);
        // the op stops at a change of 0 where eps is 0; below it never stops
        eps[h] = eps(h) == 0 ? -1 : eps(h);
      }
      Association.Builder association = Association.builder();
      boolean exact = c.dataType() == DataType.FLOAT || c.dataType() == DataType.DOUBLE;
      if (c.training() && exact && maximumSteps() > 0 && maximumSteps() <= MOST_SAVED_STEPS) {
        association.withSavedStates();
      }
      return association
          .separation(o.separation)
          .lagrangianUnit(o.lagrangianUnit)
          .beta(o.beta != null && o.beta.length == 1 ? o.beta[0] : defaultBeta())
          .updateSteps(steps)
          .updateStepsEps(eps)
          .stopScope(
              o.updateStepScope == UpdateStepScope.SAMPLE
                  ? Association.StopScope.SAMPLE
                  : Association.StopScope.BATCH)
          .additiveMaskGradient(false)
          .build();
    }

    private double defaultBeta() {
      return staticOnly() ? 1 : 1 / Math.sqrt(hidden());
    }

    /** A pattern of zeros to append, in each head. */
    private SDVariable zero(
        String name, boolean one, ToLongFunction<GraphContext.Call> b, long depth) {
      return zeros(
          name,
          call -> {
            long batch = one ? 1 : b.applyAsLong(call);
            return fused
                ? new long[] {batch, 1, o.nHeads, depth}
                : new long[] {batch, o.nHeads, 1, depth};
          });
    }

    // ------------------------------------------------------------ diffusion

    private Diffuser diffuser;

    /** Stored and state patterns, normalised and diffused. */
    private Patterns[] diffused(Patterns y, Patterns r, Patterns z, Input stored, Input state) {
      DiffusionOptions d = o.diffusion;
      double beta = o.beta != null && o.beta.length == 1 ? o.beta[0] : 1;
      Source storedSource = new Source("Stored", o.normaliseStoredPattern, stored, "lookup");
      Source stateSource = new Source("State", o.normaliseStatePattern, state, "pooling");
      diffuser = new Diffuser(d, beta, storedSource, stateSource);
      SDVariable k = shaped(y, normalised(y, "Stored", o.normaliseStoredPattern));
      SDVariable q = shaped(r, normalised(r, "State", o.normaliseStatePattern));
      SDVariable ofStored = matrices("Stored", call -> diffuser.of(call).stored());
      SDVariable ofState =
          d.statePatterns ? matrices("State", call -> diffuser.of(call).state()) : null;
      if (d.compatible) {
        SDVariable v = shaped(z, normalised(z, "Projection", o.normalisePatternProjection));
        SDVariable keep =
            d.graphAttention ? matrices("Keep", call -> diffuser.of(call).keep()) : null;
        for (int t = 0; t < d.steps; t++) {
          k = sd.mmul(ofStored, k);
          q = ofState == null ? q : sd.mmul(ofState, q);
          q = GraphDiffusion.attention(q, k, v, keep, beta);
        }
      } else {
        k = sd.mmul(ofStored, k);
        q = ofState == null ? q : sd.mmul(ofState, q);
      }
      return new Patterns[] {diffused(y, k), diffused(r, q)};
    }

    private Patterns diffused(Patterns x, SDVariable patterns) {
      SDVariable flat = patterns.reshape(-1, x.size());
      return new Patterns(flat, patterns, x.key() + "-diffused", x.size(), x.batch(), x.length());
    }

    private SDVariable shaped(Patterns x, SDVariable flat) {
      return flat.reshape(
          c.shape(
              prefix + "samples-" + x.key(),
              call ->
                  new long[] {
                    x.batch().applyAsLong(call), x.length().applyAsLong(call), x.size()
                  }));
    }

    private SDVariable matrices(
        String name, java.util.function.Function<GraphContext.Call, INDArray> of) {
      return c.random(
          prefix + "diffusion" + name,
          c.dataType(),
          new long[] {-1, -1, -1},
          call -> of.apply(call).castTo(call.dataType()));
    }

    /** A role's patterns outside the graph, from its input or, without one, from a parameter. */
    private final class Source implements Diffuser.Source {
      private final String role;
      private final boolean normalise;
      private final Input input;
      private final String parameter;

      Source(String role, boolean normalise, Input input, String parameter) {
        this.role = role;
        this.normalise = normalise;
        this.input = input;
        this.parameter = prefix + parameter;
      }

      @Override
      public INDArray patterns(GraphContext.Call call) {
        INDArray x =
            (input == null ? call.param(parameter) : call.input(input.name()))
                .castTo(DataType.DOUBLE);
        if (input == null) {
          x = x.reshape(1, x.size(0), x.size(1));
        } else if (x.rank() == 2) {
          x = x.reshape(x.size(0), 1, x.size(1));
        } else if (input.format() == RNNFormat.NCW) {
          x = x.permute(0, 2, 1);
        }
        return normalise ? normalised(call, x.dup('c')) : x.dup('c');
      }

      private INDArray normalised(GraphContext.Call call, INDArray x) {
        INDArray rows = x.reshape(-1, x.size(2));
        rows = rows.subColumnVector(rows.mean(1));
        INDArray variance = rows.mul(rows).mean(1);
        rows.diviColumnVector(
            org.nd4j.linalg.ops.transforms.Transforms.sqrt(variance.addi(eps(role)), false));
        INDArray gain = call.param(prefix + "gain" + role);
        if (gain != null) {
          rows.muliRowVector(gain.castTo(DataType.DOUBLE).reshape(gain.length()));
          INDArray shift = call.param(prefix + "shift" + role);
          rows.addiRowVector(shift.castTo(DataType.DOUBLE).reshape(shift.length()));
        }
        return rows.reshape(x.shape());
      }

      @Override
      public INDArray mask(GraphContext.Call call) {
        INDArray mask = input == null ? null : call.mask(input.name());
        return mask == null ? null : mask.reshape(mask.size(0), mask.length() / mask.size(0));
      }
    }

    private double eps(String role) {
      return switch (role) {
        case "State" -> o.normaliseStatePatternEps;
        case "Stored" -> o.normaliseStoredPatternEps;
        case "Projection" -> o.normalisePatternProjectionEps;
        default -> o.normaliseHopfieldSpaceEps;
      };
    }

    private SDVariable zeros(
        String name, java.util.function.Function<GraphContext.Call, long[]> shape) {
      return c.zeros(prefix + name, 4, shape);
    }

    private Patterns parameter(String name) {
      SDVariable flat = p(name);
      return new Patterns(
          flat, flat, prefix + name, flat.getShape()[1], call -> 1, call -> o.quantity);
    }

    private final Map<String, Patterns> inputs = new HashMap<>();

    private Patterns input(Input in, long size) {
      return inputs.computeIfAbsent(
          in.name(),
          name ->
              new Patterns(
                  flat(c, in, size),
                  whole(c, in),
                  name,
                  size,
                  call -> Input.batch(call.input(name)),
                  call -> Input.length(call.input(name), in.format())));
    }

    private RoleProjection projection(String letter, Patterns x, String role, boolean normalise) {
      Projection<SDVariable> p = Projection.of(p("W" + letter)).withBias(bias(letter));
      if (normalise && p("gain" + role) != null) {
        p = p.withAffine(p("gain" + role), p("shift" + role));
      }
      return new RoleProjection(letter, x.whole(), normalise ? eps(role) : null, p);
    }

    /** Patterns in heads, from their projection or, static, as they are: [B, H, T, D]. */
    private SDVariable role(SDVariable projected, Patterns x, String role, boolean normalise) {
      return projected == null
          ? heads(normalised(x, role, normalise), x, x.size(), true)
          : heads(projected, x, hidden(), false);
    }

    private SDVariable value(SDVariable projected, Patterns z) {
      if (!connected()) {
        return projected == null
            ? role(null, z, "Projection", o.normalisePatternProjection)
            : heads(projected, z, pattern(), false);
      }
      RoleProjection key = projection("k", z, "Projection", o.normalisePatternProjection);
      SDVariable inner = RoleProjection.all(ops, List.of(key)).get("k");
      if (o.patternProjectionAsStatic) {
        return heads(inner, z, hidden(), false);
      }
      SDVariable outer = linear(inner, p("Wv"), bias("v"));
      return heads(outer, z, pattern(), false);
    }

    private SDVariable linear(SDVariable x, SDVariable weight, SDVariable bias) {
      return ops.project(x, List.of(Projection.of(weight).withBias(bias)))[0];
    }

    private SDVariable bias(String letter) {
      return o.inputBias ? p("b" + letter) : null;
    }

    private SDVariable normalised(Patterns x, String role, boolean normalise) {
      return normalise ? layerNorm(x.flat(), role, x.size(), eps(role)) : x.flat();
    }

    private SDVariable layerNorm(SDVariable x, String role, long size, double eps) {
      SDVariable gain = p("gain" + role);
      return gain == null
          ? ops.layerNorm(x, null, null, eps, -1)
          : ops.layerNorm(x, gain.reshape(size), p("shift" + role).reshape(size), eps, -1);
    }

    /**
     * [..., H*depth] to [B, H, T, depth] (fused: [B, T, H, depth]); one and the same for all heads
     * if it has no heads yet.
     */
    private SDVariable heads(SDVariable flat, Patterns x, long depth, boolean without) {
      boolean single = without || o.nHeads == 1;
      SDVariable y =
          flat.reshape(
              c.shape(
                  prefix + (single ? "single-" : "heads-") + x.key() + "-" + depth,
                  call ->
                      new long[] {
                        x.batch().applyAsLong(call),
                        x.length().applyAsLong(call),
                        single ? 1 : o.nHeads,
                        depth
                      }));
      if (single && o.nHeads > 1) {
        y = y.add(zeros("heads", call -> new long[] {1, 1, o.nHeads, 1}));
      }
      return fused ? y : y.permute(0, 2, 1, 3);
    }

    private SDVariable spaceNorm(SDVariable x) {
      return layerNorm(x, "Space", hidden(), o.normaliseHopfieldSpaceEps);
    }

    /** The post-transform of patterns [B, H, T, depth]. */
    private SDVariable post(SDVariable x) {
      return switch (o.postTransform) {
        case NONE -> x;
        case L2 -> ops.l2Normalize(x, o.postTransformEps, -1);
        case LAYER_NORM -> layerNorm(x, "Post", hidden(), o.postTransformEps);
      };
    }

    /** Keep mask [B, 1 or H, 1 or L, S] of padding and association mask; null if there is none. */
    private SDVariable keep(Input stored, String associationMask) {
      boolean padded = stored != null && c.mask(stored.name()) != null;
      boolean neighbours =
          diffuser != null && o.diffusion.graphAttention && !o.diffusion.compatible;
      if (!padded && associationMask == null && !neighbours) {
        return null;
      }
      return c.random(
          prefix + "keep",
          c.dataType(),
          new long[] {-1, -1, -1, -1},
          call -> {
            INDArray keep = null;
            if (padded) {
              INDArray mask = call.mask(stored.name());
              keep = mask.reshape(mask.size(0), 1, 1, mask.length() / mask.size(0));
            }
            if (associationMask != null) {
              INDArray own =
                  fourDimensional(call.input(associationMask)).gt(-1e30).castTo(call.dataType());
              keep = keep == null ? own : own.mul(keep);
            }
            if (neighbours) {
              INDArray own = diffuser.of(call).keep().castTo(call.dataType());
              own = own.reshape(own.size(0), 1, own.size(1), own.size(2));
              keep = keep == null ? own : own.mul(keep);
            }
            if (o.addZeroAssociation) {
              long[] column = keep.shape().clone();
              column[3] = 1;
              keep = Nd4j.concat(3, keep, Nd4j.ones(keep.dataType(), column));
            }
            return keep;
          });
    }

    /** The finite part of an association mask, added to the scores. */
    private SDVariable additive(String associationMask) {
      return c.feed(
          prefix + "additive",
          c.dataType(),
          new long[] {-1, -1, -1, -1},
          call -> {
            INDArray mask = fourDimensional(call.input(associationMask)).dup();
            INDArray keep = mask.gt(-1e30).castTo(mask.dataType());
            INDArray finite =
                org.nd4j.linalg.ops.transforms.Transforms.max(mask, -1e30, false).muli(keep);
            if (o.addZeroAssociation) {
              long[] column = finite.shape().clone();
              column[3] = 1;
              finite = Nd4j.concat(3, finite, Nd4j.zeros(finite.dataType(), column));
            }
            return finite;
          });
    }

    private INDArray fourDimensional(INDArray mask) {
      return mask.rank() == 4 ? mask : mask.reshape(mask.size(0), 1, mask.size(1), mask.size(2));
    }

    // ------------------------------------------------------------ update steps

    private SDVariable associate(
        SDVariable q, SDVariable k, SDVariable keep, SDVariable bias, Input state) {
      if (state != null && c.mask(state.name()) != null && medianOfSample()) {
        stateMask = stateMask(state);
      }
      SDVariable[] first = separate(q, k, keep, bias);
      SDVariable xi = first[0];
      SDVariable kept = first[1];
      int most = maximumSteps();
      int unroll = Math.min(c.unroll(), most);
      SDVariable active = null;
      SDVariable before = null;
      expose(0, xi, kept);
      for (int t = 1; t <= unroll; t++) {
        active = active(active, t, xi, before, state);
        SDVariable[] next = separate(post(sd.mmul(xi, k)), k, keep, bias);
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
        SDVariable still = active(active, unroll + 1, xi, before, state);
        c.repeatWhile(still.add(0.0));
      }
      c.expose(prefix + SEPARATED, xi);
      if (kept == null) {
        return xi;
      }
      c.expose(prefix + KEPT, kept);
      return xi.mul(kept);
    }

    private void expose(int step, SDVariable xi, SDVariable kept) {
      if (c.inspected()) {
        c.expose(atStep(step), kept == null ? xi : xi.mul(kept));
      }
    }

    private SDVariable stateMask;

    /** A keep mask without the padded state patterns, for the median of a sample's scores. */
    private SDVariable ofStates(SDVariable keep) {
      if (stateMask == null) {
        return keep;
      }
      return keep == null ? stateMask : keep.mul(stateMask);
    }

    /** [B, 1, L, 1], 1 where there is a state pattern. */
    private SDVariable stateMask(Input state) {
      return c.feed(
          prefix + "stateMask",
          c.dataType(),
          new long[] {-1, 1, -1, 1},
          call -> {
            INDArray mask = call.mask(state.name());
            return mask.reshape(mask.size(0), 1, mask.length() / mask.size(0), 1);
          });
    }

    /**
     * 1 where step t still acts, [B or 1, H, 1, 1]; null: everywhere. A head acts in step t if it
     * acted before, has steps left, and changed by more than eps in the step before.
     */
    private SDVariable active(
        SDVariable previous, int t, SDVariable xi, SDVariable before, Input state) {
      SDVariable result = previous;
      double[] left = new double[o.nHeads];
      boolean all = true;
      for (int h = 0; h < o.nHeads; h++) {
        left[h] = steps(h) >= t ? 1 : 0;
        all &= left[h] == 1;
      }
      if (!all) {
        result = times(result, constant("left" + t, left));
      }
      if (before != null && stopsEarly()) {
        SDVariable change = xi.sub(before);
        SDVariable square = change.mul(change);
        if (o.updateStepScope == UpdateStepScope.SAMPLE
            && state != null
            && c.mask(state.name()) != null) {
          square = square.mul(stateMask(state));
        }
        SDVariable norm = square.sum(true, 2, 3);
        if (o.updateStepScope == UpdateStepScope.REFERENCE) {
          norm = norm.max(true, 0);
        }
        double[] threshold = new double[o.nHeads];
        for (int h = 0; h < o.nHeads; h++) {
          threshold[h] = eps(h) == 0 ? -1 : eps(h) * eps(h);
        }
        result = times(result, norm.gt(constant("eps", threshold)).castTo(c.dataType()));
      }
      return result;
    }

    private double eps(int head) {
      return AssociationCore.this.eps(head);
    }

    private SDVariable times(SDVariable a, SDVariable b) {
      return a == null ? b : a.mul(b);
    }

    private final Map<String, SDVariable> constants = new HashMap<>();

    private SDVariable constant(String name, double[] perHead) {
      return constants.computeIfAbsent(
          name,
          n ->
              sd.constant(
                  prefix + n,
                  Nd4j.createFromArray(perHead)
                      .castTo(c.dataType())
                      .reshape(1, perHead.length, 1, 1)));
    }

    /** sep(D(beta q k')); and D' of the Lagrangian unit, or null. */
    private SDVariable[] separate(SDVariable q, SDVariable k, SDVariable keep, SDVariable bias) {
      double scale = 1;
      SDVariable query = q;
      if (o.beta == null) {
        scale = defaultBeta();
      } else if (o.beta.length == 1) {
        scale = o.beta[0];
      } else {
        query = q.mul(constant("beta", o.beta));
      }
      SDVariable scores = sd.mmul(query, k, false, true, false);
      SDVariable kept = null;
      if ((bias != null || hasUnit()) && scale != 1) {
        scores = scores.mul(scale);
        scale = 1;
      }
      if (bias != null) {
        scores = scores.add(bias);
      }
      if (hasUnit()) {
        UnitOutput<SDVariable> unit =
            ops.lagrangianUnit(o.lagrangianUnit, scores, ofStates(keep), noise(1), -1);
        scores = unit.values();
        kept = unit.kept();
      }
      SDVariable xi =
          learnsAlpha()
              ? ops.separate(o.separation, scores, keep, alpha(), scale, -1)
              : ops.separate(o.separation, scores, keep, scale, -1);
      return new SDVariable[] {xi, kept};
    }

    private SDVariable alpha() {
      if (alpha == null) {
        alpha = sd.nn().sigmoid(p("alpha")).add(1).reshape(1, o.nHeads, 1, 1);
      }
      return alpha;
    }

    /**
     * Standard normal numbers for the threshold of a PFU in training, one a median scope: for one
     * step a row, or of several steps an array of rows.
     */
    private SDVariable noise(int steps) {
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
                  case SAMPLE -> batch.applyAsLong(call);
                  case ROW -> batch.applyAsLong(call) * o.nHeads * length.applyAsLong(call);
                };
            return fused
                ? Nd4j.randn(call.dataType(), steps, groups)
                : Nd4j.randn(call.dataType(), groups);
          });
    }
  }
}
