package io.github.dl4jhopfield.cli;

import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What a failure of the JVM means for the user, and what to do. */
final class JvmErrors {
  private JvmErrors() {}

  /** One line, or null where the failure is of another kind. */
  static String message(Throwable e) {
    int depth = 0;
    for (Throwable at = e; at != null && depth < 20; at = at.getCause(), depth++) {
      if (at instanceof OutOfMemoryError) {
        return memory((OutOfMemoryError) at);
      }
      if (at instanceof FileSystemException file && isTemporary(file.getFile())) {
        return "no temporary file can be made in "
            + System.getProperty("java.io.tmpdir")
            + "; HOPFIELD_JAVA_OPTS=-Djava.io.tmpdir=DIR names another folder";
      }
      if (at instanceof StackOverflowError) {
        return "the input is nested too deeply for the stack (HOPFIELD_JAVA_OPTS=-Xss8m enlarges"
            + " it)";
      }
      if (at instanceof UnsatisfiedLinkError
          || at instanceof ExceptionInInitializerError && at.getCause() == null
          || at instanceof NoClassDefFoundError) {
        return "ND4J's native libraries could not be loaded ("
            + at.getMessage()
            + "); they are unpacked into ~/.javacpp or the folder of"
            + " -Dorg.bytedeco.javacpp.cachedir (HOPFIELD_JAVA_OPTS takes it), which must be"
            + " writable, allow programs and have 400 MB free";
      }
    }
    return null;
  }

  private static boolean isTemporary(String file) {
    Path folder = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    return file != null
        && Path.of(file).toAbsolutePath().startsWith(folder)
        && (!Files.isDirectory(folder) || !Files.isWritable(folder));
  }

  private static String memory(OutOfMemoryError e) {
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    String what = String.valueOf(e.getMessage());
    if (what.contains("native thread")) {
      return "not enough memory or processes for another thread (" + what + ")";
    }
    return String.format(
        Locale.ROOT,
        "not enough memory: Java may use %,d MB of heap and as much for arrays;"
            + " HOPFIELD_JAVA_OPTS=-Xmx%dm allows twice as much",
        heap,
        2 * heap);
  }
}
