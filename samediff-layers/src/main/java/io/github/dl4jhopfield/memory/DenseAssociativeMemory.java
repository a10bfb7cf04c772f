package io.github.dl4jhopfield.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Dense associative memory over binary patterns, entries -1 and 1 (Krotov and Hopfield, NIPS 2016;
 * Demircigil et al., J. Stat. Phys. 2017).
 *
 * <p>Energy of a state s with overlaps m_mu = xi_mu . s:
 *
 * <pre>
 *   E(s) = - sum_mu F(m_mu)                    polynomial and rectified polynomial
 *   E(s) = - log sum_mu exp(b m_mu)            exponential, by a stable log-sum-exp
 * </pre>
 *
 * <p><b>Updates.</b> {@link Update#ASYNCHRONOUS}: one feature i after another, each sweep in a
 * fresh order drawn from the seed; s_i becomes the sign with the lower energy (Krotov and Hopfield,
 * equation 3)
 *
 * <pre>
 *   s_i = sign sum_mu [ F(m_mu with s_i = 1) - F(m_mu with s_i = -1) ]
 * </pre>
 *
 * so the energy never rises. A sign of 0 keeps s_i; differences below 1e-12 of their terms count as
 * 0, since rounding would otherwise decide. {@link Update#SYNCHRONOUS}: all features at once, s =
 * sign sum_mu F'(m_mu) xi_mu, again keeping s_i where it is 0; faster, without a guarantee on the
 * energy, and it may end in a cycle of two states, which counts as not converged.
 *
 * <p><b>Capacity</b> for random patterns of d features: with n = 2, 0.138 d with few errors; with F
 * = m^n about alpha_n d^(n-1), and without a single wrong feature d^(n-1) / (2 (2n-3)!! ln d)
 * (Krotov and Hopfield, equations 5 and 6); exponential 2^(d/2) (Demircigil et al., theorem 3).
 * {@link #capacity()} gives the second figure.
 *
 * <p><b>Continuous states.</b> {@link #retrieveTanh} is the same memory with states between -1 and
 * 1, as the Hopfield-Fenchel-Young paper's code has it.
 *
 * <p>Everything is computed in double, overlaps kept up to date instead of recomputed; queries run
 * in parallel, and their order of updates depends on the seed and their place in the batch only.
 */
public final class DenseAssociativeMemory implements AssociativeMemory {
  private static final double TIE = 1e-12;

  /** Order of updates. */
  public enum Update {
    /** One feature at a time: the energy never rises. */
    ASYNCHRONOUS,
    /** All features at once. */
    SYNCHRONOUS
  }

  private final Interaction interaction;
  private final Update update;
  private final ArrayPatterns store;
  private double[][] cached;
  private long cachedVersion = -1;

  /**
   * An empty memory.
   *
   * @param width features of a pattern
   */
  public DenseAssociativeMemory(int width, Interaction interaction, Update update) {
    this.interaction = Objects.requireNonNull(interaction, "interaction");
    this.update = Objects.requireNonNull(update, "update");
    this.store = ArrayPatterns.empty(width, DataType.FLOAT);
  }

  /**
   * A memory of these patterns, updated asynchronously.
   *
   * @param patterns [N, d], entries -1 and 1
   */
  public static DenseAssociativeMemory of(INDArray patterns, Interaction interaction) {
    return of(patterns, interaction, Update.ASYNCHRONOUS);
  }

  /**
   * A memory of these patterns.
   *
   * @param patterns [N, d], entries -1 and 1
   */
  public static DenseAssociativeMemory of(
      INDArray patterns, Interaction interaction, Update update) {
    if (patterns == null || patterns.rank() != 2) {
      throw MemoryChecks.bad(
          "stored patterns",
          "an array of rank 2, one pattern a row",
          patterns == null ? "null" : "rank " + patterns.rank());
    }
    DenseAssociativeMemory memory =
        new DenseAssociativeMemory(Math.toIntExact(patterns.size(1)), interaction, update);
    memory.append(patterns);
    return memory;
  }

  @Override
  public PatternStore store() {
    return store;
  }

  /** How many random patterns come back without a single wrong feature; see the class. */
  public double capacity() {
    return capacity(interaction, width());
  }

  private static double capacity(Interaction interaction, int d) {
    if (interaction.isExponential()) {
      return Math.pow(2, d / 2.0);
    }
    int n = interaction.degree();
    double doubleFactorial = 1;
    for (int f = 2 * n - 3; f > 1; f -= 2) {
      doubleFactorial *= f;
    }
    return Math.pow(d, n - 1) / (2 * doubleFactorial * Math.log(d));
  }

  @Override
  public void append(INDArray patterns) {
    INDArray rows = MemoryChecks.rows("patterns to store", patterns, width(), DataType.FLOAT);
    binary("patterns to store", rows);
    store.append(rows);
  }

  @Override
  public void remove(long... indices) {
    store.remove(indices);
  }

  @Override
  public double[] energies(INDArray states) {
    double[][] patterns = patterns();
    INDArray rows = MemoryChecks.rows("states", states, width(), DataType.DOUBLE);
    MemoryChecks.finite("states", rows, 0);
    double[][] values = rows.toDoubleMatrix();
    double[] energies = new double[values.length];
    Parallel.forEach(values.length, i -> energies[i] = energy(overlaps(patterns, values[i])));
    return energies;
  }

  @Override
  public Retrieval retrieve(INDArray queries, RetrievalOptions options) {
    double[][] patterns = patterns();
    INDArray rows = MemoryChecks.rows("queries", queries, width(), DataType.FLOAT);
    binary("queries", rows);
    double[][] states = rows.toDoubleMatrix();
    Random seeds = new Random(options.seed());
    long[] orders = IntStream.range(0, states.length).mapToLong(i -> seeds.nextLong()).toArray();
    Retrieval.Result[] results = new Retrieval.Result[states.length];
    double[][] overlaps = new double[states.length][];
    Parallel.forEach(
        states.length,
        i -> results[i] = run(patterns, states[i], options, new Random(orders[i]), overlaps, i));
    INDArray weights =
        options.keepWeights()
            ? Nd4j.createFromArray(
                Arrays.stream(overlaps).map(this::shares).toArray(double[][]::new))
            : null;
    return new Retrieval(
        Nd4j.createFromArray(states).castTo(DataType.FLOAT), null, weights, Arrays.asList(results));
  }

  /**
   * Retrieval with continuous states, q = tanh(beta sum_mu F'(xi_mu . q) xi_mu), a fixed number of
   * times. Patterns and queries may hold any finite numbers here; patterns are those of {@code
   * patterns}, not those of a memory.
   *
   * <p>The peer's "n_poly" means F' = m^n: {@code polynomial(n + 1)} and beta / (n + 1) here; its
   * "exp" with {@code inner_beta} b is {@code exponential(b)} and beta / b; "identity" is {@code
   * polynomial(2)} and beta / 2.
   *
   * @param patterns [N, d]
   * @param queries [n, d]
   * @return [n, d], double
   */
  public static INDArray retrieveTanh(
      INDArray patterns, INDArray queries, Interaction interaction, double beta, int steps) {
    ArrayPatterns stored = ArrayPatterns.of(patterns.castTo(DataType.DOUBLE));
    INDArray rows = MemoryChecks.rows("queries", queries, stored.width(), DataType.DOUBLE);
    MemoryChecks.finite("queries", rows, 0);
    MemoryChecks.positive("beta", beta);
    if (steps < 1) {
      throw MemoryChecks.bad("steps", "a whole number of at least 1", steps);
    }
    double[][] xi = stored.array().toDoubleMatrix();
    double[][] states = rows.toDoubleMatrix();
    Parallel.forEach(
        states.length,
        i -> {
          for (int step = 0; step < steps; step++) {
            double[] field = field(xi, overlaps(xi, states[i]), interaction);
            for (int j = 0; j < field.length; j++) {
              states[i][j] = Math.tanh(beta * field[j]);
            }
          }
        });
    return Nd4j.createFromArray(states);
  }

  private Retrieval.Result run(
      double[][] patterns,
      double[] state,
      RetrievalOptions options,
      Random random,
      double[][] overlapsOut,
      int query) {
    double[] overlaps = overlaps(patterns, state);
    List<double[]> states = new ArrayList<>();
    List<Double> energies = new ArrayList<>();
    if (options.trace()) {
      states.add(state.clone());
      energies.add(energy(overlaps));
    }
    int steps = 0;
    boolean rest = false;
    int[] order = IntStream.range(0, state.length).toArray();
    while (!rest && steps < options.maxSteps()) {
      int flips =
          update == Update.ASYNCHRONOUS
              ? sweep(patterns, state, overlaps, order, random)
              : all(patterns, state, overlaps);
      steps++;
      rest = flips == 0;
      if (options.trace()) {
        states.add(state.clone());
        energies.add(energy(overlaps));
      }
    }
    overlapsOut[query] = overlaps;
    Optional<Retrieval.Trace> trace =
        options.trace()
            ? Optional.of(
                new Retrieval.Trace(
                    Nd4j.createFromArray(states.toArray(double[][]::new)).castTo(DataType.FLOAT),
                    energies.stream().mapToDouble(e -> e).toArray()))
            : Optional.empty();
    return new Retrieval.Result(
        steps, rest, fixedPoint(overlaps), matches(overlaps, options), trace);
  }

  /** Visits every feature once, in a new order; returns how many flipped. */
  private int sweep(
      double[][] patterns, double[] state, double[] overlaps, int[] order, Random random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    int flips = 0;
    for (int i : order) {
      double gain = gain(patterns, state, overlaps, i);
      if (gain != 0 && Math.signum(gain) != state[i]) {
        state[i] = -state[i];
        for (int mu = 0; mu < overlaps.length; mu++) {
          overlaps[mu] += 2 * state[i] * patterns[mu][i];
        }
        flips++;
      }
    }
    return flips;
  }

  /**
   * Energy with s_i = -1 less energy with s_i = 1 (for the exponential its sign only); 0 in a tie.
   */
  private double gain(double[][] patterns, double[] state, double[] overlaps, int i) {
    if (interaction.isExponential()) {
      // log-sum-exp of both choices, shifted by the common largest exponent
      double largest = Double.NEGATIVE_INFINITY;
      for (int mu = 0; mu < overlaps.length; mu++) {
        largest = Math.max(largest, overlaps[mu] - patterns[mu][i] * state[i]);
      }
      double against = Math.exp(-2 * interaction.rate());
      double up = 0;
      double down = 0;
      for (int mu = 0; mu < overlaps.length; mu++) {
        double rest = overlaps[mu] - patterns[mu][i] * state[i];
        double weight = Math.exp(interaction.rate() * (rest - largest));
        up += weight * (patterns[mu][i] > 0 ? 1 : against);
        down += weight * (patterns[mu][i] > 0 ? against : 1);
      }
      return Math.abs(up - down) <= TIE * (up + down) ? 0 : up - down;
    }
    double gain = 0;
    double terms = 0;
    for (int mu = 0; mu < overlaps.length; mu++) {
      double rest = overlaps[mu] - patterns[mu][i] * state[i];
      double up = interaction.value(rest + patterns[mu][i]);
      double down = interaction.value(rest - patterns[mu][i]);
      gain += up - down;
      terms += Math.abs(up) + Math.abs(down);
    }
    checkRange(terms);
    return Math.abs(gain) <= TIE * terms ? 0 : gain;
  }

  /** Updates every feature at once; returns how many flipped. */
  private int all(double[][] patterns, double[] state, double[] overlaps) {
    double[] field = new double[state.length];
    double[] terms = new double[state.length];
    double largest = Arrays.stream(overlaps).max().orElse(0);
    for (int mu = 0; mu < patterns.length; mu++) {
      double slope =
          interaction.isExponential()
              ? Math.exp(interaction.rate() * (overlaps[mu] - largest))
              : interaction.slope(overlaps[mu]);
      for (int i = 0; i < field.length; i++) {
        field[i] += slope * patterns[mu][i];
        terms[i] += Math.abs(slope);
      }
    }
    int flips = 0;
    for (int i = 0; i < state.length; i++) {
      checkRange(terms[i]);
      if (Math.abs(field[i]) > TIE * terms[i] && Math.signum(field[i]) != state[i]) {
        state[i] = -state[i];
        flips++;
      }
    }
    if (flips > 0) {
      System.arraycopy(overlaps(patterns, state), 0, overlaps, 0, overlaps.length);
    }
    return flips;
  }

  private double energy(double[] overlaps) {
    if (interaction.isExponential()) {
      double largest = Arrays.stream(overlaps).max().orElseThrow();
      double sum = 0;
      for (double m : overlaps) {
        sum += Math.exp(interaction.rate() * (m - largest));
      }
      return -(interaction.rate() * largest + Math.log(sum));
    }
    double energy = 0;
    for (double m : overlaps) {
      energy -= interaction.value(m);
    }
    checkRange(energy);
    return energy;
  }

  private void checkRange(double value) {
    if (!Double.isFinite(value)) {
      throw new ArithmeticException(
          "interaction "
              + interaction
              + ": expected an energy within the range of double, found overflow with overlaps up"
              + " to "
              + width()
              + "; use a lower degree or the exponential interaction");
    }
  }

  private FixedPoint fixedPoint(double[] overlaps) {
    for (int mu = 0; mu < overlaps.length; mu++) {
      if (Math.abs(overlaps[mu]) == width()) {
        FixedPoint.Kind kind =
            overlaps[mu] > 0 ? FixedPoint.Kind.SINGLE_PATTERN : FixedPoint.Kind.NEGATED_PATTERN;
        return new FixedPoint(kind, new long[] {mu}, new double[] {overlaps[mu] / width()}, 1);
      }
    }
    return new FixedPoint(FixedPoint.Kind.SPURIOUS, new long[0], new double[0], 0);
  }

  private List<Match> matches(double[] overlaps, RetrievalOptions options) {
    double[] shares = shares(overlaps);
    return IntStream.range(0, overlaps.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer mu) -> -overlaps[mu]))
        .limit(options.topK())
        .map(mu -> new Match(mu, overlaps[mu], shares[mu]))
        .toList();
  }

  /** Each pattern's share in the energy. */
  private double[] shares(double[] overlaps) {
    double largest = Arrays.stream(overlaps).map(this::logShare).max().orElseThrow();
    if (largest == Double.NEGATIVE_INFINITY) {
      return Arrays.stream(overlaps).map(m -> 1.0 / overlaps.length).toArray();
    }
    double[] shares = Arrays.stream(overlaps).map(m -> Math.exp(logShare(m) - largest)).toArray();
    double total = Arrays.stream(shares).sum();
    return Arrays.stream(shares).map(share -> share / total).toArray();
  }

  /** Logarithm of a pattern's share in the energy, up to a constant. */
  private double logShare(double overlap) {
    return interaction.isExponential()
        ? interaction.rate() * overlap
        : Math.log(Math.abs(interaction.value(overlap)));
  }

  private static double[] overlaps(double[][] patterns, double[] state) {
    double[] overlaps = new double[patterns.length];
    for (int mu = 0; mu < patterns.length; mu++) {
      double sum = 0;
      double[] pattern = patterns[mu];
      for (int i = 0; i < state.length; i++) {
        sum += pattern[i] * state[i];
      }
      overlaps[mu] = sum;
    }
    return overlaps;
  }

  private static double[] field(double[][] patterns, double[] overlaps, Interaction interaction) {
    double[] field = new double[patterns[0].length];
    for (int mu = 0; mu < patterns.length; mu++) {
      double slope = interaction.slope(overlaps[mu]);
      for (int i = 0; i < field.length; i++) {
        field[i] += slope * patterns[mu][i];
      }
    }
    return field;
  }

  private synchronized double[][] patterns() {
    MemoryChecks.notEmpty(store);
    if (cachedVersion != store.version()) {
      cached = store.array().toDoubleMatrix();
      cachedVersion = store.version();
    }
    return cached;
  }

  private static void binary(String what, INDArray rows) {
    for (long r = 0; r < rows.size(0); r++) {
      float[] row = rows.getRow(r).toFloatVector();
      for (int c = 0; c < row.length; c++) {
        if (row[c] != 1 && row[c] != -1) {
          throw MemoryChecks.bad(
              what + ", row " + r + ", column " + c + " of a binary memory", "-1 or 1", row[c]);
        }
      }
    }
  }
}
