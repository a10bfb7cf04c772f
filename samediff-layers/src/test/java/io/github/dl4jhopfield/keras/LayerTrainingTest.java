package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a Keras model says about its training is honoured, refused or noted, never dropped. */
class LayerTrainingTest {

  @TempDir Path directory;

  /** A fixture with a piece of its configuration replaced. */
  private Path changed(String fixture, String piece, String by) throws IOException {
    Path file = directory.resolve("changed.keras");
    try (ZipFile in = new ZipFile(Fixture.of(fixture).file().toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (ZipEntry e : in.stream().toList()) {
        out.putNextEntry(new ZipEntry(e.getName()));
        byte[] bytes = in.getInputStream(e).readAllBytes();
        if (e.getName().equals("config.json")) {
          String config = new String(bytes, StandardCharsets.UTF_8);
          assertThat(config).contains(piece);
          bytes = config.replace(piece, by).getBytes(StandardCharsets.UTF_8);
        }
        out.write(bytes);
      }
    }
    return file;
  }

  @Test
  void aRegulariserThatDl4jLacksIsRefusedButForPredictions() throws IOException {
    Path file =
        changed("keras3/regularised.keras", "\"class_name\": \"L1\"", "\"class_name\": \"Odd\"");
    assertThatThrownBy(() -> HopfieldKerasImport.importModel(file))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContaining("kernel_regularizer")
        .hasMessageContaining("predictionsOnly");
    KerasImport imported =
        HopfieldKerasImport.importModel(
            file, KerasImportOptions.builder().predictionsOnly().build());
    Fixture fixture = Fixture.of("keras3/regularised.keras");
    KerasFixturesTest.assertClose(
        imported.predict(fixture.inputs())[0], fixture.outputs()[0], 1e-5, "output");
  }

  @Test
  void anOptimizerThatDl4jLacksIsNoted() throws IOException {
    Path file = changed("keras3/mlp.keras", "\"use_ema\": false", "\"use_ema\": true");
    assertThat(HopfieldKerasImport.importModel(file).summary().notes())
        .anyMatch(n -> n.contains("adam with use_ema is not imported"));
  }

  @Test
  void frozenLayersStayFrozenWhenTheLearningRateIsSet() {
    Fixture fixture = Fixture.of("tf215/frozen_layers.h5");
    MultiLayerNetwork network = HopfieldKerasImport.importModel(fixture.file()).network();
    network.setLearningRate(0.5);
    INDArray embeddings = network.getLayer(0).params().dup();
    INDArray hidden = network.getLayer(1).params().dup();
    network.fit(fixture.inputs()[0], Fixture.array(fixture.record().get("fit").get("labels")));
    assertThat(network.getLayer(0).params()).isEqualTo(embeddings);
    assertThat(network.getLayer(1).params()).isNotEqualTo(hidden);
  }
}
