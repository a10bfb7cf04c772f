package io.github.dl4jhopfield.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * Named arrays in several {@code .safetensors} files, which a {@code *.safetensors.index.json}
 * holds together: {@code {"metadata": {...}, "weight_map": {name: file}}}, as large models are
 * published.
 *
 * <p>The files lie in the index's own folder: a name that leads out of it is refused. Every array
 * of the index must be in its file. What is wrong is an {@link IllegalArgumentException}, of one
 * line a fault.
 */
public final class SafetensorsIndex implements Closeable {
  /** How an index's name ends. */
  public static final String ENDING = ".safetensors.index.json";

  private static final long MAX_BYTES = 64L << 20;

  private final Map<String, SafetensorsFile> files;
  private final Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();
  private final Map<String, SafetensorsFile.Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new TreeMap<>();

  private SafetensorsIndex(Map<String, SafetensorsFile> files) {
    this.files = files;
  }

  /**
   * Opens an index and all its files.
   *
   * @throws IllegalArgumentException if the index or one of its files is not well-formed
   */
  public static SafetensorsIndex open(Path index) throws IOException {
    Map<String, String> map = weightMap(index);
    Path folder = index.toAbsolutePath().getParent();
    checkFiles(index, folder, map);
    Map<String, SafetensorsFile> files = new LinkedHashMap<>();
    SafetensorsIndex open = new SafetensorsIndex(files);
    try {
      for (String name : new java.util.TreeSet<>(map.values())) {
        SafetensorsFile file = SafetensorsFile.open(folder.resolve(name));
        files.put(name, file);
        open.metadata.putAll(file.metadata());
      }
      open.connect(index, map);
      return open;
    } catch (IOException | RuntimeException e) {
      open.close();
      throw e;
    }
  }

  private void connect(Path index, Map<String, String> map) {
    List<String> faults = new ArrayList<>();
    map.forEach(
        (name, file) -> {
          SafetensorsFile.Entry entry = files.get(file).entries().get(name);
          if (entry == null) {
            faults.add(index + ": expected the array " + name + " in " + file + ", found none");
          } else {
            fileOf.put(name, files.get(file));
            entries.put(name, entry);
          }
        });
    refuse(faults);
  }

  private static void checkFiles(Path index, Path folder, Map<String, String> map) {
    List<String> faults = new ArrayList<>();
    for (String name : new java.util.TreeSet<>(map.values())) {
      boolean plain =
          !name.isEmpty()
              && name.indexOf('/') < 0
              && name.indexOf('\\') < 0
              && name.chars().noneMatch(Character::isISOControl)
              && !name.equals("..");
      if (!plain) {
        faults.add(index + ": expected names of files in the index's own folder, found " + name);
      } else if (!Files.isRegularFile(folder.resolve(name))) {
        faults.add(index + ": expected the file " + name + " beside it, found none");
      }
    }
    refuse(faults);
  }

  private static void refuse(List<String> faults) {
    if (!faults.isEmpty()) {
      throw new FaultyIndex(faults);
    }
  }

  private static final class FaultyIndex extends IllegalArgumentException implements Faults {
    private static final long serialVersionUID = 1L;
    private final transient List<String> faults;

    FaultyIndex(List<String> faults) {
      super(String.join("; ", faults));
      this.faults = faults;
    }

    @Override
    public List<String> faults() {
      return faults;
    }
  }

  private static Map<String, String> weightMap(Path index) throws IOException {
    if (Files.size(index) > MAX_BYTES) {
      throw bad(index, "an index of at most " + MAX_BYTES + " bytes", Files.size(index) + "");
    }
    Map<String, String> map = null;
    try (JsonParser json = SafetensorsFile.JSON.createParser(Files.readAllBytes(index))) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw bad(index, "a JSON object", "something else");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean weights = json.currentName().equals("weight_map");
        JsonToken value = json.nextToken();
        if (!weights) {
          json.skipChildren();
        } else if (value == JsonToken.START_OBJECT) {
          map = names(index, json);
        } else {
          throw bad(index, "an object as weight_map", value.toString());
        }
      }
    } catch (JsonProcessingException e) {
      throw bad(index, "JSON", e.getOriginalMessage());
    }
    if (map == null) {
      throw bad(index, "a weight_map", "none");
    }
    return map;
  }

  private static Map<String, String> names(Path index, JsonParser json) throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        throw bad(
            index, "the name of a file for the array " + name, json.currentToken().toString());
      }
      names.put(name, json.getText());
    }
    return names;
  }

  private static IllegalArgumentException bad(Path index, String expected, String found) {
    return new IllegalArgumentException(index + ": expected " + expected + ", found " + found);
  }

  /** The arrays by name, in the index's order. */
  public Map<String, SafetensorsFile.Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /** Text that the writers left in the files. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /**
   * Reads one array.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public INDArray read(String name) throws IOException {
    return file(name).read(name);
  }

  /** As {@link SafetensorsFile#readBytes}. */
  public void readBytes(String name, Consumer<ByteBuffer> piece) throws IOException {
    file(name).readBytes(name, piece);
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = fileOf.get(name);
    if (file == null) {
      throw new IllegalArgumentException("expected one of " + fileOf.keySet() + ", found " + name);
    }
    return file;
  }

  @Override
  public void close() throws IOException {
    for (SafetensorsFile file : files.values()) {
      file.close();
    }
  }
}
