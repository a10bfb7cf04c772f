package io.github.dl4jhopfield.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Weights saved as float64 (python/fixtures/make_float64.py) keep their digits in a DOUBLE network.
 */
class Float64WeightsTest {
  private static final Path FOLDER = Path.of("src/test/resources/keras64");

  private static INDArray array(String name) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    return Nd4j.createFromArray(
        mapper.convertValue(
            mapper.readTree(FOLDER.resolve("model.json").toFile()).get(name), double[][].class));
  }

  private static double worst(String file, DataType type) throws IOException {
    KerasImportOptions options = KerasImportOptions.builder().dataType(type).build();
    KerasImport imported = HopfieldKerasImport.importModel(FOLDER.resolve(file), options);
    INDArray y = imported.predict(array("x"))[0];
    assertThat(y.dataType()).isEqualTo(type);
    return y.castTo(DataType.DOUBLE).sub(array("y")).amaxNumber().doubleValue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.h5", "model.keras"})
  void theyStayDouble(String file) throws IOException {
    assertThat(worst(file, DataType.DOUBLE)).isLessThan(1e-14);
    assertThat(worst(file, DataType.FLOAT)).isBetween(1e-12, 1e-5);
  }

  @Test
  void aWeightBeyondTheRangeOfFloatIsRefusedThere() {
    INDArray large = Nd4j.createFromArray(1.0, -1e39);
    assertThat(SavedArray.narrowed(large, DataType.DOUBLE, "dense/kernel")).isSameAs(large);
    assertThatThrownBy(() -> SavedArray.narrowed(large, DataType.FLOAT, "dense/kernel"))
        .isInstanceOf(KerasImportException.class)
        .hasMessageContainingAll("dense/kernel", "-1.0E39", "FLOAT", "dataType(DataType.DOUBLE)");
    assertThat(SavedArray.narrowed(large.mul(1e-9), DataType.FLOAT, "dense/kernel").dataType())
        .isEqualTo(DataType.FLOAT);
  }
}
