package io.github.dl4jhopfield.zoo.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Saved models: the zip of DL4J's ModelSerializer with an entry {@value #META} more, which holds in
 * JSON what else belongs to the model. ModelSerializer ignores that entry, so it reads these files.
 *
 * <p>Reading does not go through ModelSerializer, which deserialises Java objects out of the zip
 * (deeplearning4j issue 10428): only the entries that we write are accepted, of bounded size, the
 * configuration may name classes of DL4J, ND4J and this project only, and the parameters must fill
 * the network exactly.
 */
public final class ModelFiles {
  static final String META = "hopfield.json";
  private static final String CONFIGURATION = "configuration.json";
  private static final String COEFFICIENTS = "coefficients.bin";
  private static final String NO_PARAMETERS = "noParams.marker";
  private static final String UPDATER_STATE = "updaterState.bin";
  private static final Set<String> ENTRIES =
      Set.of(META, CONFIGURATION, COEFFICIENTS, NO_PARAMETERS, UPDATER_STATE);
  private static final List<String> PACKAGES =
      List.of("org.deeplearning4j.nn.", "org.nd4j.linalg.", "io.github.dl4jhopfield.");
  private static final int MOST_TEXT = 64 << 20;
  private static final long MOST_COEFFICIENTS = 1L << 30;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(com.fasterxml.jackson.databind.SerializationFeature.INDENT_OUTPUT)
          .build();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(100).build());
  }

  /** A model that was read. */
  public record Content<M>(MultiLayerNetwork network, M meta) {}

  private ModelFiles() {}

  public static void write(MultiLayerNetwork network, Object meta, Path file) throws IOException {
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, plain, false);
    AtomicFiles.write(
        file,
        out -> {
          try (ZipOutputStream zip = new ZipOutputStream(out);
              ZipInputStream entries =
                  new ZipInputStream(new ByteArrayInputStream(plain.toByteArray()))) {
            for (ZipEntry entry; (entry = entries.getNextEntry()) != null; ) {
              // an entry without a time, so that equal models are equal files
              put(zip, entry.getName());
              entries.transferTo(zip);
            }
            put(zip, META);
            zip.write(JSON.writeValueAsBytes(meta));
          }
        });
  }

  private static void put(ZipOutputStream zip, String name) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
  }

  /**
   * Reads a model.
   *
   * @param format what the field {@code format} of the metadata must say
   * @throws DataFormatException if the file is missing, damaged or of another kind
   */
  public static <M> Content<M> read(Path file, String format, Class<M> type) throws IOException {
    String shown = file.toString();
    String expected = "a " + format + " model, a zip written by this program";
    if (!Files.isRegularFile(file)) {
      throw new DataFormatException(
          shown, 0, expected, Files.exists(file) ? "not a regular file" : "no such file");
    }
    try {
      Map<String, byte[]> entries = entries(file, shown, expected);
      require(entries, shown, expected, META, CONFIGURATION, COEFFICIENTS);
      JsonNode meta = JSON.readTree(entries.get(META));
      if (!format.equals(meta.path("format").asText()) || meta.path("version").asInt() != 1) {
        throw new DataFormatException(
            shown,
            0,
            expected + ", version 1",
            "format "
                + DataFormatException.quote(meta.path("format").asText())
                + ", version "
                + meta.path("version").asInt());
      }
      return new Content<>(network(entries, shown), JSON.treeToValue(meta, type));
    } catch (DataFormatException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new DataFormatException(
          shown, 0, expected, "bad JSON in it: " + e.getOriginalMessage(), e);
    } catch (ZipException | EOFException | RuntimeException e) {
      throw new DataFormatException(shown, 0, expected, "a damaged one: " + e.getMessage(), e);
    }
  }

  /**
   * Reads the network of any file of ModelSerializer: a MultiLayerNetwork or a ComputationGraph.
   *
   * @throws DataFormatException if the file is missing, damaged or of another kind
   */
  static Model model(Path file) throws IOException {
    String shown = file.toString();
    String expected = "a network saved by DL4J's ModelSerializer";
    if (!Files.isRegularFile(file)) {
      throw new DataFormatException(
          shown, 0, expected, Files.exists(file) ? "not a regular file" : "no such file");
    }
    try {
      Map<String, byte[]> entries = entries(file, shown, expected);
      require(entries, shown, expected, CONFIGURATION, COEFFICIENTS);
      return JSON.readTree(entries.get(CONFIGURATION)).has("vertices")
          ? graph(entries, shown)
          : network(entries, shown);
    } catch (DataFormatException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new DataFormatException(
          shown, 0, expected, "bad JSON in it: " + e.getOriginalMessage(), e);
    } catch (ZipException | EOFException | RuntimeException e) {
      throw new DataFormatException(shown, 0, expected, "a damaged one: " + e.getMessage(), e);
    }
  }

  private static String configuration(Map<String, byte[]> entries, String shown)
      throws IOException {
    JsonNode configuration = JSON.readTree(entries.get(CONFIGURATION));
    checkClasses(configuration, shown);
    EarlierNames.replaceIn(configuration);
    return JSON.writeValueAsString(configuration);
  }

  private static MultiLayerNetwork network(Map<String, byte[]> entries, String shown)
      throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(MultiLayerConfiguration.fromJson(configuration(entries, shown)));
    network.init();
    setParameters(network, entries.get(COEFFICIENTS), shown);
    return network;
  }

  private static ComputationGraph graph(Map<String, byte[]> entries, String shown)
      throws IOException {
    ComputationGraph graph =
        new ComputationGraph(ComputationGraphConfiguration.fromJson(configuration(entries, shown)));
    graph.init();
    setParameters(graph, entries.get(COEFFICIENTS), shown);
    return graph;
  }

  private static void require(
      Map<String, byte[]> entries, String shown, String expected, String... names) {
    for (String name : names) {
      if (!entries.containsKey(name)) {
        throw new DataFormatException(shown, 0, expected, "no entry " + name);
      }
    }
  }

  private static Map<String, byte[]> entries(Path file, String shown, String expected)
      throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (InputStream in = Files.newInputStream(file);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
        String name = entry.getName();
        if (!ENTRIES.contains(name)) {
          throw new DataFormatException(
              shown, 0, expected, "an entry " + DataFormatException.quote(name));
        }
        long most =
            name.equals(COEFFICIENTS) || name.equals(UPDATER_STATE)
                ? Math.min(MOST_COEFFICIENTS, Runtime.getRuntime().maxMemory() / 4)
                : MOST_TEXT;
        byte[] bytes = zip.readNBytes((int) most);
        if (zip.read() >= 0) {
          throw new DataFormatException(
              shown, 0, expected, "an entry " + name + " of more than " + most + " bytes");
        }
        if (entries.put(name, bytes) != null) {
          throw new DataFormatException(shown, 0, expected, "two entries " + name);
        }
      }
    }
    if (entries.isEmpty()) {
      throw new DataFormatException(shown, 0, expected, "no zip");
    }
    return entries;
  }

  /** The configuration's JSON creates objects of the classes that it names. */
  private static void checkClasses(JsonNode node, String shown) {
    JsonNode named = node.get("@class");
    if (named != null && PACKAGES.stream().noneMatch(named.asText()::startsWith)) {
      throw new DataFormatException(
          shown,
          0,
          "a configuration of DL4J's and this project's classes",
          DataFormatException.quote(named.asText()));
    }
    node.forEach(child -> checkClasses(child, shown));
  }

  private static void setParameters(Model network, byte[] bytes, String shown) throws IOException {
    // numParams() of a ComputationGraph leaves out the vertices that are no layers
    long expected = network.params().length();
    // an array's own header could claim any size; its bytes are what they are
    if (bytes.length < expected * 4) {
      throw new DataFormatException(
          shown, 0, expected + " parameters", "only " + bytes.length + " bytes of them");
    }
    INDArray parameters = Nd4j.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    if (parameters.length() != expected || !parameters.dataType().isFPType()) {
      throw new DataFormatException(
          shown,
          0,
          expected + " parameters",
          parameters.length() + " of type " + parameters.dataType());
    }
    if (parameters.isNaN().any() || parameters.isInfinite().any()) {
      throw new DataFormatException(shown, 0, "finite parameters", "NaN or infinity");
    }
    network.setParams(parameters.reshape(1, expected));
  }
}
