package io.github.dl4jhopfield.ops;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The regularisers Omega of the separations, composed of ND4J's ops: targets of losses are small or
 * constant.
 */
final class Regularizers {
  private static final double TINY = 1e-300;

  private Regularizers() {}

  static INDArray of(Separation s, INDArray y, int axis) {
    return switch (s.getKind()) {
      case NORMMAX ->
          Transforms.pow(Transforms.pow(y, s.getP()).sum(true, axis), 1 / s.getP()).sub(1);
      case K_SUBSETS -> y.mul(y).sum(true, axis).div(2);
      case SEQUENTIAL_K_SUBSETS -> throw notSequential(s);
      default ->
          s.getAlpha() == 1
              ? y.mul(Transforms.log(Transforms.max(y, tiny(y.dataType())))).sum(true, axis)
              : Transforms.pow(y, s.getAlpha())
                  .sub(y)
                  .sum(true, axis)
                  .div(s.getAlpha() * (s.getAlpha() - 1));
    };
  }

  static SDVariable of(Separation s, SDVariable y, int axis) {
    return switch (s.getKind()) {
      case NORMMAX -> y.pow(s.getP()).sum(true, axis).pow(1 / s.getP()).sub(1);
      case K_SUBSETS -> y.mul(y).sum(true, axis).div(2);
      case SEQUENTIAL_K_SUBSETS -> throw notSequential(s);
      default -> {
        if (s.getAlpha() != 1) {
          yield y.pow(s.getAlpha()).sub(y).sum(true, axis).div(s.getAlpha() * (s.getAlpha() - 1));
        }
        SDVariable floor =
            y.getSameDiff()
                .constant(org.nd4j.linalg.factory.Nd4j.scalar(y.dataType(), tiny(y.dataType())));
        yield y.mul(y.getSameDiff().math().log(y.getSameDiff().math().max(y, floor)))
            .sum(true, axis);
      }
    };
  }

  /** Checks the arguments of a loss of class labels. */
  static void checkLabelled(Separation s, org.nd4j.linalg.api.buffer.DataType labels) {
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

  private static double tiny(org.nd4j.linalg.api.buffer.DataType type) {
    return switch (type) {
      case DOUBLE -> TINY;
      case HALF -> 1e-7;
      default -> 1e-37;
    };
  }

  private static IllegalArgumentException notSequential(Separation s) {
    return Checks.bad("regularizer", "separation", "one that is not sequential", s);
  }
}
