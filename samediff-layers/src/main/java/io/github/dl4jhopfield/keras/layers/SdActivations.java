package io.github.dl4jhopfield.keras.layers;

import io.github.dl4jhopfield.ops.DenseActivation;
import io.github.dl4jhopfield.ops.SDHopfield;
import java.util.List;
import java.util.stream.Stream;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/** Keras's activation functions in SameDiff, by Keras's names. */
public final class SdActivations {

  /** The names that {@link #apply} knows. */
  public static final List<String> NAMES =
      Stream.concat(
              ScalarFunction.NAMES.stream(),
              Stream.of(
                  "mish",
                  "softmax",
                  "log_softmax",
                  "celu",
                  "glu",
                  "log_sigmoid",
                  "hard_tanh",
                  "hard_shrink",
                  "tanh_shrink",
                  "soft_shrink",
                  "squareplus",
                  "sparse_plus",
                  "sparse_sigmoid",
                  "hard_swish"))
          .toList();

  private SdActivations() {}

  /** With Keras's defaults: the slope of leaky_relu is 0.2, the scale of elu 1. */
  public static SDVariable apply(SameDiff sd, String name, SDVariable x, int rank) {
    return apply(sd, name, defaultAlpha(name), x, rank);
  }

  /** What {@code alpha} is for a function that is given by its name only. */
  public static double defaultAlpha(String name) {
    return name.equals("leaky_relu") ? 0.2 : 1;
  }

  /**
   * @param alpha slope of leaky_relu, scale of elu
   * @param rank rank of x, for softmax over its last axis
   */
  public static SDVariable apply(SameDiff sd, String name, double alpha, SDVariable x, int rank) {
    switch (name) {
      case "linear":
        return x;
      case "relu":
        return sd.nn().relu(x, 0);
      case "relu6":
        return upTo6(sd, x);
      case "leaky_relu":
        return sd.nn().relu(x, 0).sub(sd.nn().relu(x.neg(), 0).mul(alpha));
      case "elu":
        // max(x, 0) + alpha (exp(min(x, 0)) - 1)
        return sd.nn()
            .relu(x, 0)
            .add(sd.math().exp(sd.nn().relu(x.neg(), 0).neg()).sub(1).mul(alpha));
      case "selu":
        return sd.nn().selu(x);
      case "tanh":
        return sd.math().tanh(x);
      case "sigmoid":
        return sd.nn().sigmoid(x);
      case "softplus":
        return sd.nn().softplus(x);
      case "softsign":
        return sd.nn().softsign(x);
      case "hard_sigmoid":
        return upTo(sd, x.mul(0.2).add(0.5), 1);
      case "hard_sigmoid_keras3":
        return upTo6(sd, x.add(3)).div(6);
      case "exponential":
        return sd.math().exp(x);
      case "swish":
        return x.mul(sd.nn().sigmoid(x));
      case "mish":
        return x.mul(sd.math().tanh(sd.nn().softplus(x)));
      case "gelu":
        return SDHopfield.of(sd).gelu(x, false);
      case "gelu_approximate":
        return SDHopfield.of(sd).gelu(x, true);
      case "softmax":
        return sd.nn().softmax(x, rank - 1);
      case "log_softmax":
        return sd.nn().logSoftmax(x, rank - 1);
      case "celu":
        return apply(sd, "elu", 1, x, rank);
      case "glu":
        return half(sd, x, 0).mul(sd.nn().sigmoid(half(sd, x, 1)));
      case "log_sigmoid":
        return sd.nn().softplus(x.neg()).neg();
      case "hard_tanh":
        return upTo(sd, x.add(1), 2).sub(1);
      case "hard_shrink":
        return x.mul(sd.math().abs(x).gt(0.5).castTo(x.dataType()));
      case "tanh_shrink":
        return x.sub(sd.math().tanh(x));
      case "soft_shrink":
        return sd.nn().relu(x.sub(0.5), 0).sub(sd.nn().relu(x.neg().sub(0.5), 0));
      case "squareplus":
        return x.add(sd.math().sqrt(sd.math().square(x).add(4))).mul(0.5);
      case "sparse_plus":
        // 0 up to -1, the identity from 1, a parabola in between
        SDVariable inside = upTo(sd, x.add(1), 2);
        return sd.math().square(inside).mul(0.25).add(sd.nn().relu(x.sub(1), 0));
      case "sparse_sigmoid":
        return upTo(sd, x.add(1), 2).mul(0.5);
      case "hard_swish":
        return x.mul(upTo6(sd, x.add(3)).div(6));
      default:
        throw new IllegalArgumentException(
            "Activation: expected one of " + NAMES + ", found " + name);
    }
  }

  /** [..., 2 n] to the first or second n of the last axis. */
  private static SDVariable half(SameDiff sd, SDVariable x, int which) {
    return Rearrangement.of(
        sd,
        x,
        Rearrangement.plan(
            in -> {
              long[] out = in.clone();
              out[in.length - 1] /= 2;
              return out;
            },
            (in, at, from) -> {
              System.arraycopy(at, 0, from, 0, in.length);
              from[in.length - 1] += which * in[in.length - 1] / 2;
              return true;
            }));
  }

  /** The function as part of the dense op; null where it is not one of its functions. */
  static DenseActivation ofDense(String name) {
    return switch (name) {
      case "linear" -> DenseActivation.NONE;
      case "relu" -> DenseActivation.RELU;
      case "gelu" -> DenseActivation.GELU;
      case "gelu_approximate" -> DenseActivation.GELU_TANH;
      default -> null;
    };
  }

  private static SDVariable upTo6(SameDiff sd, SDVariable x) {
    return upTo(sd, x, 6);
  }

  private static SDVariable upTo(SameDiff sd, SDVariable x, double most) {
    return sd.nn().relu(x, 0).sub(sd.nn().relu(x.sub(most), 0));
  }
}
