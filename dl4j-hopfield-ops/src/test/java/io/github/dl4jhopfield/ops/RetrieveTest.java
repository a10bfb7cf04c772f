package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jhopfield.ops.internal.OpCall;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Retrieval from blocks of patterns: native = Java = the separation of whole rows of scores. */
class RetrieveTest {
  private static final long SEED = 20261126L;
  private static final int N = 5;
  private static final int D = 8;
  private static final int DV = 3;
  private static final int PATTERNS = 3000;

  private final Random random = new Random(SEED);

  private INDArray normal(DataType type, long... shape) {
    return OpCase.normal(random, type, shape);
  }

  /** Blocks of unequal sizes; the second is a view of a wider array. */
  private static List<INDArray> blocks(INDArray all) {
    INDArray wide = Nd4j.create(all.dataType(), 1500, all.size(1) + 3);
    INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(0, all.size(1)));
    view.assign(all.get(NDArrayIndex.interval(1, 1501), NDArrayIndex.all()));
    return List.of(
        all.get(NDArrayIndex.interval(0, 1), NDArrayIndex.all()),
        view,
        all.get(NDArrayIndex.interval(1501, PATTERNS), NDArrayIndex.all()));
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void nativeEqualsJavaEqualsWholeRows(DataType type) {
    for (DataType stored : new DataType[] {type, DataType.HALF}) {
      INDArray keys = normal(stored, PATTERNS, D);
      INDArray values = normal(stored, PATTERNS, DV);
      INDArray queries = normal(type, N, D);
      for (Separation separation : OpCase.separations()) {
        RetrievedPatterns found =
            NDHopfield.ops().retrieve(separation, 0.9, 4, queries, blocks(keys), blocks(values));
        INDArray scores =
            queries.castTo(DataType.DOUBLE).mmul(keys.castTo(DataType.DOUBLE).transpose());
        INDArray weights = NDHopfield.ops().separate(separation, scores, null, 0.9, -1);
        double tolerance = OpCase.tolerance(type);
        assertThat(
                OpCase.difference(
                    found.out().castTo(DataType.DOUBLE),
                    weights.mmul(values.castTo(DataType.DOUBLE))))
            .as("%s, %s stored as %s, seed %d", separation, type, stored, SEED)
            .isLessThan(tolerance);
        for (int q = 0; q < N; q++) {
          long heaviest = scores.getRow(q).argMax().getLong(0);
          assertThat(found.topIndex().getLong(q, 0)).isEqualTo(heaviest);
          assertThat(found.topWeight().getDouble(q, 0))
              .isCloseTo(
                  weights.getDouble(q, heaviest),
                  org.assertj.core.data.Offset.offset(10 * tolerance));
        }
        same(Call.retrieve(separation, 0.9, 4, queries, blocks(keys), blocks(values)), tolerance);
        same(Call.retrieve(separation, 0.9, 0, queries, blocks(keys), null), tolerance);
      }
    }
  }

  private static void same(OpCall<INDArray> call, double tolerance) {
    assumeTrue(
        NativeOps.status().nativeLoaded(), () -> "Java path: " + NativeOps.status().reason());
    INDArray[] found = OpCase.run(call);
    INDArray[] expected = OpCase.inJava(call);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i].dataType()).isEqualTo(expected[i].dataType());
      // the support counts weights above 0, of which float may round some away or in
      double allowed = i == 2 ? found[0].dataType() == DataType.DOUBLE ? 0 : 1 : 4 * tolerance;
      assertThat(OpCase.difference(found[i], expected[i]))
          .as("output %d, iArgs %s", i, java.util.Arrays.toString(call.iArgs()))
          .isLessThanOrEqualTo(allowed);
    }
  }

  @Test
  void fewerPatternsThanAskedFor() {
    INDArray keys = normal(DataType.FLOAT, 2, D);
    RetrievedPatterns found =
        NDHopfield.ops()
            .retrieve(
                Separation.softmax(), 1, 3, normal(DataType.FLOAT, N, D), List.of(keys), null);
    assertThat(found.topIndex().getLong(0, 2)).isEqualTo(-1);
    assertThat(found.topWeight().getDouble(0, 2)).isZero();
    assertThat(found.topWeight().getDouble(0, 0) + found.topWeight().getDouble(0, 1))
        .isCloseTo(1, org.assertj.core.data.Offset.offset(1e-6));
  }

  @Test
  void wrongArgumentsAreRefusedByName() {
    INDArray q = normal(DataType.FLOAT, N, D);
    INDArray k = normal(DataType.FLOAT, 4, D);
    NDHopfield ops = NDHopfield.ops();
    Separation softmax = Separation.softmax();
    assertThatThrownBy(() -> ops.retrieve(softmax, 1, 0, q.castTo(DataType.HALF), List.of(k), null))
        .hasMessageContaining("queries: expected data type FLOAT or DOUBLE");
    assertThatThrownBy(
            () -> ops.retrieve(softmax, 1, 0, q, List.of(normal(DataType.FLOAT, 4, D + 1)), null))
        .hasMessageContaining("keys, block 0: expected a matrix of 8 columns");
    assertThatThrownBy(() -> ops.retrieve(softmax, 1, 0, q, List.of(k.dup('f')), null))
        .hasMessageContaining("contiguous rows");
    assertThatThrownBy(() -> ops.retrieve(softmax, 1, 0, q, List.of(), null))
        .hasMessageContaining("keys");
    assertThatThrownBy(
            () ->
                ops.retrieve(softmax, 1, 0, q, List.of(k), List.of(normal(DataType.FLOAT, 3, DV))))
        .hasMessageContaining("values, block 0: expected FLOAT and 4 rows");
  }
}
