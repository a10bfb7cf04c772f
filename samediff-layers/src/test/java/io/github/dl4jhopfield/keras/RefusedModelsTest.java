package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Sound files whose model cannot be imported: everything that is wrong is said at once. */
@Timeout(5)
class RefusedModelsTest {

  private static final String MLP = "keras3/mlp.keras";

  @TempDir Path directory;

  /** The layers of the model: the input, dense, dense_1, activation, dense_2. */
  private Path changed(Consumer<JsonNode> change) throws IOException {
    ObjectMapper json = new ObjectMapper();
    JsonNode model = json.readTree(Archive.config(MLP));
    change.accept(model.at("/config/layers"));
    return Archive.withConfig(directory, MLP, json.writeValueAsString(model));
  }

  private static void type(JsonNode layers, int layer, String name) {
    ((ObjectNode) layers.get(layer)).put("class_name", name).putNull("registered_name");
  }

  private static ObjectNode options(JsonNode layers, int layer) {
    return (ObjectNode) layers.get(layer).get("config");
  }

  private static String name(JsonNode layers, int layer) {
    return layers.get(layer).at("/config/name").asText();
  }

  @Test
  void unknownLayersAndLambdasAreNamedAllAtOnce() throws IOException {
    String[] names = new String[3];
    Path file =
        changed(
            layers -> {
              for (int k = 0; k < 3; k++) {
                names[k] = "\"" + name(layers, k + 1) + "\"";
              }
              type(layers, 1, "Mystery");
              type(layers, 2, "Lambda");
              type(layers, 3, "Enigma");
            });
    assertThatThrownBy(() -> HopfieldKerasImport.importModel(file))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContainingAll("Mystery (" + names[0], "Enigma (" + names[2])
        .hasMessageContainingAll(
            "Lambda layers, whose Python code is never run: " + names[1], "lambda(name, mapper)");
  }

  @Test
  void twoLayersOfOneNameAreRefused() throws IOException {
    String[] name = new String[1];
    Path file =
        changed(
            layers -> {
              name[0] = name(layers, 1);
              options(layers, 2).put("name", name[0]);
              ((ObjectNode) layers.get(2)).put("name", name[0]);
            });
    assertThatThrownBy(() -> HopfieldKerasImport.importModel(file))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContaining("have the name \"" + name[0] + "\"");
  }

  @Test
  void weightsOfAnotherShapeAndMissingOnesAreListed() throws IOException {
    Path file =
        changed(
            layers -> {
              options(layers, 1).put("units", 8);
              options(layers, 2).put("use_bias", true);
            });
    assertThatThrownBy(() -> HopfieldKerasImport.importModel(file))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContainingAll(
            "4 problems",
            "the weight kernel should have the shape [5, 8], found [5, 7]",
            "the weight bias should have the shape [8], found [7]",
            "the weight kernel should have the shape [8, 6], found [7, 6]",
            "the weight bias [6] is not in the file");
  }

  @Test
  void weightsThatNoLayerUsesAreListed() throws IOException {
    Path file = changed(layers -> options(layers, 1).put("use_bias", false));
    assertThatThrownBy(() -> HopfieldKerasImport.importModel(file))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContainingAll("1 problem", "[7] belongs to no layer of the model");
  }

  @Test
  void anUnchangedConfigurationIsImported() throws IOException {
    assertThat(HopfieldKerasImport.importModel(changed(layers -> {})).summary().parameters())
        .isPositive();
  }
}
