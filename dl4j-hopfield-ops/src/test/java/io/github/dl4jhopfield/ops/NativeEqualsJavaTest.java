package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jhopfield.ops.Call.Value;
import io.github.dl4jhopfield.ops.internal.Entmax;
import io.github.dl4jhopfield.ops.internal.OpCall;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The native path and the Java path give the same, forward and backward, on arrays of every kind.
 */
class NativeEqualsJavaTest {
  private static final long SEED = 20261122L;
  private static final int[] AXES = {-1, 1, 0};

  private final Random random = new Random(SEED);

  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  @interface EveryType {}

  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  @interface DoubleAndFloat {}

  @BeforeAll
  static void needsTheNativePath() {
    assumeTrue(
        NativeOps.status().nativeLoaded(), () -> "Java path: " + NativeOps.status().reason());
  }

  private INDArray scores(DataType type, long... shape) {
    return OpCase.scores(random, type, shape);
  }

  /** Arrays of one shape, stored in different ways. */
  private List<INDArray> layouts(DataType type) {
    INDArray c = scores(type, 3, 4, 9);
    INDArray big = scores(type, 5, 8, 20);
    INDArray view =
        big.get(
            NDArrayIndex.interval(1, 4),
            NDArrayIndex.interval(2, 6),
            NDArrayIndex.interval(1, 2, 19));
    INDArray permuted = scores(type, 9, 3, 4).permute(1, 2, 0);
    return List.of(c, c.dup('f'), view, permuted, scores(type, 2, 1, 700));
  }

  @EveryType
  void separations(DataType type) {
    for (Separation separation : OpCase.separations()) {
      for (INDArray x : layouts(type)) {
        for (int axis : AXES) {
          for (INDArray mask : masks(x)) {
            check(Call.separate(separation, x, mask, Value.of(0.7), null, axis));
          }
          check(Call.separate(separation, x, null, Value.of(perRow(x, axis, 0.1)), null, axis));
        }
      }
    }
  }

  private List<INDArray> masks(INDArray x) {
    long n = x.size(2);
    List<INDArray> masks = new ArrayList<>();
    masks.add(null);
    masks.add(OpCase.mask(random, 0.6, x.shape()));
    masks.add(OpCase.mask(random, 0.6, n));
    masks.add(OpCase.mask(random, 0.6, x.size(0), 1, n).castTo(DataType.FLOAT));
    masks.add(
        OpCase.mask(random, 0.6, n, x.size(0))
            .castTo(DataType.INT32)
            .transpose()
            .reshape(x.size(0), 1, n));
    masks.add(Nd4j.zeros(DataType.BOOL, 1, 1, 1));
    return masks;
  }

  /** Positive numbers, one a row along the axis, broadcast over some rows. */
  private INDArray perRow(INDArray x, int axis, double least) {
    int a = axis < 0 ? axis + 3 : axis;
    long[] shape = x.shape().clone();
    shape[a] = 1;
    shape[a == 0 ? 1 : 0] = 1;
    INDArray values = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < values.length(); i++) {
      values.data().put(i, least + random.nextDouble() * 1.5);
    }
    return values.castTo(x.dataType());
  }

  @EveryType
  void entmaxWithAlphaARow(DataType type) {
    for (INDArray x : layouts(type)) {
      for (int axis : AXES) {
        check(Call.entmax(x, null, Value.of(1.2), Value.of(perRow(x, axis, 1)), axis));
      }
    }
  }

  @EveryType
  void constrainedSparsemax(DataType type) {
    for (INDArray x : layouts(type)) {
      INDArray upper = Nd4j.rand(DataType.FLOAT, x.shape()).castTo(type);
      for (int axis : new int[] {-1, 0}) {
        for (INDArray mask : masks(x)) {
          OpCall<INDArray> call = Call.constrainedSparsemax(x, upper, mask, axis);
          backward(call, same(call)[0], upper, scores(type, x.shape()), mask);
        }
      }
    }
  }

  @EveryType
  void lagrangianUnits(DataType type) {
    for (LagrangianUnit unit : OpCase.units()) {
      for (INDArray x : layouts(type)) {
        for (INDArray mask : masks(x)) {
          long groups =
              switch (unit.getMedianScope()) {
                case TENSOR -> 1;
                case SAMPLE -> x.size(0);
                case ROW -> x.size(0) * x.size(1);
              };
          for (INDArray noise : new INDArray[] {null, scores(type, groups)}) {
            OpCall<INDArray> call = Call.unit(unit, x, mask, noise, -1);
            INDArray kept = same(call)[1];
            INDArray g = scores(type, x.shape());
            if (unit.getKind() == LagrangianUnit.Kind.RELU) {
              backward(call, kept, g);
            } else {
              backward(call, x, kept, g, mask);
            }
          }
        }
      }
    }
  }

  @DoubleAndFloat
  void nanAndInfinity(DataType type) {
    double inf = Double.POSITIVE_INFINITY;
    INDArray x =
        Nd4j.createFromArray(
                new double[][] {
                  {1, Double.NaN, 2, 0},
                  {inf, 1, inf, -inf},
                  {-inf, -inf, -inf, -inf},
                  {-inf, 3, -inf, -inf},
                  {1e30, -1e30, 1e30, 0},
                  {1, 2, 3, 4}
                })
            .castTo(type);
    for (Separation separation : OpCase.separations()) {
      check(Call.separate(separation, x, null, Value.of(1), null, -1));
      check(Call.separate(separation, x, x.gt(0.5), Value.of(1), null, -1));
    }
    for (LagrangianUnit unit : OpCase.units()) {
      same(Call.unit(unit, x, null, null, -1));
    }
  }

  @EveryType
  void functions(DataType type) {
    for (INDArray x : layouts(type)) {
      INDArray g = scores(type, x.shape());
      List<OpCall<INDArray>> calls =
          new ArrayList<>(List.of(Call.gelu(x, false), Call.gelu(x, true)));
      for (int axis : AXES) {
        calls.add(Call.l2Normalize(x, 1e-12, axis));
        calls.add(Call.layerNorm(x, null, null, 1e-5, axis));
        int n = (int) x.size(axis);
        calls.add(Call.layerNorm(x, scores(type, n), scores(type, n), 1e-5, axis));
      }
      for (OpCall<INDArray> call : calls) {
        same(call);
        backward(call, x, g, call.inputs().size() > 1 ? call.inputs().get(1) : null);
      }
    }
  }

  /** Few rows, many rows, panels that do not divide, weights in either order, views. */
  @EveryType
  void denseLayers(DataType type) {
    List<INDArray> all = new ArrayList<>(layouts(type));
    all.add(scores(type, 7));
    all.add(scores(type, 500, 33));
    for (INDArray x : all) {
      for (int nOut : new int[] {1, 13, 150}) {
        INDArray w = scores(type, x.size(x.rank() - 1), nOut);
        INDArray b = scores(type, 1, nOut);
        for (DenseActivation f : DenseActivation.values()) {
          same(Call.dense(x, w, b, f, 1));
          same(Call.dense(x, w.dup('f'), null, f, 1));
          long[] shape = x.shape().clone();
          shape[shape.length - 1] = nOut;
          same(Call.dense(x, w, b, f, 1, scores(type, shape)));
          same(Call.dense(x, w, null, f, 1, scores(type, shape).dup('f')));
        }
        if (x.rank() > 1) {
          INDArray both = scores(type, x.size(x.rank() - 1) * x.size(x.rank() - 2), nOut);
          same(Call.dense(x, both, b, DenseActivation.NONE, 2));
        }
      }
    }
  }

  @EveryType
  void projections(DataType type) {
    for (INDArray x : layouts(type)) {
      int features = (int) x.size(x.rank() - 1);
      for (Double eps : new Double[] {null, 1e-5}) {
        for (int with = 0; with < 4; with++) {
          List<Projection<INDArray>> projections = new ArrayList<>();
          List<INDArray> gradients = new ArrayList<>();
          for (int width : new int[] {3, 1}) {
            INDArray weight = scores(type, features, width);
            projections.add(
                projection(
                    width == 1 ? weight : weight.dup('f'),
                    (with & 1) == 0 ? null : scores(type, 1, width),
                    (with & 2) != 0,
                    1,
                    features));
            long[] shape = x.shape().clone();
            shape[shape.length - 1] = width;
            gradients.add(scores(type, shape).dup('f'));
          }
          OpCall<INDArray> call = Call.project(x, eps, projections);
          same(call);
          backwardFromInputs(call, gradients.toArray(new INDArray[0]));
        }
      }
    }
  }

  @EveryType
  void poolings(DataType type) {
    INDArray[] layouts = {
      scores(type, 3, 7, 5),
      scores(type, 3, 7, 5).dup('f'),
      scores(type, 3, 5, 7).permute(0, 2, 1),
      scores(type, 3, 300, 18)
    };
    INDArray[] masks = {
      null,
      scores(DataType.FLOAT, 3, 1, 1, 1).gt(9), // hides everything
      scores(DataType.FLOAT, 3, 2, 2, 7).gt(-0.5),
      Nd4j.createFromArray(1f, 0, 1, 1, 0, 1, 0),
    };
    for (Separation separation : OpCase.separations()) {
      for (int variant = 0; variant < layouts.length; variant++) {
        INDArray x = layouts[variant];
        Double eps = variant == 1 ? null : 1e-5;
        INDArray q = scores(type, variant == 2 ? 3 : 1, 2, 2, 3);
        long features = x.size(2);
        boolean bias = variant != 1;
        boolean affine = variant > 1;
        INDArray keyWeight = scores(type, features, 6).dup('f');
        INDArray keyBias = bias ? scores(type, 6) : null;
        INDArray valueWeight = scores(type, features, 4);
        INDArray valueBias = bias ? scores(type, 1, 4) : null;
        Projection<INDArray> key = projection(keyWeight, keyBias, affine, features);
        Projection<INDArray> value = projection(valueWeight, valueBias, affine, features);
        for (INDArray mask : masks) {
          if (mask != null && mask.rank() > 0 && x.size(1) != 7 && mask.size(-1) == 7) {
            continue;
          }
          PoolingInputs<INDArray> in = PoolingInputs.of(x, q, key, value).withMask(mask);
          if (variant % 2 == 0) { // as dropout has it; one of a shape that broadcasts
            INDArray factor = scores(type, 3, 2, variant == 2 ? 1 : 2, x.size(1));
            in = in.withFactor(factor.gt(-0.5).castTo(type).mul(1.5));
          }
          OpCall<INDArray> call = Call.pooling(separation, 0.6, eps, in);
          backwardFromInputs(call, scores(type, same(call)[0].shape()).dup('f'));
        }
      }
    }
  }

  /** A projection with or without a bias, with or without gain and shift. */
  private Projection<INDArray> projection(
      INDArray weight, INDArray bias, boolean affine, long... shiftShape) {
    DataType type = weight.dataType();
    Projection<INDArray> plain = Projection.of(weight).withBias(bias);
    return affine
        ? plain.withAffine(scores(type, weight.size(0)), scores(type, shiftShape))
        : plain;
  }

  /** The same numbers from one op and from the two that it stands for. */
  @DoubleAndFloat
  void poolingIsProjectionAndAssociation(DataType type) {
    NDHopfield ops = NDHopfield.ops();
    INDArray x = scores(type, 2, 500, 12);
    INDArray q = scores(type, 1, 1, 2, 4);
    Projection<INDArray> key = Projection.of(scores(type, 12, 8)).withBias(scores(type, 8));
    Projection<INDArray> value = Projection.of(scores(type, 12, 6)).withBias(scores(type, 6));
    INDArray[] kv = ops.layerNormProject(x, 1e-5, List.of(key, value));
    INDArray k = kv[0].reshape(2, 500, 2, 4);
    INDArray v = kv[1].reshape(2, 500, 2, 3);
    for (Separation separation : OpCase.separations()) {
      Association options = Association.builder().separation(separation).beta(0.3).build();
      INDArray expected = ops.association(options, AssociationInputs.of(q, k, v)).out();
      INDArray found = ops.pooling(separation, 0.3, 1e-5, PoolingInputs.of(x, q, key, value));
      assertThat(OpCase.difference(found, expected))
          .as("%s", separation)
          .isLessThanOrEqualTo(10 * OpCase.tolerance(type));
    }
  }

  @DoubleAndFloat
  void conjugates(DataType type) {
    for (Separation separation : OpCase.separations()) {
      for (INDArray x : layouts(type)) {
        for (INDArray mask : masks(x)) {
          same(Call.conjugate(separation, x, mask, 0.8, -1));
        }
        same(Call.conjugate(separation, x, null, 0.8, 1));
      }
    }
  }

  @DoubleAndFloat
  void sequentialKSubsets(DataType type) {
    for (boolean atMost : new boolean[] {false, true}) {
      for (INDArray x : layouts(type).subList(0, 4)) {
        for (int axis : new int[] {-1, 0}) {
          int n = (int) x.size(axis);
          INDArray edges = axis == 0 ? scores(type, n - 1, 1, 1) : scores(type, n - 1);
          for (INDArray w : new INDArray[] {edges, scores(type, 1)}) {
            for (INDArray mask : new INDArray[] {null, OpCase.mask(random, 0.8, x.shape())}) {
              OpCall<INDArray> call = Call.sequentialKSubsets(x, w, mask, 2, atMost, axis);
              same(call);
              backward(call, x, w, scores(type, x.shape()), mask);
            }
          }
        }
      }
    }
  }

  /** Forward, then backward from what the forward gave. */
  private static void check(OpCall<INDArray> call) {
    INDArray x = call.inputs().get(0);
    INDArray y = same(call)[0];
    INDArray g = OpCase.scores(new Random(SEED + 1), x.dataType(), x.shape());
    long flags = call.iArgs()[1]; // mask, beta, parameter
    int next = (flags & 1) != 0 ? 2 : 1;
    INDArray beta = (flags & 2) != 0 ? call.inputs().get(next++) : null;
    INDArray parameter = (flags & 4) != 0 ? call.inputs().get(next) : null;
    backward(call, y, g, beta == null ? null : x, beta, parameter);
  }

  /** The gradient of a call; null stands for an input that it does not get. */
  private static void backward(OpCall<INDArray> call, INDArray... inputs) {
    List<INDArray> given = Stream.of(inputs).filter(Objects::nonNull).toList();
    same(OpCase.gradient(call, given));
  }

  /** The gradient of a call that gets all inputs of the call again. */
  private static void backwardFromInputs(OpCall<INDArray> call, INDArray... gradients) {
    backward(
        call, Stream.concat(call.inputs().stream(), Stream.of(gradients)).toArray(INDArray[]::new));
  }

  private static INDArray[] same(OpCall<INDArray> call) {
    INDArray[] found = OpCase.run(call);
    INDArray[] expected = OpCase.inJava(call);
    INDArray x = call.inputs().get(0);
    for (int i = 0; i < found.length; i++) {
      assertThat(OpCase.difference(found[i], expected[i]))
          .as(
              "%s output %d, x %s%s strides %s, iArgs %s tArgs %s, seed %d",
              call.op(),
              i,
              x.dataType(),
              Arrays.toString(x.shape()),
              Arrays.toString(x.stride()),
              Arrays.toString(call.iArgs()),
              Arrays.toString(call.tArgs()),
              SEED)
          .isLessThanOrEqualTo(tolerance(call, i));
    }
    return found;
  }

  private static double tolerance(OpCall<INDArray> call, int output) {
    String op = call.op();
    double tolerance = OpCase.tolerance(call.inputs().get(0).dataType());
    if (op.endsWith("_bp") && output > 0) {
      tolerance *= 10; // a sum over many rows
    }
    if (op.matches("hopfield_(layer_norm|projection|pooling).*")) {
      tolerance *= 10; // rows of two nearly equal numbers
    }
    if (op.equals(Entmax.NAME + "_bp") && call.tArgs()[1] > 2) {
      tolerance *= 10; // y^(2 - alpha) of small y
    }
    return tolerance;
  }
}
