package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The association in ND4J ops, three ways, all with the same answers:
 *
 * <ul>
 *   <li>whole rows of scores, for as many queries at once as the budget allows: patterns in memory,
 *       and whatever the others cannot do;
 *   <li>one pass with an online softmax (Milakov and Gimelshein, 2018): dense separations over
 *       patterns outside memory;
 *   <li>one pass that keeps candidates, for sparse separations over patterns outside memory: the
 *       threshold of each of them is so close to the largest score (for k-subsets the k-th largest)
 *       that most scores can be dropped as they come; then the exact separation of what is left.
 * </ul>
 */
final class BlockEngine implements AssociationEngine {
  /** Bytes of scores held at once. */
  static final long SCORE_BYTES = 64L << 20;

  private static final int BLOCK_ROWS = 2048;

  private final long scoreBytes;
  private final boolean streamAlways;

  BlockEngine() {
    this(SCORE_BYTES, false);
  }

  /**
   * @param streamAlways whether to take patterns in memory block by block too (tests compare)
   */
  BlockEngine(long scoreBytes, boolean streamAlways) {
    this.scoreBytes = scoreBytes;
    this.streamAlways = streamAlways;
  }

  @Override
  public Update update(PatternStore keys, List<PatternStore> mixes, INDArray queries, Rule rule) {
    if (!rule.keepWeights() && (streamAlways || !keys.inMemory())) {
      if (!Weights.sparse(rule.separation())) {
        return online(keys, mixes, queries, rule);
      }
      Update update = candidates(keys, mixes, queries, rule);
      if (update != null) {
        return update;
      }
    }
    return rows(keys, mixes, queries, rule);
  }

  private Update rows(PatternStore keys, List<PatternStore> mixes, INDArray queries, Rule rule) {
    Separation separation = rule.separation();
    long n = queries.size(0);
    DataType type = keys.dataType();
    INDArray all =
        rule.keepWeights()
            ? Nd4j.createUninitialized(type, new long[] {n, keys.size()}, 'c')
            : null;
    long group = Math.max(1, Math.min(n, scoreBytes / (keys.size() * type.width())));
    List<INDArray> mixed = new ArrayList<>();
    for (PatternStore mix : mixes) {
      mixed.add(Nd4j.createUninitialized(type, new long[] {n, mix.width()}, 'c'));
    }
    Top[] tops = new Top[(int) n];
    for (long from = 0; from < n; from += group) {
      long to = Math.min(n, from + group);
      INDArray some = queries.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
      INDArray scores = scores(keys, some);
      INDArray weights = NDHopfield.ops().separate(separation, scores, null, rule.beta(), 1);
      flushSubnormals(weights, separation);
      for (int m = 0; m < mixes.size(); m++) {
        mixed
            .get(m)
            .get(NDArrayIndex.interval(from, to), NDArrayIndex.all())
            .assign(mix(mixes.get(m), weights));
      }
      int offset = (int) from;
      Rows weightRows = new Rows(weights);
      Rows scoreRows = new Rows(scores);
      Parallel.forEach(
          (int) (to - from),
          q ->
              tops[offset + q] =
                  Weights.read(
                      weightRows.get(q),
                      null,
                      scoreRows.get(q),
                      separation,
                      keys.size(),
                      rule.topK()));
      if (rule.keepWeights()) {
        all.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).assign(weights);
      }
    }
    return new Update(mixed, Arrays.asList(tops), all);
  }

  /**
   * Sets weights too small for a normal number to 0: they change nothing in a sum with the largest,
   * and products with subnormal numbers take a processor a hundred times as long.
   */
  private static void flushSubnormals(INDArray weights, Separation separation) {
    if (!Weights.sparse(separation)) {
      double least = weights.dataType() == DataType.FLOAT ? Float.MIN_NORMAL : Double.MIN_NORMAL;
      BooleanIndexing.replaceWhere(weights, 0, Conditions.lessThan(least));
    }
  }

  /**
   * Dot products of a block of keys, the first of which is {@code from}, with queries: [rows, n].
   */
  private static INDArray products(PatternStore keys, INDArray block, long from, INDArray queries) {
    // into 'f' order: ND4J pays dearly for a copy into 'c' order
    INDArray scores =
        Nd4j.createUninitialized(keys.dataType(), new long[] {block.size(0), queries.size(0)}, 'f');
    Nd4j.gemm(block, queries, scores, false, true, 1, 0);
    checkScores(scores, block, queries, from, keys.name());
    return scores;
  }

  /** Dot products of queries [n, d] with all keys: [n, N], each row contiguous. */
  static INDArray scores(PatternStore keys, INDArray queries) {
    if (keys.inMemory()) {
      INDArray patterns = keys.block(0, Math.toIntExact(keys.size()));
      return products(keys, patterns, 0, queries).transpose();
    }
    INDArray all =
        Nd4j.createUninitialized(keys.dataType(), new long[] {queries.size(0), keys.size()}, 'c');
    for (long from = 0; from < keys.size(); ) {
      INDArray block = keys.block(from, BLOCK_ROWS);
      INDArray scores = products(keys, block, from, queries);
      all.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + block.size(0)))
          .assign(scores.transpose());
      from += block.size(0);
    }
    return all;
  }

  /** Weights [n, N] times values [N, width]. */
  private static INDArray mix(PatternStore values, INDArray weights) {
    INDArray mixed =
        Nd4j.create(values.dataType(), new long[] {values.width(), weights.size(0)}, 'f');
    INDArray typed =
        weights.dataType() == values.dataType() ? weights : weights.castTo(values.dataType());
    for (long from = 0; from < values.size(); ) {
      INDArray block = values.block(from, values.inMemory() ? Integer.MAX_VALUE : BLOCK_ROWS);
      long rows = block.size(0);
      INDArray part =
          rows == values.size()
              ? typed
              : typed.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + rows)).dup('c');
      Nd4j.gemm(block, part, mixed, true, true, 1, from == 0 ? 0 : 1);
      from += rows;
    }
    return mixed.transpose();
  }

  private Update online(PatternStore keys, List<PatternStore> mixes, INDArray queries, Rule rule) {
    Separation separation = rule.separation();
    double beta = rule.beta();
    int n = Math.toIntExact(queries.size(0));
    DataType type = keys.dataType();
    INDArray scaled = queries.mul(beta);
    double[] shift = new double[n];
    double[] sum = new double[n];
    if (separation.getKind() == Separation.Kind.SOFTMAX1) {
      Arrays.fill(sum, 1); // the one in its denominator: exp of a score 0
    } else {
      Arrays.fill(shift, Double.NEGATIVE_INFINITY);
    }
    INDArray shifts = Nd4j.create(type, new long[] {n, 1}, 'c');
    List<INDArray> sums = new ArrayList<>();
    for (PatternStore mix : mixes) {
      sums.add(Nd4j.create(type, new long[] {mix.width(), n}, 'f'));
    }
    TopScores[] tops =
        IntStream.range(0, n).mapToObj(q -> new TopScores(rule.topK())).toArray(TopScores[]::new);
    INDArray ones = Nd4j.ones(type, BLOCK_ROWS, 1);
    INDArray buffer = Nd4j.createUninitialized(type, new long[] {BLOCK_ROWS, n}, 'f');
    for (long from = 0; from < keys.size(); ) {
      INDArray block = keys.block(from, BLOCK_ROWS);
      long rows = block.size(0);
      INDArray scores =
          rows == BLOCK_ROWS ? buffer : Nd4j.createUninitialized(type, new long[] {rows, n}, 'f');
      Nd4j.gemm(block, scaled, scores, false, true, 1, 0);
      double[] largest = toDoubles(scores.max(0));
      for (int q = 0; q < n; q++) {
        if (!Double.isFinite(largest[q])) {
          checkScores(scores, block, queries, from, keys.name());
        }
        if (largest[q] > tops[q].least()) {
          tops[q].add(toDoubles(scores.getColumn(q)), from);
        }
        if (largest[q] > shift[q]) {
          double factor = Math.exp(shift[q] - largest[q]);
          if (sum[q] > 0) {
            for (INDArray mixed : sums) {
              mixed.getColumn(q).muli(factor);
            }
          }
          sum[q] *= factor;
          shift[q] = largest[q];
          shifts.putScalar(q, 0, -shift[q]);
        }
      }
      // the broadcast subtraction as a rank-one product: many times faster on 'f' order
      INDArray unit = rows == BLOCK_ROWS ? ones : Nd4j.ones(type, rows, 1);
      Nd4j.gemm(unit, shifts, scores, false, true, 1, 1);
      Transforms.exp(scores, false);
      flushSubnormals(scores, separation);
      double[] added = toDoubles(scores.sum(0));
      for (int q = 0; q < n; q++) {
        if (!Double.isFinite(added[q])) {
          checkScores(Nd4j.gemm(block, queries, false, true), block, queries, from, keys.name());
        }
        sum[q] += added[q];
      }
      for (int m = 0; m < mixes.size(); m++) {
        INDArray values = mixes.get(m) == keys ? block : exactly(mixes.get(m), from, (int) rows);
        Nd4j.gemm(values, scores, sums.get(m), true, false, 1, 1);
      }
      from += rows;
    }
    List<INDArray> mixed = new ArrayList<>();
    for (INDArray total : sums) {
      for (int q = 0; q < n; q++) {
        total.getColumn(q).divi(sum[q]);
      }
      mixed.add(total.transpose());
    }
    List<Top> found = new ArrayList<>();
    for (int q = 0; q < n; q++) {
      found.add(tops[q].dense(shift[q], sum[q], beta, keys.size(), separation));
    }
    return new Update(mixed, found, null);
  }

  /** Rows from..from+rows of a store that may be mapped in other pieces than the keys. */
  private static INDArray exactly(PatternStore store, long from, int rows) {
    INDArray first = store.block(from, rows);
    if (first.size(0) == rows) {
      return first;
    }
    List<INDArray> parts = new ArrayList<>(List.of(first));
    for (long at = first.size(0); at < rows; ) {
      INDArray next = store.block(from + at, (int) (rows - at));
      parts.add(next);
      at += next.size(0);
    }
    return Nd4j.concat(0, parts.toArray(INDArray[]::new));
  }

  /** How far below the largest (k-th largest) score a pattern can lie and still have weight. */
  private static double reach(Separation s, double beta) {
    return switch (s.getKind()) {
      case ENTMAX, LEARNED_ENTMAX -> 1 / (beta * (s.getAlpha() - 1));
      case ENTMAX15 -> 2 / beta;
      case SPARSEMAX, NORMMAX, K_SUBSETS -> 1 / beta;
      case SOFTMAX, SOFTMAX1, SEQUENTIAL_K_SUBSETS -> Double.POSITIVE_INFINITY;
    };
  }

  private Update candidates(
      PatternStore keys, List<PatternStore> mixes, INDArray queries, Rule rule) {
    Separation separation = rule.separation();
    double reach = reach(separation, rule.beta());
    if (Double.isInfinite(reach)) {
      return null;
    }
    int n = Math.toIntExact(queries.size(0));
    int rank = separation.getKind() == Separation.Kind.K_SUBSETS ? separation.getK() : 1;
    // 16 bytes a candidate
    long allowed = Math.max(1024, scoreBytes / 16 / n);
    Candidates[] kept =
        IntStream.range(0, n).mapToObj(q -> new Candidates(rank, reach)).toArray(Candidates[]::new);
    for (long from = 0; from < keys.size(); ) {
      INDArray block = keys.block(from, BLOCK_ROWS);
      INDArray scores = products(keys, block, from, queries);
      long start = from;
      double[] largest = toDoubles(scores.max(0));
      IntStream.range(0, n)
          .parallel()
          .filter(q -> largest[q] >= kept[q].bound())
          .forEach(q -> kept[q].add(toDoubles(scores.getColumn(q)), start));
      for (Candidates some : kept) {
        if (some.size() > allowed) {
          return null;
        }
      }
      from += block.size(0);
    }
    int widest = 0;
    for (Candidates some : kept) {
      some.prune();
      widest = Math.max(widest, some.size());
    }
    double[][] padded = new double[n][];
    for (int q = 0; q < n; q++) {
      padded[q] = Arrays.copyOf(kept[q].scores(), widest);
      Arrays.fill(padded[q], kept[q].size(), widest, Double.NEGATIVE_INFINITY);
    }
    INDArray scores = Nd4j.createFromArray(padded);
    double[][] weights =
        NDHopfield.ops().separate(separation, scores, null, rule.beta(), 1).toDoubleMatrix();
    List<INDArray> mixed = new ArrayList<>();
    for (PatternStore mix : mixes) {
      mixed.add(Nd4j.create(mix.dataType(), new long[] {n, mix.width()}, 'c'));
    }
    List<Top> tops = new ArrayList<>();
    for (int q = 0; q < n; q++) {
      double[] row = Arrays.copyOf(weights[q], kept[q].size());
      long[] ids = kept[q].ids();
      tops.add(Weights.read(row, ids, kept[q].scores(), separation, keys.size(), rule.topK()));
      for (int m = 0; m < mixes.size(); m++) {
        gather(mixes.get(m), ids, row, mixed.get(m).getRow(q));
      }
    }
    return new Update(mixed, tops, null);
  }

  private static void gather(PatternStore values, long[] ids, double[] weights, INDArray sum) {
    int part = 1024;
    for (int from = 0; from < ids.length; from += part) {
      int to = Math.min(ids.length, from + part);
      int[] heavy = IntStream.range(from, to).filter(i -> weights[i] > 0).toArray();
      if (heavy.length == 0) {
        continue;
      }
      INDArray rows = values.rows(Arrays.stream(heavy).mapToLong(i -> ids[i]).toArray());
      INDArray w =
          Nd4j.createFromArray(Arrays.stream(heavy).mapToDouble(i -> weights[i]).toArray())
              .castTo(rows.dataType());
      sum.addi(w.reshape(1, heavy.length).mmul(rows).reshape(sum.length()));
    }
  }

  /** Finds the pattern or query behind a score that is not a finite number. */
  private static void checkScores(
      INDArray scores, INDArray block, INDArray queries, long from, String name) {
    if (Double.isFinite(scores.sumNumber().doubleValue())) {
      return;
    }
    MemoryChecks.finite(name, block, from);
    MemoryChecks.finite("queries", queries, 0);
    if (!MemoryChecks.allFinite(scores)) {
      throw new ArithmeticException(
          name + ": the product of a pattern and a query overflows " + scores.dataType());
    }
  }

  /** The rows of a matrix in Java memory: one copy instead of a view for each row. */
  static final class Rows {
    private final int width;
    private float[] floats;
    private double[] doubles;

    Rows(INDArray matrix) {
      INDArray plain =
          matrix.stride(1) == 1 && matrix.stride(0) == matrix.size(1) ? matrix : matrix.dup('c');
      width = Math.toIntExact(plain.size(1));
      int length = Math.toIntExact(plain.length());
      if (plain.dataType() == DataType.FLOAT) {
        floats = new float[length];
        try (FloatPointer data = new FloatPointer(plain.data().addressPointer())) {
          data.get(floats);
        }
      } else {
        doubles = new double[length];
        try (DoublePointer data = new DoublePointer(plain.data().addressPointer())) {
          data.get(doubles);
        }
      }
    }

    double[] get(int row) {
      if (doubles != null) {
        return Arrays.copyOfRange(doubles, row * width, (row + 1) * width);
      }
      double[] values = new double[width];
      for (int i = 0; i < width; i++) {
        values[i] = floats[row * width + i];
      }
      return values;
    }
  }

  /** A contiguous row or column as doubles. */
  static double[] toDoubles(INDArray vector) {
    int length = (int) vector.length();
    long offset = vector.offset();
    if (vector.rank() != 1 || (length > 1 && vector.stride(0) != 1)) {
      return vector.toDoubleVector();
    }
    if (vector.dataType() == DataType.FLOAT) {
      float[] floats = new float[length];
      try (FloatPointer data = new FloatPointer(vector.data().addressPointer())) {
        data.get(floats);
      }
      double[] doubles = new double[length];
      for (int i = 0; i < length; i++) {
        doubles[i] = floats[i];
      }
      return doubles;
    }
    if (vector.dataType() == DataType.DOUBLE) {
      double[] doubles = new double[length];
      try (DoublePointer data = new DoublePointer(vector.data().addressPointer())) {
        data.get(doubles);
      }
      return doubles;
    }
    throw new IllegalStateException(
        "expected FLOAT or DOUBLE, found " + vector.dataType() + offset);
  }

  /** The largest scores of one query so far, scaled by beta. */
  private static final class TopScores {
    private final double[] scores;
    private final long[] ids;
    private int count;

    TopScores(int k) {
      scores = new double[k];
      ids = new long[k];
    }

    double least() {
      if (scores.length == 0) {
        return Double.POSITIVE_INFINITY;
      }
      return count < scores.length ? Double.NEGATIVE_INFINITY : scores[count - 1];
    }

    void add(double[] block, long from) {
      for (int i = 0; i < block.length; i++) {
        if (block[i] > least()) {
          int at = count < scores.length ? count++ : count - 1;
          while (at > 0 && scores[at - 1] < block[i]) {
            scores[at] = scores[at - 1];
            ids[at] = ids[at - 1];
            at--;
          }
          scores[at] = block[i];
          ids[at] = from + i;
        }
      }
    }

    Top dense(double shift, double sum, double beta, long n, Separation separation) {
      List<Match> matches = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        matches.add(new Match(ids[i], scores[i] / beta, Math.exp(scores[i] - shift) / sum));
      }
      return Weights.dense(matches, separation, n, 1 / sum);
    }
  }

  /** Scores of one query that may still get weight. */
  private static final class Candidates {
    private final int rank;
    private final double reach;
    private final double[] best;
    private int bests;
    private double[] scores = new double[256];
    private long[] ids = new long[256];
    private int size;
    private int pruneAt = 4096;

    Candidates(int rank, double reach) {
      this.rank = rank;
      this.reach = reach;
      this.best = new double[rank];
    }

    /** No score below this gets weight. */
    double bound() {
      // a little wider than exact, since scores are rounded
      double kth = bests < rank ? Double.NEGATIVE_INFINITY : best[rank - 1];
      return kth - reach - 1e-6 * (Math.abs(kth) + reach);
    }

    void add(double[] block, long from) {
      for (int i = 0; i < block.length; i++) {
        if (block[i] >= bound()) {
          insertBest(block[i]);
          if (size == scores.length) {
            scores = Arrays.copyOf(scores, 2 * size);
            ids = Arrays.copyOf(ids, 2 * size);
          }
          scores[size] = block[i];
          ids[size++] = from + i;
        }
      }
      if (size > pruneAt) {
        prune();
        pruneAt = Math.max(4096, 2 * size);
      }
    }

    private void insertBest(double score) {
      if (bests == rank && score <= best[rank - 1]) {
        return;
      }
      int at = bests < rank ? bests++ : rank - 1;
      while (at > 0 && best[at - 1] < score) {
        best[at] = best[at - 1];
        at--;
      }
      best[at] = score;
    }

    void prune() {
      double bound = bound();
      int left = 0;
      for (int i = 0; i < size; i++) {
        if (scores[i] >= bound) {
          scores[left] = scores[i];
          ids[left++] = ids[i];
        }
      }
      size = left;
    }

    int size() {
      return size;
    }

    double[] scores() {
      return Arrays.copyOf(scores, size);
    }

    long[] ids() {
      return Arrays.copyOf(ids, size);
    }
  }
}
