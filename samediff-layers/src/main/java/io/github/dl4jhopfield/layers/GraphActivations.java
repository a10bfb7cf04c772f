package io.github.dl4jhopfield.layers;

import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** DL4J's activations as graph ops. */
final class GraphActivations {

  private GraphActivations() {}

  static void validate(String owner, String option, Activation activation) {
    switch (activation) {
      case IDENTITY, RELU, TANH, SIGMOID, ELU, SELU, GELU, SOFTPLUS, SOFTSIGN, SWISH, CUBE -> {}
      default ->
          throw LayerChecks.wrong(
              owner,
              option
                  + " "
                  + activation
                  + " is not supported; expected identity, relu, tanh, sigmoid, elu, selu, gelu,"
                  + " softplus, softsign, swish or cube");
    }
  }

  /** ND4J has no gradients of activations in bfloat16: there they are worked out in float. */
  static SDVariable apply(SameDiff sd, Activation activation, SDVariable x) {
    if (x.dataType() == DataType.BFLOAT16 && activation != Activation.IDENTITY) {
      return exactly(sd, activation, x.castTo(DataType.FLOAT)).castTo(DataType.BFLOAT16);
    }
    return exactly(sd, activation, x);
  }

  private static SDVariable exactly(SameDiff sd, Activation activation, SDVariable x) {
    return switch (activation) {
      case IDENTITY -> x;
      case RELU -> sd.nn().relu(x, 0);
      case TANH -> sd.math().tanh(x);
      case SIGMOID -> sd.nn().sigmoid(x);
      case ELU -> sd.nn().elu(x);
      case SELU -> sd.nn().selu(x);
      case GELU -> sd.nn().gelu(x);
      case SOFTPLUS -> sd.nn().softplus(x);
      case SOFTSIGN -> sd.nn().softsign(x);
      case SWISH -> sd.nn().swish(x);
      case CUBE -> sd.math().cube(x);
      default -> throw new IllegalStateException(activation.toString());
    };
  }
}
