package io.github.dl4jhopfield.zoo.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder for large temporary files, deleted with all that is in it when closed and when the
 * process ends. What a killed process left is deleted by the next one: the folder's name carries
 * the number of its process.
 */
final class ScratchFolder implements AutoCloseable {
  private final Path folder;
  private final Thread atExit = new Thread(this::delete, "delete-scratch-folder");

  private ScratchFolder(Path folder) {
    this.folder = folder;
  }

  /** A folder NAME-PROCESS-RANDOM in the directory of temporary files. */
  static ScratchFolder create(String name) throws IOException {
    return create(Path.of(System.getProperty("java.io.tmpdir")), name);
  }

  static ScratchFolder create(Path parent, String name) throws IOException {
    deleteLeftOvers(parent, name + "-");
    ScratchFolder scratch =
        new ScratchFolder(
            Files.createTempDirectory(parent, name + "-" + ProcessHandle.current().pid() + "-"));
    Runtime.getRuntime().addShutdownHook(scratch.atExit);
    return scratch;
  }

  Path resolve(String file) {
    return folder.resolve(file);
  }

  @Override
  public void close() {
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // the process is ending and runs the hook itself
    }
  }

  private static void deleteLeftOvers(Path parent, String prefix) throws IOException {
    for (Path folder : list(parent)) {
      String name = folder.getFileName().toString();
      if (!name.startsWith(prefix) || !Files.isDirectory(folder)) {
        continue;
      }
      String pid = name.substring(prefix.length()).split("-")[0];
      if (pid.matches("\\d{1,18}") && !ProcessHandle.of(Long.parseLong(pid)).isPresent()) {
        new ScratchFolder(folder).delete();
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** As much as can be: whoever writes into the folder at this moment keeps it. */
  private void delete() {
    try {
      if (Files.isDirectory(folder)) {
        for (Path file : list(folder)) {
          Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      // the next process tries again
    }
  }
}
