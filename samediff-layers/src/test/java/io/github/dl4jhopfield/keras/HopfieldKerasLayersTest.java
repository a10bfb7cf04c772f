package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.modelimport.keras.KerasLayer;
import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
import org.deeplearning4j.nn.modelimport.keras.exceptions.InvalidKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's own importer with our layers registered: the same numbers, or a refusal. */
class HopfieldKerasLayersTest {

  @AfterEach
  void forget() {
    KerasLayer.clearCustomLayers();
  }

  private static Path registered(String fixture) {
    Path file = Fixture.of(fixture).file();
    HopfieldKerasLayers.register(file);
    return file;
  }

  private static void assertSame(INDArray found, Fixture fixture) {
    INDArray expected = fixture.outputs()[0];
    assertThat(found.shape()).isEqualTo(expected.shape());
    double largest = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(found.sub(expected).amaxNumber().doubleValue() / largest).isLessThan(1e-5);
  }

  @Test
  void aSequentialModelOfTf24() throws Exception {
    String name = "tf24/dense_hopfield_pooling.h5";
    Path file = registered(name);
    Fixture fixture = Fixture.of(name);
    assertSame(
        KerasModelImport.importKerasSequentialModelAndWeights(file.toString(), false)
            .output(fixture.inputs()[0]),
        fixture);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tf24/hopfield_static_roles.h5", "tf24/hopfield_separations.h5"})
  void aFunctionalModelOfTf24(String name) throws Exception {
    Path file = registered(name);
    Fixture fixture = Fixture.of(name);
    assertSame(
        KerasModelImport.importKerasModelAndWeights(file.toString(), false)
            .output(fixture.inputs())[0],
        fixture);
  }

  @Test
  void layersThatDl4jCannotReadAreRefusedBeforeTheJvmCrashes() {
    Path file = registered("tf215/dense_hopfield_pooling.h5");
    assertThatThrownBy(
            () -> KerasModelImport.importKerasSequentialModelAndWeights(file.toString(), false))
        .isInstanceOf(UnsupportedKerasConfigurationException.class)
        .hasMessageContainingAll("pooling", "15 weights", "HopfieldKerasImport");
  }

  @Test
  void severalInputsAreRefused() {
    Path file = registered("tf24/hopfield_three_inputs.h5");
    assertThatThrownBy(() -> KerasModelImport.importKerasModelAndWeights(file.toString(), false))
        .isInstanceOf(UnsupportedKerasConfigurationException.class)
        .hasMessageContainingAll("associate", "expected one input, found 3");
  }

  @Test
  void filesOfKeras3AreRefused() {
    for (String name : new String[] {"keras3/hopfield_self.h5", "tf_keras/hopfield_self.keras"}) {
      assertThatThrownBy(() -> registered(name))
          .isInstanceOf(KerasImportException.class)
          .hasMessageContainingAll("hopfield_self", "use HopfieldKerasImport");
    }
  }

  @Test
  void weightsThatAreMissingLeftOverOrMisshapenAreNamed() throws Exception {
    HopfieldKerasLayers.register();
    Map<String, Object> config = new HashMap<>(Map.of("name", "norm", "epsilon", 0.001));
    RegisteredKerasLayer layer =
        new RegisteredKerasLayer(
            new HashMap<>(
                Map.of("class_name", "LayerNormalization", "config", config, "keras_version", 2)));
    layer.getOutputType(InputType.recurrent(4, 3, RNNFormat.NWC));
    assertThat(layer.getNumParams()).isEqualTo(2);
    assertThatThrownBy(() -> layer.setWeights(Map.of("gamma", Nd4j.ones(5), "delta", Nd4j.ones(4))))
        .isInstanceOf(InvalidKerasConfigurationException.class)
        .hasMessageContainingAll(
            "norm", "gamma should have the shape [4]", "beta is missing", "delta is none");
    assertThatThrownBy(() -> layer.copyWeightsToLayer(null))
        .isInstanceOf(InvalidKerasConfigurationException.class)
        .hasMessageContaining("would keep random ones");
  }
}
