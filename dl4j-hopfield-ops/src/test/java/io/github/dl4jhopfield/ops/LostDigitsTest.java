package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.ops.Call.Value;
import io.github.dl4jhopfield.ops.internal.LayerNorm;
import io.github.dl4jhopfield.ops.internal.OpCall;
import io.github.dl4jhopfield.ops.internal.Sparsemax;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Numbers that were wrong once, in Java and, where they load, by the native ops, each with the
 * right value.
 */
class LostDigitsTest {

  private static INDArray row(double... values) {
    return Nd4j.createFromArray(new double[][] {values});
  }

  /** The first output, the same in Java and natively. */
  private static double[] both(OpCall<INDArray> call) {
    double[] java = OpCase.inJava(call)[0].dup('c').data().asDouble();
    if (NativeOps.status().nativeLoaded()) {
      assertThat(OpCase.run(call)[0].dup('c').data().asDouble())
          .as("native")
          .containsExactly(java, within(1e-12));
    }
    return java;
  }

  private static double[] separated(Separation s, double beta, double... x) {
    return both(Call.separate(s, row(x), null, Value.of(beta), null, -1));
  }

  @Test
  void subsetsOfScoresFarApart() {
    assertThat(separated(Separation.kSubsets(2, false), 1, 1e30, 0.5, -1.6))
        .containsExactly(1, 1, 0);
    for (double large : new double[] {1e8, 1e12, 1e30, 1.7e308}) {
      assertThat(separated(Separation.kSubsets(2, false), 1, large, 0.3, 0.1, -large))
          .containsExactly(new double[] {1, 0.6, 0.4, 0}, within(1e-15));
    }
    assertThat(separated(Separation.kSubsets(3, false), 1, 1.3e16, -9e15, -2.4e16, 7e15))
        .containsExactly(1, 1, 0, 1);
  }

  @Test
  void budgetsAndChainsOfScoresFarApart() {
    for (double large : new double[] {1e8, 1e16, 1e30}) {
      assertThat(
              both(
                  Call.constrainedSparsemax(
                      row(large, 0.3, 0.1, -0.4), row(0.2, 0.5, 0.7, 0.4), null, -1)))
          .containsExactly(new double[] {0.2, 0.5, 0.3, 0}, within(1e-15));
      assertThat(
              both(
                  Call.sequentialKSubsets(
                      row(large, 0, 1, 2, 3), row(0, 0, 0, 0), null, 2, false, -1)))
          .containsExactly(new double[] {1, 0, 0, 0.25, 0.75}, within(1e-12));
    }
  }

  @Test
  void betaTimesLargeScores() {
    double e = Math.exp(-0.3);
    assertThat(separated(Separation.softmax(), 0.3, 1e8, 1e8 - 1))
        .containsExactly(new double[] {1 / (1 + e), e / (1 + e)}, within(1e-15));
    assertThat(separated(Separation.sparsemax(), -0.3, 1e15, 1e15 + 1))
        .containsExactly(new double[] {0.65, 0.35}, within(1e-15));
    assertThat(separated(Separation.softmax(), 1e10, 1e300, 2e300)).containsExactly(0, 1);
  }

  @Test
  void entmaxOfLargeAlpha() {
    for (double alpha : new double[] {5, 10, 50, 1e3, 1e300}) {
      double[] ties = new double[64];
      assertThat(separated(Separation.entmax(alpha), 1, ties)).containsOnly(1.0 / 64);
    }
    // (s^4 + 4 d)^(1/4) + s = 1 for d = 0.01: s = 0.42448...
    double[] y = separated(Separation.entmax(5), 1, 0.01, 0);
    assertThat(Math.pow(y[0], 4) - Math.pow(y[1], 4)).isCloseTo(0.04, within(1e-15));
    assertThat(y[0] + y[1]).isEqualTo(1, within(1e-15));
  }

  /** In the support by 2e-17, which a root makes 8e-6 of the row. */
  @Test
  void normmaxAtTheEdgeOfItsSupport() {
    double x = 0.0037186323169656156;
    double largest = 1.0037186323169656;
    double u =
        BigDecimal.ONE.add(new BigDecimal(x)).subtract(new BigDecimal(largest)).doubleValue();
    double p = 4.3119063787162304;
    double w = Math.pow(u, 1 / (p - 1));
    assertThat(separated(Separation.normmax(p), 1, x, -1.4, largest))
        .containsExactly(new double[] {w / (1 + w), 0, 1 / (1 + w)}, within(1e-10));
  }

  /** Rounded to half, and no further. */
  @Test
  void lossesOfHalves() {
    Separation s = Separation.entmax(1.3);
    for (DataType type : new DataType[] {DataType.HALF, DataType.BFLOAT16}) {
      INDArray x = row(5.1, 2.3, -7.5, 4.9).castTo(type);
      INDArray t = row(0.7, 0.1, 0.05, 0.15).castTo(type);
      double step = type == DataType.HALF ? 5e-4 : 4e-3;
      assertThat(NDHopfield.ops().regularizer(s, t, -1).getDouble(0))
          .isCloseTo(
              NDHopfield.ops().regularizer(s, t.castTo(DataType.DOUBLE), -1).getDouble(0),
              within(step));
      assertThat(NDHopfield.ops().fenchelYoungLoss(s, x, t, -1).getDouble(0))
          .isCloseTo(
              NDHopfield.ops()
                  .fenchelYoungLoss(s, x.castTo(DataType.DOUBLE), t.castTo(DataType.DOUBLE), -1)
                  .getDouble(0),
              within(2 * step));
    }
  }

  @Test
  void lossesAtAnOffsetAndOfSmallWeights() {
    INDArray x = row(1e7 + 1, 1e7, 1e7 - 2).castTo(DataType.FLOAT);
    INDArray t = row(0, 1, 0).castTo(DataType.FLOAT);
    double expected = 1 + Math.log1p(Math.exp(-1) + Math.exp(-3));
    assertThat(NDHopfield.ops().fenchelYoungLoss(Separation.softmax(), x, t, -1).getDouble(0))
        .isCloseTo(expected, within(1e-6));
    INDArray even = Nd4j.valueArrayOf(new long[] {1, 100}, 0.01, DataType.FLOAT);
    assertThat(NDHopfield.ops().regularizer(Separation.normmax(50), even, -1).getDouble(0))
        .isCloseTo(0.01 * Math.pow(100, 0.02) - 1, within(1e-6)); // 0.01^50 is below float
    assertThat(NDHopfield.ops().regularizer(Separation.entmax(1.0001), even, -1).getDouble(0))
        .isCloseTo(Math.expm1(0.0001 * Math.log(0.01)) / 0.0001 / 1.0001, within(1e-5));
  }

  @Test
  void normsOfAnySizeAndOffset() {
    for (double scale : new double[] {1e-200, 1e200, 1e307}) {
      assertThat(both(Call.l2Normalize(row(3 * scale, -4 * scale), Double.MIN_NORMAL, -1)))
          .containsExactly(new double[] {0.6, -0.8}, within(1e-15));
    }
    INDArray x = row(1e4 + 1, 1e4 - 1).castTo(DataType.FLOAT);
    OpCall<INDArray> call =
        OpCall.<INDArray>of(LayerNorm.DECLARATION)
            .axis(-1)
            .with(LayerNorm.X, x)
            .with(LayerNorm.EPS, 1e-5);
    assertThat(both(call)).containsExactly(new double[] {0.999995, -0.999995}, within(1e-6));
  }

  /** A difference that is no number is not forgotten at the next. */
  @Test
  void selfTestOfAnOpThatGivesNaN() {
    double worst =
        new Sparsemax()
            .selfTest(
                op -> {
                  INDArray y = op.outputArguments().get(0);
                  op.runInJava(op.checkedArgs(null), new INDArray[] {y});
                  y.putScalar(0, Double.NaN);
                });
    assertThat(worst).isNaN();
  }

  @Test
  void oneEmptyBlockAmongFullOnes() {
    INDArray queries = row(1, 0.5);
    INDArray keys = Nd4j.createFromArray(new double[][] {{1, 1}, {0, 2}, {-1, 1}});
    INDArray none = Nd4j.create(DataType.DOUBLE, 0, 2);
    for (Separation s : List.of(Separation.softmax(), Separation.entmax15())) {
      double[] whole = both(Call.retrieve(s, 0.7, 2, queries, List.of(keys), null));
      for (List<INDArray> blocks :
          List.of(List.of(none, keys), List.of(keys, none), List.of(none, keys, none))) {
        OpCall<INDArray> call = Call.retrieve(s, 0.7, 2, queries, blocks, null);
        assertThat(OpCase.run(call)[0].data().asDouble()).containsExactly(whole, within(1e-12));
        assertThat(OpCase.inJava(call)[0].data().asDouble()).containsExactly(whole, within(1e-12));
        assertThat(OpCase.run(call)[3].getLong(0, 0)).isZero(); // the index counts patterns alone
      }
      OpCall<INDArray> empty = Call.retrieve(s, 0.7, 0, queries, List.of(none, none), null);
      assertThat(OpCase.run(empty)[0].data().asDouble()).containsExactly(0, 0);
    }
  }

  @Test
  void emptyInputsThatLeaveAResult() {
    OpCall<INDArray> chain =
        Call.sequentialKSubsets(
            Nd4j.createFromArray(new double[][] {{2}, {-3}}),
            Nd4j.create(DataType.DOUBLE, 2, 0),
            null,
            1,
            false,
            -1);
    assertThat(OpCase.run(chain)[0].data().asDouble()).containsExactly(1, 1);
    INDArray[] projected =
        OpCase.run(
            Call.project(
                Nd4j.create(DataType.DOUBLE, 3, 0),
                null,
                List.of(Projection.of(Nd4j.create(DataType.DOUBLE, 0, 2)).withBias(row(1, -2)))));
    assertThat(projected[0].data().asDouble()).containsExactly(1, -2, 1, -2, 1, -2);
  }

  /** Products of sizes that an int can't hold are refused, in words; never results of zeros. */
  @Test
  void scoresBeyondJavaArrays() {
    for (int n : new int[] {46_341, 65_536}) {
      INDArray q = Nd4j.create(DataType.FLOAT, 1, n, 1, 1);
      OpCall<INDArray> call =
          Call.association(Association.builder().build(), AssociationInputs.of(q, q, q));
      assertThatThrownBy(() -> OpCase.inJava(call))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(n + " x " + n)
          .hasMessageContaining("2147483639");
    }
  }
}
