package io.github.dl4jhopfield.ops.internal.runtime;

import io.github.dl4jhopfield.ops.internal.OpHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;

/**
 * The native library: found on the class path, checked, unpacked into a private directory, loaded,
 * its ops registered in libnd4j. Done at most once a process.
 *
 * <p>ND4J's start calls this while other threads still wait for ND4J, because libnd4j's table of
 * ops is not made to grow while another thread reads it. Where ND4J cannot see this library, it
 * happens on first use.
 *
 * <p>A second class loader cannot load the same file again and need not: the ops are in libnd4j
 * already. The system property {@code io.github.dl4jhopfield.native} keeps what was registered, and
 * from which library.
 */
public final class NativeLibrary {
  /** The only version whose C++ interface the library knows. */
  public static final String ND4J_VERSION = "1.0.0-M2.1";

  private static final String RESOURCE =
      "/io/github/dl4jhopfield/native/linux-x86_64/libdl4jhopfield.so";
  private static final String REGISTERED = "io.github.dl4jhopfield.native";
  private static final String CPU_EXECUTIONER =
      "org.nd4j.linalg.cpu.nativecpu.ops.NativeOpExecutioner";

  private static Result result;

  private NativeLibrary() {}

  /**
   * What came of it.
   *
   * @param problem why there are no native ops, or null
   * @param hashes libnd4j's hash of each op
   */
  public record Result(String problem, String simd, String sha256, Map<String, Long> hashes) {
    static Result none(String problem) {
      return new Result(problem, "none", "none", Map.of());
    }
  }

  /**
   * Loads and registers, the first time. {@code nd4j} is the executioner that ND4J chose for its
   * backend.
   */
  public static synchronized Result load(OpExecutioner nd4j) {
    if (result == null) {
      try {
        result = tryLoad(nd4j);
      } catch (IOException | RuntimeException | LinkageError e) {
        result = Result.none("the native library could not be loaded: " + e);
      }
    }
    return result;
  }

  private static Result tryLoad(OpExecutioner nd4j) throws IOException {
    if (!platform().equals("linux-x86_64")) {
      return Result.none("there is no native library for " + platform());
    }
    if (!nd4j.getClass().getName().equals(CPU_EXECUTIONER)) {
      return Result.none(
          "the ND4J backend is not nd4j-native (executioner " + nd4j.getClass().getName() + ")");
    }
    for (String artifact : new String[] {"nd4j-api", "nd4j-native"}) {
      String version = version(artifact);
      if (!version.equals(ND4J_VERSION)) {
        return Result.none(
            "the native library is made for ND4J "
                + ND4J_VERSION
                + ", found "
                + artifact
                + " "
                + version);
      }
    }
    byte[] library = resource(RESOURCE);
    byte[] expectedSum = resource(RESOURCE + ".sha256");
    if (library == null || expectedSum == null) {
      return Result.none(
          "the native library is not on the class path (artifact custom-ops-cpp, classifier linux-x86_64)");
    }
    String sum = sha256(library);
    if (!sum.equals(new String(expectedSum, StandardCharsets.US_ASCII).trim())) {
      return Result.none(
          "the native library is damaged: expected sha256 "
              + new String(expectedSum, StandardCharsets.US_ASCII).trim()
              + ", found "
              + sum);
    }
    synchronized (Runtime.getRuntime()) { // one lock for every class loader
      String before = System.getProperty(REGISTERED);
      if (before == null) {
        load(library, sum);
        before = sum + "\n" + register();
        System.setProperty(REGISTERED, before);
      } else if (!before.startsWith(sum)) {
        return Result.none(
            "another build of this library registered its ops in this process before");
      }
      return parse(before, sum);
    }
  }

  private static native String register();

  private static Result parse(String report, String sum) {
    String simd = "none";
    Map<String, Long> hashes = new LinkedHashMap<>();
    for (String line : report.substring(sum.length() + 1).split("\n")) {
      String[] words = line.split(" ", 3);
      if (words[0].equals("error")) {
        return Result.none(
            "libnd4j did not accept the native ops: " + line.substring("error ".length()));
      }
      if (words[0].equals("simd")) {
        simd = words[1];
      } else if (OpCatalog.names().contains(words[0])) {
        long hash = Long.parseLong(words[1]);
        if (hash != OpHash.of(words[0])) {
          return Result.none(
              "libnd4j knows "
                  + words[0]
                  + " under hash "
                  + hash
                  + ", expected "
                  + OpHash.of(words[0]));
        }
        String wire = OpCatalog.create(words[0]).declaration().wire();
        if (!words[2].equals(wire)) {
          return Result.none(
              "the native library is called otherwise than this version calls it: "
                  + words[2]
                  + ", expected "
                  + wire);
        }
        hashes.put(words[0], hash);
      }
    }
    return new Result(null, simd, sum, hashes);
  }

  /** Operating system and processor in the words of native classifiers. */
  public static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String name =
        os.startsWith("linux")
            ? "linux"
            : os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os;
    String arch = System.getProperty("os.arch", "");
    return name
        + "-"
        + switch (arch) {
          case "amd64" -> "x86_64";
          case "aarch64" -> "arm64";
          default -> arch;
        };
  }

  /**
   * Version of an ND4J artifact by the properties in its jar; "unknown" where a repackaged jar lost
   * them.
   */
  public static String version(String artifact) {
    String maven = property("/META-INF/maven/org.nd4j/" + artifact + "/pom.properties", "version");
    String version =
        maven != null
            ? maven
            : property(
                "/org/eclipse/org.nd4j-" + artifact + "-git.properties", "git.build.version");
    return version == null ? "unknown" : version;
  }

  private static String property(String resource, String key) {
    try (InputStream in = org.nd4j.linalg.factory.Nd4j.class.getResourceAsStream(resource)) {
      if (in == null) {
        return null;
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty(key);
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = NativeLibrary.class.getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JVM has it
    }
  }

  /**
   * Loads the library from a file that nobody else can change: one of the cache, or where there can
   * be no cache one of this process alone, which is removed once it is loaded.
   */
  private static void load(byte[] library, String sum) throws IOException {
    Path cache = cache();
    if (cache != null) {
      System.load(unpacked(cache, library, sum).toString());
      return;
    }
    Path temporary = Files.createTempDirectory("dl4j-hopfield"); // mode 700
    Path file = null;
    try {
      file = unpacked(temporary, library, sum);
      System.load(file.toString());
    } finally {
      if (file != null) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(temporary);
    }
  }

  /** The library in that folder; one that is there already is used if its hash is right. */
  private static Path unpacked(Path folder, byte[] library, String sum) throws IOException {
    Path file = folder.resolve("libdl4jhopfield-" + sum.substring(0, 16) + ".so");
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && sha256(Files.readAllBytes(file)).equals(sum)) {
      return file;
    }
    Path part = Files.createTempFile(folder, "unpack", ".part");
    try {
      Files.write(part, library);
      Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rwx------"));
      try {
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(part);
    }
    return file;
  }

  /**
   * The folder of unpacked libraries: made for its owner alone where it isn't there, taken as it is
   * where nobody else may write into it; else null.
   */
  private static Path cache() {
    String chosen = System.getProperty("dl4jhopfield.cache");
    String cache = System.getenv("XDG_CACHE_HOME");
    Path wanted =
        chosen != null
            ? Path.of(chosen)
            : cache != null && Path.of(cache).isAbsolute()
                ? Path.of(cache, "dl4j-hopfield")
                : Path.of(System.getProperty("user.home", "/"), ".cache", "dl4j-hopfield");
    try {
      if (!Files.exists(wanted)) {
        if (wanted.getParent() != null) {
          Files.createDirectories(wanted.getParent());
        }
        try {
          Files.createDirectory(
              wanted,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
          // another process was here first
        }
      }
      return isOurs(wanted) ? wanted.toRealPath() : null;
    } catch (IOException | UnsupportedOperationException e) {
      return null; // no home, or not ours
    }
  }

  /** Whether the folder is this user's, who can write into it and nobody else can. */
  private static boolean isOurs(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !Files.isWritable(folder)) {
      return false;
    }
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
    Path self = Path.of("/proc/self");
    return !permissions.contains(PosixFilePermission.GROUP_WRITE)
        && !permissions.contains(PosixFilePermission.OTHERS_WRITE)
        && (!Files.exists(self) || Files.getOwner(self).equals(Files.getOwner(folder)));
  }
}
