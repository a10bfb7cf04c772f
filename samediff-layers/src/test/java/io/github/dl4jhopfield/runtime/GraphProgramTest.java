package io.github.dl4jhopfield.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class GraphProgramTest {
  private static final Map<String, BiFunction<SDVariable, Integer, SDVariable>> REDUCTIONS =
      new LinkedHashMap<>();

  static {
    REDUCTIONS.put("sum", (x, d) -> x.sum(d));
    REDUCTIONS.put("sum, kept", (x, d) -> x.sum(true, d));
    REDUCTIONS.put("mean", (x, d) -> x.mean(d));
    REDUCTIONS.put("mean, kept", (x, d) -> x.mean(true, d));
    REDUCTIONS.put("max", (x, d) -> x.max(d));
    REDUCTIONS.put("min", (x, d) -> x.min(d));
    REDUCTIONS.put("prod", (x, d) -> x.prod(d));
    REDUCTIONS.put("norm1", (x, d) -> x.norm1(d));
    REDUCTIONS.put("norm2", (x, d) -> x.norm2(d));
    REDUCTIONS.put("norm max", (x, d) -> x.normmax(d));
    REDUCTIONS.put("variance", (x, d) -> x.getSameDiff().variance(x, false, d));
    REDUCTIONS.put("log sum exp", (x, d) -> x.getSameDiff().math().logSumExp(x, d));
  }

  /** ND4J goes another way where nothing is left to reduce: the same numbers as beside others. */
  @Test
  void aReductionOverASingleEntryGivesWhatItGivesBesideOthers() {
    INDArray many = Nd4j.rand(DataType.DOUBLE, 3, 1, 4).subi(0.5);
    INDArray one = many.get(NDArrayIndex.interval(1, 2)).dup('c');
    REDUCTIONS.forEach(
        (name, reduce) -> {
          SameDiff sd = SameDiff.create();
          SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, -1, -1);
          SDVariable y = reduce.apply(x, 1);
          GraphProgram program = new GraphProgram(sd, List.of(y));
          // twice: the second run takes what the first one kept
          for (int run = 0; run < 2; run++) {
            program.forward(Map.of("x", many), false);
            INDArray expected = program.value(y).slice(1).dup();
            program.forward(Map.of("x", one), false);
            INDArray found = program.value(y);
            assertThat(found.size(0)).as(name).isEqualTo(1);
            assertThat(found.slice(0)).as(name).isEqualTo(expected);
          }
        });
  }

  /** Errors of DL4J's dense layers come in Fortran order, also those of a batch of one. */
  @Test
  void dimensionsOfSizeOneComeAndGoInEitherOrder() {
    for (int rows : new int[] {1, 3}) {
      INDArray values = Nd4j.rand(DataType.DOUBLE, rows, 5);
      for (char order : new char[] {'c', 'f'}) {
        for (int axis = 0; axis <= 2; axis++) {
          SameDiff sd = SameDiff.create();
          SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, -1);
          SDVariable more = sd.expandDims(x, axis);
          SDVariable same = sd.squeeze(more, axis);
          SDVariable direct = sd.squeeze(sd.placeHolder("z", DataType.DOUBLE, -1, -1, -1), axis);
          GraphProgram program = new GraphProgram(sd, List.of(more, same, direct));
          long[] shape = {rows, 5, 1};
          shape[2] = axis == 2 ? 1 : 5;
          shape[1] = axis == 1 ? 1 : axis == 0 ? rows : 5;
          shape[0] = axis == 0 ? 1 : rows;
          for (int run = 0; run < 2; run++) {
            program.forward(
                Map.of("x", values.dup(order), "z", values.reshape('c', shape).dup(order)), false);
            assertThat(program.value(more)).isEqualTo(values.reshape('c', shape));
            assertThat(program.value(same)).isEqualTo(values);
            assertThat(program.value(direct)).isEqualTo(values);
          }
        }
      }
    }
  }

  /** A row of one entry, a batch of one: both vanish at once. */
  @Test
  void everythingMayHaveSizeOne() {
    REDUCTIONS.forEach(
        (name, reduce) -> {
          SameDiff sd = SameDiff.create();
          SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, -1);
          SDVariable y = reduce.apply(x, 1);
          GraphProgram program = new GraphProgram(sd, List.of(y));
          program.forward(Map.of("x", Nd4j.create(new double[][] {{-0.25}, {3}})), false);
          double expected = program.value(y).getDouble(0);
          program.forward(Map.of("x", Nd4j.create(new double[][] {{-0.25}})), false);
          assertThat(program.value(y).getDouble(0)).as(name).isEqualTo(expected);
        });
  }

  /** A part of one array for all gradients, as a network has it; another one when that changes. */
  @Test
  void gradientsAreWrittenWhereTheyStay() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 2);
    SDVariable w = sd.placeHolder(GraphProgram.PARAMETER + "w", DataType.DOUBLE, 2, 3);
    SDVariable y = sd.mmul(x, w);
    SDVariable error = sd.placeHolder("error", DataType.DOUBLE, -1, 3);
    GraphProgram program = new GraphProgram(sd, List.of(y));
    SDVariable atW = ReverseMode.gradients(sd, y, error, List.of(w)).get(w.name());
    program.addBackward(List.of(atW));
    for (int network = 0; network < 2; network++) {
      INDArray all = Nd4j.ones(DataType.DOUBLE, 10);
      INDArray place = all.get(NDArrayIndex.interval(3, 9)).reshape(2, 3);
      for (int run = 0; run < 2; run++) {
        Map<String, INDArray> given =
            Map.of(
                "x",
                Nd4j.rand(DataType.DOUBLE, 4, 2),
                w.name(),
                Nd4j.rand(DataType.DOUBLE, 2, 3),
                "error",
                Nd4j.rand(DataType.DOUBLE, 4, 3));
        program.forward(given, true);
        program.backward(given, Map.of(), Map.of(atW, place));
        assertThat(place).isEqualTo(given.get("x").transpose().mmul(given.get("error")));
        assertThat(all.getDouble(2)).isEqualTo(1);
        assertThat(all.getDouble(9)).isEqualTo(1);
        program.release();
      }
    }
  }
}
