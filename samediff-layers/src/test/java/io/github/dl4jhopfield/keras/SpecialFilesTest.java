package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Half precision, quantised models, names that are not ASCII, weights without a model. */
class SpecialFilesTest {

  @TempDir static Path directory;

  @BeforeAll
  static void unpack() throws IOException {
    try (ZipInputStream in =
        new ZipInputStream(
            Files.newInputStream(Path.of("src/test/resources/keras-survey/special.zip")))) {
      for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        Files.copy((InputStream) in, directory.resolve(Path.of(e.getName()).getFileName()));
      }
    }
  }

  private static KerasImport imported(String file) {
    return HopfieldKerasImport.importModel(directory.resolve(file));
  }

  private static double difference(String file) throws IOException {
    String name = file.substring(0, file.lastIndexOf('.'));
    JsonNode record = new ObjectMapper().readTree(directory.resolve(name + ".json").toFile());
    INDArray ours = imported(file).predict(Fixture.arrays(record.get("inputs")))[0];
    return ours.sub(Fixture.arrays(record.get("outputs"))[0]).amaxNumber().doubleValue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bfloat16.h5", "bfloat16.keras"})
  void bfloat16IsNamed(String file) {
    assertThatThrownBy(() -> imported(file))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContaining("its weights are bfloat16");
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8.h5", "int8.keras", "int4.h5", "int4.keras", "float8.keras"})
  void quantisedModelsAreNamedSo(String file) {
    assertThatThrownBy(() -> imported(file))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContaining("is quantised")
        .hasMessageContaining(file.substring(0, file.indexOf('.')));
  }

  @ParameterizedTest
  @ValueSource(strings = {"float16.keras", "mixed_float16.h5", "mixed_bfloat16.keras"})
  void halfPrecisionIsComputedInFloatAndSaidSo(String file) throws IOException {
    assertThat(imported(file).summary().notes()).anyMatch(n -> n.contains("float32"));
    assertThat(difference(file)).as("rounding of Keras's half precision").isLessThan(2e-2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"names.h5", "names.keras", "float64.h5"})
  void namesOfAnyLettersAndDoublesImport(String file) throws IOException {
    assertThat(difference(file)).isLessThan(1e-6);
  }

  @Test
  void aFileOfWeightsAloneSaysWhatItIs() {
    assertThatThrownBy(() -> imported("alone.weights.h5"))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContaining("it holds weights only");
  }
}
