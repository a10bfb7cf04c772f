package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
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
}
