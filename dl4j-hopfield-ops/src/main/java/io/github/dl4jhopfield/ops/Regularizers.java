package io.github.dl4jhopfield.ops;

import io.github.dl4jhopfield.ops.internal.java.RowFunctions;
import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The regularisers Omega of the separations, y = argmax_y &lt;y, z&gt; - Omega(y), of rows of
 * numbers, of arrays and in graphs: softmax sum y log y; softmax1 the same and r log r of what is
 * left, r = 1 - sum y; alpha-entmax (sum y^alpha - sum y) / (alpha (alpha - 1)); normmax |y|_p - 1;
 * k-subsets |y|^2 / 2. Sequential k-subsets have none in closed form.
 *
 * <p>Source: Blondel, Martins and Niculae, Learning with Fenchel-Young losses, JMLR 2020, table 1;
 * Santos et al., ICML 2024.
 *
 * <p>Of arrays they are computed in double; the losses made of them, of half and bfloat16, in
 * float.
 */
public final class Regularizers {
  private static final double TINY = 1e-300;

  private Regularizers() {}

  /** Whether there is one. */
  public static boolean known(Separation s) {
    return s.getKind() != Separation.Kind.SEQUENTIAL_K_SUBSETS;
  }

  /**
   * Omega of one row of weights.
   *
   * @throws IllegalArgumentException for sequential k-subsets
   */
  public static double of(Separation s, double[] y) {
    return switch (s.getKind()) {
      case NORMMAX -> RowFunctions.normmaxRegulariser(y, y.length, s.getP());
      case K_SUBSETS -> RowFunctions.subsetsRegulariser(y, y.length);
      case SEQUENTIAL_K_SUBSETS -> throw notSequential(s);
      case SOFTMAX1 -> {
        double rest = Math.max(0, 1 - Arrays.stream(y).sum());
        yield RowFunctions.entmaxRegulariser(y, y.length, 1)
            + (rest == 0 ? 0 : rest * Math.log(rest));
      }
      default -> RowFunctions.entmaxRegulariser(y, y.length, s.getAlpha());
    };
  }

  /**
   * Omega*(z) = max_y &lt;y, z&gt; - Omega(y) of one row.
   *
   * @param y the separation of z
   * @throws IllegalArgumentException for sequential k-subsets
   */
  public static double conjugate(Separation s, double[] z, double[] y) {
    boolean one = s.getKind() == Separation.Kind.SOFTMAX1;
    if (one || s.isDense()) {
      double top = one ? 0 : Double.NEGATIVE_INFINITY;
      for (double score : z) {
        top = Math.max(top, score);
      }
      double sum = one ? Math.exp(-top) : 0;
      for (double score : z) {
        sum += Math.exp(score - top);
      }
      return top + Math.log(sum);
    }
    double product = 0;
    for (int i = 0; i < y.length; i++) {
      product += y[i] == 0 ? 0 : z[i] * y[i];
    }
    return product - of(s, y);
  }

  /** Omega along an axis, which gets length 1; composed of ND4J's ops. */
  public static INDArray of(Separation s, INDArray weights, int axis) {
    INDArray y = weights.castTo(DataType.DOUBLE);
    INDArray omega =
        switch (s.getKind()) {
          case NORMMAX -> {
            INDArray largest = Transforms.max(y.max(true, axis), TINY);
            INDArray ratio = Transforms.pow(y.div(largest), s.getP()); // y^p may be below all range
            yield Transforms.pow(ratio.sum(true, axis), 1 / s.getP()).mul(largest).sub(1);
          }
          case K_SUBSETS -> y.mul(y).sum(true, axis).div(2);
          case SEQUENTIAL_K_SUBSETS -> throw notSequential(s);
          case SOFTMAX1 -> {
            INDArray rest = Transforms.max(y.sum(true, axis).rsub(1), 0);
            yield entropy(y).sum(true, axis).add(entropy(rest));
          }
          default -> {
            double a = s.getAlpha() - 1;
            INDArray log = Transforms.log(Transforms.max(y, TINY));
            // (y^alpha - y) / a without the difference, which cancels as a goes to 0
            yield y.mul(a == 0 ? log : powerLess1(log.mul(a)).div(a))
                .sum(true, axis)
                .div(s.getAlpha());
          }
        };
    return omega.castTo(weights.dataType());
  }

  /** Omega along an axis, which gets length 1; differentiable. */
  public static SDVariable of(Separation s, SDVariable weights, int axis) {
    SDVariable y =
        weights.dataType() == DataType.DOUBLE ? weights : weights.castTo(DataType.DOUBLE);
    SDVariable floor = y.getSameDiff().constant(Nd4j.scalar(DataType.DOUBLE, TINY));
    SDVariable omega =
        switch (s.getKind()) {
          case NORMMAX -> {
            SDVariable largest = y.getSameDiff().math().max(y.max(true, axis), floor);
            SDVariable ratio = y.div(largest).pow(s.getP());
            yield ratio.sum(true, axis).pow(1 / s.getP()).mul(largest).sub(1);
          }
          case K_SUBSETS -> y.mul(y).sum(true, axis).div(2);
          case SEQUENTIAL_K_SUBSETS -> throw notSequential(s);
          case SOFTMAX1 -> {
            SDVariable zero = y.getSameDiff().constant(Nd4j.scalar(DataType.DOUBLE, 0));
            SDVariable rest = y.getSameDiff().math().max(y.sum(true, axis).rsub(1), zero);
            yield entropy(y, floor).sum(true, axis).add(entropy(rest, floor));
          }
          default -> {
            double a = s.getAlpha() - 1;
            SDVariable log = y.getSameDiff().math().log(y.getSameDiff().math().max(y, floor));
            yield y.mul(a == 0 ? log : powerLess1(log.mul(a)).div(a))
                .sum(true, axis)
                .div(s.getAlpha());
          }
        };
    return weights.dataType() == y.dataType() ? omega : omega.castTo(weights.dataType());
  }

  /** y log y, 0 at 0. */
  private static INDArray entropy(INDArray y) {
    return y.mul(Transforms.log(Transforms.max(y, TINY)));
  }

  private static SDVariable entropy(SDVariable y, SDVariable floor) {
    return y.mul(y.getSameDiff().math().log(y.getSameDiff().math().max(y, floor)));
  }

  /** exp(x) - 1 for x up to 0; ND4J's expm1 has the digits of a difference. */
  private static INDArray powerLess1(INDArray x) {
    INDArray t = Transforms.tanh(x.div(2));
    return t.mul(2).div(t.rsub(1));
  }

  private static SDVariable powerLess1(SDVariable x) {
    SDVariable t = x.getSameDiff().math().tanh(x.div(2));
    return t.mul(2).div(t.rsub(1));
  }

  /** The type in which a loss of scores of a type is computed. */
  static DataType computed(DataType type) {
    return type == DataType.HALF || type == DataType.BFLOAT16 ? DataType.FLOAT : type;
  }

  /** The same in the type that losses are computed in. */
  static SDVariable computed(SDVariable x) {
    DataType type = computed(x.dataType());
    return type == x.dataType() ? x : x.castTo(type);
  }

  /**
   * Whether losses of a separation stay as they are when all scores of a row move alike. They are
   * then those of scores relative to the largest, which have digits left for them.
   */
  static boolean invariant(Separation s) {
    return s.getKind() != Separation.Kind.SOFTMAX1
        && !(s.getKind() == Separation.Kind.K_SUBSETS && s.isAtMost());
  }

  /** Checks the arguments of a loss of class labels. */
  static void checkLabelled(Separation s, DataType labels) {
    boolean oneHotInDomain =
        switch (s.getKind()) {
          case K_SUBSETS -> s.getK() == 1;
          case SEQUENTIAL_K_SUBSETS -> false;
          default -> true;
        };
    if (!oneHotInDomain) {
      throw Checks.bad("fenchelYoungLoss", "separation", "one whose weights sum to 1", s);
    }
    if (!labels.isIntType()) {
      throw Checks.bad("fenchelYoungLoss", "labels", "an integer data type", labels);
    }
  }

  private static IllegalArgumentException notSequential(Separation s) {
    return Checks.bad("regularizer", "separation", "one that is not sequential", s);
  }
}
