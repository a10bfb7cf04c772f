package io.github.dl4jhopfield.zoo.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network in training in a file, written whole or not at all: parameters, the updater's state, a
 * state in JSON and further arrays as long as the parameters. A network file as well, so that
 * {@link NetworkFile} and DL4J's ModelSerializer read the network as it is.
 *
 * @param <S> the state, read and written by Jackson
 */
public final class TrainingFile<S> {
  /** Name of the array of the parameters that were best so far. */
  public static final String BEST = "best.bin";

  /** Name of the array of the averaged parameters. */
  public static final String AVERAGE = "average.bin";

  /** The entries that are in these files only. */
  static final Set<String> ENTRIES = Set.of("training.json", BEST, AVERAGE);

  private static final String STATE = "training.json";

  private final String format;
  private final int version;
  private final Class<S> type;

  private TrainingFile(String format, int version, Class<S> type) {
    this.format = format;
    this.version = version;
    this.type = type;
  }

  /** Files of a training of that name, whose state is of that version and type. */
  public static <S> TrainingFile<S> of(String format, int version, Class<S> type) {
    return new TrainingFile<>(format, version, type);
  }

  /** What was read beside the network. */
  public record Content<S>(S state, Map<String, INDArray> arrays) {}

  /** Writes a network, its updater's state, the training's state, and best and averaged arrays. */
  public void write(Path file, Model network, S state, Map<String, INDArray> more)
      throws IOException {
    ObjectNode json = ModelZip.JSON.createObjectNode();
    json.put("format", format);
    json.put("version", version);
    json.set("state", ModelZip.JSON.valueToTree(state));
    byte[] text = ModelZip.JSON.writeValueAsBytes(json);
    Map<String, ModelZip.Entry> entries = new LinkedHashMap<>();
    entries.put(STATE, out -> out.write(text));
    more.forEach((name, array) -> entries.put(name, out -> StoredArray.write(array, out)));
    ModelZip.write(file, network, true, entries);
  }

  /**
   * Reads a file into a network of the same configuration.
   *
   * @param updaterState the network's, which is filled; null if it has none
   * @param check throws if the state is not the one that is wanted; nothing is filled before
   * @throws DataFormatException if the file is damaged, of another kind, or of another network
   */
  public Content<S> read(Path file, Model network, INDArray updaterState, Consumer<S> check)
      throws IOException {
    return ModelZip.read(
        file,
        "a " + format + " file, a zip written by this program",
        ENTRIES,
        zip -> {
          zip.require(STATE);
          JsonNode json = zip.json(STATE);
          if (!format.equals(json.path("format").asText())
              || json.path("version").asInt() != version) {
            throw zip.fault(
                "format "
                    + DataFormatException.quote(json.path("format").asText())
                    + ", version "
                    + json.path("version").asText());
          }
          S state = ModelZip.JSON.treeToValue(json.path("state"), type);
          check.accept(state);
          zip.array(ModelZip.COEFFICIENTS, network.params());
          if (updaterState != null && updaterState.length() > 0) {
            zip.array(ModelZip.UPDATER_STATE, updaterState);
          }
          Map<String, INDArray> found = new LinkedHashMap<>();
          for (String name : List.of(BEST, AVERAGE)) {
            if (zip.has(name)) {
              INDArray array = network.params().ulike();
              zip.array(name, array);
              found.put(name, array);
            }
          }
          return new Content<>(state, found);
        });
  }
}
