package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RocCurveTest {
  @Test
  void theAreaIsTheShareOfPairsInTheRightOrderWithTiesHalf() {
    long seed = 31;
    Random random = new Random(seed);
    for (int trial = 0; trial < 300; trial++) {
      int n = 2 + random.nextInt(60);
      int[] labels = new int[n];
      double[] scores = new double[n];
      for (int i = 0; i < n; i++) {
        labels[i] = i < 2 ? i : random.nextInt(2);
        // few distinct values, so that ties are common
        scores[i] = random.nextInt(1 + trial % 20) / 10.0 + labels[i] * 0.1;
      }
      double pairs = 0;
      double right = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          if (labels[i] == 1 && labels[j] == 0) {
            pairs++;
            right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
          }
        }
      }
      RocCurve curve = RocCurve.of(labels, scores);
      assertThat(curve.area()).as("seed %d, trial %d", seed, trial).isEqualTo(right / pairs);
      assertThat(trapezoids(curve.points()))
          .as("area under the points, seed %d, trial %d", seed, trial)
          .isCloseTo(curve.area(), within(1e-12));
    }
  }

  private static double trapezoids(List<RocCurve.Point> points) {
    double area = 0;
    for (int i = 1; i < points.size(); i++) {
      RocCurve.Point a = points.get(i - 1);
      RocCurve.Point b = points.get(i);
      area +=
          (b.falsePositiveRate() - a.falsePositiveRate())
              * (a.truePositiveRate() + b.truePositiveRate())
              / 2;
    }
    return area;
  }

  @Test
  void perfectReversedAndUninformativeScores() {
    int[] labels = {0, 0, 1, 1};
    assertThat(RocCurve.of(labels, new double[] {1, 2, 3, 4}).area()).isEqualTo(1);
    assertThat(RocCurve.of(labels, new double[] {4, 3, 2, 1}).area()).isEqualTo(0);
    assertThat(RocCurve.of(labels, new double[] {5, 5, 5, 5}).area()).isEqualTo(0.5);
  }

  @Test
  void oneClassOrNanHasNoCurve() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RocCurve.of(new int[] {1, 1}, new double[] {1, 2}))
        .withMessage("expected both labels, found 2 positive, 0 negative");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RocCurve.of(new int[] {1, 0}, new double[] {1, Double.NaN}))
        .withMessageContaining("found NaN at 1");
  }
}
