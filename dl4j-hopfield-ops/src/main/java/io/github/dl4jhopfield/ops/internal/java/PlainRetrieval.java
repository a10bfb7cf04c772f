package io.github.dl4jhopfield.ops.internal.java;

import io.github.dl4jhopfield.ops.Separation;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Retrieval from blocks of stored patterns in double, one query at a time: memory for one number a
 * stored pattern and query at work.
 *
 * @param parameter alpha, p or k of the separation
 */
public record PlainRetrieval(
    Separation.Kind separation, double beta, double parameter, boolean atMost) {

  /** Outputs as {@code hopfield_retrieve} lists them. */
  public void run(
      INDArray queries, List<INDArray> keys, List<INDArray> values, INDArray[] outputs) {
    int n = Rows.arrayLength("queries", queries.size(0));
    int count = Rows.arrayLength("stored patterns", keys.stream().mapToLong(k -> k.size(0)).sum());
    int topK = outputs.length > 3 ? Math.toIntExact(outputs[3].size(1)) : 0;
    Rows asked = Rows.of(queries, 1);
    Rows out = Rows.of(outputs[0], 1);
    double[] logSumExp = new double[n];
    long[] support = new long[n];
    long[][] topIndex = new long[n][topK];
    double[][] topScore = new double[n][topK];
    double[][] topWeight = new double[n][topK];
    Rows.forEach(
        n,
        count,
        () -> {
          double[] query = new double[asked.length()];
          return q -> {
            int i = (int) q;
            asked.read(q, query);
            double[] scores = scores(query, keys, count);
            double[] weights = weights(scores);
            out.write(q, mixed(weights, values, out.length()));
            boolean dense = dense();
            logSumExp[i] = dense ? logSumExp(scores) : Double.NaN;
            support[i] = dense ? -1 : Arrays.stream(weights).filter(w -> w > 0).count();
            int[] order = heaviest(scores, topK);
            for (int j = 0; j < topK; j++) {
              topIndex[i][j] = j < order.length ? order[j] : -1;
              topScore[i][j] = j < order.length ? scores[order[j]] : 0;
              topWeight[i][j] = j < order.length ? weights[order[j]] : 0;
            }
          };
        });
    out.written();
    for (int i = 0; i < n; i++) {
      outputs[1].putScalar(i, logSumExp[i]);
      outputs[2].putScalar(i, support[i]);
      for (int j = 0; j < topK; j++) {
        outputs[3].putScalar(i, j, topIndex[i][j]);
        outputs[4].putScalar(i, j, topScore[i][j]);
        outputs[5].putScalar(i, j, topWeight[i][j]);
      }
    }
  }

  private boolean dense() {
    return switch (separation) {
      case SOFTMAX, SOFTMAX1 -> true;
      case ENTMAX, LEARNED_ENTMAX -> parameter == 1;
      default -> false;
    };
  }

  private double[] scores(double[] query, List<INDArray> keys, int count) {
    double[] scores = new double[count];
    double[] key = new double[query.length];
    int at = 0;
    for (INDArray block : keys) {
      Rows rows = Rows.of(block, 1);
      for (long r = 0; r < rows.count(); r++) {
        rows.read(r, key);
        double dot = 0;
        for (int c = 0; c < key.length; c++) {
          dot += key[c] * query[c];
        }
        scores[at++] = beta * dot;
      }
    }
    return scores;
  }

  private double[] weights(double[] scores) {
    double[] y = new double[scores.length];
    RowScores z = new RowScores(scores.length);
    System.arraycopy(scores, 0, z.scores(), 0, scores.length);
    Arrays.fill(z.keep(), true);
    switch (separation) {
      case SOFTMAX -> RowSeparations.softmax(z, y);
      case SOFTMAX1 -> RowSeparations.softmax1(z, y);
      case NORMMAX -> RowSeparations.normmax(z, parameter, y);
      case K_SUBSETS -> RowBudget.kSubsets(z, parameter, atMost, y);
      default -> RowSeparations.entmax(z, parameter, y);
    }
    return y;
  }

  private static double[] mixed(double[] weights, List<INDArray> values, int width) {
    double[] sum = new double[width];
    double[] value = new double[width];
    int at = 0;
    for (INDArray block : values) {
      Rows rows = Rows.of(block, 1);
      for (long r = 0; r < rows.count(); r++, at++) {
        if (weights[at] != 0) {
          rows.read(r, value);
          for (int c = 0; c < width; c++) {
            sum[c] += weights[at] * value[c];
          }
        }
      }
    }
    return sum;
  }

  /** Of softmax1 with the one in its denominator. */
  private double logSumExp(double[] scores) {
    if (separation == Separation.Kind.SOFTMAX1) {
      RowScores z = new RowScores(scores.length);
      System.arraycopy(scores, 0, z.scores(), 0, scores.length);
      Arrays.fill(z.keep(), true);
      return RowSeparations.logOnePlusSum(z);
    }
    double max = Arrays.stream(scores).max().orElse(Double.NEGATIVE_INFINITY);
    double sum = 0;
    for (double s : scores) {
      sum += Math.exp(s - max);
    }
    return max + Math.log(sum);
  }

  /** Indices of the largest scores, largest first, of equals the earlier. */
  private static int[] heaviest(double[] scores, int topK) {
    int[] order = new int[Math.min(topK, scores.length)];
    int n = 0;
    for (int i = 0; i < scores.length; i++) {
      if (n == order.length && (n == 0 || !(scores[i] > scores[order[n - 1]]))) {
        continue;
      }
      int at = n < order.length ? n++ : n - 1;
      while (at > 0 && scores[i] > scores[order[at - 1]]) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = i;
    }
    return order;
  }
}
