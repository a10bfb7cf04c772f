package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.memory.PatternGraph;
import io.github.dl4jhopfield.runtime.GraphContext;
import java.lang.ref.WeakReference;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Works out, from the arrays of a call, the matrices by which a layer diffuses its patterns. What
 * they do is said in {@link DiffusionOptions}.
 */
final class Diffuser {

  /** Where a role's patterns come from, as double arrays [batch, length, size]. */
  interface Source {
    /** The patterns as the association gets them: normalised. */
    INDArray patterns(GraphContext.Call call);

    /** [batch, length], 1 where there is a pattern; null: everywhere. */
    INDArray mask(GraphContext.Call call);
  }

  /**
   * For one call.
   *
   * @param stored [B, S, S]
   * @param state [B, L, L]; null if state patterns are not diffused
   * @param keep [B, L, S], 1 for the neighbours; null without graph attention
   */
  record Matrices(INDArray stored, INDArray state, INDArray keep) {}

  private final DiffusionOptions o;
  private final double beta;
  private final Source stored;
  private final Source state;
  private WeakReference<GraphContext.Call> last = new WeakReference<>(null);
  private Matrices matrices;

  Diffuser(DiffusionOptions options, double beta, Source stored, Source state) {
    this.o = options;
    this.beta = beta;
    this.stored = stored;
    this.state = state;
  }

  /** The matrices of a call; worked out once. */
  synchronized Matrices of(GraphContext.Call call) {
    if (last.get() != call) {
      matrices = o.compatible ? ofMeans(call) : ofSamples(call);
      last = new WeakReference<>(call);
    }
    return matrices;
  }

  // ---------------------------------------------------------------- each sample by itself

  private Matrices ofSamples(GraphContext.Call call) {
    INDArray y = stored.patterns(call);
    INDArray r = state.patterns(call);
    INDArray yMask = stored.mask(call);
    INDArray rMask = state.mask(call);
    long batch = Math.max(y.size(0), r.size(0));
    if (o.graphAttention) {
      checkLengths(r.size(1), y.size(1));
    }
    INDArray ofStored = identities(o.adaptiveEta || o.energyTolerance > 0 ? batch : y.size(0), y);
    INDArray ofState = o.statePatterns ? identities(o.adaptiveEta ? batch : r.size(0), r) : null;
    INDArray keep =
        o.graphAttention ? Nd4j.zeros(DataType.DOUBLE, batch, r.size(1), y.size(1)) : null;
    for (long b = 0; b < batch; b++) {
      int[] storedRows = rows(yMask, b, y.size(1));
      int[] stateRows = rows(rMask, b, r.size(1));
      if (storedRows.length == 0 || stateRows.length == 0) {
        continue;
      }
      INDArray ys = picked(y, b, storedRows);
      INDArray rs = picked(r, b, stateRows);
      double eta = o.adaptiveEta ? o.eta * gate(rs, ys) : o.eta;
      PatternGraph graph = graph(ys);
      if (o.storedPatterns && b < ofStored.size(0)) {
        int steps = o.energyTolerance > 0 ? stepsUntilStill(graph, rs, ys, eta) : o.steps;
        put(ofStored, b, storedRows, matrix(graph, eta, steps, b));
      }
      if (o.statePatterns && b < ofState.size(0)) {
        put(ofState, b, stateRows, matrix(graph(rs), eta, o.steps, b));
      }
      if (keep != null) {
        for (int i = 0; i < storedRows.length; i++) {
          for (int j : graph.heaviest(i, o.neighbours)) {
            keep.putScalar(new long[] {b, storedRows[i], storedRows[j]}, 1);
          }
        }
      }
    }
    return new Matrices(ofStored, ofState, keep);
  }

  private static INDArray identities(long batch, INDArray patterns) {
    INDArray eye = Nd4j.eye(patterns.size(1)).castTo(DataType.DOUBLE);
    return Nd4j.tile(eye.reshape(1, eye.size(0), eye.size(1)), (int) batch, 1, 1);
  }

  private static int[] rows(INDArray mask, long sample, long length) {
    return IntStream.range(0, (int) length)
        .filter(t -> mask == null || mask.getDouble(sample, t) != 0)
        .toArray();
  }

  private static INDArray picked(INDArray patterns, long sample, int[] rows) {
    long b = patterns.size(0) == 1 ? 0 : sample;
    INDArray all = patterns.get(NDArrayIndex.point(b), NDArrayIndex.all(), NDArrayIndex.all());
    return rows.length == patterns.size(1) ? all.dup('c') : all.getRows(rows);
  }

  private static void put(INDArray matrices, long sample, int[] rows, INDArray matrix) {
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows.length; j++) {
        matrices.putScalar(new long[] {sample, rows[i], rows[j]}, matrix.getDouble(i, j));
      }
    }
  }

  private int stepsUntilStill(PatternGraph graph, INDArray r, INDArray y, double eta) {
    INDArray diffused = y;
    double energy = GraphDiffusion.energy(r, y, graph, beta, eta);
    for (int t = 1; t < o.steps; t++) {
      diffused = graph.diffuse(diffused, PatternGraph.Diffusion.STEP, eta, 1);
      double next = GraphDiffusion.energy(r, diffused, graph, beta, eta);
      if (Math.abs(next - energy) < o.energyTolerance) {
        return t;
      }
      energy = next;
    }
    return o.steps;
  }

  // ---------------------------------------------------------------- the batch as one

  private Matrices ofMeans(GraphContext.Call call) {
    INDArray y = stored.patterns(call);
    INDArray r = state.patterns(call);
    long batch = y.size(0);
    PatternGraph graph = graph(y.mean(0));
    double eta = o.eta;
    if (o.adaptiveEta) {
      double adapted = 0;
      for (long b = 0; b < batch; b++) {
        adapted += entropy(sample(r, b), sample(y, b)) / batch;
      }
      adapted = o.eta * sigmoid(adapted);
      // there smaller changes are not worth a new operator
      eta = Math.abs(adapted - o.eta) / (o.eta + 1e-9) > 0.05 ? adapted : o.eta;
    }
    INDArray ofState =
        o.statePatterns ? repeated(matrix(graph(r.mean(0)), eta, 1, -1), batch) : null;
    INDArray keep = null;
    if (o.graphAttention) {
      checkLengths(r.size(1), y.size(1));
      INDArray one = Nd4j.zeros(DataType.DOUBLE, y.size(1), y.size(1));
      for (int i = 0; i < y.size(1); i++) {
        for (int j : graph.heaviest(i, o.neighbours)) {
          one.putScalar(i, j, 1);
        }
      }
      keep = repeated(one, batch);
    }
    INDArray ofStored =
        o.storedPatterns ? repeated(matrix(graph, eta, 1, -1), batch) : identities(batch, y);
    return new Matrices(ofStored, ofState, keep);
  }

  private static INDArray sample(INDArray patterns, long b) {
    return patterns.get(NDArrayIndex.point(b), NDArrayIndex.all(), NDArrayIndex.all()).dup('c');
  }

  private static INDArray repeated(INDArray matrix, long batch) {
    return Nd4j.tile(matrix.reshape(1, matrix.size(0), matrix.size(1)), (int) batch, 1, 1);
  }

  // ---------------------------------------------------------------- both

  private PatternGraph graph(INDArray patterns) {
    return PatternGraph.of(
        patterns, o.neighbours, o.normalised && o.mode != DiffusionMode.FACTORED);
  }

  private INDArray matrix(PatternGraph graph, double eta, int steps, long sample) {
    try {
      return GraphDiffusion.matrix(graph, o.mode, eta, steps);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Hopfield association, diffusion of "
              + (sample < 0 ? "the batch's mean" : "sample " + sample)
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static void checkLengths(long state, long stored) {
    if (state != stored) {
      throw new IllegalArgumentException(
          "Hopfield association: graph attention needs as many state as stored patterns, found "
              + state
              + " and "
              + stored);
    }
  }

  private double gate(INDArray r, INDArray y) {
    return sigmoid(entropy(r, y));
  }

  private double sigmoid(double entropy) {
    return 1 / (1 + Math.exp(-o.adaptiveTemperature * (entropy - o.adaptiveThreshold)));
  }

  /** Mean entropy in nats of the rows of softmax(R Y'). */
  private static double entropy(INDArray r, INDArray y) {
    INDArray scores = r.mmul(y.transpose());
    INDArray shifted = scores.sub(scores.max(true, 1));
    INDArray weights = Transforms.exp(shifted, true);
    INDArray sums = weights.sum(true, 1);
    // -sum p log p = log sum exp(s) - sum p s
    INDArray mean = weights.mul(shifted).sum(true, 1).divi(sums);
    return Transforms.log(sums, true).subi(mean).meanNumber().doubleValue();
  }
}
