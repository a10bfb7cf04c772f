package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Retrieval with keys that are smoothed over a graph of the stored patterns (the mathematics of the
 * package difflayers, without its layer): X the stored patterns, K_0 = X, and at update t
 *
 * <pre>
 *   K_t = diffusion(K_(t-1))   for t up to {@code diffusionSteps}, then unchanged
 *   p = separation(beta K_t q),  q = map(X^T p)
 * </pre>
 *
 * so that a query is compared with what a pattern and its neighbours have in common, while what
 * comes back is made of the stored patterns themselves. eta = 0 is {@link HopfieldMemory}.
 *
 * <p>Since keys and what they retrieve differ, the dynamics have no known energy: {@link #energies}
 * throws, traces hold NaN; {@link #diffusionEnergy} is what difflayers tracks. The original's
 * differences and defects are listed in the class {@link PatternGraph} and the project's guide.
 */
public final class DiffusedHopfieldMemory implements AssociativeMemory {
  private final ArrayPatterns store;
  private final Separation separation;
  private final StateMap map;
  private final double beta;
  private final int neighbours;
  private final boolean normalised;
  private final PatternGraph.Diffusion diffusion;
  private final double eta;
  private final int diffusionSteps;
  private final AssociationEngine engine = new BlockEngine();
  private List<ArrayPatterns> keys;
  private PatternGraph graph;
  private long keysVersion = -1;

  private DiffusedHopfieldMemory(Builder b) {
    store = b.store;
    separation = b.separation;
    map = b.map;
    beta = b.beta;
    neighbours = b.neighbours;
    normalised = b.normalised;
    diffusion = b.diffusion;
    eta = b.eta;
    diffusionSteps = b.diffusionSteps;
    prepare();
  }

  /**
   * A memory of these patterns: softmax, beta 1, no map, 5 neighbours, normalised Laplacian, 3
   * explicit steps of eta 0.1.
   *
   * @param patterns [N, d]; copied
   */
  public static Builder builder(INDArray patterns) {
    return new Builder(ArrayPatterns.of(patterns));
  }

  private synchronized void prepare() {
    if (keysVersion == store.version()) {
      return;
    }
    INDArray patterns = ((ArrayPatterns) map.on(store)).array();
    graph = PatternGraph.of(patterns, neighbours, normalised);
    List<ArrayPatterns> all = new ArrayList<>();
    INDArray current = patterns;
    all.add(ArrayPatterns.of(patterns));
    for (int t = 1; t <= diffusionSteps; t++) {
      current = graph.diffuse(current, diffusion, eta, 1);
      all.add(ArrayPatterns.of(current.castTo(store.dataType())));
    }
    keys = all;
    keysVersion = store.version();
  }

  /** The graph of the stored patterns (after the map). */
  public synchronized PatternGraph graph() {
    prepare();
    return graph;
  }

  /** The keys after {@code steps} diffusions, [N, d]. */
  public synchronized INDArray keys(int steps) {
    prepare();
    return keys.get(Math.min(steps, diffusionSteps)).array();
  }

  @Override
  public PatternStore store() {
    return store;
  }

  @Override
  public void append(INDArray patterns) {
    store.append(patterns);
  }

  @Override
  public void remove(long... indices) {
    store.remove(indices);
  }

  /** Always throws: with keys that are not what is retrieved, no energy is known. */
  @Override
  public double[] energies(INDArray states) {
    throw new UnsupportedOperationException(
        "diffused retrieval has no known energy; see diffusionEnergy");
  }

  /**
   * What difflayers tracks: - mean(beta Q K^T) + eta tr(K^T L K) / N, with the keys after all
   * diffusions. Not an energy of the dynamics.
   */
  public double diffusionEnergy(INDArray states) {
    INDArray k = keys(diffusionSteps).castTo(DataType.DOUBLE);
    INDArray q = MemoryChecks.rows("states", states, width(), DataType.DOUBLE);
    double similarity = q.mmul(k.transpose()).meanNumber().doubleValue();
    return -beta * similarity + eta * graph().roughness(k);
  }

  @Override
  public Retrieval retrieve(INDArray queries, RetrievalOptions options) {
    MemoryChecks.notEmpty(store);
    prepare();
    INDArray rows = MemoryChecks.rows("queries", queries, width(), store.dataType());
    MemoryChecks.finite("queries", rows, 0);
    INDArray current = map.transformsPatterns() ? map.apply(rows) : rows.dup('c');
    INDArray states = current;
    int n = Math.toIntExact(rows.size(0));
    INDArray weights =
        options.keepWeights() ? Nd4j.create(store.dataType(), n, store.size()) : null;
    AssociationEngine.Top[] tops = new AssociationEngine.Top[n];
    int[] steps = new int[n];
    boolean[] converged = new boolean[n];
    List<List<INDArray>> traces = new ArrayList<>();
    for (int q = 0; q < n; q++) {
      traces.add(new ArrayList<>(List.of(current.getRow(q).dup())));
    }
    List<PatternStore> mixes = List.of(keys.get(0));
    AssociationEngine.Rule rule =
        new AssociationEngine.Rule(separation, beta, options.topK(), options.keepWeights());
    for (int step = 1; step <= options.maxSteps(); step++) {
      AssociationEngine.Update update =
          engine.update(keys.get(Math.min(step, diffusionSteps)), mixes, current, rule);
      INDArray next = map.apply(update.mixed().get(0)).dup('c');
      boolean settled = step > diffusionSteps && options.tolerance() > 0;
      boolean[] rest = HopfieldMemory.atRest(current, next, options.tolerance());
      boolean all = true;
      for (int q = 0; q < n; q++) {
        // states at rest stay, so that a query does not depend on its batch mates
        if (settled && converged[q]) {
          next.getRow(q).assign(current.getRow(q));
          continue;
        }
        steps[q] = step;
        converged[q] = rest[q] && step >= diffusionSteps;
        tops[q] = update.tops().get(q);
        if (weights != null) {
          weights.getRow(q).assign(update.weights().getRow(q));
        }
        if (options.trace()) {
          traces.get(q).add(next.getRow(q).dup());
        }
        all &= converged[q];
      }
      current = next;
      states = next;
      if (all && options.tolerance() > 0 && step >= diffusionSteps) {
        break;
      }
    }
    List<Retrieval.Result> results = new ArrayList<>();
    for (int q = 0; q < n; q++) {
      Optional<Retrieval.Trace> trace = Optional.empty();
      if (options.trace()) {
        double[] energies = new double[traces.get(q).size()];
        Arrays.fill(energies, Double.NaN);
        trace = Optional.of(new Retrieval.Trace(Nd4j.vstack(traces.get(q)), energies));
      }
      results.add(
          new Retrieval.Result(
              steps[q], converged[q], tops[q].fixedPoint(), tops[q].matches(), trace));
    }
    return new Retrieval(states, null, weights, results);
  }

  /** Builder of {@link DiffusedHopfieldMemory}. */
  public static final class Builder {
    private final ArrayPatterns store;
    private Separation separation = Separation.softmax();
    private StateMap map = StateMap.NONE;
    private double beta = 1;
    private int neighbours = 5;
    private boolean normalised = true;
    private PatternGraph.Diffusion diffusion = PatternGraph.Diffusion.STEP;
    private double eta = 0.1;
    private int diffusionSteps = 3;

    private Builder(ArrayPatterns store) {
      this.store = store;
    }

    /** The separation. */
    public Builder separation(Separation value) {
      separation = Objects.requireNonNull(value, "separation");
      return this;
    }

    /** The map from mixtures to states. */
    public Builder stateMap(StateMap value) {
      map = Objects.requireNonNull(value, "stateMap");
      return this;
    }

    /** The inverse temperature: finite and above 0. */
    public Builder beta(double value) {
      beta = MemoryChecks.positive("beta", value);
      return this;
    }

    /** How many neighbours each pattern chooses: at least 1. */
    public Builder neighbours(int value) {
      neighbours = value;
      return this;
    }

    /** Whether the normalised Laplacian is used (default), or the plain one. */
    public Builder normalisedLaplacian(boolean value) {
      normalised = value;
      return this;
    }

    /** The diffusion of one step and how far it goes. */
    public Builder diffusion(PatternGraph.Diffusion value, double newEta) {
      diffusion = Objects.requireNonNull(value, "diffusion");
      eta = newEta;
      return this;
    }

    /** In how many updates the keys are diffused further: 0 or more. */
    public Builder diffusionSteps(int value) {
      if (value < 0) {
        throw MemoryChecks.bad("diffusionSteps", "a whole number of at least 0", value);
      }
      diffusionSteps = value;
      return this;
    }

    /**
     * The memory; builds the graph.
     *
     * @throws IllegalArgumentException if the diffusion would be unstable on this graph
     */
    public DiffusedHopfieldMemory build() {
      return new DiffusedHopfieldMemory(this);
    }
  }
}
