package io.github.dl4jhopfield.keras;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * A model file written by Keras and what Keras computed with it (python/fixtures/make_fixtures.py).
 */
record Fixture(Path file, JsonNode record) {

  static final Path ROOT = Path.of("src/test/resources/keras");

  static List<Fixture> all() {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(f -> f.toString().endsWith(".h5") || f.toString().endsWith(".keras"))
          .filter(f -> !f.getParent().endsWith("after"))
          .sorted()
          .map(Fixture::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For example "tf215/mlp.h5". */
  static Fixture of(String name) {
    return read(ROOT.resolve(name));
  }

  private static Fixture read(Path file) {
    String name = file.getFileName().toString();
    Path json = file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".json");
    try {
      return new Fixture(file, new ObjectMapper().readTree(json.toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Name of the model, the same for every version of Keras that wrote it. */
  String model() {
    String name = file.getFileName().toString();
    return name.substring(0, name.lastIndexOf('.'));
  }

  INDArray[] inputs() {
    return arrays(record.get("inputs"));
  }

  INDArray[] outputs() {
    return arrays(record.get("outputs"));
  }

  boolean hasFit() {
    return record.has("fit");
  }

  /** The model after one step of training, unpacked into a directory. */
  Path afterFit(Path directory) {
    String after = model() + ".h5";
    Path unpacked = directory.resolve(after);
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(file.resolveSibling("after/" + after + ".gz")))) {
      Files.copy(in, unpacked);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return unpacked;
  }

  static INDArray[] arrays(JsonNode list) {
    List<INDArray> result = new ArrayList<>();
    list.forEach(a -> result.add(array(a)));
    return result.toArray(new INDArray[0]);
  }

  static INDArray array(JsonNode a) {
    long[] shape = new long[a.get("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = a.get("shape").get(i).asLong();
    }
    JsonNode data = a.get("data");
    double[] values = new double[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = data.get(i).asDouble();
    }
    INDArray flat = Nd4j.createFromArray(values).castTo(DataType.FLOAT);
    return shape.length == 0 ? flat.reshape() : flat.reshape('c', shape);
  }

  @Override
  public String toString() {
    return ROOT.relativize(file).toString();
  }
}
