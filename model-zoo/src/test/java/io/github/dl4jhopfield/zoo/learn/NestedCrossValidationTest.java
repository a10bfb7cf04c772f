package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.dl4jhopfield.zoo.learn.NestedCrossValidation.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** With a method that is a rule of thumb, so that everything can be told by looking. */
class NestedCrossValidationTest {
  /** A number that is opened on demand. */
  private record Number(String id, double[] labels, double value, String group)
      implements Sample<Double> {
    @Override
    public double label(int target) {
      return labels[target];
    }

    @Override
    public Double open() {
      return value;
    }
  }

  /** Which samples a model saw, and its two settings. */
  private record Model(Set<String> seen, int parameter, int stage) {}

  /**
   * Its first output is right with parameter 2 at stage 1 only; the second target's is the value.
   */
  private static final class Rule implements Learner<Double, List<Integer>, Model> {
    final Set<String> seeds = new ConcurrentSkipListSet<>();

    @Override
    public List<List<Integer>> candidates() {
      return List.of(List.of(1, 3), List.of(2, 3), List.of(3, 3));
    }

    @Override
    public List<List<Integer>> stages(List<Integer> candidate) {
      return List.of(
          List.of(candidate.get(0), 1), List.of(candidate.get(0), 2), List.of(candidate.get(0), 3));
    }

    @Override
    public Model train(
        Dataset<Double> data,
        List<Integer> parameters,
        long seed,
        Watcher<? super List<Integer>, ? super Model> watcher)
        throws IOException {
      Set<String> seen = new TreeSet<>();
      for (int i = 0; i < data.size(); i++) {
        seen.add(data.sample(i).id());
      }
      seeds.add(parameters + " " + seed);
      for (int stage = 1; stage <= parameters.get(1); stage++) {
        watcher.reached(
            List.of(parameters.get(0), stage), new Model(seen, parameters.get(0), stage));
      }
      return new Model(seen, parameters.get(0), parameters.get(1));
    }

    @Override
    public double[][] predict(Model model, Dataset<Double> data) throws IOException {
      double[][] rows = new double[data.size()][];
      for (int i = 0; i < rows.length; i++) {
        Sample<Double> sample = data.sample(i);
        assertThat(model.seen()).doesNotContain(sample.id());
        boolean good = model.parameter() == 2 && model.stage() == 1;
        double right = sample.label(0);
        rows[i] = new double[] {good ? right : 0.5, sample.open()};
      }
      return rows;
    }
  }

  private static Dataset<Double> data(boolean grouped) {
    List<Number> samples = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      samples.add(
          new Number(
              "s" + i, new double[] {i % 2, i / 10.0}, i / 10.0, grouped ? "g" + i / 4 : "s" + i));
    }
    return Dataset.of(
        "numbers", List.of(Target.binary("odd"), Target.regression("value")), "", samples);
  }

  @Test
  void hyperparametersAreChosenWithinTheOtherFoldsAndStagesCount() throws IOException {
    Rule rule = new Rule();
    var validation = NestedCrossValidation.builder(rule).choose(3).threads(2).build();
    assertThat(validation.trainingsPerModel()).isEqualTo(10);
    Dataset<Double> data = data(false);
    List<Outcome<List<Integer>, Model>> outcomes = validation.run(data, Folds.of(data, 0, 4, 1), 1);
    assertThat(outcomes).hasSize(4);
    Set<Integer> tested = new TreeSet<>();
    for (Outcome<List<Integer>, Model> outcome : outcomes) {
      assertThat(outcome.fitted().parameters()).isEqualTo(List.of(2, 1));
      assertThat(outcome.fitted().innerScore()).isEqualTo(1);
      assertThat(outcome.score()).isEqualTo(1);
      assertThat(outcome.fitted().model().seen()).hasSize(18);
      IntStream.of(outcome.test()).forEach(tested::add);
    }
    assertThat(tested).hasSize(24);
    assertThat(rule.seeds).as("each training its own seed").hasSize(4 * (3 * 3 + 1));
  }

  @Test
  void groupsStayTogetherWithinToo() throws IOException {
    Dataset<Double> data = data(true);
    assertThat(data.isGrouped()).isTrue();
    Folds folds = Folds.of(data, 0, 3, 1);
    for (int fold = 0; fold < 3; fold++) {
      Set<String> test = new TreeSet<>(data.subset(folds.test(fold)).groups());
      assertThat(data.subset(folds.train(fold)).groups()).doesNotContainAnyElementsOf(test);
    }
    assertThat(
            NestedCrossValidation.builder(new Rule())
                .choose(2)
                .build()
                .run(data, folds, 1)
                .get(0)
                .score())
        .isEqualTo(1);
  }

  @Test
  void aTargetHasItsOwnColumnsAndMeasure() throws IOException {
    Dataset<Double> data = data(false);
    var outcomes =
        NestedCrossValidation.builder(new Rule())
            .parameters(List.of(1, 3))
            .measure(Measure.MAE, 1)
            .build()
            .run(data, Folds.of(data, 1, 3, 1), 1);
    assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.score()).isZero());
  }

  @Test
  void datasetsCheckTheirSamples() {
    Number one = new Number("a", new double[] {2}, 0, "a");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.of("d", List.of(Target.binary("odd")), "", List.of(one)))
        .withMessage("sample \"a\", target odd: expected a whole number from 0 to 1, found 2.0");
    Number fine = new Number("a", new double[] {Double.NaN}, 0, "a");
    assertThat(Dataset.of("d", List.of(Target.binary("odd")), "", List.of(fine)).classes(0))
        .containsExactly(-1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.of("d", List.of(Target.binary("odd")), "", List.of(fine, fine)))
        .withMessageContaining("expected each sample once, found \"a\" twice");
  }
}
