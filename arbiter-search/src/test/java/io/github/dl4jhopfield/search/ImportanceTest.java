package io.github.dl4jhopfield.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Shares of variance of functions whose shares are known. */
class ImportanceTest {
  private static double[] shares(int n, ToDoubleFunction<double[]> function) {
    SplittableRandom random = new SplittableRandom(4);
    double[][] points = new double[n][];
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      points[i] = random.doubles(3).toArray();
      values[i] = function.applyAsDouble(points[i]);
    }
    return Importance.shares(points, values);
  }

  @Test
  void sharesOfASumAreThoseOfItsVariances() {
    double[] shares = shares(600, x -> 2 * x[0] + x[1]);
    assertThat(shares[0]).isCloseTo(0.8, within(0.05));
    assertThat(shares[1]).isCloseTo(0.2, within(0.05));
    assertThat(shares[2]).isLessThan(0.01);
  }

  @Test
  void whatNoParameterExplainsAloneIsLeft() {
    double[] shares = shares(600, x -> (x[0] < 0.5) == (x[1] < 0.5) ? 1 : 0);
    assertThat(shares[0] + shares[1] + shares[2]).isLessThan(0.1);
  }

  @Test
  void nothingIsExplainedWhereNothingVaries() {
    assertThat(shares(50, x -> 3)).isEmpty();
    assertThat(shares(1, x -> x[0])).isEmpty();
    assertThat(Importance.shares(new double[0][0], new double[0])).isEmpty();
  }

  @Test
  void sharesDoNotDependOnTheScale() {
    double[] shares = shares(100, x -> x[0]);
    assertThat(shares(100, x -> (x[0] - 0.5) * 1.7e308 * 2)).containsExactly(shares, within(1e-4));
    assertThat(shares[0]).isGreaterThan(0.9);
  }
}
