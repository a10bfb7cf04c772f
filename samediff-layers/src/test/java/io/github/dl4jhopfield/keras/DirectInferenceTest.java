package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Predictions that do without the graphs give what the graphs of training give. */
class DirectInferenceTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "keras3/vit_attention.keras",
        "tf215/transformer_block.h5",
        "tf215/cross_attention.h5",
        "keras3/masked_transformer.keras"
      })
  void everyLayerGivesWhatItsGraphGives(String name) {
    Fixture fixture = Fixture.of(name);
    ComputationGraph graph = HopfieldKerasImport.importModel(fixture.file()).graph();
    INDArray[] inputs = fixture.inputs();
    Map<String, INDArray> direct = graph.feedForward(inputs, false);
    Map<String, INDArray> byGraph = graph.feedForward(inputs, true);
    assertThat(direct.keySet()).isEqualTo(byGraph.keySet());
    direct.forEach(
        (layer, found) ->
            assertThat(found.sub(byGraph.get(layer)).amaxNumber().doubleValue())
                .as(layer)
                .isLessThan(1e-5));
  }

  /** The output is the caller's: the next call does not change it. */
  @ParameterizedTest
  @ValueSource(strings = {"tf215/transformer_block.h5", "tf215/layer_normalization.h5"})
  void anOutputStaysAsItIs(String name) {
    Fixture fixture = Fixture.of(name);
    KerasImport imported = HopfieldKerasImport.importModel(fixture.file());
    INDArray first = imported.predict(fixture.inputs())[0];
    INDArray copy = first.dup();
    imported.predict(fixture.inputs()[0].mul(3));
    assertThat(first).isEqualTo(copy);
  }
}
