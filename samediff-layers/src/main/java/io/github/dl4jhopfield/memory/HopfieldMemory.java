package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Regularizers;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Associative memory over continuous patterns x_1..x_N: the modern Hopfield network (Ramsauer et
 * al., ICLR 2021) with softmax, and every Hopfield-Fenchel-Young network (Santos et al., ICML 2024
 * and Hopfield-Fenchel-Young Networks, 2024) with the other separations and state maps.
 *
 * <p><b>Update</b> (a concave-convex procedure): p = separation(beta X q), q = map(X^T p), X [N, d]
 * with a stored pattern a row. With {@link StateMap#L2} and {@link StateMap#LAYER_NORM} stored
 * patterns and queries go through the map first.
 *
 * <p><b>Energy</b>, all terms (Ramsauer et al., equation 1; Hopfield-Fenchel-Young Networks,
 * equation 7), with the separation's conjugate Omega* and the map's regulariser Psi:
 *
 * <pre>
 *   E(q) = - Omega*(beta X q) / beta - Omega(u) / beta + Psi(q) + max_i |x_i|^2 / 2
 * </pre>
 *
 * where u is the uniform weighting. With softmax and no map this is - lse(beta, X q) + log N / beta
 * + |q|^2 / 2 + max_i |x_i|^2 / 2, at least 0 and for |q| up to the longest pattern at most twice
 * its square. An update never raises it. Energies are computed in double, whatever the patterns are
 * stored in. For states outside the domain of Psi the energy is infinite.
 *
 * <p><b>Heteroassociation.</b> With {@link Builder#values} the dynamics run on the keys, and {@link
 * Retrieval#values()} mixes the values as the keys were mixed in the last update.
 *
 * <p><b>Scale.</b> Patterns outside memory are read block by block, and never all scores are held
 * at once, whatever the number of queries: about 64 MiB beside the results. Over a {@link
 * MappedPatterns} file without a map of the patterns one native pass does an update.
 *
 * <p>Reference cases of group {@code hfyn}: {@code retrieve_*} with ypsi none, normalization,
 * layer_normalization = {@code HopfieldMemory.builder(X).separation(s).beta(b).stateMap(m)} with
 * double patterns and {@code retrieve(Q^T, RetrievalOptions.steps(max_iter).withWeights(true))}: Q
 * is the transpose of {@code states()}, p of {@code weights()}; {@code energy_*} = {@link
 * #energies}. (The peer's normmax energy uses the 2-norm whatever the power; here it is the norm of
 * the power, the same for 2.) Gradients: {@link MemoryGraph}. The dense memories with tanh are
 * {@link DenseAssociativeMemory#retrieveTanh}.
 */
public final class HopfieldMemory implements AssociativeMemory {
  private static final int ENERGY_ROWS = 4096;

  private final PatternStore store;
  private final PatternStore values;
  private final Separation separation;
  private final StateMap map;
  private final double beta;
  private final AssociationEngine engine;
  private PatternStore mapped;
  private long mappedVersion = -1;
  private double largestNorm;
  private long normVersion = -1;

  private HopfieldMemory(Builder builder) {
    store = builder.store;
    values = builder.values;
    separation = builder.separation;
    map = builder.map;
    beta = builder.beta;
    engine = builder.engine;
  }

  /**
   * A memory of these patterns: softmax, beta 1, no map.
   *
   * @param patterns [N, d]; copied
   */
  public static Builder builder(INDArray patterns) {
    return builder(ArrayPatterns.of(patterns));
  }

  /** A memory over a store, which may be shared with other memories. */
  public static Builder builder(PatternStore store) {
    return new Builder(store);
  }

  /** The same memory, over the same store, at another inverse temperature. */
  public HopfieldMemory withBeta(double newBeta) {
    return toBuilder().beta(newBeta).build();
  }

  /** The same memory, over the same store, with another separation. */
  public HopfieldMemory withSeparation(Separation newSeparation) {
    return toBuilder().separation(newSeparation).build();
  }

  private Builder toBuilder() {
    Builder builder = new Builder(store);
    builder.values = values;
    builder.separation = separation;
    builder.map = map;
    builder.beta = beta;
    builder.engine = engine;
    return builder;
  }

  @Override
  public PatternStore store() {
    return store;
  }

  /** The separation. */
  public Separation separation() {
    return separation;
  }

  /** The inverse temperature. */
  public double beta() {
    return beta;
  }

  /** The map from mixtures to states. */
  public StateMap stateMap() {
    return map;
  }

  @Override
  public void append(INDArray patterns) {
    if (values != null) {
      throw new UnsupportedOperationException(
          "a heteroassociative memory: append to its keys and values together with append(keys,"
              + " values)");
    }
    store.append(patterns);
  }

  /**
   * Stores further keys with their values.
   *
   * @param keys [n, d]
   * @param newValues [n, width of the values]
   */
  public void append(INDArray keys, INDArray newValues) {
    if (values == null) {
      throw new UnsupportedOperationException("not a heteroassociative memory: use append(keys)");
    }
    INDArray k = MemoryChecks.rows("keys to store", keys, width(), store.dataType());
    INDArray v = MemoryChecks.rows("values to store", newValues, values.width(), values.dataType());
    if (k.size(0) != v.size(0)) {
      throw MemoryChecks.bad("values to store", k.size(0) + " rows, one a key", v.size(0));
    }
    MemoryChecks.finite("values to store", v, 0);
    store.append(k);
    values.append(v);
  }

  @Override
  public void remove(long... indices) {
    store.remove(indices);
    if (values != null) {
      values.remove(indices);
    }
  }

  @Override
  public Retrieval retrieve(INDArray queries, RetrievalOptions options) {
    MemoryChecks.notEmpty(store);
    Objects.requireNonNull(options, "options");
    INDArray rows = MemoryChecks.rows("queries", queries, width(), store.dataType());
    MemoryChecks.finite("queries", rows, 0);
    checkRoom(rows.size(0), options);
    PatternStore keys = mapped();
    List<PatternStore> mixes = values == null ? List.of(keys) : List.of(keys, values);
    int n = Math.toIntExact(rows.size(0));

    INDArray states = map.transformsPatterns() ? map.apply(rows) : rows.dup('c');
    INDArray mixedValues =
        values == null ? null : Nd4j.create(values.dataType(), new long[] {n, values.width()}, 'c');
    INDArray weights =
        options.keepWeights()
            ? Nd4j.create(store.dataType(), new long[] {n, store.size()}, 'c')
            : null;
    List<List<INDArray>> traces = new ArrayList<>();
    for (int q = 0; q < n; q++) {
      traces.add(new ArrayList<>());
      if (options.trace()) {
        traces.get(q).add(states.getRow(q).dup());
      }
    }
    AssociationEngine.Top[] tops = new AssociationEngine.Top[n];
    int[] steps = new int[n];
    boolean[] converged = new boolean[n];
    int[] active = IntStream.range(0, n).toArray();
    INDArray current = states;
    AssociationEngine.Rule rule =
        new AssociationEngine.Rule(separation, beta, options.topK(), options.keepWeights());
    for (int step = 1; active.length > 0; step++) {
      AssociationEngine.Update update = engine.update(keys, mixes, current, rule);
      INDArray next = map.apply(update.mixed().get(0));
      boolean[] rest = atRest(current, next, options.tolerance());
      boolean last = step == options.maxSteps();
      int[] leaving = new int[active.length];
      int[] staying = new int[active.length];
      int left = 0;
      int stay = 0;
      for (int i = 0; i < active.length; i++) {
        int q = active[i];
        if (options.trace()) {
          traces.get(q).add(next.getRow(i).dup());
        }
        if (last || rest[i] && options.tolerance() > 0) {
          steps[q] = step;
          converged[q] = rest[i];
          tops[q] = update.tops().get(i);
          leaving[left++] = i;
        } else {
          staying[stay++] = i;
        }
      }
      if (left == n) {
        states = next.dup('c');
        mixedValues = values == null ? null : update.mixed().get(1).dup('c');
        weights = update.weights();
        break;
      }
      for (int l = 0; l < left; l++) {
        int i = leaving[l];
        states.getRow(active[i]).assign(next.getRow(i));
        if (values != null) {
          mixedValues.getRow(active[i]).assign(update.mixed().get(1).getRow(i));
        }
        if (weights != null) {
          weights.getRow(active[i]).assign(update.weights().getRow(i));
        }
      }
      int[] kept = Arrays.copyOf(staying, stay);
      current = left == 0 ? next.dup('c') : stay == 0 ? null : Nd4j.pullRows(next, 1, kept);
      int[] before = active;
      active = Arrays.stream(kept).map(i -> before[i]).toArray();
    }
    List<Retrieval.Result> results = new ArrayList<>();
    for (int q = 0; q < n; q++) {
      Optional<Retrieval.Trace> trace = Optional.empty();
      if (options.trace()) {
        INDArray path = Nd4j.vstack(traces.get(q));
        double[] energies = new double[traces.get(q).size()];
        Arrays.fill(energies, Double.NaN);
        trace =
            Optional.of(
                new Retrieval.Trace(
                    path, Regularizers.known(separation) ? mappedEnergies(path) : energies));
      }
      results.add(
          new Retrieval.Result(
              steps[q], converged[q], tops[q].fixedPoint(), tops[q].matches(), trace));
    }
    return new Retrieval(states, mixedValues, weights, results);
  }

  static boolean[] atRest(INDArray before, INDArray after, double tolerance) {
    double[] moved = after.sub(before).norm2(1).castTo(DataType.DOUBLE).toDoubleVector();
    double[] length = after.norm2(1).castTo(DataType.DOUBLE).toDoubleVector();
    boolean[] rest = new boolean[moved.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = moved[i] <= tolerance * Math.max(1, length[i]);
    }
    return rest;
  }

  private void checkRoom(long n, RetrievalOptions options) {
    long each = store.dataType().width();
    long limit = org.bytedeco.javacpp.Pointer.maxPhysicalBytes();
    double bytes = (double) n * width() * each * (options.trace() ? 2.0 * options.maxSteps() : 4);
    if (options.keepWeights()) {
      bytes += 2.0 * n * store.size() * each;
    }
    if (options.trace()) {
      bytes = Math.min(bytes, (double) n * width() * each * 8 * Math.min(options.maxSteps(), 10));
    }
    if (limit > 0 && bytes > limit) {
      throw MemoryChecks.bad(
          "queries",
          "a batch whose results"
              + (options.keepWeights() ? ", with the weights of all patterns," : "")
              + " fit into "
              + (limit >> 20)
              + " MiB",
          n + " queries that need " + (long) (bytes / (1 << 20)) + " MiB; split the batch");
    }
  }

  /**
   * Energy as documented at the class; states go through {@link StateMap#L2} or layer norm first.
   */
  @Override
  public double[] energies(INDArray states) {
    INDArray rows = MemoryChecks.rows("states", states, width(), DataType.DOUBLE);
    MemoryChecks.finite("states", rows, 0);
    return mappedEnergies(map.transformsPatterns() ? map.apply(rows) : rows);
  }

  private double[] mappedEnergies(INDArray states) {
    MemoryChecks.notEmpty(store);
    if (!Regularizers.known(separation)) {
      EnergyTerms.check(separation);
    }
    PatternStore keys = mapped();
    INDArray rows = states.castTo(DataType.DOUBLE);
    int n = Math.toIntExact(rows.size(0));
    double constant =
        -EnergyTerms.uniform(separation, store.size()) / beta
            + largestNorm(keys) * largestNorm(keys) / 2;
    double[] energies = new double[n];
    int group =
        (int) Math.max(1, Math.min(n, BlockEngine.SCORE_BYTES / (keys.size() * Double.BYTES)));
    for (int from = 0; from < n; from += group) {
      int to = Math.min(n, from + group);
      INDArray some = rows.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).dup('c');
      INDArray scores = doubleScores(keys, some).muli(beta);
      INDArray weights =
          Weights.sparse(separation)
              ? NDHopfield.ops().separate(separation, scores, null, 1, 1)
              : scores;
      int offset = from;
      BlockEngine.Rows stateRows = new BlockEngine.Rows(some);
      BlockEngine.Rows scoreRows = new BlockEngine.Rows(scores);
      BlockEngine.Rows weightRows = new BlockEngine.Rows(weights);
      Parallel.forEach(
          to - from,
          q ->
              energies[offset + q] =
                  constant
                      + map.regulariser(stateRows.get(q))
                      - Regularizers.conjugate(separation, scoreRows.get(q), weightRows.get(q))
                          / beta);
    }
    return energies;
  }

  private static INDArray doubleScores(PatternStore keys, INDArray states) {
    INDArray scores =
        Nd4j.createUninitialized(DataType.DOUBLE, new long[] {states.size(0), keys.size()}, 'c');
    for (long from = 0; from < keys.size(); ) {
      INDArray block = keys.block(from, ENERGY_ROWS).castTo(DataType.DOUBLE);
      INDArray part =
          Nd4j.createUninitialized(
              DataType.DOUBLE, new long[] {block.size(0), states.size(0)}, 'f');
      Nd4j.gemm(block, states, part, false, true, 1, 0);
      scores
          .get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + block.size(0)))
          .assign(part.transpose());
      from += block.size(0);
    }
    return scores;
  }

  /**
   * When does the memory give pattern i back exactly? (Santos et al., ICML 2024, proposition 2.)
   *
   * @param pattern i
   * @param separation the lead Delta_i = x_i.x_i - max_j x_i.x_j over the other patterns (of a
   *     duplicate 0 or less); infinite for a single stored pattern
   * @param required margin of the separation function divided by beta; infinite for softmax, which
   *     never gives a pattern back exactly
   * @param retrievable Delta_i is at least what is required: x_i is a fixed point, reached in one
   *     update from every query that has the lead {@code required} for it
   * @param radius queries up to this far from x_i (Euclidean) come back to x_i in one update, by
   *     the Cauchy-Schwarz inequality: (Delta_i - required) / max_j |x_i - x_j|; at least the
   *     paper's (Delta_i - required) / (2 max |x|). Negative if not retrievable
   */
  public record ExactRetrieval(
      long pattern, double separation, double required, boolean retrievable, double radius) {}

  /**
   * The conditions of exact retrieval for chosen patterns, after the map; one pass over the store.
   *
   * <p>Exact but for the map of states: layer norm, with its epsilon, of a pattern that it has
   * normalised already deviates from it by up to 9e-5.
   *
   * <p>For k-subsets the condition concerns sets of patterns and this reports that of a single one
   * (k = 1).
   */
  public List<ExactRetrieval> exactRetrieval(long... patterns) {
    MemoryChecks.notEmpty(store);
    PatternStore keys = mapped();
    INDArray chosen = keys.rows(patterns).castTo(DataType.DOUBLE);
    double[] own = chosen.mul(chosen).sum(1).toDoubleVector();
    double[] next = new double[patterns.length];
    double[] farthest = new double[patterns.length];
    Arrays.fill(next, Double.NEGATIVE_INFINITY);
    for (long from = 0; from < keys.size(); ) {
      INDArray block = keys.block(from, ENERGY_ROWS).castTo(DataType.DOUBLE);
      double[] norms = block.mul(block).sum(1).toDoubleVector();
      double[][] products = block.mmul(chosen.transpose()).toDoubleMatrix();
      for (int r = 0; r < products.length; r++) {
        for (int i = 0; i < patterns.length; i++) {
          if (from + r != patterns[i]) {
            next[i] = Math.max(next[i], products[r][i]);
            farthest[i] = Math.max(farthest[i], own[i] + norms[r] - 2 * products[r][i]);
          }
        }
      }
      from += block.size(0);
    }
    double required = EnergyTerms.margin(separation) / beta;
    List<ExactRetrieval> result = new ArrayList<>();
    for (int i = 0; i < patterns.length; i++) {
      double lead = own[i] - next[i];
      result.add(
          new ExactRetrieval(
              patterns[i],
              lead,
              required,
              lead >= required && Double.isFinite(required),
              Double.isInfinite(required)
                  ? Double.NEGATIVE_INFINITY
                  : (lead - required) / Math.sqrt(farthest[i])));
    }
    return result;
  }

  /** The stored patterns after the map. */
  synchronized PatternStore mapped() {
    if (mapped == null || mappedVersion != store.version()) {
      mapped = map.on(store);
      mappedVersion = store.version();
    }
    return mapped;
  }

  private synchronized double largestNorm(PatternStore keys) {
    if (normVersion != store.version()) {
      double largest = 0;
      for (long from = 0; from < keys.size(); ) {
        INDArray block = keys.block(from, ENERGY_ROWS).castTo(DataType.DOUBLE);
        largest = Math.max(largest, block.mul(block).sum(1).maxNumber().doubleValue());
        from += block.size(0);
      }
      largestNorm = Math.sqrt(largest);
      normVersion = store.version();
    }
    return largestNorm;
  }

  /** For example {@code HopfieldMemory of 100 patterns x 784, sparsemax, beta 20.0, L2}. */
  @Override
  public String toString() {
    return "HopfieldMemory of "
        + size()
        + " patterns x "
        + width()
        + ", "
        + separation
        + ", beta "
        + beta
        + ", "
        + map;
  }

  /** Builder of {@link HopfieldMemory}. */
  public static final class Builder {
    private final PatternStore store;
    private PatternStore values;
    private Separation separation = Separation.softmax();
    private StateMap map = StateMap.NONE;
    private double beta = 1;
    private AssociationEngine engine = new StreamingEngine();

    private Builder(PatternStore store) {
      this.store = Objects.requireNonNull(store, "store");
    }

    /** What lies at the keys, for heteroassociation: [N, any width]; copied. */
    public Builder values(INDArray newValues) {
      return values(ArrayPatterns.of(newValues));
    }

    /** What lies at the keys, for heteroassociation: as many rows as keys. */
    public Builder values(PatternStore newValues) {
      if (newValues.size() != store.size()) {
        throw MemoryChecks.bad(
            "values", store.size() + " rows, one a key", newValues.size() + " rows");
      }
      values = newValues;
      return this;
    }

    /** The separation; a learned alpha stands at its start value. */
    public Builder separation(Separation newSeparation) {
      separation = Objects.requireNonNull(newSeparation, "separation");
      return this;
    }

    /** The inverse temperature: finite and above 0. */
    public Builder beta(double newBeta) {
      beta = MemoryChecks.positive("beta", newBeta);
      return this;
    }

    /** The map from mixtures to states. */
    public Builder stateMap(StateMap newMap) {
      map = Objects.requireNonNull(newMap, "stateMap");
      return this;
    }

    /** The map from mixtures to states. */
    public Builder postTransform(PostTransform transform) {
      return stateMap(StateMap.of(transform));
    }

    Builder engine(AssociationEngine newEngine) {
      engine = newEngine;
      return this;
    }

    /** The memory. */
    public HopfieldMemory build() {
      return new HopfieldMemory(this);
    }
  }
}
