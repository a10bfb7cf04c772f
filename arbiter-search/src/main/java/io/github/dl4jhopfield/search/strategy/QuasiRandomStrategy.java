package io.github.dl4jhopfield.search.strategy;

import io.github.dl4jhopfield.search.space.Space;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.hipparchus.random.SobolSequenceGenerator;

/**
 * Points of a Sobol sequence, each coordinate shifted by a number that the seed decides (modulo 1:
 * Cranley and Patterson 1976): they cover the space more evenly than random ones.
 */
final class QuasiRandomStrategy extends BatchStrategy {
  private final Places places;
  private final SobolSequenceGenerator sequence;
  private final double[] shift;

  QuasiRandomStrategy(Space space, long seed) {
    places = new Places(space);
    sequence = new SobolSequenceGenerator(Math.max(1, places.dimensions()));
    shift = new SplittableRandom(seed).doubles(places.dimensions()).toArray();
  }

  @Override
  public String name() {
    return "quasi";
  }

  @Override
  List<Map<String, Object>> propose(int most) {
    List<Map<String, Object>> batch = new ArrayList<>();
    for (int i = 0; i < Math.min(most, MOST_AT_ONCE); i++) {
      double[] point = sequence.nextVector();
      double[] shifted = new double[shift.length];
      for (int d = 0; d < shifted.length; d++) {
        shifted[d] = (point[d] + shift[d]) % 1;
      }
      batch.add(places.candidate(shifted));
    }
    return batch;
  }
}
