package io.github.dl4jhopfield.search.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.junit.jupiter.api.Test;

/** The table beside the exact distribution. */
class NormalTableTest {
  private static final NormalDistribution EXACT = new NormalDistribution(0, 1);

  @Test
  void probabilitiesAreThoseOfTheExactDistribution() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      double z = -9 + 18 * random.nextDouble();
      assertThat(NormalTable.below(z))
          .as("below %s", z)
          .isCloseTo(EXACT.cumulativeProbability(z), within(NormalTable.ERROR));
      double width = random.nextDouble();
      assertThat(NormalTable.between(z, z + width))
          .as("from %s by %s", z, width)
          .isCloseTo(EXACT.probability(z, z + width), within(2 * NormalTable.ERROR))
          .isNotNegative();
    }
    assertThat(NormalTable.below(-100)).isZero();
    assertThat(NormalTable.below(100)).isEqualTo(1);
  }

  @Test
  void quantilesAreFinite() {
    assertThat(NormalTable.quantile(0.975)).isCloseTo(1.959964, within(1e-6));
    assertThat(NormalTable.quantile(0)).isBetween(-9.0, -8.0);
    assertThat(NormalTable.quantile(1)).isBetween(8.0, 9.0);
  }
}
