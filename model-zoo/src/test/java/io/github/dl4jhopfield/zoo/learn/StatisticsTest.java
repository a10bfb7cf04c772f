package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  private static final double NAN = Double.NaN;

  private static double[][] column(double... values) {
    return java.util.Arrays.stream(values).mapToObj(v -> new double[] {v}).toArray(double[][]::new);
  }

  @Test
  void measuresAreTheirDefinitions() {
    double[] labels = {1, 0, 1, 0, NAN};
    double[][] scores = column(0.9, 0.8, 0.7, 0.1, 0.5);
    assertThat(Measure.AUC.of(labels, scores)).isEqualTo(0.75);
    // precision 1 at recall 1/2, 2/3 at recall 1
    assertThat(Measure.AVERAGE_PRECISION.of(labels, scores))
        .isCloseTo((1 + 2 / 3.0) / 2, within(1e-15));
    assertThat(Measure.ACCURACY.of(labels, scores)).isEqualTo(0.75);
    assertThat(Measure.LOG_LOSS.of(labels, scores))
        .isCloseTo(
            -(Math.log(0.9) + Math.log(0.2) + Math.log(0.7) + Math.log(0.9)) / 4, within(1e-15));
    assertThat(Measure.BRIER.of(labels, scores))
        .isCloseTo((0.01 + 0.64 + 0.09 + 0.01) / 4, within(1e-15));
    double[] values = {1, 2, NAN, 4};
    double[][] guessed = column(2, 2, 9, 2);
    assertThat(Measure.RMSE.of(values, guessed)).isCloseTo(Math.sqrt(5 / 3.0), within(1e-15));
    assertThat(Measure.MAE.of(values, guessed)).isCloseTo(1, within(1e-15));
    assertThat(Measure.R2.of(values, guessed)).isCloseTo(1 - 5 / (14 / 3.0), within(1e-14));
  }

  @Test
  void severalClassesAreMeasuredEachAgainstTheRest() {
    double[] labels = {0, 1, 2, 2};
    double[][] rows = {{.5, .3, .2}, {.2, .7, .1}, {.6, .1, .3}, {.1, .2, .7}};
    assertThat(Measure.ACCURACY.of(labels, rows)).isEqualTo(0.75);
    assertThat(Measure.BALANCED_ACCURACY.of(labels, rows))
        .isCloseTo((1 + 1 + 0.5) / 3, within(1e-15));
    // class 0: .5 among .2 .6 .1 is 2/3; class 1: 1; class 2: 1
    assertThat(Measure.AUC.of(labels, rows)).isCloseTo((2 / 3.0 + 2) / 3, within(1e-15));
    assertThat(Measure.LOG_LOSS.of(labels, rows))
        .isCloseTo(-(Math.log(.5) + Math.log(.7) + Math.log(.3) + Math.log(.7)) / 4, within(1e-15));
  }

  @Test
  void whatCannotBeMeasuredIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Measure.AUC.of(new double[] {1, 1}, column(0, 1)))
        .withMessageContaining("expected both labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Measure.RMSE.of(new double[] {NAN}, column(0)))
        .withMessageContaining("expected a label, found none");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Measure.MAE.of(new double[] {1, 2}, column(0, NAN)))
        .withMessageContaining("found NaN for sample 1");
    assertThat(Measure.AUC.fits(Target.Kind.REGRESSION)).isFalse();
    assertThat(Measure.RMSE.fits(Target.Kind.REGRESSION)).isTrue();
  }

  /** Of 100 experiments about 95 intervals hold the true accuracy. */
  @Test
  void bootstrapIntervalsHoldTheTrueValueAsOftenAsTheySay() {
    long seed = 11;
    Random random = new Random(seed);
    int held = 0;
    for (int trial = 0; trial < 100; trial++) {
      double[] labels = IntStream.range(0, 100).mapToDouble(i -> random.nextInt(2)).toArray();
      double[][] scores = new double[100][];
      for (int i = 0; i < 100; i++) {
        scores[i] = new double[] {random.nextDouble() < 0.8 ? labels[i] : 1 - labels[i]};
      }
      Interval interval =
          Interval.bootstrap(Measure.ACCURACY, labels, scores, null, 200, 0.95, trial);
      held += interval.low() <= 0.8 && 0.8 <= interval.high() ? 1 : 0;
      assertThat(interval.value()).isBetween(interval.low(), interval.high());
    }
    assertThat(held).as("of 100, seed %d", seed).isBetween(86, 100);
  }

  @Test
  void samplesOfAGroupAreDrawnTogether() {
    double[] labels = new double[200];
    double[][] scores = new double[200][];
    List<String> groups = IntStream.range(0, 200).mapToObj(i -> "g" + i / 20).toList();
    for (int i = 0; i < 200; i++) {
      // ten groups, each all right or all wrong
      labels[i] = i % 2;
      scores[i] = new double[] {i / 20 % 3 == 0 ? 1 - labels[i] : labels[i]};
    }
    Interval alone = Interval.bootstrap(Measure.ACCURACY, labels, scores, null, 500, 0.95, 1);
    Interval grouped = Interval.bootstrap(Measure.ACCURACY, labels, scores, groups, 500, 0.95, 1);
    assertThat(grouped.high() - grouped.low()).isGreaterThan(3 * (alone.high() - alone.low()));
    assertThat(Interval.bootstrap(Measure.ACCURACY, labels, scores, groups, 500, 0.95, 1))
        .isEqualTo(grouped);
  }

  @Test
  void signsAreFlippedInEveryWay() {
    // all five differences positive: of 32 sign patterns two are as extreme
    PairedTest test =
        PairedTest.signFlip(new double[] {5, 6, 7, 8, 9}, new double[] {1, 2, 3, 4, 5.5}, 0, 1);
    assertThat(test.difference()).isCloseTo(3.9, within(1e-12));
    assertThat(test.pValue()).isEqualTo(2 / 32.0);
    assertThat(PairedTest.signFlip(new double[] {1, 2}, new double[] {2, 1}, 0, 1).pValue())
        .isEqualTo(1);
  }

  /** Of methods that are the same, p-values below 0.05 come in about 5 of 100 experiments. */
  @Test
  void pValuesOfEqualMethodsAreUniform() {
    long seed = 5;
    Random random = new Random(seed);
    int deLong = 0;
    int permutation = 0;
    for (int trial = 0; trial < 100; trial++) {
      double[] labels = IntStream.range(0, 60).mapToDouble(i -> i % 2).toArray();
      double[] a = new double[60];
      double[] b = new double[60];
      for (int i = 0; i < 60; i++) {
        double common = random.nextGaussian() + labels[i];
        a[i] = common + random.nextGaussian();
        b[i] = common + random.nextGaussian();
      }
      int[] truth = java.util.Arrays.stream(labels).mapToInt(v -> (int) v).toArray();
      deLong += PairedTest.deLong(truth, a, b).pValue() < 0.05 ? 1 : 0;
      permutation +=
          PairedTest.permutation(Measure.AUC, labels, column(a), column(b), null, 100, trial)
                      .pValue()
                  < 0.05
              ? 1
              : 0;
    }
    assertThat(deLong).as("of 100, seed %d", seed).isBetween(1, 13);
    assertThat(permutation).as("of 100, seed %d", seed).isBetween(1, 13);
  }

  @Test
  void aClearDifferenceIsFound() {
    double[] labels = IntStream.range(0, 80).mapToDouble(i -> i % 2).toArray();
    Random random = new Random(1);
    double[] good = new double[80];
    double[] bad = new double[80];
    for (int i = 0; i < 80; i++) {
      good[i] = labels[i] + 0.3 * random.nextGaussian();
      bad[i] = random.nextGaussian();
    }
    int[] truth = java.util.Arrays.stream(labels).mapToInt(v -> (int) v).toArray();
    assertThat(PairedTest.deLong(truth, good, bad).pValue()).isLessThan(1e-6);
    assertThat(
            PairedTest.permutation(Measure.AUC, labels, column(good), column(bad), null, 999, 1)
                .pValue())
        .isEqualTo(0.001);
  }

  @Test
  void theNormalTailIsThatOfTables() {
    assertThat(PairedTest.twoSided(0)).isEqualTo(1);
    assertThat(PairedTest.twoSided(1.959963984540054)).isCloseTo(0.05, within(1e-12));
    assertThat(PairedTest.twoSided(3.290526731491894)).isCloseTo(1e-3, within(1e-13));
    assertThat(PairedTest.twoSided(6)).isCloseTo(1.973175290075396e-9, within(1e-20));
  }
}
