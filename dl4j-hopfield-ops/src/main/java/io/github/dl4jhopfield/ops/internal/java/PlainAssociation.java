package io.github.dl4jhopfield.ops.internal.java;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.LagrangianUnit.MedianScope;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The Hopfield association in double, every matrix kept: the definition that the fused kernel is
 * tested against. Formula and options: {@link io.github.dl4jhopfield.ops.Association}.
 *
 * <p>Unlike the kernel it holds the scores of all heads, so its memory grows with queries times
 * stored patterns.
 */
public final class PlainAssociation {
  private static final int STEP_LIMIT = 10_000;

  /** B, H, L, S, d, dv. */
  public record Sizes(int batch, int heads, int queries, int stored, int width, int depth) {
    /**
     * Sizes of arrays.
     *
     * @throws IllegalArgumentException for what Java arrays can't hold
     */
    public static Sizes of(
        long batch, long heads, long queries, long stored, long width, long depth) {
      return new Sizes(
          Rows.arrayLength("samples", batch),
          Rows.arrayLength("heads", heads),
          Rows.arrayLength("queries", queries),
          Rows.arrayLength("stored patterns", stored),
          Rows.arrayLength("components of a head", width),
          Rows.arrayLength("value components of a head", depth));
    }
  }

  /**
   * What the association does.
   *
   * @param parameter alpha, p or k of the separation
   * @param mu fixed mu of a PFU, or null: a median
   * @param bias value of forgotten scores, or null: the threshold
   * @param steps update steps, one or one a head, below 0 until converged
   * @param eps change at which a head stops, one or one a head
   */
  public record Rule(
      Separation.Kind separation,
      double parameter,
      boolean atMost,
      LagrangianUnit.Kind unit,
      Double mu,
      Double bias,
      double sigma,
      MedianScope scope,
      boolean stopsByBatch,
      long[] steps,
      double[] eps) {

    /** One retrieval: no Lagrangian unit and no update steps. */
    public static Rule retrieval(Separation.Kind separation, double parameter, boolean atMost) {
      return new Rule(
          separation,
          parameter,
          atMost,
          LagrangianUnit.Kind.NONE,
          0.0,
          0.0,
          0,
          MedianScope.ROW,
          false,
          new long[] {0},
          new double[] {-1});
    }
  }

  /**
   * Inputs; null where there is none.
   *
   * @param factor of the last weights, [batch, heads, queries, stored] by broadcasting
   */
  public record Inputs(
      INDArray q,
      INDArray k,
      INDArray v,
      INDArray mask,
      INDArray additive,
      INDArray padding,
      INDArray queryMask,
      INDArray beta,
      double betaValue,
      INDArray alpha,
      INDArray noise,
      INDArray factor) {}

  /** Where gradients go; null: not wanted. */
  public record Gradients(
      INDArray q, INDArray k, INDArray v, INDArray additive, INDArray beta, INDArray alpha) {}

  private final int batch;
  private final int heads;
  private final int queries;
  private final int stored;
  private final int width;
  private final int depth;
  private final int count; // of heads of samples; number b * heads + h
  private final Rule rule;
  private final double[][] k;
  private final double[][] v;
  private final double[][] additive; // null: none
  private final boolean[][] open; // null: all
  private final double[] beta;
  private final double[] alpha;
  private final double[] noise;
  private final double[][] factor; // null: 1
  private final List<double[][]> states = new ArrayList<>(); // of each step
  private final int[] taken;

  public PlainAssociation(Sizes n, Rule rule, Inputs in) {
    batch = n.batch();
    heads = n.heads();
    queries = n.queries();
    stored = n.stored();
    width = n.width();
    depth = n.depth();
    count = Rows.arrayLength("heads of samples", batch, heads);
    Rows.arrayLength("queries times stored patterns of a head", queries, stored);
    Rows.arrayLength("query components of a head", queries, Math.max(width, depth));
    Rows.arrayLength("stored components of a head", stored, Math.max(width, depth));
    Rows.arrayLength("queries of all heads", count, queries);
    Rows.arrayLength("stored patterns of all heads", count, stored);
    this.rule = rule;
    states.add(patterns(in.q(), queries, width));
    k = patterns(in.k(), stored, width);
    v = patterns(in.v(), stored, depth);
    additive = in.additive() == null ? null : scoreArray(in.additive());
    open = openScores(in);
    beta = perHead(in.beta(), in.betaValue());
    alpha = perHead(in.alpha(), rule.parameter());
    noise = in.noise() == null ? null : in.noise().dup('c').data().asDouble();
    factor = in.factor() == null ? null : scoreArray(in.factor());
    taken = new int[count];
  }

  private double[] perHead(INDArray values, double otherwise) {
    double[] result = new double[heads];
    for (int h = 0; h < heads; h++) {
      result[h] = values == null ? otherwise : values.getDouble(values.length() == 1 ? 0 : h);
    }
    return result;
  }

  /** [B, rows, H, columns], batch broadcast, as [rows, columns] of each head. */
  private double[][] patterns(INDArray a, int rows, int columns) {
    double[][] all = new double[count][rows * columns];
    Rows from = Rows.of(a, new long[] {batch, rows, heads, columns}, 3);
    double[] row = new double[columns];
    for (int b = 0; b < batch; b++) {
      for (int r = 0; r < rows; r++) {
        for (int h = 0; h < heads; h++) {
          from.read(((long) b * rows + r) * heads + h, row);
          System.arraycopy(row, 0, all[b * heads + h], r * columns, columns);
        }
      }
    }
    return all;
  }

  private double[][] scoreArray(INDArray a) {
    double[][] all = new double[count][queries * stored];
    Rows from = Rows.of(a, new long[] {batch, heads, queries, stored}, 3);
    double[] row = new double[stored];
    for (int i = 0; i < count * queries; i++) {
      from.read(i, row);
      System.arraycopy(row, 0, all[i / queries], i % queries * stored, stored);
    }
    return all;
  }

  private boolean[][] openScores(Inputs in) {
    if (in.mask() == null && in.padding() == null && in.queryMask() == null) {
      return null;
    }
    long[] shape = {batch, heads, queries, stored};
    Rows mask = in.mask() == null ? null : Rows.of(in.mask(), shape, 3);
    Rows padding =
        in.padding() == null ? null : Rows.of(in.padding(), new long[] {batch, stored}, 1);
    Rows query =
        in.queryMask() == null ? null : Rows.of(in.queryMask(), new long[] {batch, queries}, 1);
    boolean[][] all = new boolean[count][queries * stored];
    boolean[] row = new boolean[stored];
    boolean[] kept = new boolean[stored];
    boolean[] asked = new boolean[queries];
    for (int i = 0; i < count * queries; i++) {
      Arrays.fill(row, true);
      if (mask != null) {
        mask.readMask(i, row);
      }
      int b = i / queries / heads;
      if (padding != null) {
        padding.readMask(b, kept);
      }
      if (query != null) {
        query.readMask(b, asked);
      }
      for (int j = 0; j < stored; j++) {
        all[i / queries][i % queries * stored + j] =
            row[j] && (padding == null || kept[j]) && (query == null || asked[i % queries]);
      }
    }
    return all;
  }

  /** Scores, D of them, what was kept, and the weights without D', of the heads that go on. */
  private final class Evaluation {
    final double[][] x = new double[count][];
    final double[][] d = new double[count][];
    final double[][] p = new double[count][];
    final boolean[][] kept = new boolean[count][]; // null without unit
    final double[] medians; // of each group; NaN: none
    final int step;

    Evaluation(int step, IntPredicate active) {
      this.step = step;
      each(active, bh -> x[bh] = scores(bh, step));
      medians = new double[groups()];
      if (rule.unit() == LagrangianUnit.Kind.NONE) {
        each(active, bh -> d[bh] = x[bh]);
      } else {
        applyUnit(active);
      }
      each(active, bh -> p[bh] = separated(bh, d[bh]));
    }

    private void applyUnit(IntPredicate active) {
      double[] threshold = new double[groups()];
      double[] fill = new double[groups()];
      for (int g = 0; g < threshold.length; g++) {
        if (rule.unit() == LagrangianUnit.Kind.PFU) {
          medians[g] = rule.mu() == null ? median(g, active) : rule.mu();
          double shift =
              noise == null ? 0 : rule.sigma() * rule.sigma() * noise[step * threshold.length + g];
          threshold[g] = medians[g] + shift;
          fill[g] = rule.bias() == null ? threshold[g] : rule.bias();
        }
      }
      each(
          active,
          bh -> {
            d[bh] = x[bh].clone();
            kept[bh] = new boolean[x[bh].length];
            for (int i = 0; i < x[bh].length; i++) {
              int g = group(bh, i / stored);
              double score = x[bh][i];
              kept[bh][i] = score > threshold[g];
              if (!kept[bh][i] && score != Double.NEGATIVE_INFINITY && !Double.isNaN(score)) {
                d[bh][i] = fill[g];
              }
            }
          });
    }

    /** The element of rank floor((n - 1) / 2) of the unmasked scores of a group. */
    private double median(int group, IntPredicate active) {
      double[] all = new double[Rows.arrayLength("scores of all heads", count, queries, stored)];
      int n = 0;
      for (int bh = 0; bh < count; bh++) {
        for (int i = 0; active.test(bh) && i < x[bh].length; i++) {
          double score = x[bh][i];
          if (group(bh, i / stored) == group
              && score != Double.NEGATIVE_INFINITY
              && !Double.isNaN(score)) {
            all[n++] = score;
          }
        }
      }
      if (n == 0) {
        return Double.NEGATIVE_INFINITY;
      }
      Arrays.sort(all, 0, n);
      return all[(n - 1) / 2];
    }

    /** The weight of the last step: D' p. */
    double weight(int bh, int i) {
      return kept[bh] != null && !kept[bh][i] ? 0 : p[bh][i];
    }
  }

  private int groups() {
    return rule.unit() != LagrangianUnit.Kind.PFU
        ? 1
        : switch (rule.scope()) {
          case TENSOR -> 1;
          case SAMPLE -> batch;
          case ROW -> count * queries;
        };
  }

  private int group(int bh, int query) {
    return rule.unit() != LagrangianUnit.Kind.PFU
        ? 0
        : switch (rule.scope()) {
          case TENSOR -> 0;
          case SAMPLE -> bh / heads;
          case ROW -> bh * queries + query;
        };
  }

  private void each(IntPredicate active, IntConsumer body) {
    IntStream all = IntStream.range(0, count).filter(active);
    ((long) count * queries * stored * width < 1 << 16 ? all : all.parallel()).forEach(body);
  }

  private double[] scores(int bh, int step) {
    double[] state = states.get(step)[bh];
    double[] x = new double[queries * stored];
    for (int i = 0; i < x.length; i++) {
      if (open != null && !open[bh][i]) {
        x[i] = Double.NEGATIVE_INFINITY;
        continue;
      }
      x[i] = beta[bh % heads] * dot(state, i / stored, k[bh], i % stored, width);
      if (additive != null) {
        x[i] += additive[bh][i];
      }
    }
    return x;
  }

  private static double dot(double[] a, int row, double[] b, int otherRow, int n) {
    double sum = 0;
    for (int c = 0; c < n; c++) {
      sum += a[row * n + c] * b[otherRow * n + c];
    }
    return sum;
  }

  private double[] separated(int bh, double[] d) {
    double[] p = new double[d.length];
    RowScores z = new RowScores(stored);
    double[] y = new double[stored];
    for (int row = 0; row < d.length; row += stored) {
      System.arraycopy(d, row, z.scores(), 0, stored);
      Arrays.fill(z.keep(), true); // masked scores are -inf
      switch (rule.separation()) {
        case SOFTMAX -> RowSeparations.softmax(z, y);
        case SOFTMAX1 -> RowSeparations.softmax1(z, y);
        case SPARSEMAX, ENTMAX15, ENTMAX, LEARNED_ENTMAX ->
            RowSeparations.entmax(z, alpha[bh % heads], y);
        case NORMMAX -> RowSeparations.normmax(z, rule.parameter(), y);
        case K_SUBSETS -> RowBudget.kSubsets(z, rule.parameter(), rule.atMost(), y);
        default -> throw new IllegalStateException(rule.separation().toString());
      }
      System.arraycopy(y, 0, p, row, stored);
    }
    return p;
  }

  private long mostSteps(int bh) {
    long n = rule.steps()[rule.steps().length == 1 ? 0 : bh % heads];
    return n < 0 ? STEP_LIMIT : Math.min(n, STEP_LIMIT);
  }

  private double eps(int bh) {
    return rule.eps()[rule.eps().length == 1 ? 0 : bh % heads];
  }

  /** Takes all steps; {@code last} receives each evaluation with the heads that end there. */
  private void iterate(BiConsumer<Evaluation, int[]> last) {
    boolean[] active = new boolean[count];
    Arrays.fill(active, true);
    Evaluation before = null;
    for (int t = 0, left = count; left > 0; t++) {
      Evaluation now = new Evaluation(t, bh -> active[bh]);
      double[] change = t == 0 ? null : change(before, now, active);
      List<Integer> ending = new ArrayList<>();
      double[][] next = new double[count][];
      for (int bh = 0; bh < count; bh++) {
        if (!active[bh]) {
          continue;
        }
        if (mostSteps(bh) <= t || t > 0 && eps(bh) >= 0 && change[bh] <= eps(bh)) {
          taken[bh] = t;
          ending.add(bh);
        } else {
          next[bh] = product(now.p[bh], k[bh], width);
        }
      }
      last.accept(now, ending.stream().mapToInt(i -> i).toArray());
      for (int bh : ending) {
        active[bh] = false;
      }
      left -= ending.size();
      states.add(next);
      before = now;
    }
  }

  /** |p_t - p_(t-1)|_F of each head that goes on by its number of steps. */
  private double[] change(Evaluation before, Evaluation now, boolean[] active) {
    double[] change = new double[count];
    double[] most = new double[heads];
    for (int bh = 0; bh < count; bh++) {
      if (active[bh] && mostSteps(bh) > now.step) {
        double sum = 0;
        for (int i = 0; i < now.p[bh].length; i++) {
          double difference = now.p[bh][i] - before.p[bh][i];
          sum += difference * difference;
        }
        change[bh] = Math.sqrt(sum);
        most[bh % heads] = Math.max(most[bh % heads], change[bh]);
      }
    }
    for (int bh = 0; rule.stopsByBatch() && bh < count; bh++) {
      change[bh] = most[bh % heads];
    }
    return change;
  }

  /** weights [L, S] times rows [S, n]. */
  private double[] product(double[] weights, double[] rows, int n) {
    double[] result = new double[queries * n];
    for (int i = 0; i < weights.length; i++) {
      if (weights[i] != 0) {
        for (int c = 0; c < n; c++) {
          result[i / stored * n + c] += weights[i] * rows[i % stored * n + c];
        }
      }
    }
    return result;
  }

  /** Results; those that are not null. */
  public void forward(INDArray out, INDArray weights, INDArray steps) {
    double[][] results = new double[count][];
    double[][] all = new double[count][];
    iterate(
        (now, ending) -> {
          for (int bh : ending) {
            double[] p = new double[queries * stored];
            for (int i = 0; i < p.length; i++) {
              p[i] = now.weight(bh, i) * factor(bh, i);
            }
            all[bh] = p;
            results[bh] = product(p, v[bh], depth);
          }
        });
    writePatterns(out, results, queries, depth);
    if (weights != null) {
      writeScores(weights, all);
    }
    if (steps != null) {
      Rows to = Rows.of(steps, 1);
      for (int b = 0; b < batch; b++) {
        double[] row = new double[heads];
        for (int h = 0; h < heads; h++) {
          row[h] = taken[b * heads + h];
        }
        to.write(b, row);
      }
      to.written();
    }
  }

  private double factor(int bh, int i) {
    return factor == null ? 1 : factor[bh][i];
  }

  private void writePatterns(INDArray to, double[][] all, int rows, int columns) {
    double[][] byRow = new double[batch * rows * heads][];
    for (int i = 0; i < byRow.length; i++) {
      int bh = i / heads / rows * heads + i % heads;
      int r = i / heads % rows;
      byRow[i] = Arrays.copyOfRange(all[bh], r * columns, (r + 1) * columns);
    }
    writeRows(to, byRow, new long[] {batch, rows, heads, columns});
  }

  private void writeScores(INDArray to, double[][] all) {
    double[][] byRow = new double[count * queries][];
    for (int i = 0; i < byRow.length; i++) {
      int from = i % queries * stored;
      byRow[i] = Arrays.copyOfRange(all[i / queries], from, from + stored);
    }
    writeRows(to, byRow, new long[] {batch, heads, queries, stored});
  }

  /** Rows of an array, or their sums where it was broadcast. */
  private static void writeRows(INDArray to, double[][] byRow, long[] shape) {
    if (!Arrays.equals(to.shape(), shape)) {
      Rows.sumRowsTo(to, byRow, shape, 3);
      return;
    }
    Rows rows = Rows.of(to, 3);
    for (int i = 0; i < byRow.length; i++) {
      rows.write(i, byRow[i]);
    }
    rows.written();
  }

  /** Gradients; {@code gradWeights} may be null. */
  public void backward(INDArray gradOut, INDArray gradWeights, Gradients to) {
    iterate((now, ending) -> {});
    Sums sums = new Sums(patterns(gradOut, queries, depth));
    double[][] weightGradient = gradWeights == null ? null : scoreArray(gradWeights);
    int longest = IntStream.of(taken).max().orElse(0);
    for (int t = longest; t >= 0; t--) {
      int step = t;
      IntPredicate active = bh -> taken[bh] >= step;
      Evaluation now = new Evaluation(t, active);
      double[][] gradX = new double[count][];
      each(active, bh -> gradX[bh] = sums.scoreGradient(now, bh, weightGradient));
      if (rule.unit() != LagrangianUnit.Kind.NONE) {
        throughUnit(now, active, gradX);
      }
      each(active, bh -> sums.add(now, bh, gradX[bh]));
    }
    writePatterns(to.q(), sums.state, queries, width);
    writePatterns(to.k(), sums.k, stored, width);
    writePatterns(to.v(), sums.v, stored, depth);
    if (to.additive() != null) {
      writeScores(to.additive(), sums.additive);
    }
    writePerHead(to.beta(), sums.beta);
    writePerHead(to.alpha(), sums.alpha);
  }

  /**
   * From the gradients of D(x) to those of x: kept scores pass theirs; those of forgotten ones are
   * shared by the scores equal to the median, where that filled their place.
   */
  private void throughUnit(Evaluation now, IntPredicate active, double[][] gradX) {
    boolean throughMedian =
        rule.unit() == LagrangianUnit.Kind.PFU && rule.mu() == null && rule.bias() == null;
    double[] forgotten = new double[groups()];
    int[] equals = new int[groups()];
    for (int bh = 0; throughMedian && bh < count; bh++) {
      for (int i = 0; active.test(bh) && i < gradX[bh].length; i++) {
        int g = group(bh, i / stored);
        forgotten[g] += now.kept[bh][i] ? 0 : gradX[bh][i];
        equals[g] += now.x[bh][i] == now.medians[g] ? 1 : 0;
      }
    }
    each(
        active,
        bh -> {
          for (int i = 0; i < gradX[bh].length; i++) {
            int g = group(bh, i / stored);
            double own = now.kept[bh][i] ? gradX[bh][i] : 0;
            boolean shares = throughMedian && now.x[bh][i] == now.medians[g] && open(bh, i);
            gradX[bh][i] = own + (shares ? forgotten[g] / equals[g] : 0);
          }
        });
  }

  private boolean open(int bh, int i) {
    return open == null || open[bh][i];
  }

  private void writePerHead(INDArray to, double[] perItem) {
    if (to == null) {
      return;
    }
    double[] sums = new double[(int) to.length()];
    for (int bh = 0; bh < count; bh++) {
      sums[sums.length == 1 ? 0 : bh % heads] += perItem[bh];
    }
    for (int i = 0; i < sums.length; i++) {
      to.putScalar(i, sums[i]);
    }
  }

  /** The gradients as they grow over the steps, last step first. */
  private final class Sums {
    final double[][] gradOut;
    final double[][] state = new double[count][queries * width]; // of the step at hand; then of q
    final double[][] k = new double[count][stored * width];
    final double[][] v = new double[count][stored * depth];
    final double[][] additive = new double[count][queries * stored];
    final double[] beta = new double[count];
    final double[] alpha = new double[count];

    Sums(double[][] gradOut) {
      this.gradOut = gradOut;
    }

    /** Gradient of D(x) of one head; adds what the product with the weights gives to v or k. */
    double[] scoreGradient(Evaluation now, int bh, double[][] weightGradient) {
      boolean last = taken[bh] == now.step;
      int n = last ? depth : width;
      double[] g = last ? gradOut[bh] : state[bh];
      double[] rows = last ? PlainAssociation.this.v[bh] : PlainAssociation.this.k[bh];
      double[] gradRows = last ? v[bh] : k[bh];
      double[] result = new double[queries * stored];
      double[] p = new double[stored];
      double[] gradP = new double[stored];
      double[] gradZ = new double[stored];
      for (int l = 0; l < queries; l++) {
        for (int j = 0; j < stored; j++) {
          int i = l * stored + j;
          p[j] = now.p[bh][i];
          boolean forgotten = last && now.kept[bh] != null && !now.kept[bh][i];
          double f = last ? factor(bh, i) : 1;
          gradP[j] = forgotten ? 0 : f * dot(g, l, rows, j, n);
          if (last && weightGradient != null && !forgotten) {
            gradP[j] += weightGradient[bh][i];
          }
          double weight = forgotten ? 0 : f * p[j];
          for (int c = 0; weight != 0 && c < n; c++) {
            gradRows[j * n + c] += weight * g[l * n + c];
          }
        }
        alpha[bh] += separationGradient(bh, p, gradP, gradZ);
        System.arraycopy(gradZ, 0, result, l * stored, stored);
      }
      return result;
    }

    /** Adds a gradient of scores to those of the state, stored patterns, additive mask and beta. */
    void add(Evaluation now, int bh, double[] gradX) {
      double[] now0 = states.get(now.step)[bh];
      double[] keys = PlainAssociation.this.k[bh];
      double b = PlainAssociation.this.beta[bh % heads];
      double[] gradState = new double[queries * width];
      for (int i = 0; i < gradX.length; i++) {
        if (gradX[i] == 0) {
          continue;
        }
        int l = i / stored;
        int j = i % stored;
        additive[bh][i] += gradX[i];
        beta[bh] += gradX[i] * dot(now0, l, keys, j, width);
        for (int c = 0; c < width; c++) {
          gradState[l * width + c] += b * gradX[i] * keys[j * width + c];
          k[bh][j * width + c] += b * gradX[i] * now0[l * width + c];
        }
      }
      state[bh] = gradState;
    }
  }

  /** One row; gives the gradient of alpha, 0 where there is none. */
  private double separationGradient(int bh, double[] p, double[] g, double[] gradZ) {
    double a = alpha[bh % heads];
    switch (rule.separation()) {
      case SOFTMAX, SOFTMAX1 -> RowSeparations.softmaxBackward(p, g, stored, gradZ);
      case NORMMAX -> RowSeparations.normmaxBackward(p, g, stored, rule.parameter(), gradZ);
      case K_SUBSETS ->
          RowBudget.kSubsetsBackward(
              p, g, stored, rule.parameter(), rule.atMost(), Math.ulp(1.0), gradZ);
      case LEARNED_ENTMAX -> {
        RowSeparations.entmaxBackward(p, g, stored, a, gradZ);
        return RowSeparations.entmaxAlphaGradient(p, g, stored, a);
      }
      default -> RowSeparations.entmaxBackward(p, g, stored, a, gradZ);
    }
    return 0;
  }
}
