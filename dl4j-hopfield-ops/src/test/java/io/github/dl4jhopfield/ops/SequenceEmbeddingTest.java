package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.ops.internal.OpCall;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The sequence embedding: native equals Java, Java equals one-hot convolution, gradients, refusals.
 */
class SequenceEmbeddingTest {
  private static final int SEQUENCES = 40;
  private static final int WIDTH = 13;
  private static final long SEED = 11;

  private final Random random = new Random(SEED);

  /** Lengths 0 to the width, ends as -1. */
  private INDArray residues() {
    INDArray codes = Nd4j.valueArrayOf(new long[] {SEQUENCES, WIDTH}, -1, DataType.INT8);
    for (int i = 0; i < SEQUENCES; i++) {
      int length = i <= WIDTH ? i : random.nextInt(WIDTH + 1);
      for (int j = 0; j < length; j++) {
        codes.putScalar(i, j, random.nextInt(20));
      }
    }
    return codes;
  }

  private INDArray numbers(DataType type, double scale, long... shape) {
    return OpCase.normal(random, DataType.DOUBLE, shape).muli(scale).castTo(type);
  }

  private SequenceInputs<INDArray> inputs(
      DataType type, int kernel, boolean positions, boolean scaled) {
    return new SequenceInputs<>(
        residues(),
        scaled ? numbers(type, 1, SEQUENCES) : null,
        numbers(type, 0.4, kernel, positions ? 23 : 20, 5),
        numbers(type, 0.4, 5));
  }

  /** What the network of the paper is given, convolved as the paper says. */
  private static INDArray oneHot(SequenceInputs<INDArray> in, boolean positions, int extent) {
    long kernel = in.weight().size(0);
    long channels = in.weight().size(2);
    INDArray y = Nd4j.create(DataType.DOUBLE, SEQUENCES, channels);
    for (int i = 0; i < SEQUENCES; i++) {
      int length = 0;
      while (length < WIDTH && in.residues().getInt(i, length) >= 0) {
        length++;
      }
      int padded = (int) Math.max(Math.max(length, extent), kernel);
      INDArray x = Nd4j.zeros(DataType.DOUBLE, padded, in.weight().size(1));
      for (int j = 0; j < length; j++) {
        double t = length > 1 ? Math.abs(0.5 - (1 - (double) j / (length - 1))) * 2 : 1;
        x.putScalar(
            j, in.residues().getInt(i, j), in.scale() == null ? 1 : in.scale().getDouble(i));
        if (positions) {
          boolean start = j < (length + 1) / 2;
          x.putScalar(j, 20, start ? t : 0);
          x.putScalar(j, 21, 1 - t);
          x.putScalar(j, 22, start ? 0 : t);
        }
      }
      for (int c = 0; c < channels; c++) {
        double most = Double.NEGATIVE_INFINITY;
        for (int p = 0; p + kernel <= padded; p++) {
          double z = in.bias().getDouble(c);
          for (int k = 0; k < kernel; k++) {
            for (int f = 0; f < x.size(1); f++) {
              z += x.getDouble(p + k, f) * in.weight().getDouble(k, f, c);
            }
          }
          most = Math.max(most, z);
        }
        y.putScalar(
            i, c, 1.0507009873554805 * (most > 0 ? most : 1.6732632423543772 * Math.expm1(most)));
      }
    }
    return y;
  }

  @Test
  void isTheConvolutionOfOneHotResidues() {
    for (int kernel : new int[] {1, 4, 9}) {
      for (boolean positions : new boolean[] {false, true}) {
        for (boolean scaled : new boolean[] {false, true}) {
          for (int extent : new int[] {0, 17}) {
            SequenceInputs<INDArray> in = inputs(DataType.DOUBLE, kernel, positions, scaled);
            INDArray expected = oneHot(in, positions, extent);
            OpCall<INDArray> call = Call.sequenceEmbedding(in, positions, extent);
            assertThat(OpCase.difference(OpCase.inJava(call)[0], expected)).isLessThan(1e-12);
            assertThat(
                    OpCase.difference(
                        NDHopfield.ops().sequenceEmbedding(in, positions, extent), expected))
                .isLessThan(1e-12);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void nativeEqualsJava(DataType type) {
    for (boolean positions : new boolean[] {false, true}) {
      SequenceInputs<INDArray> in = inputs(type, 4, positions, true);
      same(Call.sequenceEmbedding(in, positions, 0), type);
      for (DataType codes : new DataType[] {DataType.INT32, DataType.FLOAT, DataType.INT64}) {
        INDArray wide = residues().castTo(codes).dup('f');
        same(
            Call.sequenceEmbedding(
                new SequenceInputs<>(
                    wide, null, in.weight().permute(2, 1, 0).dup('c').permute(2, 1, 0), in.bias()),
                positions,
                15),
            type);
      }
      INDArray gradient = numbers(type, 1, SEQUENCES, 5);
      OpCall<INDArray> forward = Call.sequenceEmbedding(in, positions, 0);
      same(
          OpCase.gradient(
              forward,
              java.util.List.of(in.weight(), in.bias(), in.residues(), in.scale(), gradient)),
          type);
    }
  }

  private static void same(OpCall<INDArray> call, DataType type) {
    INDArray[] expected = OpCase.inJava(call);
    INDArray[] found = OpCase.run(call);
    for (int i = 0; i < expected.length; i++) {
      assertThat(OpCase.difference(found[i], expected[i])).isLessThan(OpCase.tolerance(type));
    }
  }

  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    for (boolean positions : new boolean[] {false, true}) {
      for (boolean scaled : new boolean[] {false, true}) {
        for (int extent : new int[] {0, 15}) {
          checkGradients(inputs(DataType.DOUBLE, 3, positions, scaled), positions, extent);
        }
      }
    }
  }

  private void checkGradients(SequenceInputs<INDArray> in, boolean positions, int extent) {
    SameDiff sd = SameDiff.create();
    SDVariable weight = sd.var("weight", in.weight());
    SDVariable bias = sd.var("bias", in.bias());
    SequenceInputs<SDVariable> inputs =
        new SequenceInputs<>(
            sd.constant(in.residues()),
            in.scale() == null ? null : sd.constant(in.scale()),
            weight,
            bias);
    INDArray factor = numbers(DataType.DOUBLE, 1, SEQUENCES, 5);
    SDVariable loss =
        SDHopfield.of(sd)
            .sequenceEmbedding(inputs, positions, extent)
            .mul(sd.constant(factor))
            .sum();
    loss.markAsLoss();
    Map<String, INDArray> gradients = sd.calculateGradients(Map.of(), "weight", "bias");
    for (SDVariable variable : new SDVariable[] {weight, bias}) {
      INDArray values = variable.getArr();
      INDArray analytic = gradients.get(variable.name());
      for (int check = 0; check < 40; check++) {
        long at = random.nextInt((int) values.length());
        double kept = values.data().getDouble(at);
        double h = 1e-6;
        values.data().put(at, kept + h);
        double above = loss.eval().getDouble(0);
        values.data().put(at, kept - h);
        double below = loss.eval().getDouble(0);
        values.data().put(at, kept);
        assertThat(analytic.data().getDouble(at))
            .isCloseTo((above - below) / (2 * h), Offset.offset(2e-6));
      }
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    NDHopfield ops = NDHopfield.ops();
    SequenceInputs<INDArray> in = inputs(DataType.FLOAT, 3, false, false);
    rejects(
        () -> ops.sequenceEmbedding(in, true, 0),
        "hopfield_sequence_embedding",
        "argument weight",
        "[kernel, 23, channels]",
        "[3, 20, 5]");
    rejects(
        () ->
            ops.sequenceEmbedding(
                new SequenceInputs<>(
                    in.residues(), Nd4j.ones(DataType.FLOAT, 3), in.weight(), in.bias()),
                false,
                0),
        "argument scale",
        SEQUENCES + " numbers",
        "[3]");
    rejects(
        () ->
            ops.sequenceEmbedding(
                new SequenceInputs<>(
                    in.residues(), null, in.weight(), Nd4j.ones(DataType.DOUBLE, 5)),
                false,
                0),
        "argument bias",
        "FLOAT",
        "DOUBLE");
    rejects(() -> ops.sequenceEmbedding(in, false, -1), "argument extent", "-1");
    INDArray holes = in.residues().dup();
    holes.putScalar(0, 4, 3);
    SequenceInputs<INDArray> broken = new SequenceInputs<>(holes, null, in.weight(), in.bias());
    // of a failure in native code ND4J tells the op only
    assertThatThrownBy(() -> ops.sequenceEmbedding(broken, false, 0))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> OpCase.inJava(Call.sequenceEmbedding(broken, false, 0)))
        .hasMessageContaining("sequence 0 ends at residue 0");
  }

  private static void rejects(ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(parts);
  }
}
