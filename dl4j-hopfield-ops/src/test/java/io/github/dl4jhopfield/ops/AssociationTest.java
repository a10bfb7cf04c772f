package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jhopfield.ops.internal.OpCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The fused association: native = Java = composed of products and separations; its gradients. */
class AssociationTest {
  private static final long SEED = 20261125L;
  private static final int B = 2;
  private static final int L = 3;
  private static final int S = 7;
  private static final int H = 2;
  private static final int D = 3;
  private static final int DV = 4;

  private final Random random = new Random(SEED);

  private INDArray normal(DataType type, long... shape) {
    return OpCase.normal(random, type, shape);
  }

  private static List<Separation> separations() {
    List<Separation> all = new ArrayList<>(OpCase.separations());
    all.add(Separation.learnedEntmax(1.3));
    return all;
  }

  /** Options and arrays of each kind, each separation with some of them. */
  private List<Case> cases(DataType type) {
    List<Case> cases = new ArrayList<>();
    int variant = 0;
    for (Separation separation : separations()) {
      for (int i = 0; i < 3; i++, variant++) {
        cases.add(new Case(this, type, separation, LagrangianUnit.none(), variant));
      }
    }
    for (LagrangianUnit unit : OpCase.units()) {
      for (Separation separation :
          List.of(
              Separation.softmax(),
              Separation.entmax15(),
              Separation.kSubsets(2, false),
              Separation.entmax(1.02),
              Separation.entmax(4),
              Separation.normmax(5))) {
        cases.add(new Case(this, type, separation, unit, variant++));
      }
    }
    return cases;
  }

  private record Case(Association options, AssociationInputs<INDArray> inputs, String name) {
    Case(
        AssociationTest t, DataType type, Separation separation, LagrangianUnit unit, int variant) {
      this(
          options(separation, unit, variant),
          inputs(t, type, separation, unit, variant),
          separation + ", " + unit + ", variant " + variant);
    }

    private static Association options(Separation separation, LagrangianUnit unit, int variant) {
      Association.Builder o =
          Association.builder().separation(separation).lagrangianUnit(unit).beta(0.8).withWeights();
      switch (variant % 4) {
        case 1 -> o.updateSteps(2).updateStepsEps(-1).withSteps();
        case 2 -> o.updateSteps(1, 3).updateStepsEps(0.3, 0.1).withSteps();
        case 3 -> o.updateSteps(3).updateStepsEps(0.2).stopScope(Association.StopScope.BATCH);
        default -> {}
      }
      return o.build();
    }

    private static AssociationInputs<INDArray> inputs(
        AssociationTest t, DataType type, Separation separation, LagrangianUnit unit, int variant) {
      boolean pooling = variant % 5 == 1;
      boolean lookup = variant % 5 == 2;
      INDArray k = t.normal(type, lookup ? 1 : B, S, H, D);
      AssociationInputs<INDArray> in =
          AssociationInputs.of(
              // permuted: heads first, as another program may have them
              pooling ? t.normal(type, 1, L, H, D) : t.normal(type, B, H, L, D).permute(0, 2, 1, 3),
              k,
              variant % 7 == 3 ? k : t.normal(type, lookup ? 1 : B, S, H, DV));
      if (variant % 3 == 1) {
        in.mask(OpCase.mask(t.random, 0.7, L, S)).storedPadding(OpCase.mask(t.random, 0.8, B, S));
      }
      if (variant % 3 == 2) {
        in.additiveMask(t.normal(type, H, 1, S))
            .queryMask(OpCase.mask(t.random, 0.7, B, L).castTo(DataType.INT32))
            .mask(OpCase.mask(t.random, 0.7, B, 1, 1, S).castTo(type));
      }
      if (variant % 2 == 1) {
        in.beta(Nd4j.createFromArray(0.7, 1.1).castTo(type));
      }
      if (separation.getKind() == Separation.Kind.LEARNED_ENTMAX) {
        in.alpha(Nd4j.createFromArray(1.25, variant % 2 == 0 ? 2 : 1.5).castTo(type));
      }
      if (unit.getKind() == LagrangianUnit.Kind.PFU && variant % 2 == 0) {
        int steps = variant % 4 == 2 ? 3 : 0;
        long groups =
            switch (unit.getMedianScope()) {
              case TENSOR -> 1;
              case SAMPLE -> B;
              case ROW -> B * H * L;
            };
        in.noise(t.normal(type, steps + 1, groups));
      }
      return in;
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16"})
  void nativeEqualsJava(DataType type) {
    assumeTrue(
        NativeOps.status().nativeLoaded(), () -> "Java path: " + NativeOps.status().reason());
    for (Case c : cases(type)) {
      OpCall<INDArray> call = Call.association(c.options(), c.inputs());
      INDArray[] found = same(call, c.name());
      List<INDArray> inputs = new ArrayList<>(call.inputs());
      inputs.add(normal(type, found[0].shape()));
      inputs.add(normal(type, found[1].shape()));
      same(OpCase.gradient(call, inputs), c.name());
    }
  }

  private static INDArray[] same(OpCall<INDArray> call, String name) {
    INDArray[] found = OpCase.run(call);
    INDArray[] expected = OpCase.inJava(call);
    double tolerance = OpCase.tolerance(found[0].dataType()) * (call.op().endsWith("_bp") ? 4 : 1);
    for (int i = 0; i < found.length; i++) {
      assertThat(OpCase.difference(found[i], expected[i]))
          .as("%s output %d, %s, %s, seed %d", call.op(), i, found[i].dataType(), name, SEED)
          .isLessThanOrEqualTo(tolerance);
    }
    return found;
  }

  @Test
  void isTheCompositionOfProductsAndSeparations() {
    NDHopfield ops = NDHopfield.ops();
    for (Separation separation : OpCase.separations()) {
      INDArray q = normal(DataType.DOUBLE, B, L, H, D);
      INDArray k = normal(DataType.DOUBLE, B, S, H, D);
      INDArray v = normal(DataType.DOUBLE, B, S, H, DV);
      INDArray keys = k.permute(0, 2, 1, 3).dup('c');
      INDArray state = q.permute(0, 2, 1, 3).dup('c');
      INDArray weights = null;
      for (int step = 0; step <= 2; step++) {
        INDArray scores = Nd4j.matmul(state, keys.permute(0, 1, 3, 2).dup('c'));
        weights = ops.separate(separation, scores, null, 0.9, -1);
        state = Nd4j.matmul(weights, keys);
      }
      INDArray out = Nd4j.matmul(weights, v.permute(0, 2, 1, 3).dup('c'));
      Association options =
          Association.builder()
              .separation(separation)
              .beta(0.9)
              .updateSteps(2)
              .updateStepsEps(-1)
              .withWeights()
              .build();
      AssociationOutput<INDArray> fused = ops.association(options, AssociationInputs.of(q, k, v));
      assertThat(OpCase.difference(fused.weights(), weights))
          .as(separation.toString())
          .isLessThan(1e-10);
      assertThat(OpCase.difference(fused.out().permute(0, 2, 1, 3), out))
          .as(separation.toString())
          .isLessThan(1e-10);
    }
  }

  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    int variant = 0;
    for (Separation separation : separations()) {
      gradients(separation, LagrangianUnit.none(), variant++);
    }
    for (LagrangianUnit unit : OpCase.units()) {
      gradients(variant % 2 == 0 ? Separation.softmax() : Separation.entmax15(), unit, variant++);
    }
  }

  private void gradients(Separation separation, LagrangianUnit unit, int variant) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    arrays.put("q", normal(DataType.DOUBLE, variant % 4 == 1 ? 1 : B, L, H, D));
    arrays.put("k", normal(DataType.DOUBLE, variant % 4 == 2 ? 1 : B, S, H, D));
    arrays.put("v", normal(DataType.DOUBLE, B, S, H, 2));
    arrays.put("beta", Nd4j.createFromArray(0.7, 1.2));
    if (variant % 2 == 1) {
      arrays.put("additive", normal(DataType.DOUBLE, H, 1, S));
    }
    boolean learned = separation.getKind() == Separation.Kind.LEARNED_ENTMAX;
    if (learned) {
      arrays.put("alpha", Nd4j.createFromArray(1.25, 1.6));
    }
    Association.Builder options =
        Association.builder()
            .separation(separation)
            .lagrangianUnit(unit)
            .updateSteps(variant % 3)
            .updateStepsEps(-1);
    if (variant % 2 == 0) {
      options.withWeights();
    }
    if (variant / 3 % 2 == 0) {
      options.withSavedStates();
    }
    SameDiff sd = SameDiff.create();
    Map<String, SDVariable> vars = new LinkedHashMap<>();
    arrays.forEach((name, array) -> vars.put(name, sd.var(name, array)));
    AssociationInputs<SDVariable> inputs =
        AssociationInputs.of(vars.get("q"), vars.get("k"), vars.get("v"))
            .beta(vars.get("beta"))
            .additiveMask(vars.get("additive"))
            .alpha(vars.get("alpha"))
            .mask(sd.constant(OpCase.mask(random, 0.8, L, S)));
    AssociationOutput<SDVariable> y = SDHopfield.of(sd).association(options.build(), inputs);
    SDVariable loss = y.out().mul(sd.constant(normal(DataType.DOUBLE, B, L, H, 2))).sum();
    if (y.weights() != null) {
      loss = loss.add(y.weights().mul(sd.constant(normal(DataType.DOUBLE, B, H, L, S))).sum());
    }
    loss.markAsLoss();
    Map<String, INDArray> gradients =
        sd.calculateGradients(Map.of(), arrays.keySet().toArray(new String[0]));
    double step = 1e-6;
    for (String name : arrays.keySet()) {
      INDArray array = sd.getVariable(name).getArr();
      for (long i = 0; i < array.length(); i += name.length() == 1 ? 5 : 1) {
        double old = array.getDouble(i);
        array.putScalar(i, old + step);
        double up = loss.eval().getDouble(0);
        array.putScalar(i, old - step);
        double down = loss.eval().getDouble(0);
        array.putScalar(i, old);
        double slope = (up - down) / (2 * step);
        assertThat(gradients.get(name).getDouble(i))
            .as("%s, %s, variant %d, %s[%d], seed %d", separation, unit, variant, name, i, SEED)
            .isCloseTo(slope, Offset.offset(2e-5 * Math.max(1, Math.abs(slope))));
      }
    }
  }

  @Test
  void aSampleDoesNotDependOnItsBatchMates() {
    INDArray q = normal(DataType.DOUBLE, 3, L, H, D);
    INDArray k = normal(DataType.DOUBLE, 3, S, H, D);
    Association options =
        Association.builder()
            .lagrangianUnit(LagrangianUnit.pfu())
            .beta(2)
            .updateSteps(5)
            .updateStepsEps(0.05)
            .build();
    INDArray all = NDHopfield.ops().association(options, AssociationInputs.of(q, k, k)).out();
    for (int b = 0; b < 3; b++) {
      INDArray one =
          NDHopfield.ops()
              .association(
                  options,
                  AssociationInputs.of(
                      q.slice(b).reshape(1, L, H, D),
                      k.slice(b).reshape(1, S, H, D),
                      k.slice(b).reshape(1, S, H, D)))
              .out();
      assertThat(OpCase.difference(one.reshape(L, H, D), all.slice(b))).isLessThan(1e-13);
    }
  }

  @Test
  void nothingToAttendToGivesZeros() {
    INDArray q = normal(DataType.FLOAT, B, L, H, D);
    INDArray k = normal(DataType.FLOAT, B, S, H, D);
    INDArray none = Nd4j.zeros(DataType.BOOL, B, S);
    assertThat(
            NDHopfield.ops()
                .association(
                    Association.builder().build(),
                    AssociationInputs.of(q, k, k).storedPadding(none))
                .out()
                .amaxNumber()
                .doubleValue())
        .isZero();
    INDArray empty = Nd4j.create(DataType.FLOAT, B, 0, H, D);
    INDArray out =
        NDHopfield.ops()
            .association(Association.builder().build(), AssociationInputs.of(q, empty, empty))
            .out();
    assertThat(out.shape()).containsExactly(B, L, H, D);
    assertThat(out.amaxNumber().doubleValue()).isZero();
  }

  @Test
  void wrongArgumentsAreRefusedByName() {
    INDArray q = normal(DataType.FLOAT, B, L, H, D);
    INDArray k = normal(DataType.FLOAT, B, S, H, D);
    refuses(Association.builder().build(), AssociationInputs.of(q.reshape(B, L, H * D), k, k), "q");
    refuses(
        Association.builder().build(),
        AssociationInputs.of(q, normal(DataType.FLOAT, B, S, H, D + 1), k),
        "k");
    refuses(
        Association.builder().build(), AssociationInputs.of(q, k, k.castTo(DataType.DOUBLE)), "v");
    refuses(
        Association.builder().build(),
        AssociationInputs.of(q, k, k).mask(Nd4j.ones(DataType.BOOL, L, S + 1)),
        "mask");
    refuses(
        Association.builder().build(),
        AssociationInputs.of(q, k, k).beta(Nd4j.ones(DataType.FLOAT, H + 1)),
        "beta");
    refuses(
        Association.builder().separation(Separation.learnedEntmax(1.5)).build(),
        AssociationInputs.of(q, k, k).alpha(Nd4j.createFromArray(1.5f, 0.5f)),
        "alpha");
    refuses(
        Association.builder().updateSteps(1, 2, 3).build(),
        AssociationInputs.of(q, k, k),
        "updateSteps");
    refuses(
        Association.builder().updateSteps(-1).withSavedStates().build(),
        AssociationInputs.of(q, k, k),
        "savedStates");
    INDArray half = q.castTo(DataType.HALF);
    refuses(
        Association.builder().updateSteps(1).withSavedStates().build(),
        AssociationInputs.of(half, half, half),
        "savedStates");
    assertThatThrownBy(() -> Association.builder().separation(Separation.sequentialKSubsets(2, 1)))
        .hasMessageContaining("separation");
  }

  private static void refuses(
      Association options, AssociationInputs<INDArray> inputs, String argument) {
    assertThatThrownBy(() -> NDHopfield.ops().association(options, inputs))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hopfield_association: argument " + argument + ": expected");
  }
}
