package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.io.SafetensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Models that a released version wrote load, predict and train on as they did there. Each version
 * adds a folder to src/test/resources/models and none is ever changed: {@link SavedModels}.
 */
class SavedModelsTest {
  @TempDir Path folder;

  private static Path models() throws URISyntaxException {
    return Path.of(SavedModelsTest.class.getResource("/models").toURI());
  }

  static List<String> files() throws IOException, URISyntaxException {
    try (Stream<Path> all = Files.walk(models())) {
      return all.filter(file -> file.toString().endsWith(".zip"))
          .map(file -> models(file))
          .sorted()
          .toList();
    }
  }

  private static String models(Path file) {
    return file.getParent().getFileName() + "/" + file.getFileName();
  }

  @ParameterizedTest
  @MethodSource("files")
  void savedModelsGiveWhatTheyGave(String name) throws IOException, URISyntaxException {
    check(models().resolve(name));
  }

  @Test
  void modelsOfThisVersionDoToo() throws IOException {
    SavedModels.write(folder);
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> zips = all.filter(file -> file.toString().endsWith(".zip")).toList();
      assertThat(zips).hasSizeGreaterThan(5);
      for (Path zip : zips) {
        check(zip);
      }
    }
  }

  private static void check(Path zip) throws IOException {
    Map<String, INDArray> arrays =
        SafetensorsFile.readAll(Path.of(zip.toString().replace(".zip", ".safetensors")));
    SavedModels.Sample sample = SavedModels.read(zip, arrays);
    equal(sample.outputs(), SavedModels.expected(arrays, "out"), zip + " output");
    if (!sample.canBeTrained()) {
      return;
    }
    sample.fit();
    equal(sample.outputs(), SavedModels.expected(arrays, "after"), zip + " after a step");
  }

  private static void equal(INDArray[] found, INDArray[] expected, String what) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      double tolerance = expected[i].dataType() == DataType.DOUBLE ? 1e-12 : 1e-6;
      assertThat(Difference.of(found[i], expected[i]))
          .as(what + " " + i)
          .isLessThanOrEqualTo(tolerance);
    }
  }
}
