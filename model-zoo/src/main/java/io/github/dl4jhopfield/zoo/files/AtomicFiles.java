package io.github.dl4jhopfield.zoo.files;

import io.github.dl4jhopfield.io.PartialFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes files that are either whole or not there: into a temporary file beside the target, which
 * then takes its name in one step.
 */
public final class AtomicFiles {
  /** Something that writes to a stream. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFiles() {}

  /**
   * Writes a file, replacing one of that name.
   *
   * @throws IOException that names the file, if it cannot be written
   */
  public static void write(Path file, Content content) throws IOException {
    try (PartialFile partial = PartialFile.create(file)) {
      BufferedOutputStream out = new BufferedOutputStream(partial.stream());
      content.writeTo(out);
      out.flush();
      partial.commit();
    }
  }

  /** Writes text in UTF-8. */
  public static void writeText(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Makes a folder for output if it isn't there, and checks that it can be written to: before hours
   * of work and not after.
   */
  public static void prepareFolder(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(folder + ": expected a folder for the output, found a file", e);
    }
    if (!Files.isWritable(folder)) {
      throw new IOException(folder + ": expected a folder to write to, found no permission to");
    }
  }
}
