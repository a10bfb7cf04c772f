package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.io.NpyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code hopfield import-keras}. */
class ImportKerasTest {

  private static final Path FIXTURES = Path.of("../samediff-layers/src/test/resources/keras");
  private static final String MODEL = FIXTURES.resolve("tf215/mlp.h5").toString();

  @TempDir Path directory;

  private static String sha256(String file) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(Path.of(file)));
    return HexFormat.of().formatHex(sum);
  }

  private MultiLayerNetwork saved(String... options) throws Exception {
    Path file = directory.resolve("model" + options.length + ".zip");
    String[] all = new String[4 + options.length];
    System.arraycopy(new String[] {"import-keras", MODEL, "--save", file.toString()}, 0, all, 0, 4);
    System.arraycopy(options, 0, all, 4, options.length);
    MainTest.Run run = MainTest.run(all);
    assertThat(run.status()).as(run.err()).isZero();
    return MultiLayerNetwork.load(file.toFile(), true);
  }

  @Test
  void runsAndSaves() throws Exception {
    INDArray x = Nd4j.rand(DataType.FLOAT, 3, 5);
    Path in = directory.resolve("x.npy");
    Path out = directory.resolve("y.npy");
    NpyFile.write(in, x);
    MultiLayerNetwork network = saved("--input", in.toString(), "--output", out.toString());
    assertThat(NpyFile.read(out)).isEqualTo(network.output(x));
  }

  @Test
  void aFileWithTheGivenSha256IsImported() throws Exception {
    MainTest.Run run = MainTest.run("import-keras", MODEL, "--sha256", sha256(MODEL), "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode summary = new ObjectMapper().readTree(run.out());
    assertThat(summary.get("weights_matched").asInt()).isEqualTo(5);
    assertThat(summary.get("keras_version").asText()).startsWith("2.15");
  }

  @Test
  void aFileWithAnotherSha256IsRefusedInOneLine() throws Exception {
    String other = sha256(FIXTURES.resolve("tf215/lstm.h5").toString());
    MainTest.Run run = MainTest.run("import-keras", MODEL, "--sha256", other);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("mlp.h5", "SHA-256", other);
    assertThat(run.err().strip().lines()).hasSize(1);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void predictionsOnlyLeavesTheLossOut() throws Exception {
    MultiLayerNetwork trains = saved();
    MultiLayerNetwork predicts = saved("--predictions-only");
    assertThat(trains.getOutputLayer()).isInstanceOf(IOutputLayer.class);
    assertThat(predicts.getOutputLayer()).isNotInstanceOf(IOutputLayer.class);
    INDArray x = Nd4j.rand(DataType.FLOAT, 3, 5);
    assertThat(predicts.output(x)).isEqualTo(trains.output(x));
  }

  @Test
  void layersThatAreNotKnownAreNamedInOneLine() throws Exception {
    MainTest.Run run =
        MainTest.run("import-keras", surveyed("layer_ConvLSTM2D_01.keras").toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("ConvLSTM2D");
    assertThat(run.err().strip().lines()).hasSize(1);
  }

  /** A model of the survey's archive. */
  private Path surveyed(String name) throws Exception {
    Path archive = FIXTURES.resolveSibling("keras-survey/keras3.zip");
    Path file = directory.resolve(name);
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      Files.copy(zip.getInputStream(zip.getEntry(name)), file);
    }
    return file;
  }

  @Test
  void checkSaysWhatStandsInTheWay() throws Exception {
    String file = surveyed("layer_ConvLSTM2D_01.keras").toString();
    MainTest.Run run = MainTest.run("import-keras", file, "--check");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("problem:", "ConvLSTM2D", "KerasImportOptions", "1 problem");
    JsonNode report =
        new ObjectMapper().readTree(MainTest.run("import-keras", file, "--check", "--json").out());
    assertThat(report.get("imports").asBoolean()).isFalse();
    assertThat(report.get("problems")).hasSize(1);
  }

  @Test
  void checkOfAModelThatImportsIsZero() throws Exception {
    MainTest.Run run = MainTest.run("import-keras", MODEL, "--check");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("mlp.h5", "imports");
  }
}
