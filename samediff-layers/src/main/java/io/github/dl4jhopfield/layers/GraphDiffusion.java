package io.github.dl4jhopfield.layers;

import io.github.dl4jhopfield.memory.PatternGraph;
import io.github.dl4jhopfield.ops.SDHopfield;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parts of a diffused Hopfield association, one by one: diffusion over a graph of patterns,
 * attention of raw patterns, and their energy. {@link DiffusionOptions} puts them together in a
 * layer. Source: difflayers 0.1.0.
 */
public final class GraphDiffusion {

  private GraphDiffusion() {}

  /**
   * The matrix M [N, N] of a mode; double.
   *
   * @param graph its Laplacian is used; for {@code FACTORED} it must be the plain one
   * @throws IllegalArgumentException where explicit steps of this eta amplify differences
   */
  public static INDArray matrix(PatternGraph graph, DiffusionMode mode, double eta, int steps) {
    return switch (mode) {
      case NONE -> Nd4j.eye(graph.size()).castTo(DataType.DOUBLE);
      case SIMPLE -> graph.diffusionMatrix(PatternGraph.Diffusion.STEP, eta, 1);
      case ITERATIVE, FACTORED -> graph.diffusionMatrix(PatternGraph.Diffusion.STEP, eta, steps);
      case SPECTRAL -> graph.diffusionMatrix(PatternGraph.Diffusion.HEAT_KERNEL, eta, 1);
    };
  }

  /**
   * Diffuses patterns in a graph of SameDiff; the gradient flows to the patterns, not through their
   * graph.
   *
   * @param x [N, d]
   */
  public static SDVariable diffuse(
      SDVariable x, PatternGraph graph, DiffusionMode mode, double eta, int steps) {
    INDArray matrix = matrix(graph, mode, eta, steps).castTo(x.dataType());
    return x.getSameDiff().constant(matrix).mmul(x);
  }

  /** softmax(beta Q K') V for Q [L, d], K [S, d], V [S, p]. */
  public static SDVariable attention(SDVariable q, SDVariable k, SDVariable v, double beta) {
    return attention(q, k, v, (SDVariable) null, beta);
  }

  /**
   * As {@link #attention(SDVariable, SDVariable, SDVariable, double)}, row i over the rows of K
   * that {@code neighbours} names only.
   *
   * @param neighbours [L, n], indices from 0 to S - 1
   */
  public static SDVariable attention(
      SDVariable q, SDVariable k, SDVariable v, INDArray neighbours, double beta) {
    long stored = k.getShape()[0];
    INDArray keep = Nd4j.zeros(q.dataType(), neighbours.size(0), stored);
    for (long i = 0; i < neighbours.size(0); i++) {
      for (long c = 0; c < neighbours.size(1); c++) {
        long j = neighbours.getLong(i, c);
        if (j < 0 || j >= stored) {
          throw new IllegalArgumentException(
              "neighbours: expected indices from 0 to "
                  + (stored - 1)
                  + ", found "
                  + j
                  + " in row "
                  + i);
        }
        keep.putScalar(i, j, 1);
      }
    }
    return attention(q, k, v, q.getSameDiff().constant(keep), beta);
  }

  static SDVariable attention(
      SDVariable q, SDVariable k, SDVariable v, SDVariable keep, double beta) {
    SDVariable scores = q.getSameDiff().mmul(q, k, false, true, false);
    SDVariable weights = SDHopfield.of(q.getSameDiff()).maskedSoftmax(scores, keep, beta, -1);
    return q.getSameDiff().mmul(weights, v);
  }

  /** -mean(beta Q K') + eta tr(K' L K) / N for Q [L, d] and K [N, d]. */
  public static double energy(INDArray q, INDArray k, PatternGraph graph, double beta, double eta) {
    if (q.rank() != 2 || k.rank() != 2 || q.size(1) != k.size(1)) {
      throw new IllegalArgumentException(
          "energy: expected queries [L, d] and patterns [N, d], found "
              + Arrays.toString(q.shape())
              + " and "
              + Arrays.toString(k.shape()));
    }
    // the mean of all products is the product of the means
    INDArray left = q.castTo(DataType.DOUBLE).mean(0);
    INDArray right = k.castTo(DataType.DOUBLE).mean(0);
    return -beta * left.mul(right).sumNumber().doubleValue() + eta * graph.roughness(k);
  }
}
