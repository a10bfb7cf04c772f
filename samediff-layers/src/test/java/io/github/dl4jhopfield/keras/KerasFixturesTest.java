package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Every committed model file imports whole, computes what Keras computed, and lives on in DL4J. */
class KerasFixturesTest {

  /** Of the larger of 1 and the largest value, in float: Sequential models, then deep graphs. */
  private static final double TOLERANCE = 1e-6;

  private static final double TOLERANCE_OF_GRAPHS = 1e-5;

  private static final double TOLERANCE_AFTER_FIT = 1e-5;

  static List<Fixture> imported() {
    return Fixture.all();
  }

  /** One file of each model. */
  static Collection<Fixture> models() {
    return imported().stream()
        .collect(Collectors.toMap(Fixture::model, f -> f, (a, b) -> a, TreeMap::new))
        .values();
  }

  static List<Fixture> trained() {
    return imported().stream().filter(Fixture::hasFit).toList();
  }

  static void assertClose(INDArray ours, INDArray keras, double tolerance, String what) {
    assertThat(ours.shape()).as(what).isEqualTo(keras.shape());
    double largest = Math.max(1, keras.dup().amaxNumber().doubleValue());
    double worst = ours.sub(keras).amaxNumber().doubleValue() / largest;
    assertThat(worst).as(what + ": worst difference").isLessThanOrEqualTo(tolerance);
  }

  private static INDArray[] run(Model model, INDArray[] inputs) {
    return model instanceof MultiLayerNetwork n
        ? new INDArray[] {n.output(inputs[0])}
        : ((ComputationGraph) model).output(inputs);
  }

  @Test
  void theFixturesAreManyOfEveryVersionAndSmall() throws IOException {
    List<Fixture> all = Fixture.all();
    assertThat(all.stream().map(f -> f.file().getParent().getFileName().toString()).distinct())
        .containsExactlyInAnyOrder("tf24", "tf210", "tf215", "tf_keras", "keras3");
    assertThat(all.stream().map(Fixture::model).distinct().count()).isGreaterThanOrEqualTo(40);
    assertThat(trained().stream().map(Fixture::model).distinct().count()).isGreaterThanOrEqualTo(5);
    try (Stream<Path> files = Files.walk(Fixture.ROOT)) {
      assertThat(files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum())
          .isLessThan(10_000_000);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("imported")
  void outputsAreThoseOfKeras(Fixture fixture) {
    KerasImport imported = HopfieldKerasImport.importModel(fixture.file());
    INDArray[] ours = imported.predict(fixture.inputs());
    INDArray[] keras = fixture.outputs();
    assertThat(ours).hasSameSizeAs(keras);
    boolean sequential = fixture.record().get("class").asText().equals("Sequential");
    double tolerance = sequential ? TOLERANCE : TOLERANCE_OF_GRAPHS;
    for (int i = 0; i < ours.length; i++) {
      assertClose(ours[i], keras[i], tolerance, fixture + " output " + i);
    }
    assertThat(imported.summary().parameters())
        .isEqualTo(fixture.record().get("parameters").asLong());
    assertThat(imported.summary().weightsMatched())
        .isEqualTo(fixture.record().get("weights").asInt());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void savedAndLoadedItComputesTheSame(Fixture fixture) throws IOException {
    KerasImport imported = HopfieldKerasImport.importModel(fixture.file());
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    ModelSerializer.writeModel(imported.model(), saved, true);
    ByteArrayInputStream bytes = new ByteArrayInputStream(saved.toByteArray());
    Model loaded =
        imported.model() instanceof MultiLayerNetwork
            ? ModelSerializer.restoreMultiLayerNetwork(bytes, true)
            : ModelSerializer.restoreComputationGraph(bytes, true);
    INDArray[] before = imported.predict(fixture.inputs());
    INDArray[] after = run(loaded, fixture.inputs());
    for (int i = 0; i < before.length; i++) {
      assertThat(after[i]).as(fixture + " output " + i).isEqualTo(before[i]);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("trained")
  void oneStepOfTrainingGivesTheWeightsOfKeras(Fixture fixture, @TempDir Path directory) {
    KerasImport imported = HopfieldKerasImport.importModel(fixture.file());
    INDArray labels = Fixture.array(fixture.record().get("fit").get("labels"));
    Model model = imported.model();
    INDArray start = model.params().dup();
    if (model instanceof MultiLayerNetwork n) {
      n.fit(fixture.inputs()[0], labels);
    } else {
      ((ComputationGraph) model).fit(new MultiDataSet(fixture.inputs(), new INDArray[] {labels}));
    }
    INDArray keras = HopfieldKerasImport.importModel(fixture.afterFit(directory)).model().params();
    assertThat(start.sub(keras).amaxNumber().doubleValue())
        .as(fixture + ": the step changes something")
        .isGreaterThan(1e-4);
    assertClose(model.params(), keras, TOLERANCE_AFTER_FIT, fixture + " weights");
    assertThat(model.score())
        .as(fixture + " loss")
        .isCloseTo(
            fixture.record().get("fit").get("loss").asDouble(),
            org.assertj.core.data.Offset.offset(1e-5));
  }
}
