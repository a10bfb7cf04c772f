package io.github.dl4jhopfield.memory;

import java.util.Arrays;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The nearest-neighbour graph of patterns x_1..x_N, and diffusion over it.
 *
 * <p>s_ij = max(0, cos(x_i, x_j)), s_ii = 0; of each row the k largest stay (of equals the first):
 * A; W = max(A, A^T), symmetric; deg_i = sum_j W_ij. Laplacian L = D - W, or D^-1/2 (D - W) D^-1/2,
 * where a pattern without neighbours has a row of zeros. The definitions of the package difflayers,
 * in double; its {@code use_sparse} mode counts mutual edges twice, which is not copied.
 */
public final class PatternGraph {
  private static final int BLOCK = 512;

  private final int[][] neighbours;
  private final double[][] weights;
  private final double[] degrees;

  /** L x_i = own_i x_i - sum_j coupling_ij x_j over the neighbours j. */
  private final double[] own;

  private final double[][] coupling;

  /** Largest own_i: eta times it decides whether explicit steps are stable. */
  private final double reach;

  /** What is applied to the patterns. */
  public enum Diffusion {
    /**
     * X - eta L X: one explicit step of the heat equation. Repeated, what difflayers calls
     * "iterative"; with the plain Laplacian, "factored".
     */
    STEP,
    /** exp(-eta L) X: the heat kernel at time eta, stable for every eta ("spectral"). */
    HEAT_KERNEL
  }

  private PatternGraph(int[][] neighbours, double[][] weights, boolean normalised) {
    this.neighbours = neighbours;
    this.weights = weights;
    this.degrees = Arrays.stream(weights).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    this.own = degrees.clone();
    this.coupling = new double[weights.length][];
    for (int i = 0; i < weights.length; i++) {
      coupling[i] = weights[i].clone();
      if (normalised) {
        // an isolated pattern stays as it is
        own[i] = degrees[i] > 0 ? 1 : 0;
        for (int c = 0; c < weights[i].length; c++) {
          double scale = Math.sqrt(degrees[i] * degrees[neighbours[i][c]]);
          coupling[i][c] = weights[i][c] > 0 ? weights[i][c] / scale : 0;
        }
      }
    }
    this.reach = normalised ? 1 : Arrays.stream(own).max().orElse(0);
  }

  private PatternGraph(int[][] neighbours, double[][] coupling, double[] own) {
    this.neighbours = neighbours;
    this.weights = coupling;
    this.degrees = Arrays.stream(coupling).mapToDouble(row -> Arrays.stream(row).sum()).toArray();
    this.own = own;
    this.coupling = coupling;
    this.reach = Arrays.stream(own).max().orElse(0);
  }

  /**
   * The graph of given weights.
   *
   * @param weights W [N, N], at least 0, symmetric; its diagonal is left out
   * @param normalised whether diffusion uses the normalised Laplacian
   */
  public static PatternGraph ofWeights(INDArray weights, boolean normalised) {
    double[][] w = square(weights);
    int[][] neighbours = neighbours(w);
    return new PatternGraph(neighbours, picked(w, neighbours, 1), normalised);
  }

  /**
   * The graph of given weights with its plain Laplacian, whose diagonal is given too: degrees that
   * were rounded apart from the weights stay as they are.
   *
   * @param weights as in {@link #ofWeights(INDArray, boolean)}
   * @param degrees [N]
   */
  public static PatternGraph ofWeights(INDArray weights, INDArray degrees) {
    double[][] w = square(weights);
    if (degrees.length() != w.length) {
      throw MemoryChecks.bad("degrees of a graph", w.length + " numbers", degrees.length());
    }
    int[][] neighbours = neighbours(w);
    double[] own = degrees.castTo(DataType.DOUBLE).reshape(w.length).toDoubleVector();
    return new PatternGraph(neighbours, picked(w, neighbours, 1), own);
  }

  /**
   * The graph of a given Laplacian. Its {@link #weightMatrix} is what stands beside the diagonal,
   * with the sign turned.
   *
   * @param laplacian L [N, N], plain or normalised
   */
  public static PatternGraph ofLaplacian(INDArray laplacian) {
    double[][] l = square(laplacian);
    double[] own = new double[l.length];
    for (int i = 0; i < l.length; i++) {
      own[i] = l[i][i];
    }
    int[][] neighbours = neighbours(l);
    return new PatternGraph(neighbours, picked(l, neighbours, -1), own);
  }

  private static double[][] square(INDArray matrix) {
    if (matrix.rank() != 2 || matrix.size(0) != matrix.size(1)) {
      throw MemoryChecks.bad(
          "matrix of a graph", "shape [N, N]", "shape " + Arrays.toString(matrix.shape()));
    }
    return matrix.castTo(DataType.DOUBLE).toDoubleMatrix();
  }

  private static int[][] neighbours(double[][] matrix) {
    int[][] neighbours = new int[matrix.length][];
    for (int i = 0; i < matrix.length; i++) {
      double[] row = matrix[i];
      int self = i;
      neighbours[i] =
          java.util.stream.IntStream.range(0, row.length)
              .filter(j -> j != self && row[j] != 0)
              .toArray();
    }
    return neighbours;
  }

  private static double[][] picked(double[][] matrix, int[][] neighbours, double factor) {
    double[][] result = new double[matrix.length][];
    for (int i = 0; i < matrix.length; i++) {
      double[] row = matrix[i];
      result[i] = Arrays.stream(neighbours[i]).mapToDouble(j -> factor * row[j]).toArray();
    }
    return result;
  }

  /**
   * The graph of some patterns; takes time in N^2 d and memory in N k.
   *
   * @param patterns [N, d]
   * @param k neighbours that each pattern chooses: at least 1; at most N - 1 are used
   * @param normalised whether diffusion uses the normalised Laplacian
   */
  public static PatternGraph of(INDArray patterns, int k, boolean normalised) {
    PatternStore store = ArrayPatterns.of(patterns.castTo(DataType.DOUBLE));
    if (k < 1) {
      throw MemoryChecks.bad("neighbours k", "a whole number of at least 1", k);
    }
    int n = Math.toIntExact(store.size());
    INDArray unit = StateMap.L2.apply(store.block(0, n));
    int[][] chosen = new int[n][];
    double[][] similar = new double[n][];
    for (int from = 0; from < n; from += BLOCK) {
      int to = Math.min(n, from + BLOCK);
      INDArray rows =
          unit.get(
              org.nd4j.linalg.indexing.NDArrayIndex.interval(from, to),
              org.nd4j.linalg.indexing.NDArrayIndex.all());
      INDArray cosines = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {n, to - from}, 'f');
      Nd4j.gemm(unit, rows, cosines, false, true, 1, 0);
      BlockEngine.Rows values = new BlockEngine.Rows(cosines.transpose());
      int offset = from;
      Parallel.forEach(
          to - from,
          i -> {
            double[] row = values.get(i);
            row[offset + i] = 0;
            int[] best = largest(row, Math.min(k, n - 1));
            chosen[offset + i] = best;
            similar[offset + i] = Arrays.stream(best).mapToDouble(j -> row[j]).toArray();
          });
    }
    return symmetric(n, chosen, similar, normalised);
  }

  private static int[] largest(double[] row, int k) {
    int[] best = new int[k];
    int count = 0;
    for (int j = 0; j < row.length; j++) {
      if (row[j] > 0 && (count < k || row[j] > row[best[count - 1]])) {
        int at = count < k ? count++ : count - 1;
        while (at > 0 && row[best[at - 1]] < row[j]) {
          best[at] = best[at - 1];
          at--;
        }
        best[at] = j;
      }
    }
    return Arrays.copyOf(best, count);
  }

  private static PatternGraph symmetric(
      int n, int[][] chosen, double[][] similar, boolean normalised) {
    java.util.List<java.util.TreeMap<Integer, Double>> rows = new java.util.ArrayList<>();
    for (int i = 0; i < n; i++) {
      rows.add(new java.util.TreeMap<>());
    }
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < chosen[i].length; c++) {
        rows.get(i).merge(chosen[i][c], similar[i][c], Math::max);
        rows.get(chosen[i][c]).merge(i, similar[i][c], Math::max);
      }
    }
    int[][] neighbours = new int[n][];
    double[][] weights = new double[n][];
    for (int i = 0; i < n; i++) {
      neighbours[i] = rows.get(i).keySet().stream().mapToInt(j -> j).toArray();
      weights[i] = rows.get(i).values().stream().mapToDouble(w -> w).toArray();
    }
    return new PatternGraph(neighbours, weights, normalised);
  }

  /** Number of patterns, N. */
  public int size() {
    return degrees.length;
  }

  /** The neighbours of a pattern, both those that it chose and those that chose it, ascending. */
  public int[] neighbours(int pattern) {
    return neighbours[pattern].clone();
  }

  /**
   * The neighbours of a pattern with the k largest weights, heaviest first; of equals the first.
   */
  public int[] heaviest(int pattern, int k) {
    double[] row = new double[size()];
    for (int c = 0; c < neighbours[pattern].length; c++) {
      row[neighbours[pattern][c]] = weights[pattern][c];
    }
    return largest(row, Math.min(k, size()));
  }

  /** deg_i = sum_j W_ij for every pattern. */
  public double[] degrees() {
    return degrees.clone();
  }

  /** W as a matrix, [N, N]. */
  public INDArray weightMatrix() {
    INDArray matrix = Nd4j.zeros(DataType.DOUBLE, size(), size());
    for (int i = 0; i < size(); i++) {
      for (int c = 0; c < neighbours[i].length; c++) {
        matrix.putScalar(i, neighbours[i][c], weights[i][c]);
      }
    }
    return matrix;
  }

  /** L as a matrix, [N, N]. */
  public INDArray laplacian() {
    return laplacian(Nd4j.eye(size()).castTo(DataType.DOUBLE));
  }

  /** L X for X [N, d]; double. */
  public INDArray laplacian(INDArray x) {
    return Nd4j.createFromArray(laplacian(matrix(x)));
  }

  private double[][] matrix(INDArray x) {
    if (x.rank() != 2 || x.size(0) != size()) {
      throw MemoryChecks.bad(
          "array to diffuse",
          "rank 2 with " + size() + " rows",
          "shape " + Arrays.toString(x.shape()));
    }
    return x.castTo(DataType.DOUBLE).toDoubleMatrix();
  }

  private double[][] laplacian(double[][] x) {
    double[][] result = new double[x.length][];
    Parallel.forEach(
        x.length,
        i -> {
          double[] row = new double[x[i].length];
          for (int f = 0; f < row.length; f++) {
            row[f] = own[i] * x[i][f];
          }
          for (int c = 0; c < neighbours[i].length; c++) {
            int j = neighbours[i][c];
            double w = coupling[i][c];
            for (int f = 0; f < row.length; f++) {
              row[f] -= w * x[j][f];
            }
          }
          result[i] = row;
        });
    return result;
  }

  /**
   * Diffuses patterns over the graph.
   *
   * @param x [N, d]
   * @param eta how far: at least 0
   * @param times how often the diffusion is applied
   * @return [N, d], double
   * @throws IllegalArgumentException if explicit steps of this eta would be unstable (eta times the
   *     largest degree above 1; normalised, eta above 1): diffusion would then amplify differences
   */
  public INDArray diffuse(INDArray x, Diffusion diffusion, double eta, int times) {
    Objects.requireNonNull(diffusion, "diffusion");
    if (!(eta >= 0) || Double.isInfinite(eta)) {
      throw MemoryChecks.bad("eta", "a finite number of at least 0", eta);
    }
    if (diffusion == Diffusion.STEP && eta * reach > 1) {
      throw MemoryChecks.bad(
          "eta of an explicit diffusion step",
          "at most " + 1 / reach + " for this graph (largest degree " + reach + ")",
          eta);
    }
    double[][] state = matrix(x);
    for (int t = 0; t < times; t++) {
      state = diffusion == Diffusion.STEP ? step(state, eta) : heat(state, eta);
    }
    return Nd4j.createFromArray(state);
  }

  /**
   * The matrix M [N, N] for which M X is what {@link #diffuse} gives; double.
   *
   * @throws IllegalArgumentException as {@link #diffuse}
   */
  public INDArray diffusionMatrix(Diffusion diffusion, double eta, int times) {
    return diffuse(Nd4j.eye(size()).castTo(DataType.DOUBLE), diffusion, eta, times);
  }

  private double[][] step(double[][] x, double eta) {
    return combine(x, laplacian(x), -eta);
  }

  /** Taylor series of exp(-h L) in parts short enough to converge to the last digits of double. */
  private double[][] heat(double[][] x, double eta) {
    int parts = (int) Math.max(1, Math.ceil(2 * eta * reach));
    double h = eta / parts;
    double[][] state = x;
    for (int part = 0; part < parts; part++) {
      double[][] term = state;
      double[][] sum = state;
      for (int k = 1; k <= 22; k++) {
        term = scale(laplacian(term), -h / k);
        sum = combine(sum, term, 1);
      }
      state = sum;
    }
    return state;
  }

  private static double[][] scale(double[][] x, double factor) {
    for (double[] row : x) {
      for (int f = 0; f < row.length; f++) {
        row[f] *= factor;
      }
    }
    return x;
  }

  private static double[][] combine(double[][] a, double[][] b, double factor) {
    double[][] result = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      result[i] = a[i].clone();
      for (int f = 0; f < result[i].length; f++) {
        result[i][f] += factor * b[i][f];
      }
    }
    return result;
  }

  /** tr(X^T L X) / N: how rough X is over the graph; diffusion lowers it. */
  public double roughness(INDArray x) {
    double[][] values = matrix(x);
    double[][] products = laplacian(values);
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      for (int f = 0; f < values[i].length; f++) {
        sum += values[i][f] * products[i][f];
      }
    }
    return sum / values.length;
  }
}
