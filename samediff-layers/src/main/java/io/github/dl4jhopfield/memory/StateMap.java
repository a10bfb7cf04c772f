package io.github.dl4jhopfield.memory;

import io.github.dl4jhopfield.ops.PostTransform;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The second map of a Hopfield-Fenchel-Young network, from the mixture of patterns to the next
 * state: the gradient of the conjugate of a regulariser Psi of the state (Santos et al.,
 * Hopfield-Fenchel-Young Networks, 2024, section 4). With Psi goes its part of the energy.
 */
public enum StateMap {
  /** The mixture as it is; Psi(q) = |q|^2 / 2. */
  NONE,
  /** The mixture scaled to the unit sphere; Psi(q) = 0 for |q| at most 1. A zero stays zero. */
  L2,
  /**
   * Mean 0 and variance 1 over the features, (z - mean z) / sqrt(var z + 1e-5), no trained scale
   * and shift; Psi(q) = - sqrt(1e-5 d (d - |q|^2)), the exact regulariser of this map with its
   * epsilon, for |q|^2 at most d and mean 0.
   */
  LAYER_NORM,
  /**
   * tanh of each feature; Psi(q) = sum_i [(1 + q_i) log(1 + q_i) + (1 - q_i) log(1 - q_i)] / 2 for
   * q_i from -1 to 1. Stored patterns and queries are not transformed first.
   */
  TANH;

  /** The epsilon of {@link #LAYER_NORM}. */
  public static final double LAYER_NORM_EPSILON = 1e-5;

  /** The map of the same name. */
  public static StateMap of(PostTransform transform) {
    return switch (transform) {
      case NONE -> NONE;
      case L2 -> L2;
      case LAYER_NORM -> LAYER_NORM;
    };
  }

  /** Whether stored patterns and queries go through the map before they are used. */
  boolean transformsPatterns() {
    return this == L2 || this == LAYER_NORM;
  }

  /** The map on each row of [n, d]; a new array, except for {@link #NONE}. */
  INDArray apply(INDArray rows) {
    return switch (this) {
      case NONE -> rows;
      case L2 -> {
        INDArray norms = rows.norm2(true, 1);
        INDArray zero = norms.eq(0).castTo(rows.dataType());
        yield rows.div(norms.addi(zero));
      }
      case LAYER_NORM -> {
        INDArray centred = rows.sub(rows.mean(true, 1));
        INDArray variance = centred.mul(centred).mean(true, 1);
        yield centred.divi(Transforms.sqrt(variance.addi(LAYER_NORM_EPSILON), false));
      }
      case TANH -> Transforms.tanh(rows, true);
    };
  }

  /** Psi(q) for one state in double; +infinity outside its domain. */
  double regulariser(double[] q) {
    double squares = 0;
    double sum = 0;
    for (double v : q) {
      squares += v * v;
      sum += v;
    }
    switch (this) {
      case NONE:
        return squares / 2;
      case L2:
        return squares <= 1 + 1e-5 ? 0 : Double.POSITIVE_INFINITY;
      case LAYER_NORM:
        int d = q.length;
        if (squares > d * (1 + 1e-5) || Math.abs(sum) > 1e-4 * d) {
          return Double.POSITIVE_INFINITY;
        }
        return -Math.sqrt(LAYER_NORM_EPSILON * d * Math.max(0, d - squares));
      default:
        double entropy = 0;
        for (double v : q) {
          if (Math.abs(v) > 1) {
            return Double.POSITIVE_INFINITY;
          }
          entropy += xLogX(1 + v) + xLogX(1 - v);
        }
        return entropy / 2;
    }
  }

  private static double xLogX(double x) {
    return x > 0 ? x * Math.log(x) : 0;
  }

  /** A store whose rows went through the map: a copy in memory, or block by block outside it. */
  PatternStore on(PatternStore store) {
    if (!transformsPatterns()) {
      return store;
    }
    if (store.inMemory()) {
      return ArrayPatterns.of(apply(store.block(0, Math.toIntExact(store.size()))));
    }
    return new PatternStore() {
      @Override
      public long size() {
        return store.size();
      }

      @Override
      public int width() {
        return store.width();
      }

      @Override
      public DataType dataType() {
        return store.dataType();
      }

      @Override
      public String name() {
        return store.name();
      }

      @Override
      public long version() {
        return store.version();
      }

      @Override
      public boolean inMemory() {
        return false;
      }

      @Override
      public INDArray block(long from, int rows) {
        return apply(store.block(from, rows));
      }
    };
  }
}
