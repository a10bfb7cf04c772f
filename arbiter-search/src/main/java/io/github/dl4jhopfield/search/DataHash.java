package io.github.dl4jhopfield.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.dl4jhopfield.zoo.files.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What tells two searches apart. */
final class DataHash {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private DataHash() {}

  /** SHA-256 of a file, or of all files of a folder with their names. */
  static String of(Path data) throws IOException {
    Fingerprint hash = new Fingerprint();
    List<Path> files;
    try (Stream<Path> tree = Files.walk(data)) {
      files = tree.filter(Files::isRegularFile).sorted().toList();
    }
    byte[] buffer = new byte[1 << 16];
    for (Path file : files) {
      if (!file.equals(data)) {
        hash.add(data.relativize(file).toString());
      }
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          hash.add(buffer, 0, n);
        }
      }
    }
    return hash.toString();
  }

  /** The value as JSON with sorted keys: equal for equal values, whatever maps hold them. */
  static String canonical(Object value) throws IOException {
    return JSON.writeValueAsString(JSON.treeToValue(JSON.valueToTree(value), Object.class));
  }
}
