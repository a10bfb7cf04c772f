package io.github.dl4jhopfield.keras;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * A Keras file open for reading: the model's configuration as JSON and its weights. Nothing in it
 * is evaluated. {@code .h5} (Keras 2 and 3) and {@code .keras} (a zip with metadata.json,
 * config.json and model.weights.h5).
 */
final class KerasFile implements AutoCloseable {

  private static final int MOST_CONFIG = 64 << 20;
  private static final int DEEPEST_JSON = 200;
  private static final int MOST_ENTRIES = 10_000;
  private static final long MOST_RATIO = 200;
  private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  private final String label;
  private final JsonNode model;
  private final JsonNode training;
  private final KerasVersion version;
  private final SavedWeights weights;
  private final Hdf5Weights hdf5;
  private final Path temporary;

  private KerasFile(
      String label,
      JsonNode model,
      JsonNode training,
      KerasVersion version,
      SavedWeights weights,
      Hdf5Weights hdf5,
      Path temporary) {
    this.label = label;
    this.model = model;
    this.training = training;
    this.version = version;
    this.weights = weights;
    this.hdf5 = hdf5;
    this.temporary = temporary;
  }

  /** The model: {"class_name", "config"}. */
  JsonNode model() {
    return model;
  }

  /** How it was compiled, or null. */
  JsonNode training() {
    return training;
  }

  KerasVersion version() {
    return version;
  }

  SavedWeights weights() {
    return weights;
  }

  String label() {
    return label;
  }

  /** Whether this is a {@code .keras} file. */
  boolean isArchive() {
    return temporary != null;
  }

  static KerasFile open(Path file) {
    String label = String.valueOf(file.getFileName());
    byte[] start = new byte[8];
    try {
      if (!Files.isRegularFile(file)) {
        throw new KerasImportException(file + ": no such file");
      }
      try (InputStream in = Files.newInputStream(file)) {
        int n = in.readNBytes(start, 0, 8);
        start = Arrays.copyOf(start, n);
      }
    } catch (IOException e) {
      throw new KerasImportException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (Arrays.equals(start, HDF5)) {
      return openHdf5(file, label);
    }
    if (start.length > 3 && start[0] == 'P' && start[1] == 'K') {
      return openArchive(file, label);
    }
    throw new KerasImportException(
        label + ": expected an HDF5 file (.h5) or a Keras archive (.keras), found neither");
  }

  /** Fails unless the file's bytes have that SHA-256, in small hexadecimal letters. */
  static void requireSha256(Path file, String expected) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(expected)) {
        throw new KerasImportException(
            file + ": expected the SHA-256 " + expected + ", found " + found);
      }
    } catch (IOException e) {
      throw new KerasImportException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private static KerasFile openHdf5(Path file, String label) {
    Hdf5Weights hdf5 = Hdf5Weights.open(file, label);
    try {
      String config = hdf5.rootText("model_config");
      if (config == null) {
        throw new KerasImportException(
            label
                + ": no model_config in it; it holds weights only. Save the whole model with"
                + " model.save(...)");
      }
      String training = hdf5.rootText("training_config");
      String version = hdf5.rootText("keras_version");
      return new KerasFile(
          label,
          json(label + " model_config", config),
          training == null ? null : json(label + " training_config", training),
          KerasVersion.of(version),
          inWords(label, config, hdf5::named),
          hdf5,
          null);
    } catch (RuntimeException e) {
      hdf5.close();
      throw e;
    }
  }

  /** Lists the weights; HDF5 has no bfloat16, and what Keras writes instead cannot be read here. */
  private static SavedWeights inWords(String label, String config, Supplier<SavedWeights> weights) {
    try {
      return weights.get();
    } catch (KerasImportException e) {
      if (config.contains("bfloat16")) {
        throw new KerasImportException(
            label
                + ": its weights are bfloat16, which HDF5 does not have and this reader does not"
                + " read. Save it from a model of float32: build it again with"
                + " keras.config.set_dtype_policy(\"float32\"), set_weights, save",
            e);
      }
      throw e;
    }
  }

  private static KerasFile openArchive(Path file, String label) {
    Path temporary = null;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Map<String, ZipEntry> entries = new HashMap<>();
      int count = 0;
      Enumeration<? extends ZipEntry> all = zip.entries();
      while (all.hasMoreElements()) {
        ZipEntry e = all.nextElement();
        if (++count > MOST_ENTRIES) {
          throw new KerasImportException(label + ": more than " + MOST_ENTRIES + " entries");
        }
        if (entries.put(e.getName(), e) != null) {
          throw new KerasImportException(label + ": the entry " + e.getName() + " is there twice");
        }
      }
      ZipEntry about = need(entries, "metadata.json", label);
      JsonNode metadata = json(label + " metadata.json", text(zip, about, label));
      String version = metadata.path("keras_version").asText("?");
      ZipEntry config = need(entries, "config.json", label);
      JsonNode model = json(label + " config.json", text(zip, config, label));
      ZipEntry weights = need(entries, "model.weights.h5", label);
      temporary = Files.createTempFile("keras-weights", ".h5");
      long most = Math.max(1 << 20, Math.multiplyExact(Files.size(file), MOST_RATIO));
      try (OutputStream out = Files.newOutputStream(temporary)) {
        copy(zip, weights, out, most, label);
      }
      Hdf5Weights hdf5 = Hdf5Weights.open(temporary, label + " model.weights.h5");
      try {
        JsonNode training = model.get("compile_config");
        Path path = temporary;
        temporary = null;
        return new KerasFile(
            label,
            model,
            training == null || training.isNull() ? null : training,
            KerasVersion.of(version),
            inWords(label, model.toString(), hdf5::numbered),
            hdf5,
            path);
      } catch (RuntimeException e) {
        hdf5.close();
        throw e;
      }
    } catch (ZipException e) {
      throw new KerasImportException(label + " is not a sound zip archive: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new KerasImportException(label + ": cannot be read: " + e.getMessage(), e);
    } finally {
      delete(temporary);
    }
  }

  private static ZipEntry need(Map<String, ZipEntry> entries, String name, String label) {
    ZipEntry e = entries.get(name);
    if (e == null) {
      throw new KerasImportException(
          label + ": expected a Keras archive with " + name + ", found " + entries.keySet());
    }
    return e;
  }

  private static String text(ZipFile zip, ZipEntry entry, String label) throws IOException {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    copy(zip, entry, out, MOST_CONFIG, label);
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Copies an entry, at most so many bytes, and checks its checksum (ZipFile does not). */
  private static void copy(ZipFile zip, ZipEntry entry, OutputStream out, long most, String label)
      throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1 << 16];
    long total = 0;
    try (InputStream in = zip.getInputStream(entry)) {
      int n;
      while ((n = in.read(buffer)) >= 0) {
        total += n;
        if (total > most) {
          throw new KerasImportException(
              label
                  + ": the entry "
                  + entry.getName()
                  + " unpacks to more than "
                  + most
                  + " bytes");
        }
        crc.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
    }
    if (crc.getValue() != entry.getCrc()) {
      throw new KerasImportException(
          label + ": the entry " + entry.getName() + " is damaged (its checksum does not match)");
    }
  }

  /** Parses JSON after checking its size and depth, which the parser itself does not bound. */
  static JsonNode json(String label, String text) {
    if (text.length() > MOST_CONFIG) {
      throw new KerasImportException(label + " is longer than " + MOST_CONFIG + " characters");
    }
    int depth = 0;
    boolean inText = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (inText) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          inText = false;
        }
      } else if (c == '"') {
        inText = true;
      } else if (c == '{' || c == '[') {
        if (++depth > DEEPEST_JSON) {
          throw new KerasImportException(label + " is nested deeper than " + DEEPEST_JSON);
        }
      } else if (c == '}' || c == ']') {
        depth--;
      }
    }
    try {
      JsonNode node =
          new ObjectMapper()
              .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
              .readTree(text);
      if (node == null || !node.isObject()) {
        throw new KerasImportException(label + " should be a JSON object");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new KerasImportException(label + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void delete(Path temporary) {
    if (temporary != null) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException ignored) {
        // left to the system's cleaning of temporary files
      }
    }
  }

  @Override
  public void close() {
    hdf5.close();
    delete(temporary);
  }
}
