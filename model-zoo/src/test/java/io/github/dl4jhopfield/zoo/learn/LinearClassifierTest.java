package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinearClassifierTest {
  /** Labels 1 where the first feature is above 0.8: the border doesn't go through 0. */
  @ParameterizedTest
  @EnumSource(LinearClassifier.Kind.class)
  void theBorderIsWhereTheLabelsChange(LinearClassifier.Kind kind) {
    Random random = new Random(4);
    double[][] rows = new double[400][];
    int[] labels = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {random.nextGaussian(), random.nextGaussian()};
      labels[i] = rows[i][0] > 0.8 ? 1 : 0;
    }
    LinearClassifier classifier = LinearClassifier.train(kind, rows, labels, 100, 1);
    int right = 0;
    for (int i = 0; i < rows.length; i++) {
      right += classifier.decision(rows[i]) > 0 == (labels[i] == 1) ? 1 : 0;
      assertThat(classifier.probability(rows[i]))
          .isCloseTo(1 / (1 + Math.exp(-classifier.decision(rows[i]))), within(1e-12));
    }
    assertThat(right).isGreaterThan(390);
    assertThatThrownBy(() -> classifier.decision(new double[3]))
        .hasMessageContaining("expected 2 features, found 3");
    assertThatThrownBy(() -> LinearClassifier.train(kind, rows, new int[400], 1, 1))
        .hasMessageContaining("both labels");
  }
}
