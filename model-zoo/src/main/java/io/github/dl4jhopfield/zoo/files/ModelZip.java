package io.github.dl4jhopfield.zoo.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The zip of DL4J's ModelSerializer, for either kind of network, and the one place that reads and
 * writes it. Further entries of ours are ignored by ModelSerializer, so it reads what is written
 * here.
 *
 * <p>Reading does not go through ModelSerializer, which deserialises Java objects out of the zip
 * (deeplearning4j issue 10428): only known entries are accepted, texts are of bounded size, numbers
 * as many as the configuration asks for, the configuration may name classes of DL4J, ND4J and this
 * project only. Numbers are streamed into the network; nothing of their size is held beside it.
 * Writing streams too, and equal networks make equal bytes.
 */
final class ModelZip implements AutoCloseable {
  static final String CONFIGURATION = "configuration.json";
  static final String COEFFICIENTS = "coefficients.bin";
  static final String UPDATER_STATE = "updaterState.bin";
  private static final String NO_PARAMETERS = "noParams.marker";
  private static final List<String> PACKAGES =
      List.of("org.deeplearning4j.nn.", "org.nd4j.linalg.", "io.github.dl4jhopfield.");
  private static final int MOST_TEXT = 64 << 20;
  private static final long PLAUSIBLE = 64 << 20;
  private static final int MOST_RATIO = 200;

  static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(100).build());
  }

  private final String shown;
  private final String expected;
  private final ZipFile zip;
  private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

  private ModelZip(Path file, String expected, ZipFile zip) {
    this.shown = file.toString();
    this.expected = expected;
    this.zip = zip;
  }

  /** Something that reads from an open file. */
  @FunctionalInterface
  interface Reading<T> {
    T from(ModelZip zip) throws IOException;
  }

  /**
   * Reads something out of a file.
   *
   * @param expected what the file should be, for messages
   * @param more entries that are ours, beside those of ModelSerializer
   * @throws DataFormatException if the file is missing, damaged or of another kind
   * @throws IOException if it can't be read
   */
  static <T> T read(Path file, String expected, Set<String> more, Reading<T> reading)
      throws IOException {
    String shown = file.toString();
    if (!Files.isRegularFile(file)) {
      throw new DataFormatException(
          shown, 0, expected, Files.exists(file) ? "not a regular file" : "no such file");
    }
    try (ModelZip zip = new ModelZip(file, expected, new ZipFile(file.toFile()))) {
      zip.list(more);
      return reading.from(zip);
    } catch (DataFormatException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new DataFormatException(
          shown, 0, expected, "bad JSON in it: " + e.getOriginalMessage(), e);
    } catch (ZipException e) {
      throw new DataFormatException(
          shown, 0, expected, isZip(file) ? "a damaged one: " + e.getMessage() : "no zip", e);
    } catch (EOFException | BadArray | RuntimeException e) {
      throw new DataFormatException(shown, 0, expected, "a damaged one: " + e.getMessage(), e);
    }
  }

  private static boolean isZip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(2), new byte[] {'P', 'K'});
    }
  }

  /** What is wrong with an array in a file that could be read. */
  private static final class BadArray extends IOException {
    private static final long serialVersionUID = 1L;

    BadArray(String entry, IOException cause) {
      super(entry + ": " + cause.getMessage(), cause);
    }
  }

  private void list(Set<String> more) {
    Set<String> known = Set.of(CONFIGURATION, COEFFICIENTS, NO_PARAMETERS, UPDATER_STATE);
    for (ZipEntry entry : Collections.list(zip.entries())) {
      String name = entry.getName();
      if (!known.contains(name) && !more.contains(name)) {
        throw fault("an entry " + DataFormatException.quote(name));
      }
      long size = entry.getSize();
      boolean array = isArray(name);
      if (!array && size > MOST_TEXT) {
        throw fault("an entry " + name + " of more than " + MOST_TEXT + " bytes");
      }
      if (size > PLAUSIBLE && size / MOST_RATIO > entry.getCompressedSize()) {
        throw fault(
            "an entry " + name + " of " + size + " bytes made of " + entry.getCompressedSize());
      }
      if (entries.put(name, entry) != null) {
        throw fault("two entries " + name);
      }
    }
  }

  private static boolean isArray(String name) {
    return name.endsWith(".bin");
  }

  DataFormatException fault(String found) {
    return new DataFormatException(shown, 0, expected, found);
  }

  boolean has(String entry) {
    return entries.containsKey(entry);
  }

  void require(String... names) {
    for (String name : names) {
      if (!has(name)) {
        throw fault("no entry " + name);
      }
    }
  }

  /** A stream of an entry that ends where the entry said it would. */
  private InputStream open(String name) throws IOException {
    return new Checked(zip.getInputStream(entries.get(name)), entries.get(name));
  }

  JsonNode json(String name) throws IOException {
    try (InputStream in = open(name)) {
      return JSON.readTree(in.readNBytes(MOST_TEXT));
    }
  }

  /** The network, with its parameters. */
  Model network() throws IOException {
    require(CONFIGURATION);
    JsonNode configuration = json(CONFIGURATION);
    checkClasses(configuration);
    EarlierNames.replaceIn(configuration);
    String text = JSON.writeValueAsString(configuration);
    return configuration.has("vertices")
        ? graph(ComputationGraphConfiguration.fromJson(text))
        : network(MultiLayerConfiguration.fromJson(text));
  }

  private MultiLayerNetwork network(MultiLayerConfiguration configuration) throws IOException {
    long parameters = 0;
    for (NeuralNetConfiguration layer : configuration.getConfs()) {
      parameters += layer.getLayer().initializer().numParams(layer);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    parameters(network, parameters, configuration.getDataType(), network::init);
    return network;
  }

  private ComputationGraph graph(ComputationGraphConfiguration configuration) throws IOException {
    long parameters = 0;
    for (GraphVertex vertex : configuration.getVertices().values()) {
      parameters += vertex.numParams(true);
    }
    ComputationGraph graph = new ComputationGraph(configuration);
    parameters(graph, parameters, configuration.getDataType(), graph::init);
    return graph;
  }

  /**
   * Fills a network.
   *
   * @param parameters how many its configuration asks for, known before anything is allocated
   */
  private void parameters(Model network, long parameters, DataType type, Runnable init)
      throws IOException {
    if (parameters == 0 && has(NO_PARAMETERS)) {
      init.run();
      return;
    }
    require(COEFFICIENTS);
    try (InputStream in = open(COEFFICIENTS)) {
      StoredArray stored;
      try {
        stored = StoredArray.open(in);
      } catch (IOException e) {
        throw new BadArray(COEFFICIENTS, e);
      }
      // sizes are compared before memory is taken: a file can claim anything
      long bytes = entries.get(COEFFICIENTS).getSize();
      if (stored.length() != parameters || bytes < parameters * stored.type().width()) {
        throw new DataFormatException(
            shown,
            0,
            parameters + " parameters",
            stored.length() == parameters
                ? "only " + bytes + " bytes of them"
                : Long.toString(stored.length()));
      }
      if (stored.type() != type && stored.type().width() > type.width()) {
        throw new DataFormatException(
            shown,
            0,
            "parameters of type " + type + ", as the configuration says",
            stored.type() + ", which would be narrowed");
      }
      init.run();
      INDArray params = network.params();
      if (params.length() != parameters) {
        throw fault(
            "a network of " + params.length() + " parameters where its layers say " + parameters);
      }
      fill(stored, params, COEFFICIENTS);
    }
  }

  private static void fill(StoredArray stored, INDArray array, String entry) throws IOException {
    try {
      stored.into(array);
    } catch (IOException e) {
      throw new BadArray(entry, e);
    }
  }

  /**
   * Reads a vector into an array of as many values and the same or a wider type.
   *
   * @param entry one of the entries whose name ends with {@code .bin}
   */
  void array(String entry, INDArray into) throws IOException {
    require(entry);
    try (InputStream in = open(entry)) {
      StoredArray stored;
      try {
        stored = StoredArray.open(in);
      } catch (IOException e) {
        throw new BadArray(entry, e);
      }
      if (stored.length() != into.length() || stored.type().width() > into.dataType().width()) {
        throw fault(
            entry
                + " of "
                + stored.length()
                + " numbers of type "
                + stored.type()
                + " where the network has "
                + into.length()
                + " of type "
                + into.dataType());
      }
      fill(stored, into, entry);
    }
  }

  /** The configuration's JSON creates objects of the classes that it names. */
  private void checkClasses(JsonNode node) {
    JsonNode named = node.get("@class");
    if (named != null && PACKAGES.stream().noneMatch(named.asText()::startsWith)) {
      throw new DataFormatException(
          shown,
          0,
          "a configuration of DL4J's and this project's classes",
          DataFormatException.quote(named.asText()));
    }
    node.forEach(this::checkClasses);
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  // --- writing --------------------------------------------------------------------------------

  /** Writes one entry. */
  @FunctionalInterface
  interface Entry {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a network, whole or not at all.
   *
   * @param updater whether the state of its updater goes with it, for training to go on
   * @param more further entries by name, in their order
   */
  static void write(Path file, Model network, boolean updater, Map<String, Entry> more)
      throws IOException {
    AtomicFiles.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out);
          put(zip, CONFIGURATION, entry -> entry.write(configuration(network)));
          INDArray parameters = network.params();
          if (parameters == null || parameters.length() == 0) {
            put(zip, NO_PARAMETERS, entry -> {});
          } else {
            put(zip, COEFFICIENTS, entry -> StoredArray.write(parameters, entry));
          }
          INDArray state = updater ? updaterState(network) : null;
          if (state != null && state.length() > 0) {
            put(zip, UPDATER_STATE, entry -> StoredArray.write(state, entry));
          }
          for (Map.Entry<String, Entry> entry : more.entrySet()) {
            put(zip, entry.getKey(), entry.getValue());
          }
          zip.finish();
        });
  }

  /** The state of a network's updater, or null if it has none. */
  static INDArray updaterState(Model network) {
    return network instanceof MultiLayerNetwork net
        ? net.getUpdater().getStateViewArray()
        : ((ComputationGraph) network).getUpdater().getStateViewArray();
  }

  private static byte[] configuration(Model network) {
    String json =
        network instanceof MultiLayerNetwork net
            ? net.getLayerWiseConfigurations().toJson()
            : ((ComputationGraph) network).getConfiguration().toJson();
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static void put(ZipOutputStream zip, String name, Entry content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    // an entry without a time of its own, so that equal models are equal files
    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    // trained numbers hardly shrink: the least effort
    zip.setLevel(isArray(name) ? Deflater.BEST_SPEED : Deflater.DEFAULT_COMPRESSION);
    zip.putNextEntry(entry);
    content.writeTo(zip);
    zip.closeEntry();
  }

  /** The bytes that an entry says it has, and no others: Java's ZipFile compares no checksums. */
  private static final class Checked extends FilterInputStream {
    private final CRC32 sum = new CRC32();
    private final ZipEntry entry;
    private long count;

    Checked(InputStream in, ZipEntry entry) {
      super(new BufferedInputStream(in, 1 << 16));
      this.entry = entry;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = super.read(bytes, from, length);
      if (read > 0) {
        sum.update(bytes, from, read);
        count += read;
      }
      boolean over = read < 0;
      if (count > entry.getSize()
          || over && (count < entry.getSize() || sum.getValue() != entry.getCrc())) {
        throw new ZipException("entry " + entry.getName() + " is not what its checksum says");
      }
      return read;
    }
  }
}
