package io.github.dl4jhopfield.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.memory.PatternGraph.Diffusion;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.reference.Reference;
import io.github.dl4jhopfield.reference.ReferenceCase;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DiffusedHopfieldMemoryTest {
  private static final INDArray X = HopfieldMemoryTest.normal(30, 6, 1, DataType.DOUBLE);

  private static double worst(INDArray a, INDArray b) {
    return a.sub(b).amaxNumber().doubleValue();
  }

  @Test
  void theGraphIsSymmetricAndItsLaplacianTakesConstantsToZero() {
    PatternGraph graph = PatternGraph.of(X, 3, false);
    INDArray w = graph.weightMatrix();
    assertThat(worst(w, w.transpose())).isZero();
    assertThat(w.minNumber().doubleValue()).isGreaterThanOrEqualTo(0);
    for (int i = 0; i < 30; i++) {
      assertThat(w.getDouble(i, i)).isZero();
      assertThat(graph.neighbours(i).length).isGreaterThanOrEqualTo(3);
      assertThat(graph.degrees()[i])
          .isCloseTo(w.getRow(i).sumNumber().doubleValue(), within(1e-12));
    }
    assertThat(graph.laplacian(Nd4j.ones(DataType.DOUBLE, 30, 2)).amaxNumber().doubleValue())
        .isLessThan(1e-12);
    assertThat(worst(graph.laplacian().mmul(X), graph.laplacian(X))).isLessThan(1e-12);
  }

  @Test
  void theReferencesGraphAndDiffusions() {
    ReferenceCase graphCase = Reference.named("graph");
    INDArray patterns = ReferenceCasesTest.input(graphCase, "X");
    PatternGraph plain = PatternGraph.of(patterns, 2, false);
    ReferenceCasesTest.assertWithin(graphCase, "W", plain.weightMatrix());
    ReferenceCasesTest.assertWithin(graphCase, "deg", Nd4j.createFromArray(plain.degrees()));
    ReferenceCasesTest.assertWithin(graphCase, "L", plain.laplacian());
    ReferenceCasesTest.assertWithin(
        graphCase, "L_norm", PatternGraph.of(patterns, 2, true).laplacian());
    int compared = 0;
    for (ReferenceCase c : Reference.cases(c -> c.name().startsWith("diffuse_"))) {
      String name = c.name();
      PatternGraph graph =
          PatternGraph.of(patterns, 2, name.endsWith("_norm") && !name.endsWith("unnorm"));
      if (c.inputs().containsKey("L")
          && worst(ReferenceCasesTest.input(c, "L"), graph.laplacian()) > 1e-6) {
        continue;
      }
      int times = name.contains("iterative") || name.contains("factored") ? 3 : 1;
      INDArray ours =
          graph.diffuse(
              ReferenceCasesTest.input(c, "X"),
              name.contains("spectral") ? Diffusion.HEAT_KERNEL : Diffusion.STEP,
              c.number("eta", null),
              times);
      // the reference's graph was made in float32
      assertThat(worst(ours, c.outputs().get("y").toArray(DataType.DOUBLE)))
          .as(name)
          .isLessThan(1e-5);
      compared++;
    }
    assertThat(compared).as("diffusion cases over the reference's graph").isGreaterThan(2);
  }

  @Test
  void theHeatKernelIsTheLimitOfManySmallSteps() {
    for (boolean normalised : new boolean[] {true, false}) {
      PatternGraph graph = PatternGraph.of(X, 4, normalised);
      INDArray kernel = graph.diffuse(X, Diffusion.HEAT_KERNEL, 0.5, 1);
      INDArray steps = graph.diffuse(X, Diffusion.STEP, 0.5 / 20_000, 20_000);
      assertThat(worst(kernel, steps)).isLessThan(1e-3);
      INDArray twice = graph.diffuse(X, Diffusion.HEAT_KERNEL, 0.25, 2);
      assertThat(worst(kernel, twice)).as("a semigroup").isLessThan(1e-12);
    }
  }

  @Test
  void diffusionSmoothsNeverRoughens() {
    for (long seed = 1; seed <= 10; seed++) {
      INDArray x = HopfieldMemoryTest.normal(25, 5, seed, DataType.DOUBLE);
      for (boolean normalised : new boolean[] {true, false}) {
        PatternGraph graph = PatternGraph.of(x, 3, normalised);
        for (Diffusion diffusion : Diffusion.values()) {
          double before = graph.roughness(x);
          for (int times = 1; times <= 4; times++) {
            double after = graph.roughness(graph.diffuse(x, diffusion, 0.1, times));
            assertThat(after)
                .as("seed %d, %s, normalised %s", seed, diffusion, normalised)
                .isLessThanOrEqualTo(before);
            before = after;
          }
        }
      }
    }
  }

  @Test
  void withoutDiffusionItIsTheHopfieldMemory() {
    INDArray q = HopfieldMemoryTest.normal(7, 6, 2, DataType.DOUBLE);
    for (Separation separation : new Separation[] {Separation.softmax(), Separation.sparsemax()}) {
      for (int steps : new int[] {1, 3, 50}) {
        INDArray plain =
            HopfieldMemory.builder(X)
                .separation(separation)
                .stateMap(StateMap.L2)
                .beta(3)
                .build()
                .retrieve(q, RetrievalOptions.steps(steps))
                .states();
        for (double eta : new double[] {0, 0.1}) {
          INDArray diffused =
              DiffusedHopfieldMemory.builder(X)
                  .separation(separation)
                  .stateMap(StateMap.L2)
                  .beta(3)
                  .diffusion(Diffusion.STEP, eta)
                  .diffusionSteps(2)
                  .build()
                  .retrieve(q, RetrievalOptions.steps(steps))
                  .states();
          if (eta == 0) {
            assertThat(worst(plain, diffused)).isLessThan(1e-12);
          } else {
            assertThat(worst(plain, diffused)).isGreaterThan(1e-4);
          }
        }
      }
    }
  }

  @Test
  void eachUpdateUsesKeysDiffusedOnceMoreAndMixesTheStoredPatterns() {
    INDArray q = HopfieldMemoryTest.normal(1, 6, 3, DataType.DOUBLE);
    DiffusedHopfieldMemory memory =
        DiffusedHopfieldMemory.builder(X).beta(0.7).diffusion(Diffusion.STEP, 0.2).build();
    INDArray state = q;
    PatternGraph graph = PatternGraph.of(X, 5, true);
    for (int t = 1; t <= 3; t++) {
      INDArray keys = graph.diffuse(X, Diffusion.STEP, 0.2, t);
      INDArray scores = state.mmul(keys.transpose()).mul(0.7);
      INDArray p = Nd4j.nn().softmax(scores, 1);
      state = p.mmul(X);
    }
    assertThat(worst(memory.retrieve(q, RetrievalOptions.steps(3)).states(), state))
        .isLessThan(1e-12);
  }

  @Test
  void unstableDiffusionIsRefused() {
    PatternGraph graph = PatternGraph.of(X, 5, false);
    assertThatThrownBy(() -> graph.diffuse(X, Diffusion.STEP, 10, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("largest degree");
    assertThat(graph.diffuse(X, Diffusion.HEAT_KERNEL, 10, 1).amaxNumber().doubleValue())
        .isLessThanOrEqualTo(X.amaxNumber().doubleValue());
    assertThatThrownBy(() -> PatternGraph.of(X, 0, true)).hasMessageContaining("neighbours k");
    DiffusedHopfieldMemory memory = DiffusedHopfieldMemory.builder(X).build();
    assertThatThrownBy(() -> memory.energy(X.getRow(0)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("diffused retrieval has no known energy; see diffusionEnergy");
  }
}
