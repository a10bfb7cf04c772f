package io.github.dl4jhopfield.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What tells two searches apart. */
final class DataHash {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private DataHash() {}

  /** SHA-256 of a file, or of all files of a folder with their names. */
  static String of(Path data) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    List<Path> files;
    try (Stream<Path> tree = Files.walk(data)) {
      files = tree.filter(Files::isRegularFile).sorted().toList();
    }
    byte[] buffer = new byte[1 << 16];
    for (Path file : files) {
      if (!file.equals(data)) {
        digest.update(JSON.writeValueAsBytes(data.relativize(file).toString()));
      }
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          digest.update(buffer, 0, n);
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The value as JSON with sorted keys: equal for equal values, whatever maps hold them. */
  static String canonical(Object value) throws IOException {
    return JSON.writeValueAsString(JSON.treeToValue(JSON.valueToTree(value), Object.class));
  }
}
