package io.github.dl4jhopfield.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Graphs whose gradients ND4J makes in a way of its own. */
class ReverseModeTest {

  /** What is gathered twice gets the sum of both gradients, what is not gathered none. */
  @Test
  void gatherAddsUpWhatItTookTwice() {
    INDArray g = Nd4j.rand(DataType.DOUBLE, 2, 3, 2);
    for (int axis : new int[] {0, 1, 2}) {
      SameDiff sd = SameDiff.create();
      SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, -1, -1);
      SDVariable indices = sd.constant(Nd4j.createFromArray(2, 0, 2));
      SDVariable y = sd.gather(x, indices, axis);
      int[] axisToMiddle = {0, 1, 2};
      axisToMiddle[1] = axis;
      axisToMiddle[axis] = 1;
      SDVariable error = sd.placeHolder("g", DataType.DOUBLE, -1, -1, -1);
      Map<String, SDVariable> gradients = ReverseMode.gradients(sd, y, error, List.of(x));
      long[] shape = {2, 2, 2};
      shape[axis] = 3;
      INDArray atX =
          gradients
              .get("x")
              .eval(
                  Map.of(
                      "x",
                      Nd4j.rand(DataType.DOUBLE, shape),
                      "g",
                      g.permute(axisToMiddle).dup('c')))
              .permute(axisToMiddle);
      for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 2; k++) {
          assertThat(atX.getDouble(i, 0, k)).isEqualTo(g.getDouble(i, 1, k));
          assertThat(atX.getDouble(i, 1, k)).isZero();
          assertThat(atX.getDouble(i, 2, k)).isEqualTo(g.getDouble(i, 0, k) + g.getDouble(i, 2, k));
        }
      }
    }
  }

  @Test
  void aLoopIsRefusedByName() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, 1);
    SDVariable[] y =
        sd.whileLoop(
            new SDVariable[] {x},
            (s, in) -> in[0].sum().lt(10),
            (s, in) -> new SDVariable[] {in[0].add(1)});
    assertThatThrownBy(() -> ReverseMode.ancestors(sd, y[0], Set.of()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("the graph has a loop through");
  }
}
