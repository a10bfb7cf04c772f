package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FoldsTest {
  @Test
  void eachItemIsInOneFoldAndLabelsAndSizesAreEven() {
    long seed = 7;
    Random random = new Random(seed);
    for (int trial = 0; trial < 100; trial++) {
      int count = 2 + random.nextInt(9);
      int[] labels =
          IntStream.range(0, 2 * count + random.nextInt(80))
              .map(i -> i < 2 * count ? i % 2 : random.nextInt(3) / 2)
              .toArray();
      Folds folds = Folds.stratified(labels, count, trial);
      int[] sizes = new int[count];
      int[] positives = new int[count];
      int[] seen = new int[labels.length];
      for (int fold = 0; fold < count; fold++) {
        int[] test = folds.test(fold);
        sizes[fold] = test.length;
        positives[fold] = Arrays.stream(test).map(i -> labels[i]).sum();
        Arrays.stream(test).forEach(i -> seen[i]++);
        assertThat(IntStream.concat(Arrays.stream(test), Arrays.stream(folds.train(fold))).sorted())
            .containsExactlyElementsOf(IntStream.range(0, labels.length).boxed().toList());
      }
      assertThat(seen).as("seed %d, trial %d", seed, trial).containsOnly(1);
      assertThat(spread(sizes)).as("sizes, trial %d", trial).isLessThanOrEqualTo(1);
      assertThat(spread(positives)).as("positives, trial %d", trial).isLessThanOrEqualTo(1);
    }
  }

  private static int spread(int[] counts) {
    return Arrays.stream(counts).max().orElseThrow() - Arrays.stream(counts).min().orElseThrow();
  }

  @Test
  void theSeedDecides() {
    int[] labels = IntStream.range(0, 50).map(i -> i % 2).toArray();
    assertThat(Folds.stratified(labels, 5, 1).test(0))
        .isEqualTo(Folds.stratified(labels, 5, 1).test(0))
        .isNotEqualTo(Folds.stratified(labels, 5, 2).test(0));
  }

  @Test
  void moreFoldsThanItemsOfALabelAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.stratified(new int[] {1, 0, 0, 0}, 2, 1))
        .withMessageContaining("sample of class 1, of which there are 1, found 2");
  }

  @Test
  void noGroupIsInTwoFoldsAndClassesStayEven() {
    long seed = 9;
    Random random = new Random(seed);
    for (int trial = 0; trial < 50; trial++) {
      int count = 2 + random.nextInt(5);
      int n = 60 + random.nextInt(60);
      int[] classes = IntStream.range(0, n).map(i -> random.nextInt(4) - 1).toArray();
      List<String> groups =
          IntStream.range(0, n).mapToObj(i -> "subject " + random.nextInt(20)).toList();
      Folds folds = Folds.grouped(classes, groups, count, trial);
      int[] sizes = new int[count];
      for (int fold = 0; fold < count; fold++) {
        Set<String> test = new TreeSet<>();
        Arrays.stream(folds.test(fold)).forEach(i -> test.add(groups.get(i)));
        assertThat(Arrays.stream(folds.train(fold)).mapToObj(groups::get))
            .as("seed %d, trial %d", seed, trial)
            .doesNotContainAnyElementsOf(test);
        sizes[fold] = folds.test(fold).length;
      }
      assertThat(spread(sizes)).as("sizes %s", Arrays.toString(sizes)).isLessThan(n / count);
      assertThat(sizes).doesNotContain(0);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.grouped(new int[] {0, 1, 0}, List.of("a", "a", "b"), 3, 1))
        .withMessageContaining("one for each group, of which there are 2, found 3");
  }

  @Test
  void missingLabelsAreSpreadAndNeverCountAsNegative() {
    int[] classes = IntStream.range(0, 60).map(i -> i < 20 ? -1 : i % 2).toArray();
    Folds folds = Folds.stratified(classes, 4, 1);
    for (int fold = 0; fold < 4; fold++) {
      assertThat(Arrays.stream(folds.test(fold)).filter(i -> classes[i] == -1)).hasSize(5);
      assertThat(Arrays.stream(folds.test(fold)).filter(i -> classes[i] == 0)).hasSize(5);
    }
  }

  @Test
  void foldsOfAValueHaveItsRange() {
    double[] labels = IntStream.range(0, 101).mapToDouble(i -> i * i).toArray();
    labels[7] = Double.NaN;
    Folds folds = Folds.stratifiedByValue(labels, 5, 3);
    int[] sizes = new int[5];
    for (int fold = 0; fold < 5; fold++) {
      int[] test = folds.test(fold);
      sizes[fold] = test.length;
      assertThat(
              Arrays.stream(test)
                  .filter(i -> i != 7)
                  .mapToDouble(i -> labels[i])
                  .min()
                  .orElseThrow())
          .isLessThan(100);
      // one of each five that follow one another
      assertThat(Arrays.stream(test).filter(i -> i < 50).count()).isBetween(8L, 11L);
    }
    assertThat(spread(sizes)).isLessThanOrEqualTo(1);
  }

  @Test
  void givenFoldsKeepTheirNames() {
    Folds folds = Folds.given(List.of("b", "a", "b", "c"));
    assertThat(folds.count()).isEqualTo(3);
    assertThat(folds.name(1)).isEqualTo("b");
    assertThat(folds.test(1)).containsExactly(0, 2);
    assertThat(folds.without(0, 1)).containsExactly(3);
    assertThat(Folds.leaveOneGroupOut(List.of("x", "y", "x")).test(0)).containsExactly(0, 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.given(Arrays.asList("a", null)))
        .withMessageContaining("found none for sample 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Folds.given(List.of("a", "a")))
        .withMessageContaining("expected at least 2 folds");
  }
}
