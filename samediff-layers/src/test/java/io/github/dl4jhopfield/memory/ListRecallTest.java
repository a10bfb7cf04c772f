package io.github.dl4jhopfield.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.ops.Separation;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ListRecallTest {
  private static final int N = 12;

  private static INDArray patterns() {
    Random random = new Random(4);
    double[][] rows = new double[N][40];
    for (double[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextGaussian();
      }
    }
    return Nd4j.createFromArray(rows);
  }

  private static HopfieldMemory memory(Separation separation) {
    return HopfieldMemory.builder(patterns())
        .separation(separation)
        .stateMap(StateMap.L2)
        .beta(50)
        .build();
  }

  private static List<Long> indices(List<Match> list) {
    return list.stream().map(Match::pattern).toList();
  }

  @Test
  void aPenaltyMakesFreeRecallListEveryPatternOnce() {
    HopfieldMemory memory = memory(Separation.sparsemax());
    List<Long> recalled =
        indices(ListRecall.builder(memory).penalty(5).build().free(patterns().getRow(0), N));
    assertThat(recalled).startsWith(0L).doesNotHaveDuplicates().hasSize(N);
  }

  @Test
  void withoutPenaltyFreeRecallStaysAtItsFirstPattern() {
    HopfieldMemory memory = memory(Separation.sparsemax());
    assertThat(indices(ListRecall.builder(memory).penalty(0).build().free(patterns().getRow(3), 5)))
        .containsOnly(3L)
        .hasSize(5);
  }

  @Test
  void aPatternComesBackWhenItsPenaltyHasDecayed() {
    ListRecall recall =
        ListRecall.builder(memory(Separation.sparsemax())).penalty(5).decay(1).build();
    List<Long> list = indices(recall.free(patterns().getRow(0), 6));
    // with all forgotten but the last retrieval, recall alternates between two neighbours
    assertThat(list.get(0)).isEqualTo(0);
    assertThat(list.get(2)).isEqualTo(list.get(0)).isNotEqualTo(list.get(1));
    assertThat(list.get(3)).isEqualTo(list.get(1));
  }

  @Test
  void sequentialRecallFollowsTheOrderOfStoring() {
    for (Separation separation :
        List.of(Separation.softmax(), Separation.entmax15(), Separation.sparsemax())) {
      ListRecall recall = ListRecall.builder(memory(separation)).penalty(10).build();
      assertThat(indices(recall.sequential(patterns().getRow(0), N - 1)))
          .as(separation.toString())
          .isEqualTo(LongStream.range(1, N).boxed().toList());
    }
  }

  @Test
  void constrainedRecallUsesEachPatternUpOnce() {
    List<Match> list =
        ListRecall.builder(memory(Separation.softmax()))
            .build()
            .constrained(patterns().getRow(5), N);
    assertThat(indices(list)).startsWith(5L).doesNotHaveDuplicates().hasSize(N);
    assertThat(list.get(0).weight()).isEqualTo(1);
  }

  @Test
  void badInputIsNamed() {
    HopfieldMemory memory = memory(Separation.softmax());
    assertThatThrownBy(() -> ListRecall.builder(memory).penalty(Double.NaN))
        .hasMessageContaining("penalty");
    assertThatThrownBy(() -> ListRecall.builder(memory).decay(2)).hasMessageContaining("decay");
    assertThatThrownBy(() -> ListRecall.builder(memory).bonus(0)).hasMessageContaining("bonus");
    ListRecall recall = ListRecall.builder(memory).build();
    assertThatThrownBy(() -> recall.free(Nd4j.ones(41), 3))
        .hasMessageContaining("cue")
        .hasMessageContaining("40 features");
    assertThatThrownBy(() -> recall.free(patterns(), 3)).hasMessageContaining("one query");
    INDArray broken = patterns().getRow(0).dup().putScalar(7, Double.NaN);
    assertThatThrownBy(() -> recall.free(broken, 3)).hasMessageContaining("cue, row 0, column 7");
    assertThatThrownBy(() -> recall.constrained(patterns().getRow(0), N + 1))
        .hasMessageContaining("length");
    assertThatThrownBy(
            () ->
                ListRecall.builder(
                    HopfieldMemory.builder(
                            ArrayPatterns.empty(4, org.nd4j.linalg.api.buffer.DataType.FLOAT))
                        .build()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("empty memory");
  }
}
