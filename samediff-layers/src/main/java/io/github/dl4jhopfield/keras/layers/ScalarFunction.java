package io.github.dl4jhopfield.keras.layers;

import java.util.List;

/** Activation functions of one number and their slopes, by Keras's names: for recurrent cells. */
interface ScalarFunction {

  /** The names that {@link #of} knows. */
  List<String> NAMES =
      List.of(
          "linear",
          "relu",
          "relu6",
          "leaky_relu",
          "elu",
          "selu",
          "tanh",
          "sigmoid",
          "softplus",
          "softsign",
          "hard_sigmoid",
          "hard_sigmoid_keras3",
          "exponential",
          "swish",
          "gelu",
          "gelu_approximate");

  double value(double x);

  /**
   * @param y the value at x
   */
  double slope(double x, double y);

  /** A function from its value and slope. */
  static ScalarFunction of(
      java.util.function.DoubleUnaryOperator value, java.util.function.DoubleBinaryOperator slope) {
    return new ScalarFunction() {
      @Override
      public double value(double x) {
        return value.applyAsDouble(x);
      }

      @Override
      public double slope(double x, double y) {
        return slope.applyAsDouble(x, y);
      }
    };
  }

  private static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static ScalarFunction clipped(double slope, double offset, double least, double most) {
    return of(
        x -> Math.min(most, Math.max(least, slope * x + offset)),
        (x, y) -> slope * x + offset > least && slope * x + offset < most ? slope : 0);
  }

  /** The function of that name. */
  static ScalarFunction of(String name) {
    switch (name) {
      case "linear":
        return of(x -> x, (x, y) -> 1);
      case "relu":
        return of(x -> Math.max(x, 0), (x, y) -> x > 0 ? 1 : 0);
      case "relu6":
        return clipped(1, 0, 0, 6);
      case "leaky_relu":
        return of(x -> x > 0 ? x : 0.2 * x, (x, y) -> x > 0 ? 1 : 0.2);
      case "elu":
        return of(x -> x > 0 ? x : Math.expm1(x), (x, y) -> x > 0 ? 1 : y + 1);
      case "selu":
        double alpha = 1.6732632423543772;
        double scale = 1.0507009873554805;
        return of(
            x -> scale * (x > 0 ? x : alpha * Math.expm1(x)),
            (x, y) -> x > 0 ? scale : y + scale * alpha);
      case "tanh":
        return of(Math::tanh, (x, y) -> 1 - y * y);
      case "sigmoid":
        return of(ScalarFunction::logistic, (x, y) -> y * (1 - y));
      case "softplus":
        return of(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), (x, y) -> logistic(x));
      case "softsign":
        return of(
            x -> x / (1 + Math.abs(x)), (x, y) -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x))));
      case "hard_sigmoid":
        return clipped(0.2, 0.5, 0, 1);
      case "hard_sigmoid_keras3":
        return clipped(1.0 / 6, 0.5, 0, 1);
      case "exponential":
        return of(Math::exp, (x, y) -> y);
      case "swish":
        return of(x -> x * logistic(x), (x, y) -> logistic(x) * (1 + x * (1 - logistic(x))));
      case "gelu":
        return of(
            x -> x * normal(x),
            (x, y) -> normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI));
      case "gelu_approximate":
        double c = Math.sqrt(2 / Math.PI);
        return of(
            x -> 0.5 * x * (1 + Math.tanh(c * (x + 0.044715 * x * x * x))),
            (x, y) -> {
              double t = Math.tanh(c * (x + 0.044715 * x * x * x));
              return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x);
            });
      default:
        throw new IllegalArgumentException(
            "Activation of a recurrent cell: expected one of " + NAMES + ", found " + name);
    }
  }

  /** The normal distribution function, by a series near 0 and a continued fraction far from it. */
  private static double normal(double x) {
    double a = Math.abs(x);
    double tail;
    if (a < 4) {
      double term = a;
      double sum = a;
      for (int k = 1; k < 120; k++) {
        term *= a * a / (2 * k + 1);
        sum += term;
      }
      tail = 0.5 - sum * Math.exp(-a * a / 2) / Math.sqrt(2 * Math.PI);
    } else {
      double fraction = 0;
      for (int k = 60; k > 0; k--) {
        fraction = k / (a + fraction);
      }
      tail = Math.exp(-a * a / 2) / Math.sqrt(2 * Math.PI) / (a + fraction);
    }
    return x > 0 ? 1 - tail : tail;
  }
}
