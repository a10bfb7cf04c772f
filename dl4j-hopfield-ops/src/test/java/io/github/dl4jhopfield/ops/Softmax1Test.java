package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** softmax1 is softmax over one more pattern, whose score is 0 and whose value is nothing. */
class Softmax1Test {
  private static final NDHopfield OPS = NDHopfield.ops();

  private static INDArray withZero(INDArray scores) {
    return Nd4j.concat(1, scores, Nd4j.zeros(DataType.DOUBLE, scores.size(0), 1));
  }

  @Test
  void isSoftmaxWithOneMoreScore() {
    INDArray x = Nd4j.randn(DataType.DOUBLE, 5, 7).muli(3);
    INDArray expected = OPS.maskedSoftmax(withZero(x), null, 0.8, -1);
    INDArray found = OPS.softmax1(x, null, 0.8, -1);
    for (int row = 0; row < 5; row++) {
      for (int i = 0; i < 7; i++) {
        assertThat(found.getDouble(row, i)).isCloseTo(expected.getDouble(row, i), within(1e-14));
      }
    }
  }

  @Test
  void attendsToNothingWhereNoScoreIsAboveNothing() {
    INDArray far = Nd4j.createFromArray(new double[][] {{-50, -60, -55}, {900, 1, -3}});
    INDArray y = OPS.softmax1(far, null, 1, -1);
    assertThat(y.getRow(0).sumNumber().doubleValue()).isLessThan(1e-20).isPositive();
    assertThat(y.getDouble(1, 0)).isEqualTo(1);
  }

  @Test
  void nothingIsLeftWhereAllIsMasked() {
    INDArray y = OPS.softmax1(Nd4j.ones(DataType.FLOAT, 2, 3), Nd4j.zeros(DataType.BOOL, 3), 1, -1);
    assertThat(y.sumNumber().doubleValue()).isZero();
  }

  @Test
  void associationRetrievesLessOfWhatIsFar() {
    INDArray keys = Nd4j.createFromArray(1.0, 0, 0, 1).reshape(1, 2, 1, 2);
    INDArray near = Nd4j.createFromArray(30.0, 0).reshape(1, 1, 1, 2);
    Association options = Association.builder().separation(Separation.softmax1()).build();
    INDArray out = OPS.association(options, AssociationInputs.of(near, keys, keys)).out();
    assertThat(out.getDouble(0, 0, 0, 0)).isCloseTo(1, within(1e-12));
    INDArray away = near.neg();
    out = OPS.association(options, AssociationInputs.of(away, keys, keys)).out();
    assertThat(out.getDouble(0, 0, 0, 0)).isCloseTo(0, within(1e-12));
    assertThat(out.getDouble(0, 0, 0, 1)).isCloseTo(0.5, within(1e-12)); // score 0, as nothing has
  }

  @Test
  void conjugateIsTheLogarithmOfOneAndTheExponentials() {
    INDArray x =
        Nd4j.createFromArray(new double[][] {{-3, 0.5, 2}, {800, 790, -4}, {-80, -90, -95}});
    INDArray found = OPS.conjugate(Separation.softmax1(), x, null, 1, -1);
    double[] expected = {
      Math.log(1 + Math.exp(-3) + Math.exp(0.5) + Math.exp(2)),
      800 + Math.log1p(Math.exp(-10)),
      Math.log1p(Math.exp(-80) + Math.exp(-90) + Math.exp(-95))
    };
    for (int i = 0; i < 3; i++) {
      assertThat(found.getDouble(i)).isCloseTo(expected[i], within(1e-12));
    }
  }

  @Test
  void regularizersAreOneWhereverTheyAreComputed() {
    for (Separation s : OpCase.separations()) {
      INDArray x = Nd4j.randn(DataType.DOUBLE, 1, 6).muli(2);
      INDArray y = OPS.separate(s, x, null, 1, -1);
      double rowOfNumbers = Regularizers.of(s, y.toDoubleVector());
      assertThat(Regularizers.of(s, y, 1).getDouble(0))
          .as("%s", s)
          .isCloseTo(rowOfNumbers, within(1e-12));
      assertThat(OPS.conjugate(s, x, null, 1, -1).getDouble(0))
          .as("%s", s)
          .isCloseTo(
              Regularizers.conjugate(s, x.toDoubleVector(), y.toDoubleVector()), within(1e-12));
    }
    assertThat(List.of(Separation.softmax1().isDense(), Separation.sparsemax().isDense()))
        .containsExactly(true, false);
  }
}
