package io.github.dl4jhopfield.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Says in one line why a path cannot be read, before anything slow has begun. */
final class InputFile {
  private InputFile() {}

  /** A file or a folder. */
  static Path readable(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (!Files.isReadable(path)) {
      throw new IOException(path + ": permission denied");
    }
    return path;
  }

  /** A file. */
  static Path file(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException(path + ": expected a file, found a folder");
    }
    return readable(path);
  }
}
