package io.github.dl4jhopfield.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.ops.Separation;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HopfieldMemoryTest {
  private static final List<Separation> SEPARATIONS =
      List.of(
          Separation.softmax(),
          Separation.softmax1(),
          Separation.entmax(1.2),
          Separation.entmax15(),
          Separation.sparsemax(),
          Separation.entmax(3),
          Separation.normmax(2),
          Separation.normmax(5),
          Separation.kSubsets(1, false),
          Separation.kSubsets(3, false),
          Separation.kSubsets(3, true));

  static INDArray normal(long rows, long columns, long seed, DataType type) {
    Random random = new Random(seed);
    double[][] values = new double[(int) rows][(int) columns];
    for (double[] row : values) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextGaussian();
      }
    }
    return Nd4j.createFromArray(values).castTo(type);
  }

  @Test
  void anUpdateNeverRaisesTheEnergyWhateverSeparationMapAndBeta() {
    for (long seed = 1; seed <= 3; seed++) {
      INDArray patterns = normal(12, 8, seed, DataType.DOUBLE);
      INDArray queries = normal(3, 8, 100 + seed, DataType.DOUBLE);
      for (Separation separation : SEPARATIONS) {
        for (StateMap map : StateMap.values()) {
          for (double beta : new double[] {0.05, 0.5, 5, 50}) {
            Retrieval retrieval =
                HopfieldMemory.builder(patterns)
                    .separation(separation)
                    .stateMap(map)
                    .beta(beta)
                    .build()
                    .retrieve(
                        map == StateMap.TANH ? queries.div(10) : queries,
                        RetrievalOptions.defaults().withTrace(true).withMaxSteps(6));
            for (Retrieval.Result result : retrieval.results()) {
              double[] energies = result.trace().orElseThrow().energies();
              for (int i = 1; i < energies.length; i++) {
                assertThat(energies[i])
                    .as(
                        "seed %d, %s, %s, beta %s, step %d of %s",
                        seed, separation, map, beta, i, result.trace().get().states())
                    .isLessThanOrEqualTo(
                        energies[i - 1] + 1e-9 * Math.max(1, Math.abs(energies[i - 1])));
              }
            }
          }
        }
      }
    }
  }

  @Test
  void softmaxEnergyHasAllTermsOfThePaper() {
    INDArray x = normal(7, 5, 1, DataType.DOUBLE);
    INDArray q = normal(1, 5, 2, DataType.DOUBLE).getRow(0);
    double beta = 1.7;
    double sum = 0;
    double longest = 0;
    for (int i = 0; i < 7; i++) {
      sum += Math.exp(beta * x.getRow(i).mul(q).sumNumber().doubleValue());
      longest = Math.max(longest, x.getRow(i).norm2Number().doubleValue());
    }
    double expected =
        -Math.log(sum) / beta
            + Math.log(7) / beta
            + q.mul(q).sumNumber().doubleValue() / 2
            + longest * longest / 2;
    assertThat(HopfieldMemory.builder(x).beta(beta).build().energy(q))
        .isCloseTo(expected, within(1e-12));
  }

  @Test
  void energyIsAtLeastZeroAndAtMostTwiceTheSquaredLengthOfTheLongestPattern() {
    // Ramsauer et al., lemma 1
    for (long seed = 1; seed <= 20; seed++) {
      INDArray x = normal(9, 4, seed, DataType.DOUBLE);
      double longest = x.norm2(1).maxNumber().doubleValue();
      INDArray states = normal(50, 4, 50 + seed, DataType.DOUBLE);
      states.diviColumnVector(states.norm2(1)).muli(longest);
      for (double energy : HopfieldMemory.builder(x).beta(0.9).build().energies(states)) {
        assertThat(energy).as("seed %d", seed).isBetween(-1e-12, 2 * longest * longest);
      }
    }
  }

  @Test
  void fixedPointsGoFromTheGlobalAverageThroughMixturesToSinglePatternsAsBetaGrows() {
    INDArray x = normal(20, 30, 3, DataType.DOUBLE);
    x.getRow(1).assign(x.getRow(0).add(normal(1, 30, 4, DataType.DOUBLE).getRow(0).mul(0.1)));
    HopfieldMemory memory = HopfieldMemory.builder(x).stateMap(StateMap.L2).build();
    FixedPoint low = memory.withBeta(0.1).retrieve(x.getRow(0)).result(0).fixedPoint();
    FixedPoint middle = memory.withBeta(20).retrieve(x.getRow(0)).result(0).fixedPoint();
    FixedPoint high = memory.withBeta(10_000).retrieve(x.getRow(0)).result(0).fixedPoint();
    assertThat(low.kind()).isEqualTo(FixedPoint.Kind.GLOBAL_AVERAGE);
    assertThat(middle.kind()).isEqualTo(FixedPoint.Kind.METASTABLE);
    assertThat(middle.patterns()).containsExactlyInAnyOrder(0, 1);
    assertThat(high.kind()).isEqualTo(FixedPoint.Kind.SINGLE_PATTERN);
    assertThat(high.patterns()).containsExactly(0);
  }

  @Test
  void sparseSeparationsGiveWellSeparatedPatternsBackExactlyInOneUpdateAsTheMarginSays() {
    INDArray x = normal(10, 50, 5, DataType.DOUBLE);
    for (Separation separation : SEPARATIONS) {
      if (!Weights.sparse(separation) || Weights.subsets(separation)) {
        continue;
      }
      HopfieldMemory memory =
          HopfieldMemory.builder(x).separation(separation).stateMap(StateMap.L2).beta(15).build();
      Random random = new Random(9);
      int held = 0;
      for (HopfieldMemory.ExactRetrieval condition : memory.exactRetrieval(0, 1, 2, 3, 4, 5)) {
        INDArray unit =
            x.getRow(condition.pattern()).div(x.getRow(condition.pattern()).norm2Number());
        if (!condition.retrievable()) {
          continue;
        }
        held++;
        // a query on the sphere at 0.99 of the radius
        INDArray direction = normal(1, 50, random.nextLong(), DataType.DOUBLE).getRow(0);
        direction.subi(unit.mul(direction.mul(unit).sumNumber()));
        direction.divi(direction.norm2Number());
        double chord = 0.99 * condition.radius();
        double angle = 2 * Math.asin(chord / 2);
        INDArray query = unit.mul(Math.cos(angle)).add(direction.mul(Math.sin(angle)));
        Retrieval retrieval = memory.retrieve(query, RetrievalOptions.steps(1));
        assertThat(retrieval.states().getRow(0).sub(unit).amaxNumber().doubleValue())
            .as("%s, %s", separation, condition)
            .isLessThan(1e-12);
      }
      assertThat(held).as(separation.toString()).isGreaterThan(3);
    }
  }

  @Test
  void softmaxNeverGivesAPatternBackExactly() {
    HopfieldMemory memory = HopfieldMemory.builder(normal(4, 6, 1, DataType.DOUBLE)).build();
    HopfieldMemory.ExactRetrieval condition = memory.exactRetrieval(2).get(0);
    assertThat(condition.retrievable()).isFalse();
    assertThat(condition.required()).isInfinite();
  }

  @Test
  void blockByBlockGivesTheAnswersOfTheInMemoryPath() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      double tolerance = type == DataType.FLOAT ? 2e-5 : 1e-11;
      INDArray x = normal(2100, 12, 6, type);
      INDArray q = normal(3, 12, 7, type);
      for (Separation separation : SEPARATIONS) {
        for (double beta : new double[] {0.02, 1}) {
          HopfieldMemory whole =
              HopfieldMemory.builder(x).separation(separation).beta(beta).build();
          HopfieldMemory blocks =
              HopfieldMemory.builder(x)
                  .separation(separation)
                  .beta(beta)
                  .engine(new BlockEngine(1 << 20, true))
                  .build();
          Retrieval a = whole.retrieve(q, RetrievalOptions.steps(2));
          Retrieval b = blocks.retrieve(q, RetrievalOptions.steps(2));
          String what = type + " " + separation + " beta " + beta;
          assertThat(a.states().sub(b.states()).amaxNumber().doubleValue())
              .as(what)
              .isLessThan(tolerance);
          for (int i = 0; i < 3; i++) {
            List<Match> ours = b.result(i).matches();
            List<Match> theirs = a.result(i).matches();
            assertThat(ours.size()).as(what).isEqualTo(theirs.size());
            for (int m = 0; m < ours.size(); m++) {
              assertThat(ours.get(m).weight())
                  .as(what)
                  .isCloseTo(theirs.get(m).weight(), within(tolerance));
              assertThat(ours.get(m).score())
                  .as(what)
                  .isCloseTo(theirs.get(m).score(), within(100 * tolerance));
            }
            assertThat(b.result(i).fixedPoint().kind())
                .as(what)
                .isEqualTo(a.result(i).fixedPoint().kind());
          }
        }
      }
    }
  }

  @Test
  void manyQueriesAreTakenInGroupsAndAQueryDoesNotDependOnItsBatchMates() {
    INDArray x = normal(300, 20, 8, DataType.DOUBLE);
    INDArray q = normal(20, 20, 9, DataType.DOUBLE);
    for (Separation separation : SEPARATIONS) {
      HopfieldMemory memory =
          HopfieldMemory.builder(x)
              .separation(separation)
              .beta(0.4)
              .engine(new BlockEngine(7 * 300 * 8, false))
              .build();
      Retrieval batch = memory.retrieve(q, RetrievalOptions.defaults().withWeights(true));
      for (int i = 0; i < 20; i += 7) {
        Retrieval alone =
            memory.retrieve(q.getRow(i), RetrievalOptions.defaults().withWeights(true));
        assertThat(alone.result(0).steps()).isEqualTo(batch.result(i).steps());
        assertThat(
                alone.states().getRow(0).sub(batch.states().getRow(i)).amaxNumber().doubleValue())
            .as(separation.toString())
            .isLessThan(1e-11);
        assertThat(
                alone.weights().getRow(0).sub(batch.weights().getRow(i)).amaxNumber().doubleValue())
            .isLessThan(1e-11);
      }
    }
  }

  @Test
  void heteroassociationMixesTheValuesAsTheKeysWereMixed() {
    INDArray keys = normal(6, 10, 1, DataType.DOUBLE);
    INDArray values = normal(6, 3, 2, DataType.DOUBLE);
    HopfieldMemory memory =
        HopfieldMemory.builder(keys).values(values).separation(Separation.entmax15()).build();
    INDArray q = normal(4, 10, 3, DataType.DOUBLE);
    for (RetrievalOptions options :
        List.of(RetrievalOptions.steps(1), RetrievalOptions.defaults())) {
      Retrieval retrieval = memory.retrieve(q, options.withWeights(true));
      assertThat(retrieval.values().shape()).containsExactly(4, 3);
      assertThat(
              retrieval.weights().mmul(values).sub(retrieval.values()).amaxNumber().doubleValue())
          .isLessThan(1e-12);
    }
    memory.append(q, normal(4, 3, 4, DataType.DOUBLE));
    assertThat(memory.size()).isEqualTo(10);
    assertThatThrownBy(() -> memory.append(q)).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void whatIsAppendedIsFoundAndWhatIsRemovedIsNot() {
    INDArray x = normal(5, 16, 1, DataType.FLOAT);
    HopfieldMemory memory =
        HopfieldMemory.builder(x)
            .separation(Separation.sparsemax())
            .stateMap(StateMap.L2)
            .beta(20)
            .build();
    INDArray extra = normal(1, 16, 2, DataType.FLOAT);
    memory.append(extra);
    assertThat(memory.retrieve(extra).result(0).fixedPoint().patterns()).containsExactly(5);
    memory.remove(0, 5);
    assertThat(memory.size()).isEqualTo(4);
    assertThat(memory.retrieve(x.getRow(2)).result(0).fixedPoint().patterns()).containsExactly(1);
    assertThat(
            memory
                .retrieve(extra)
                .states()
                .getRow(0)
                .sub(extra.getRow(0))
                .norm2Number()
                .doubleValue())
        .isGreaterThan(0.1);
  }

  @Test
  void badInputIsNamed() {
    HopfieldMemory memory = HopfieldMemory.builder(normal(3, 4, 1, DataType.FLOAT)).build();
    assertThatThrownBy(() -> memory.append(Nd4j.ones(2, 5)))
        .hasMessage("patterns to store: expected rows with 4 features, found shape [2, 5]");
    INDArray broken = Nd4j.ones(DataType.FLOAT, 3, 4);
    broken.putScalar(2, 1, Double.NaN);
    assertThatThrownBy(() -> memory.append(broken))
        .hasMessage("patterns to store, row 2, column 1: expected a finite number, found NaN");
    assertThatThrownBy(() -> memory.retrieve(broken)).hasMessageContaining("queries, row 2");
    assertThatThrownBy(() -> memory.withBeta(0)).hasMessageContaining("beta");
    assertThatThrownBy(() -> memory.withBeta(Double.NaN)).hasMessageContaining("beta");
    memory.remove(0, 1, 2);
    assertThatThrownBy(() -> memory.retrieve(Nd4j.ones(1, 4)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("empty memory");
    assertThatThrownBy(() -> RetrievalOptions.steps(0)).hasMessageContaining("maxSteps");
    assertThatThrownBy(() -> HopfieldMemory.builder(Nd4j.ones(3))).hasMessageContaining("rank 2");
  }

  @Test
  void weightsTooSmallForANormalNumberAreZero() {
    // scores 95 apart: exp(-95) is a subnormal float
    HopfieldMemory memory =
        HopfieldMemory.builder(Nd4j.createFromArray(new float[][] {{1, 0}, {0.05f, 0}}))
            .beta(100)
            .build();
    INDArray weights =
        memory
            .retrieve(Nd4j.createFromArray(1f, 0f), RetrievalOptions.steps(1).withWeights(true))
            .weights();
    assertThat(Math.exp(-95)).isLessThan(Float.MIN_NORMAL).isGreaterThan(Float.MIN_VALUE);
    assertThat(weights.toDoubleMatrix()[0]).containsExactly(1, 0);
  }

  @Test
  void aBatchWhoseWeightsCannotFitIntoMemoryIsRefused() {
    HopfieldMemory memory = HopfieldMemory.builder(Nd4j.rand(DataType.FLOAT, 100_000, 1)).build();
    assertThatThrownBy(
            () ->
                memory.retrieve(
                    Nd4j.ones(DataType.FLOAT, 1_000_000, 1),
                    RetrievalOptions.defaults().withWeights(true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1000000 queries")
        .hasMessageContaining("split the batch");
  }
}
