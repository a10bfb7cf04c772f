package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jhopfield.ops.Call.Value;
import io.github.dl4jhopfield.ops.custom.Entmax;
import io.github.dl4jhopfield.ops.custom.PfuUnit;
import io.github.dl4jhopfield.ops.custom.ReluUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

  @BeforeAll
  static void needsTheNativePath() {
    assumeTrue(
        NativeOps.status().nativeLoaded(), () -> "Java path: " + NativeOps.status().reason());
  }

  /** Arrays of one shape, stored in different ways. */
  private static List<INDArray> layouts(Random random, DataType type) {
    INDArray c = OpCase.scores(random, type, 3, 4, 9);
    INDArray big = OpCase.scores(random, type, 5, 8, 20);
    INDArray view =
        big.get(
            NDArrayIndex.interval(1, 4),
            NDArrayIndex.interval(2, 6),
            NDArrayIndex.interval(1, 2, 19));
    INDArray permuted = OpCase.scores(random, type, 9, 3, 4).permute(1, 2, 0);
    return List.of(c, c.dup('f'), view, permuted, OpCase.scores(random, type, 2, 1, 700));
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void separations(DataType type) {
    Random random = new Random(SEED);
    for (Separation separation : OpCase.separations()) {
      for (INDArray x : layouts(random, type)) {
        for (int axis : new int[] {-1, 1, 0}) {
          for (INDArray mask : masks(random, x)) {
            check(Call.separate(separation, x, mask, Value.of(0.7), null, axis));
          }
          check(
              Call.separate(
                  separation, x, null, Value.of(perRow(random, x, axis, 0.1)), null, axis));
        }
      }
    }
  }

  private static List<INDArray> masks(Random random, INDArray x) {
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
  private static INDArray perRow(Random random, INDArray x, int axis, double least) {
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

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void entmaxWithAlphaARow(DataType type) {
    Random random = new Random(SEED);
    for (INDArray x : layouts(random, type)) {
      for (int axis : new int[] {-1, 1, 0}) {
        check(Call.entmax(x, null, Value.of(1.2), Value.of(perRow(random, x, axis, 1)), axis));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void constrainedSparsemax(DataType type) {
    Random random = new Random(SEED);
    for (INDArray x : layouts(random, type)) {
      INDArray upper = Nd4j.rand(DataType.FLOAT, x.shape()).castTo(type);
      for (int axis : new int[] {-1, 0}) {
        for (INDArray mask : masks(random, x)) {
          Call<INDArray> call = Call.constrainedSparsemax(x, upper, mask, axis);
          INDArray y = same(call)[0];
          List<INDArray> inputs =
              new ArrayList<>(List.of(y, upper, OpCase.scores(random, type, x.shape())));
          if (mask != null) {
            inputs.add(mask);
          }
          same(new Call<>(call.op() + "_bp", inputs, call.iArgs(), call.tArgs()));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void lagrangianUnits(DataType type) {
    Random random = new Random(SEED);
    for (LagrangianUnit unit : OpCase.units()) {
      for (INDArray x : layouts(random, type)) {
        for (INDArray mask : masks(random, x)) {
          long groups =
              switch (unit.getMedianScope()) {
                case TENSOR -> 1;
                case SAMPLE -> x.size(0);
                case ROW -> x.size(0) * x.size(1);
              };
          for (INDArray noise : new INDArray[] {null, OpCase.scores(random, type, groups)}) {
            Call<INDArray> call = Call.unit(unit, x, mask, noise, -1);
            INDArray[] found = same(call);
            INDArray g = OpCase.scores(random, type, x.shape());
            List<INDArray> inputs = new ArrayList<>();
            if (unit.getKind() == LagrangianUnit.Kind.RELU) {
              inputs.addAll(List.of(found[1], g));
              same(new Call<>(ReluUnit.NAME + "_bp", inputs, call.iArgs(), call.tArgs()));
            } else {
              inputs.addAll(List.of(x, found[1], g));
              if (mask != null) {
                inputs.add(mask);
              }
              same(new Call<>(PfuUnit.NAME + "_bp", inputs, call.iArgs(), call.tArgs()));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
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

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void functions(DataType type) {
    Random random = new Random(SEED);
    for (INDArray x : layouts(random, type)) {
      INDArray g = OpCase.scores(random, type, x.shape());
      List<Call<INDArray>> calls =
          new ArrayList<>(List.of(Call.gelu(x, false), Call.gelu(x, true)));
      for (int axis : new int[] {-1, 1, 0}) {
        calls.add(Call.l2Normalize(x, 1e-12, axis));
        calls.add(Call.layerNorm(x, null, null, 1e-5, axis));
        int n = (int) x.size(axis);
        INDArray gain = OpCase.scores(random, type, n);
        INDArray bias = OpCase.scores(random, type, n);
        calls.add(Call.layerNorm(x, gain, bias, 1e-5, axis));
      }
      for (Call<INDArray> call : calls) {
        same(call);
        List<INDArray> inputs = new ArrayList<>(List.of(x, g));
        if (call.inputs().size() > 1) {
          inputs.add(call.inputs().get(1));
        }
        same(new Call<>(call.op() + "_bp", inputs, call.iArgs(), call.tArgs()));
      }
    }
  }

  /** Few rows, many rows, panels that do not divide, weights in either order, views. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void denseLayers(DataType type) {
    Random random = new Random(SEED);
    List<INDArray> all = new ArrayList<>(layouts(random, type));
    all.add(OpCase.scores(random, type, 7));
    all.add(OpCase.scores(random, type, 500, 33));
    for (INDArray x : all) {
      for (int nOut : new int[] {1, 13, 150}) {
        INDArray w = OpCase.scores(random, type, x.size(x.rank() - 1), nOut);
        INDArray b = OpCase.scores(random, type, 1, nOut);
        for (DenseActivation f : DenseActivation.values()) {
          same(Call.dense(x, w, b, f, 1));
          same(Call.dense(x, w.dup('f'), null, f, 1));
        }
        if (x.rank() > 1) {
          INDArray both =
              OpCase.scores(random, type, x.size(x.rank() - 1) * x.size(x.rank() - 2), nOut);
          same(Call.dense(x, both, b, DenseActivation.NONE, 2));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void projections(DataType type) {
    Random random = new Random(SEED);
    for (INDArray x : layouts(random, type)) {
      int features = (int) x.size(x.rank() - 1);
      for (Double eps : new Double[] {null, 1e-5}) {
        for (int with = 0; with < 4; with++) {
          List<Projection<INDArray>> projections = new ArrayList<>();
          List<INDArray> gradients = new ArrayList<>();
          for (int width : new int[] {3, 1}) {
            INDArray weight = OpCase.scores(random, type, features, width);
            Projection<INDArray> p = Projection.of(width == 1 ? weight : weight.dup('f'));
            if ((with & 1) != 0) {
              p = p.withBias(OpCase.scores(random, type, 1, width));
            }
            if ((with & 2) != 0) {
              p =
                  p.withAffine(
                      OpCase.scores(random, type, features),
                      OpCase.scores(random, type, 1, features));
            }
            projections.add(p);
            long[] shape = x.shape().clone();
            shape[shape.length - 1] = width;
            gradients.add(OpCase.scores(random, type, shape).dup('f'));
          }
          Call<INDArray> call = Call.project(x, eps, projections);
          same(call);
          List<INDArray> inputs = new ArrayList<>(call.inputs());
          inputs.addAll(gradients);
          same(new Call<>(call.op() + "_bp", inputs, call.iArgs(), call.tArgs()));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void poolings(DataType type) {
    Random random = new Random(SEED);
    INDArray[] layouts = {
      OpCase.scores(random, type, 3, 7, 5),
      OpCase.scores(random, type, 3, 7, 5).dup('f'),
      OpCase.scores(random, type, 3, 5, 7).permute(0, 2, 1),
      OpCase.scores(random, type, 3, 300, 18)
    };
    INDArray[] masks = {
      null,
      OpCase.scores(random, DataType.FLOAT, 3, 1, 1, 1).gt(9), // hides everything
      OpCase.scores(random, DataType.FLOAT, 3, 2, 2, 7).gt(-0.5),
      Nd4j.createFromArray(1f, 0, 1, 1, 0, 1, 0),
    };
    for (Separation separation : OpCase.separations()) {
      for (int variant = 0; variant < layouts.length; variant++) {
        INDArray x = layouts[variant];
        Double eps = variant == 1 ? null : 1e-5;
        INDArray q = OpCase.scores(random, type, variant == 2 ? 3 : 1, 2, 2, 3);
        Projection<INDArray> key =
            Projection.of(OpCase.scores(random, type, x.size(2), 6).dup('f'));
        Projection<INDArray> value = Projection.of(OpCase.scores(random, type, x.size(2), 4));
        if (variant != 1) {
          key = key.withBias(OpCase.scores(random, type, 6));
          value = value.withBias(OpCase.scores(random, type, 1, 4));
        }
        if (variant > 1) {
          key = key.withAffine(numbers(random, type, x), numbers(random, type, x));
          value = value.withAffine(numbers(random, type, x), numbers(random, type, x));
        }
        for (INDArray mask : masks) {
          if (mask != null && mask.rank() > 0 && x.size(1) != 7 && mask.size(-1) == 7) {
            continue;
          }
          PoolingInputs<INDArray> in = PoolingInputs.of(x, q, key, value).withMask(mask);
          if (variant % 2 == 0) { // as dropout has it; one of a shape that broadcasts
            INDArray factor = OpCase.scores(random, type, 3, 2, variant == 2 ? 1 : 2, x.size(1));
            in = in.withFactor(factor.gt(-0.5).castTo(type).mul(1.5));
          }
          Call<INDArray> call = Call.pooling(separation, 0.6, eps, in);
          INDArray[] out = same(call);
          List<INDArray> inputs = new ArrayList<>(call.inputs());
          inputs.add(OpCase.scores(random, type, out[0].shape()).dup('f'));
          same(new Call<>(call.op() + "_bp", inputs, call.iArgs(), call.tArgs()));
        }
      }
    }
  }

  private static INDArray numbers(Random random, DataType type, INDArray x) {
    return OpCase.scores(random, type, x.size(2));
  }

  /** The same numbers from one op and from the two that it stands for. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void poolingIsProjectionAndAssociation(DataType type) {
    Random random = new Random(SEED);
    NDHopfield ops = NDHopfield.ops();
    INDArray x = OpCase.scores(random, type, 2, 500, 12);
    INDArray q = OpCase.scores(random, type, 1, 1, 2, 4);
    Projection<INDArray> key =
        Projection.of(OpCase.scores(random, type, 12, 8)).withBias(OpCase.scores(random, type, 8));
    Projection<INDArray> value =
        Projection.of(OpCase.scores(random, type, 12, 6)).withBias(OpCase.scores(random, type, 6));
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

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void conjugates(DataType type) {
    Random random = new Random(SEED);
    for (Separation separation : OpCase.separations()) {
      for (INDArray x : layouts(random, type)) {
        for (INDArray mask : masks(random, x)) {
          same(Call.conjugate(separation, x, mask, 0.8, -1));
        }
        same(Call.conjugate(separation, x, null, 0.8, 1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT"})
  void sequentialKSubsets(DataType type) {
    Random random = new Random(SEED);
    for (boolean atMost : new boolean[] {false, true}) {
      for (INDArray x : layouts(random, type).subList(0, 4)) {
        for (int axis : new int[] {-1, 0}) {
          int n = (int) x.size(axis);
          INDArray edges =
              axis == 0
                  ? OpCase.scores(random, type, n - 1, 1, 1)
                  : OpCase.scores(random, type, n - 1);
          for (INDArray w : new INDArray[] {edges, OpCase.scores(random, type, 1)}) {
            for (INDArray mask : new INDArray[] {null, OpCase.mask(random, 0.8, x.shape())}) {
              Call<INDArray> call = Call.sequentialKSubsets(x, w, mask, 2, atMost, axis);
              same(call);
              List<INDArray> inputs =
                  new ArrayList<>(List.of(x, w, OpCase.scores(random, type, x.shape())));
              if (mask != null) {
                inputs.add(mask);
              }
              same(new Call<>(call.op() + "_bp", inputs, call.iArgs(), call.tArgs()));
            }
          }
        }
      }
    }
  }

  /** Forward, then backward from what the forward gave. */
  private static void check(Call<INDArray> call) {
    INDArray x = call.inputs().get(0);
    INDArray y = same(call)[0];
    List<INDArray> inputs = new ArrayList<>();
    inputs.add(y);
    inputs.add(OpCase.scores(new Random(SEED + 1), x.dataType(), x.shape()));
    int next = (call.iArgs()[1] & 1) != 0 ? 2 : 1;
    if ((call.iArgs()[1] & 2) != 0) {
      inputs.add(x);
      inputs.add(call.inputs().get(next++));
    }
    if ((call.iArgs()[1] & 4) != 0) {
      inputs.add(call.inputs().get(next));
    }
    same(new Call<>(call.op() + "_bp", inputs, call.iArgs(), call.tArgs()));
  }

  private static INDArray[] same(Call<INDArray> call) {
    INDArray[] found = OpCase.run(call);
    INDArray[] expected = OpCase.inJava(call);
    INDArray x = call.inputs().get(0);
    for (int i = 0; i < found.length; i++) {
      double tolerance = OpCase.tolerance(x.dataType());
      if (call.op().endsWith("_bp") && i > 0) {
        tolerance *= 10; // a sum over many rows
      }
      if (call.op().startsWith("hopfield_layer_norm")
          || call.op().startsWith("hopfield_projection")
          || call.op().startsWith("hopfield_pooling")) {
        tolerance *= 10; // rows of two nearly equal numbers
      }
      if (call.op().equals(Entmax.NAME + "_bp") && call.tArgs()[1] > 2) {
        tolerance *= 10; // y^(2 - alpha) of small y
      }
      assertThat(OpCase.difference(found[i], expected[i]))
          .as(
              "%s output %d, x %s%s strides %s, iArgs %s tArgs %s, seed %d",
              call.op(),
              i,
              x.dataType(),
              java.util.Arrays.toString(x.shape()),
              java.util.Arrays.toString(x.stride()),
              java.util.Arrays.toString(call.iArgs()),
              java.util.Arrays.toString(call.tArgs()),
              SEED)
          .isLessThanOrEqualTo(tolerance);
    }
    return found;
  }
}
