package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A wrong argument is an IllegalArgumentException that names op, argument, what was expected and
 * what was found.
 */
class ArgumentCheckTest {
  private final NDHopfield ops = NDHopfield.ops();
  private final INDArray x = Nd4j.rand(DataType.FLOAT, 2, 3);

  private static void rejects(ThrowingCallable call, String... words) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void wrongProjectionsAreNamed() {
    INDArray weight = Nd4j.rand(DataType.FLOAT, 3, 4);
    INDArray three = Nd4j.ones(DataType.FLOAT, 3);
    Projection<INDArray> plain = Projection.of(weight);
    rejects(() -> ops.project(x, List.of()), "hopfield_projection", "at least one", "found 0");
    rejects(
        () -> ops.project(x, List.of(Projection.of(weight.transpose()))),
        "argument weight 0",
        "[3, any]",
        "[2, 3]",
        "[4, 3]");
    rejects(
        () -> ops.project(x, List.of(plain, Projection.of(weight.castTo(DataType.DOUBLE)))),
        "argument weight 1",
        "FLOAT",
        "DOUBLE");
    rejects(() -> ops.project(x, List.of(plain.withBias(three))), "argument bias 0", "[4]", "[3]");
    rejects(
        () -> ops.project(x, List.of(plain.withAffine(three, weight))),
        "argument shift 0",
        "[1, 3]",
        "[3, 4]");
    rejects(
        () -> ops.project(x, List.of(plain, plain.withAffine(three, three))),
        "gain and shift on all or none");
    rejects(() -> plain.withAffine(three, null), "both or neither", "gain only");
    rejects(
        () -> ops.layerNormProject(x, Double.NaN, List.of(plain)), "argument eps", "finite", "NaN");
  }

  @Test
  void wrongPoolingIsNamed() {
    INDArray three = Nd4j.rand(DataType.FLOAT, 2, 4, 3);
    INDArray q = Nd4j.rand(DataType.FLOAT, 1, 1, 2, 2);
    Projection<INDArray> key = Projection.of(Nd4j.rand(DataType.FLOAT, 3, 4));
    Projection<INDArray> value = Projection.of(Nd4j.rand(DataType.FLOAT, 3, 6));
    PoolingInputs<INDArray> right = PoolingInputs.of(three, q, key, value);
    rejectsPooling(
        PoolingInputs.of(three.reshape(8, 3), q, key, value), "argument x", "rank 3", "[8, 3]");
    rejectsPooling(
        PoolingInputs.of(three, q.reshape(2, 2), key, value), "argument q", "[B, L, H, d]");
    rejectsPooling(
        PoolingInputs.of(three, Nd4j.rand(DataType.FLOAT, 3, 1, 2, 2), key, value),
        "argument q",
        "B 2 as x, or 1",
        "[3, 1, 2, 2]");
    rejectsPooling(
        PoolingInputs.of(three, q.castTo(DataType.DOUBLE), key, value), "argument q", "FLOAT");
    rejectsPooling(PoolingInputs.of(three, q, value, value), "key weight", "4 columns", "found 6");
    rejectsPooling(
        PoolingInputs.of(three, q, key, Projection.of(Nd4j.rand(DataType.FLOAT, 3, 5))),
        "value weight",
        "a multiple of 2 columns",
        "found 5");
    rejectsPooling(
        PoolingInputs.of(three, q, key, value.withBias(Nd4j.rand(DataType.FLOAT, 6))),
        "a bias on both or neither");
    rejectsPooling(
        PoolingInputs.of(
            three,
            q,
            key.withBias(Nd4j.rand(DataType.FLOAT, 5)),
            value.withBias(Nd4j.rand(DataType.FLOAT, 6))),
        "argument key bias",
        "[4]",
        "[5]");
    rejectsPooling(
        right.withMask(Nd4j.ones(DataType.FLOAT, 5)), "argument mask", "[2, 2, 1, 4]", "[5]");
    rejectsPooling(
        right.withFactor(Nd4j.ones(DataType.FLOAT, 3)), "argument factor", "[2, 2, 1, 4]", "[3]");
    rejectsPooling(
        right.withFactor(Nd4j.ones(DataType.DOUBLE, 4)), "argument factor", "FLOAT", "DOUBLE");
    rejects(
        () -> ops.pooling(Separation.softmax(), Double.NaN, null, right), "argument beta", "NaN");
    rejects(
        () -> ops.pooling(Separation.softmax(), 1, -1.0, right),
        "argument eps",
        "at least 0",
        "-1");
    rejects(
        () -> ops.pooling(Separation.sequentialKSubsets(1, 0), 1, null, right),
        "argument separation",
        "not sequential");
  }

  private void rejectsPooling(PoolingInputs<INDArray> in, String... parts) {
    rejects(() -> ops.pooling(Separation.softmax(), 1, null, in), parts);
  }

  @Test
  void wrongArgumentsAreNamed() {
    rejects(
        () -> ops.entmax15(x.castTo(DataType.INT), null, -1),
        "hopfield_entmax15",
        "argument x",
        "data type",
        "INT");
    rejects(() -> ops.entmax15(null, null, -1), "hopfield_entmax15", "argument x");
    rejects(
        () -> ops.sparsemax(x, null, 2),
        "hopfield_sparsemax",
        "argument axis",
        "from -2 to 1",
        "found 2");
    rejects(
        () -> ops.sparsemax(Nd4j.scalar(1f), null, 0),
        "hopfield_sparsemax",
        "argument x",
        "scalar");
    rejects(
        () -> ops.maskedSoftmax(x, Nd4j.ones(DataType.BOOL, 2, 4), 1, -1),
        "hopfield_masked_softmax",
        "argument mask",
        "[2, 3]",
        "[2, 4]");
    rejects(
        () -> ops.maskedSoftmax(x, Nd4j.ones(DataType.BOOL, 1, 2, 3), 1, -1),
        "argument mask",
        "[1, 2, 3]");
    rejects(() -> ops.maskedSoftmax(x, null, Double.NaN, -1), "argument beta", "finite", "NaN");
    rejects(
        () -> ops.maskedSoftmax(x, null, Nd4j.ones(DataType.FLOAT, 2, 3), -1),
        "argument beta",
        "[2, 1]");
    rejects(
        () -> ops.maskedSoftmax(x, null, Nd4j.ones(DataType.DOUBLE, 2, 1), -1),
        "argument beta",
        "FLOAT",
        "DOUBLE");
    rejects(
        () -> ops.entmax(x, null, 0.9, -1),
        "hopfield_entmax",
        "argument alpha",
        "at least 1",
        "0.9");
    rejects(() -> ops.normmax(x, null, 1, -1), "hopfield_normmax", "argument p", "above 1");
    rejects(
        () -> ops.kSubsets(x, null, 0, false, -1),
        "hopfield_k_subsets",
        "argument k",
        "at least 1",
        "found 0");
    rejects(
        () -> ops.constrainedSparsemax(x, Nd4j.ones(DataType.FLOAT, 3), null, -1),
        "argument upper",
        "[2, 3]");
    rejects(
        () -> ops.lagrangianUnit(LagrangianUnit.pfu(), x, null, Nd4j.ones(DataType.FLOAT, 3), -1),
        "hopfield_pfu_unit",
        "argument noise",
        "2 numbers");
    rejects(
        () -> ops.dense(x, Nd4j.ones(DataType.FLOAT, 4, 2), null, DenseActivation.NONE),
        "hopfield_dense",
        "argument W",
        "[2, 3]",
        "[4, 2]");
    rejects(
        () ->
            ops.dense(
                x,
                Nd4j.ones(DataType.FLOAT, 3, 2),
                Nd4j.ones(DataType.FLOAT, 3),
                DenseActivation.NONE),
        "argument b",
        "2 numbers");
    rejects(
        () -> ops.lagrangianUnit(LagrangianUnit.pfu(), x, null, null, 0),
        "argument axis",
        "samples");
  }

  @Test
  void aGraphChecksShapesWhenItRuns() {
    SameDiff sd = SameDiff.create();
    SDVariable y =
        SDHopfield.of(sd).entmax15(sd.constant(x), sd.constant(Nd4j.ones(DataType.BOOL, 5)), -1);
    assertThatThrownBy(y::eval)
        .hasStackTraceContaining("IllegalArgumentException")
        .hasStackTraceContaining("hopfield_entmax15: argument mask");
  }

  @Test
  void emptyArraysGiveEmptyResults() {
    INDArray empty = Nd4j.create(DataType.FLOAT, 0, 3);
    assertThat(ops.entmax15(empty, null, -1).shape()).containsExactly(0, 3);
    assertThat(ops.reluUnit(empty).kept().shape()).containsExactly(0, 3);
    Projection<INDArray> projection = Projection.of(Nd4j.rand(DataType.FLOAT, 3, 4));
    INDArray q = Nd4j.rand(DataType.FLOAT, 1, 1, 2, 2);
    PoolingInputs<INDArray> nothingStored =
        PoolingInputs.of(Nd4j.create(DataType.FLOAT, 2, 0, 3), q, projection, projection);
    assertThat(ops.pooling(Separation.softmax(), 1, 1e-5, nothingStored))
        .isEqualTo(Nd4j.zeros(DataType.FLOAT, 2, 1, 2, 2));
    PoolingInputs<INDArray> noSample =
        PoolingInputs.of(Nd4j.create(DataType.FLOAT, 0, 5, 3), q, projection, projection);
    assertThat(ops.pooling(Separation.softmax(), 1, 1e-5, noSample).shape())
        .containsExactly(0, 1, 2, 2);
    assertThat(ops.maskedSoftmax(Nd4j.create(DataType.DOUBLE, 2, 0), null, 1, -1).shape())
        .containsExactly(2, 0);
  }

  @Test
  void inputsAreNotChanged() {
    INDArray before = x.dup();
    for (Separation separation : OpCase.separations()) {
      ops.separate(separation, x, Nd4j.ones(DataType.BOOL, 3), 2, -1);
    }
    assertThat(x).isEqualTo(before);
  }
}
