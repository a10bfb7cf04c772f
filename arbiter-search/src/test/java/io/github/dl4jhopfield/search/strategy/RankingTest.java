package io.github.dl4jhopfield.search.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The order of outcomes, by the definition of dominance. */
class RankingTest {
  @Test
  void oneObjectiveIsByLossFailedLast() {
    List<Outcome> outcomes =
        List.of(Outcome.FAILED, new Outcome(2), new Outcome(1), new Outcome(2), new Outcome(0));
    assertThat(Ranking.order(outcomes)).containsExactly(4, 2, 1, 3, 0);
    assertThat(Ranking.ranks(outcomes)).containsExactly(5, 2, 1, 2, 0);
  }

  @Test
  void noneOfTheParetoFrontIsDominated() {
    Random random = new Random(5);
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      outcomes.add(
          i % 17 == 0
              ? Outcome.FAILED
              : new Outcome(random.nextInt(20), random.nextInt(20), random.nextInt(20)));
    }
    List<Integer> front = Ranking.paretoFront(outcomes);
    for (int i = 0; i < outcomes.size(); i++) {
      double[] a = outcomes.get(i).losses();
      boolean dominated = false;
      for (Outcome other : outcomes) {
        double[] b = other.losses();
        boolean noWorse = a.length > 0 && b.length > 0;
        boolean better = false;
        for (int k = 0; noWorse && k < 3; k++) {
          noWorse = b[k] <= a[k];
          better |= b[k] < a[k];
        }
        dominated |= noWorse && better;
      }
      assertThat(front.contains(i)).isEqualTo(a.length > 0 && !dominated);
    }
    assertThat(Ranking.order(outcomes)).hasSize(200).doesNotHaveDuplicates();
    assertThat(Ranking.order(outcomes).subList(0, front.size()))
        .containsExactlyInAnyOrderElementsOf(front);
  }

  @Test
  void theLeastCrowdedOfAFrontComeFirst() {
    List<Outcome> line =
        List.of(
            new Outcome(0, 10),
            new Outcome(4.9, 5.1),
            new Outcome(5, 5),
            new Outcome(10, 0),
            new Outcome(2, 8));
    assertThat(Ranking.order(line).subList(0, 2)).containsExactly(0, 3);
    assertThat(Ranking.order(line).get(4)).isEqualTo(1);
  }

  @Test
  void differentNumbersOfObjectivesAreRefused() {
    assertThatThrownBy(() -> Ranking.order(List.of(new Outcome(1), new Outcome(1, 2))))
        .hasMessageContaining("expected 1");
    assertThatThrownBy(() -> new Outcome(Double.NaN)).hasMessageContaining("NaN");
  }
}
