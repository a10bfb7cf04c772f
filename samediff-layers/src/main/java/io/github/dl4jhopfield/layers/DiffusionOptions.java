package io.github.dl4jhopfield.layers;

/**
 * Diffusion of patterns over their nearest-neighbour graph before they are associated. Plain data;
 * {@link AssociationBuilder#diffusion} sets it.
 *
 * <p>Each sample has a graph of its own, of its normalised stored patterns without the masked ones
 * ({@link io.github.dl4jhopfield.memory.PatternGraph} says which). With the matrix M of the mode,
 * stored patterns become M Y, and if asked for state patterns M_R R with the graph of the state
 * patterns; then they are projected and associated as always. No gradient flows through the graph.
 *
 * <p>Source: difflayers 0.1.0 ({@code DiffusedHopfield}), its documentation's formula. What its
 * code does instead, the switch {@code compatible} reproduces: one graph of the mean over the batch
 * with masked patterns in it, and {@code steps} rounds of diffusion and an attention of raw
 * patterns before the association. Not copied: its {@code use_sparse}, which counts mutual
 * neighbours twice, and {@code use_logit_diffusion}, which fails there.
 */
public final class DiffusionOptions extends LayerOptions {

  private static final long serialVersionUID = 1L;

  /** How. Default not at all. */
  public DiffusionMode mode = DiffusionMode.NONE;

  /**
   * How far: at least 0. Explicit steps are refused where eta times the largest degree (normalised:
   * eta) is above 1, since they would amplify differences. Default 0.1.
   */
  public double eta = 0.1;

  /** Neighbours that each pattern chooses. Default 5. */
  public int neighbours = 5;

  /** Whether the Laplacian is D^-1/2 (D - W) D^-1/2 instead of D - W. Default on. */
  public boolean normalised = true;

  /** Steps of {@code ITERATIVE} and {@code FACTORED}; rounds if {@code compatible}. Default 3. */
  public int steps = 3;

  /** Whether stored patterns are diffused. Default on. */
  public boolean storedPatterns = true;

  /** Whether state patterns are diffused, over a graph of their own. Default off. */
  public boolean statePatterns;

  /**
   * Whether state pattern i retrieves only from the {@link #neighbours} heaviest neighbours of
   * stored pattern i (as many state as stored patterns). Default off.
   */
  public boolean graphAttention;

  /**
   * Whether eta is multiplied by sigmoid(temperature (H - threshold)), H the mean entropy in nats
   * of softmax(R Y') over the sample's state patterns. Needs patterns of equal depth. Default off.
   */
  public boolean adaptiveEta;

  /** Temperature of {@link #adaptiveEta}. Default 5. */
  public double adaptiveTemperature = 5;

  /** Threshold of {@link #adaptiveEta}. Default 1. */
  public double adaptiveThreshold = 1;

  /**
   * {@code ITERATIVE} and {@code FACTORED} stop when a step changes the energy -mean(beta R Y') +
   * eta tr(Y' L Y) / N by less than this; 0: never. Needs patterns of equal depth. Default 0.
   */
  public double energyTolerance;

  /**
   * Whether to do what difflayers' code does instead; needs patterns of equal depth. Default off.
   */
  public boolean compatible;

  @Override
  public DiffusionOptions copy() {
    return copyInto(new DiffusionOptions());
  }

  @Override
  String subject() {
    return "a diffusion";
  }

  void validate(String owner, long stateSize, long storedSize, long projectionSize) {
    if (mode == DiffusionMode.NONE) {
      return;
    }
    if (!(eta >= 0) || Double.isInfinite(eta)) {
      throw LayerChecks.wrong(owner, "diffusion eta = " + eta + ", expected 0 or more");
    }
    LayerChecks.atLeast(owner, "diffusion neighbours", neighbours, 1);
    LayerChecks.atLeast(owner, "diffusion steps", steps, 1);
    if (!(energyTolerance >= 0)) {
      throw LayerChecks.wrong(
          owner, "diffusion energyTolerance = " + energyTolerance + ", expected 0 or more");
    }
    boolean iterates = mode == DiffusionMode.ITERATIVE || mode == DiffusionMode.FACTORED;
    if (energyTolerance > 0 && (compatible || !iterates)) {
      throw LayerChecks.wrong(
          owner,
          "diffusion energyTolerance = "
              + energyTolerance
              + " with mode "
              + mode
              + (compatible ? ", compatible" : "")
              + ": only iterative and factored diffusion stop early, and not if compatible");
    }
    if ((adaptiveEta || energyTolerance > 0 || compatible) && stateSize != storedSize) {
      throw LayerChecks.wrong(
          owner,
          "diffusion compares patterns before their projection: state patterns of depth "
              + stateSize
              + ", stored patterns of depth "
              + storedSize);
    }
    if (compatible && projectionSize != stateSize) {
      throw LayerChecks.wrong(
          owner,
          "compatible diffusion retrieves state patterns of depth "
              + stateSize
              + " from pattern projections of depth "
              + projectionSize);
    }
  }
}
