package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.ops.Association;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private static final int MOST_SAVED_STEPS = 8;

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

  boolean connected() {
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

  @Override
  public long projectedSize() {
    return o.nHeads * (2 * hidden() + pattern());
  }

  double defaultBeta() {
    return staticOnly() ? 1 : Association.defaultBeta(hidden());
  }

  @Override
  public void validate(String owner) {
    AssociationChecks.check(this, owner);
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

  boolean learnsAlpha() {
    return o.separation.getKind() == Separation.Kind.LEARNED_ENTMAX;
  }

  boolean diffuses() {
    // difflayers without eta is hflayers; ours without eta still has its graph attention
    return o.diffusion.mode != DiffusionMode.NONE
        && !(o.diffusion.compatible && o.diffusion.eta == 0);
  }

  boolean hasUnit() {
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

  int steps(int head) {
    int s = o.updateSteps[o.updateSteps.length == 1 ? 0 : head];
    return s == AssociationOptions.UNTIL_CONVERGED ? o.maxUpdateSteps : s;
  }

  double eps(int head) {
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

  boolean stopsEarly() {
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
    return o.dropout > 0 || o.lagrangianUnit.getKind() == LagrangianUnit.Kind.PFU || savesStates();
  }

  /**
   * Whether training keeps the states of the update steps, which spares its backward pass the
   * steps; of many, memory would grow with them.
   */
  boolean savesStates() {
    return maximumSteps() > 0 && maximumSteps() <= MOST_SAVED_STEPS;
  }

  /** Name under which the association after that many update steps is exposed. */
  String atStep(int step) {
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
}
