package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HeadRegimeTest {

  /** One sample, three heads, two state patterns, ten stored patterns. */
  private static INDArray association() {
    INDArray a = Nd4j.zeros(DataType.DOUBLE, 1, 3, 2, 10);
    for (int l = 0; l < 2; l++) {
      for (int s = 0; s < 10; s++) {
        a.putScalar(new int[] {0, 0, l, s}, 0.1);
      }
      a.putScalar(new int[] {0, 1, l, 4}, 0.93);
      a.putScalar(new int[] {0, 1, l, 7}, 0.07);
      for (int s = 0; s < 3; s++) {
        a.putScalar(new int[] {0, 2, l, s}, 1 / 3.0);
      }
    }
    return a;
  }

  @Test
  void countsThePatternsWithNinetyPercent() {
    List<HeadRegime> heads = HeadRegime.of(association());
    assertThat(heads)
        .extracting(HeadRegime::kind)
        .containsExactly(
            HeadRegime.Kind.GLOBAL_AVERAGE,
            HeadRegime.Kind.SINGLE_PATTERN,
            HeadRegime.Kind.METASTABLE);
    assertThat(heads).extracting(HeadRegime::median).containsExactly(9.0, 1.0, 3.0);
    assertThat(heads.get(0).stored()).isEqualTo(10);
  }

  @Test
  void maskedPatternsDoNotCount() {
    INDArray mask = Nd4j.createFromArray(new double[][] {{1, 1, 1, 1, 0, 0, 0, 0, 0, 0}});
    // three of four patterns is the average, three of ten is not
    assertThat(HeadRegime.of(association(), mask).get(2).kind())
        .isEqualTo(HeadRegime.Kind.GLOBAL_AVERAGE);
    assertThat(HeadRegime.of(association(), mask).get(2).stored()).isEqualTo(4);
  }

  @Test
  void rowsOfZerosAreLeftOut() {
    INDArray a = association();
    a.muli(0);
    assertThat(HeadRegime.of(a).get(0).kind()).isEqualTo(HeadRegime.Kind.NONE);
    a.putScalar(new int[] {0, 0, 1, 2}, 0.2);
    assertThat(HeadRegime.of(a).get(0).sizes()).containsExactly(1);
  }

  @Test
  void betaMovesANetworkFromTheAverageToSinglePatterns() {
    assertThat(kind(1e-3)).isEqualTo(HeadRegime.Kind.GLOBAL_AVERAGE);
    assertThat(kind(1e3)).isEqualTo(HeadRegime.Kind.SINGLE_PATTERN);
  }

  private static HeadRegime.Kind kind(double beta) {
    MultiLayerNetwork network =
        Networks.of(RNNFormat.NCW, new HopfieldPooling.Builder().nOut(3).beta(beta).build());
    INDArray association = Associations.of(network, 0, Networks.input(RNNFormat.NCW));
    return HeadRegime.of(association).get(0).kind();
  }

  @Test
  void shapesAreChecked() {
    assertThatThrownBy(() -> HeadRegime.of(Nd4j.ones(2, 3)))
        .hasMessageContaining("found shape [2, 3]");
    assertThatThrownBy(() -> HeadRegime.of(association(), Nd4j.ones(1, 9)))
        .hasMessageContaining("expected a mask [1, 10], found shape [1, 9]");
  }
}
