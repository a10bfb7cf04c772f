package io.github.dl4jhopfield.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.memory.DenseAssociativeMemory.Update;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DenseAssociativeMemoryTest {
  private static final List<Interaction> INTERACTIONS =
      List.of(
          Interaction.polynomial(2),
          Interaction.polynomial(3),
          Interaction.polynomial(10),
          Interaction.rectifiedPolynomial(3),
          Interaction.exponential(),
          Interaction.exponential(0.3));

  static INDArray binary(long n, int d, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[(int) n][d];
    for (double[] row : rows) {
      for (int i = 0; i < d; i++) {
        row[i] = random.nextBoolean() ? 1 : -1;
      }
    }
    return Nd4j.createFromArray(rows).castTo(DataType.FLOAT);
  }

  static INDArray flipped(INDArray patterns, double share, long seed) {
    Random random = new Random(seed);
    double[][] rows = patterns.toDoubleMatrix();
    for (double[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] *= random.nextDouble() < share ? -1 : 1;
      }
    }
    return Nd4j.createFromArray(rows).castTo(DataType.FLOAT);
  }

  @Test
  void completesPatternsWithAFifthOfTheFeaturesFlipped() {
    INDArray patterns = binary(12, 200, 7);
    for (Interaction interaction : INTERACTIONS) {
      for (Update update : Update.values()) {
        DenseAssociativeMemory memory = DenseAssociativeMemory.of(patterns, interaction, update);
        Retrieval retrieval = memory.retrieve(flipped(patterns, 0.2, 8));
        assertThat(retrieval.states()).as(interaction + " " + update).isEqualTo(patterns);
        for (int i = 0; i < 12; i++) {
          FixedPoint point = retrieval.result(i).fixedPoint();
          assertThat(point.kind()).isEqualTo(FixedPoint.Kind.SINGLE_PATTERN);
          assertThat(point.pattern()).isEqualTo(i);
          assertThat(retrieval.result(i).converged()).isTrue();
          assertThat(retrieval.result(i).matches().get(0).pattern()).isEqualTo(i);
        }
      }
    }
  }

  @Test
  void asynchronousUpdatesNeverRaiseTheEnergy() {
    for (long seed = 1; seed <= 20; seed++) {
      INDArray patterns = binary(15, 24, seed);
      for (Interaction interaction : INTERACTIONS) {
        Retrieval retrieval =
            DenseAssociativeMemory.of(patterns, interaction)
                .retrieve(
                    binary(6, 24, 1000 + seed),
                    RetrievalOptions.defaults().withTrace(true).withSeed(seed));
        for (Retrieval.Result result : retrieval.results()) {
          assertThat(result.converged()).as("seed %d, %s", seed, interaction).isTrue();
          double[] energies = result.trace().orElseThrow().energies();
          for (int i = 1; i < energies.length; i++) {
            assertThat(energies[i])
                .as("seed %d, %s, sweep %d", seed, interaction, i)
                .isLessThanOrEqualTo(energies[i - 1] + 1e-9 * Math.abs(energies[i - 1]));
          }
        }
      }
    }
  }

  @Test
  void energyIsTheSumOfInteractionsOverAllPatterns() {
    INDArray patterns = Nd4j.createFromArray(new float[][] {{1, 1, 1}, {1, -1, -1}});
    INDArray state = Nd4j.createFromArray(1f, 1f, -1f);
    assertThat(DenseAssociativeMemory.of(patterns, Interaction.polynomial(3)).energy(state))
        .isEqualTo(-(1 + 1));
    assertThat(
            DenseAssociativeMemory.of(patterns, Interaction.polynomial(4))
                .energy(patterns.getRow(0)))
        .isEqualTo(-(81 + 1));
    assertThat(
            DenseAssociativeMemory.of(patterns, Interaction.rectifiedPolynomial(3))
                .energy(patterns.getRow(0)))
        .isEqualTo(-27);
    assertThat(
            DenseAssociativeMemory.of(patterns, Interaction.exponential())
                .energy(patterns.getRow(0)))
        .isCloseTo(
            -Math.log(Math.exp(3) + Math.exp(-1)), org.assertj.core.data.Offset.offset(1e-12));
  }

  @Test
  void exponentialMemoryDoesNotOverflowWithTenThousandFeatures() {
    INDArray patterns = binary(3, 10_000, 3);
    DenseAssociativeMemory memory =
        DenseAssociativeMemory.of(patterns, Interaction.exponential(), Update.SYNCHRONOUS);
    assertThat(memory.energy(patterns.getRow(1))).isEqualTo(-10_000);
    assertThat(memory.retrieve(flipped(patterns, 0.3, 4)).states()).isEqualTo(patterns);
  }

  @Test
  void aSignOfZeroKeepsTheState() {
    // the two patterns cancel in every feature but agree in none: each field is 0
    INDArray patterns = Nd4j.createFromArray(new float[][] {{1, 1, -1, -1}, {-1, -1, 1, 1}});
    INDArray query = Nd4j.createFromArray(1f, -1f, 1f, -1f);
    for (Update update : Update.values()) {
      for (Interaction interaction :
          List.of(Interaction.polynomial(2), Interaction.rectifiedPolynomial(2))) {
        Retrieval retrieval =
            DenseAssociativeMemory.of(patterns, interaction, Update.SYNCHRONOUS).retrieve(query);
        assertThat(retrieval.states().reshape(4)).as(interaction + " " + update).isEqualTo(query);
        assertThat(retrieval.result(0).fixedPoint().kind()).isEqualTo(FixedPoint.Kind.SPURIOUS);
      }
    }
  }

  @Test
  void theNegativeOfAPatternIsAFixedPointOfEvenInteractions() {
    INDArray patterns = binary(3, 60, 11);
    Retrieval even =
        DenseAssociativeMemory.of(patterns, Interaction.polynomial(4)).retrieve(patterns.neg());
    assertThat(even.result(2).fixedPoint().kind()).isEqualTo(FixedPoint.Kind.NEGATED_PATTERN);
    assertThat(even.result(2).fixedPoint().pattern()).isEqualTo(2);
    assertThat(even.states()).isEqualTo(patterns.neg());
  }

  @Test
  void synchronousUpdatesThatCycleEndAtTheLimitUnconverged() {
    INDArray patterns = Nd4j.createFromArray(new float[][] {{1, -1}, {-1, 1}});
    Retrieval retrieval =
        DenseAssociativeMemory.of(patterns, Interaction.polynomial(2), Update.SYNCHRONOUS)
            .retrieve(Nd4j.createFromArray(1f, 1f), RetrievalOptions.defaults().withMaxSteps(5));
    assertThat(retrieval.result(0).steps()).isLessThanOrEqualTo(5);
  }

  @Test
  void higherDegreesStoreMore() {
    // 80 random patterns of 64 features: far above 0.138 d, far below what cubes hold
    INDArray patterns = binary(80, 64, 5);
    long held2 = held(DenseAssociativeMemory.of(patterns, Interaction.polynomial(2)), patterns);
    long held4 = held(DenseAssociativeMemory.of(patterns, Interaction.polynomial(4)), patterns);
    assertThat(held2).isLessThan(8);
    assertThat(held4).isGreaterThan(76);
    assertThat(DenseAssociativeMemory.of(patterns, Interaction.polynomial(4)).capacity())
        .isGreaterThan(DenseAssociativeMemory.of(patterns, Interaction.polynomial(2)).capacity());
    assertThat(DenseAssociativeMemory.of(patterns, Interaction.exponential()).capacity())
        .isEqualTo(Math.pow(2, 32));
  }

  private static long held(DenseAssociativeMemory memory, INDArray patterns) {
    Retrieval retrieval = memory.retrieve(patterns);
    return retrieval.results().stream()
        .filter(r -> r.fixedPoint().kind() == FixedPoint.Kind.SINGLE_PATTERN && r.steps() == 1)
        .count();
  }

  @Test
  void sameSeedSameWayAndAQueryDoesNotDependOnItsBatchMates() {
    INDArray patterns = binary(30, 40, 2);
    DenseAssociativeMemory memory = DenseAssociativeMemory.of(patterns, Interaction.polynomial(2));
    INDArray queries = binary(9, 40, 3);
    Retrieval first = memory.retrieve(queries);
    assertThat(memory.retrieve(queries).states()).isEqualTo(first.states());
    assertThat(memory.retrieve(queries.getRow(0)).states().getRow(0))
        .isEqualTo(first.states().getRow(0));
  }

  @Test
  void appendsAndRemoves() {
    INDArray patterns = binary(5, 50, 1);
    DenseAssociativeMemory memory =
        new DenseAssociativeMemory(50, Interaction.polynomial(3), Update.ASYNCHRONOUS);
    assertThatThrownBy(() -> memory.retrieve(patterns))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("empty memory");
    memory.append(patterns);
    memory.remove(1, 3);
    assertThat(memory.size()).isEqualTo(3);
    assertThat(memory.store().rows(0, 1, 2))
        .isEqualTo(Nd4j.pullRows(patterns, 1, new int[] {0, 2, 4}));
  }

  @Test
  void refusesWhatIsNotBinaryOrOfAnotherWidth() {
    DenseAssociativeMemory memory =
        DenseAssociativeMemory.of(binary(2, 4, 1), Interaction.polynomial(3));
    assertThatThrownBy(() -> memory.append(Nd4j.createFromArray(1f, -1f, 0.5f, 1f)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "patterns to store, row 0, column 2 of a binary memory: expected -1 or 1, found 0.5");
    assertThatThrownBy(() -> memory.retrieve(Nd4j.ones(2, 5)))
        .hasMessage("queries: expected rows with 4 features, found shape [2, 5]");
    assertThatThrownBy(() -> memory.retrieve(Nd4j.valueArrayOf(1, 4, Float.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column 0");
    assertThatThrownBy(() -> Interaction.polynomial(1)).hasMessageContaining("degree n");
  }

  @Test
  void aDegreeBeyondTheRangeOfDoubleIsAnErrorNotAWrongAnswer() {
    DenseAssociativeMemory memory =
        DenseAssociativeMemory.of(binary(2, 1000, 1), Interaction.polynomial(150));
    assertThatThrownBy(() -> memory.energies(binary(2, 1000, 1)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("polynomial(150)");
  }
}
