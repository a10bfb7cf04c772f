package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;

/** A Softmax layer would use its input's mask in Keras. */
class MaskedSoftmaxTest {

  @Test
  void aSoftmaxLayerOfAMaskedInputIsRefused() {
    KerasLayerInfo info =
        new KerasLayerInfo(
            "weights",
            "Softmax",
            KerasVersion.of("3.15.1"),
            false,
            JsonNodeFactory.instance.objectNode().put("axis", 1),
            List.of(new long[] {5, 1}),
            List.of(""),
            List.of(true),
            Map.of());
    assertThatThrownBy(() -> KerasLayers.builtIn("Softmax").map(info))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContaining("weights")
        .hasMessageContaining("mask");
  }
}
