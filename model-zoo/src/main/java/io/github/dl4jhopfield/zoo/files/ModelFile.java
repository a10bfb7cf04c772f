package io.github.dl4jhopfield.zoo.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;

/**
 * A trained model of the zoo in a file: the network as DL4J's ModelSerializer writes it (which
 * reads these files too), and in an entry {@value #META} what else belongs to it, in JSON:
 *
 * <pre>
 *   "format"      the model's name, such as hopfield-mil
 *   "version"     of the format, from 1
 *   "provenance"  see {@link Provenance}; files of version 0.1.0 have none
 *   ...           the fields of the model's own record
 * </pre>
 *
 * @param <M> the model's own record, read and written by Jackson
 */
public final class ModelFile<M> {
  /** Name of the entry. */
  static final String META = "hopfield.json";

  private final String format;
  private final int version;
  private final Class<M> type;

  private ModelFile(String format, int version, Class<M> type) {
    this.format = Objects.requireNonNull(format, "format");
    this.version = version;
    this.type = Objects.requireNonNull(type, "type");
  }

  /**
   * Files of a model.
   *
   * @param version which is written; files of this and all before are read
   * @param type with fields of its own only, and tolerant of those that earlier versions lack
   */
  public static <M> ModelFile<M> of(String format, int version, Class<M> type) {
    return new ModelFile<>(format, version, type);
  }

  /**
   * What a file holds.
   *
   * @param network a MultiLayerNetwork or a ComputationGraph
   * @param version of the format in the file
   * @param provenance {@link Provenance#UNKNOWN} where the file has none
   */
  public record Content<M>(Model network, M meta, int version, Provenance provenance) {}

  /** Writes a model, whole or not at all; the same model makes the same bytes. */
  public void write(Path file, Model network, M meta, Provenance provenance) throws IOException {
    ObjectNode fields = ModelZip.JSON.createObjectNode();
    fields.put("format", format);
    fields.put("version", version);
    fields.set("provenance", ModelZip.JSON.valueToTree(provenance));
    ObjectNode own = ModelZip.JSON.valueToTree(meta);
    own.remove("format");
    own.remove("version");
    fields.setAll(own);
    byte[] json = ModelZip.JSON.writeValueAsBytes(fields);
    ModelZip.write(file, network, false, Map.of(META, out -> out.write(json)));
  }

  /**
   * Reads a model.
   *
   * @throws DataFormatException if the file is missing, damaged or of another kind
   */
  public Content<M> read(Path file) throws IOException {
    return read(file, ModelZip::network);
  }

  /**
   * The same of a file whose network was read already.
   *
   * @throws DataFormatException if the file is missing, damaged or of another kind
   */
  public Content<M> read(Path file, Model network) throws IOException {
    return read(file, zip -> network);
  }

  private Content<M> read(Path file, ModelZip.Reading<Model> network) throws IOException {
    return ModelZip.read(
        file,
        "a " + format + " model, a zip written by this program",
        Set.of(META),
        zip -> {
          zip.require(META, ModelZip.CONFIGURATION);
          JsonNode meta = zip.json(META);
          int found = meta.path("version").asInt();
          if (!format.equals(meta.path("format").asText()) || found < 1 || found > version) {
            throw new DataFormatException(
                file.toString(),
                0,
                "a " + format + " model of version " + (version == 1 ? "1" : "1 to " + version),
                "format "
                    + DataFormatException.quote(meta.path("format").asText())
                    + ", version "
                    + meta.path("version").asText());
          }
          ObjectNode own = meta.deepCopy();
          JsonNode origin = own.remove("provenance");
          own.remove("format");
          own.remove("version");
          return new Content<>(
              network.from(zip),
              ModelZip.JSON.treeToValue(own, type),
              found,
              origin == null
                  ? Provenance.UNKNOWN
                  : ModelZip.JSON.treeToValue(origin, Provenance.class));
        });
  }
}
