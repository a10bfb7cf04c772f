package io.github.dl4jhopfield.keras;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Fixtures in {@code .keras} archives, with one entry replaced. */
final class Archive {

  private Archive() {}

  static String config(String fixture) throws IOException {
    try (ZipFile zip = new ZipFile(Fixture.of(fixture).file().toFile())) {
      byte[] bytes = zip.getInputStream(zip.getEntry("config.json")).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  static Path withConfig(Path directory, String fixture, String config) throws IOException {
    return with(directory, fixture, "config.json", config.getBytes(StandardCharsets.UTF_8), 1);
  }

  /** The content of the entry, that many times. */
  static Path with(Path directory, String fixture, String entry, byte[] content, int copies)
      throws IOException {
    Path file = directory.resolve("changed.keras");
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(Fixture.of(fixture).file()));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(e.getName()));
        if (e.getName().equals(entry)) {
          for (int k = 0; k < copies; k++) {
            out.write(content);
          }
        } else {
          in.transferTo(out);
        }
      }
    }
    return file;
  }
}
