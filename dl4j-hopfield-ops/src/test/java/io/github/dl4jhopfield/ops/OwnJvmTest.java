package io.github.dl4jhopfield.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jhopfield.ops.internal.runtime.NativeLibrary;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the ops decide and do in programs of many kinds, each in a JVM of its own. */
class OwnJvmTest {
  private static final String LIBRARY =
      "io/github/dl4jhopfield/native/linux-x86_64/libdl4jhopfield.so";

  @TempDir Path folder;

  private static List<String> classPath() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Stream.of(path.split(File.pathSeparator)).filter(e -> new File(e).exists()).toList();
  }

  private static void needsNative() {
    assumeTrue(
        NativeLibrary.platform().equals("linux-x86_64")
            && NativeLibrary.class.getResource("/" + LIBRARY) != null,
        "there is a native library for linux-x86_64 only");
  }

  /**
   * Runs {@link Scenario} and gives its lines "@key value"; everything that it printed is under "".
   */
  private Map<String, String> run(List<String> classPath, String mode, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classPath));
    command.add(Scenario.class.getName());
    return java(mode, command, arguments);
  }

  private Map<String, String> java(String mode, List<String> what, String... arguments) {
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(
          List.of(
              "-Xmx700m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Ddl4jhopfield.native=" + mode,
              "-Ddl4jhopfield.cache=" + folder.resolve("cache")));
      command.addAll(what);
      command.addAll(List.of(arguments));
      Path output = Files.createTempFile(folder, "output", ".txt");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(300, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      String text = Files.readString(output);
      Map<String, String> lines = new LinkedHashMap<>();
      lines.put("", text);
      text.lines()
          .filter(line -> line.startsWith("@"))
          .forEach(
              line -> {
                String[] words = line.substring(1).split(" ", 2);
                lines.put(words[0], words[1]);
              });
      assertThat(process.exitValue()).as(text).isZero();
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"require,off", "off,require", "require,require", "off,off"})
  void aSavedGraphLoadsAndTrainsInANewJvm(String saved, String loaded) {
    if (saved.equals("require") || loaded.equals("require")) {
      needsNative();
    }
    String file = folder.resolve("graph.fb").toString();
    Map<String, String> first = run(classPath(), saved, "save", file);
    Map<String, String> second = run(classPath(), loaded, "load", file);
    assertThat(first.get("native")).isEqualTo(String.valueOf(saved.equals("require")));
    assertThat(second.get("native")).isEqualTo(String.valueOf(loaded.equals("require")));
    for (String key : new String[] {"y", "gradient", "alpha"}) {
      assertThat(number(second, key)).as(key).isCloseTo(number(first, key), within(1e-10));
    }
    assertThat(Double.isFinite(number(second, "trained"))).isTrue();
  }

  private Map<String, String> statusWith(String... properties) {
    List<String> what = new ArrayList<>(List.of(properties));
    what.addAll(
        List.of("-cp", String.join(File.pathSeparator, classPath()), Scenario.class.getName()));
    return java("require", what, "status");
  }

  @Test
  void aCacheFolderThatWasThereKeepsItsMode() throws IOException {
    needsNative();
    Path cache = Files.createDirectory(folder.resolve("mine"));
    Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(statusWith("-Ddl4jhopfield.cache=" + cache).get("native")).isEqualTo("true");
    assertThat(Files.getPosixFilePermissions(cache))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Stream<Path> files = Files.list(cache)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void nothingStaysInTheTemporaryFolderWhereThereCanBeNoCache() throws IOException {
    needsNative();
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (String cache : new String[] {"/dev/null/none", open.toString()}) {
      Map<String, String> status =
          statusWith("-Ddl4jhopfield.cache=" + cache, "-Djava.io.tmpdir=" + temporary);
      assertThat(status.get("native")).as(cache).isEqualTo("true");
      try (Stream<Path> files = Files.list(temporary)) {
        assertThat(files.filter(f -> f.getFileName().toString().contains("hopfield"))).isEmpty();
      }
    }
  }

  private static double number(Map<String, String> lines, String key) {
    assertThat(lines).as(lines.get("")).containsKey(key);
    return Double.parseDouble(lines.get(key));
  }

  @Test
  void bothPathsGiveTheSameAfterOtherOpsRan() {
    needsNative();
    Map<String, String> inLibnd4j = run(classPath(), "require", "eager");
    Map<String, String> inJava = run(classPath(), "off", "eager");
    assertThat(inJava.keySet()).isEqualTo(inLibnd4j.keySet());
    inJava.forEach(
        (key, value) -> {
          if (!key.isEmpty() && !key.equals("native")) {
            assertThat(number(inLibnd4j, key))
                .as(key)
                .isCloseTo(Double.parseDouble(value), within(1e-10));
          }
        });
  }

  /**
   * Graphs with every op and every choice, saved at commit 4412385, read by this version: what they
   * compute agrees with what that version computed, and has the bits of the same calls made anew.
   */
  @ParameterizedTest
  @ValueSource(strings = {"require", "off"})
  void graphsOfAnEarlierVersionComputeTheSame(String mode) {
    if (mode.equals("require")) {
      needsNative();
    }
    Map<String, String> lines = run(classPath(), mode, "fixtures");
    for (String name : SavedGraphs.names()) {
      assertThat(Integer.parseInt(lines.get(name + ".outputs"))).as(name).isGreaterThan(30);
      assertThat(number(lines, name + ".worst")).as(name).isLessThanOrEqualTo(1e-10);
      // losses are composed of ND4J's ops, which a later version may compose otherwise
      if (!name.equals("functions")) {
        assertThat(lines.get(name + ".otherThanFresh")).as(name).isEqualTo("0");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"auto,false", "auto,true", "off,false"})
  void eightThreadsMayStartAtOnce(String mode, String nd4jBefore) {
    Map<String, String> lines = run(classPath(), mode, "threads", nd4jBefore);
    assertThat(lines.get("failures")).as(lines.get("")).isEqualTo("0");
    assertThat(lines.get("distinct")).isEqualTo("1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"shared", "apart"})
  void anotherClassLoaderMayLoadTheLibraryAgain(String nd4j) {
    Map<String, String> lines = run(classPath(), "auto", "loaders", nd4j);
    assertThat(lines.get("")).doesNotContain("@error", "UnsatisfiedLinkError");
    assertThat(lines.get("")).contains("@loader 1 true", "@loader 2 true", "@loader 3 true");
    assertThat(
            lines.get("").lines().filter(l -> l.startsWith("@gradient") || l.startsWith("@copy")))
        .hasSize(6)
        .allMatch(l -> l.endsWith(lines.get("gradient")));
  }

  @Test
  void aDamagedLibraryIsNotLoaded() throws IOException {
    needsNative();
    byte[] library;
    try (InputStream in = NativeLibrary.class.getResourceAsStream("/" + LIBRARY)) {
      library = in.readAllBytes();
    }
    library[library.length / 2] ^= 1;
    Path damaged = folder.resolve("damaged");
    Files.createDirectories(damaged.resolve(LIBRARY).getParent());
    Files.write(damaged.resolve(LIBRARY), library);
    checkFallback(before(damaged), "the native library is damaged: expected sha256");
  }

  @Test
  void aWrongVersionOfNd4jIsNotTouched() throws IOException {
    needsNative();
    Path other = folder.resolve("other");
    Path properties = other.resolve("META-INF/maven/org.nd4j/nd4j-native/pom.properties");
    Files.createDirectories(properties.getParent());
    Files.writeString(properties, "version=1.0.0-M2\n");
    checkFallback(before(other), "made for ND4J 1.0.0-M2.1, found nd4j-native 1.0.0-M2");
  }

  @Test
  void aMissingLibraryIsSaid() {
    needsNative();
    List<String> without =
        classPath().stream()
            .filter(e -> !e.contains("custom-ops-cpp") && !Files.exists(Path.of(e, LIBRARY)))
            .toList();
    checkFallback(without, "the native library is not on the class path");
  }

  private List<String> before(Path entry) {
    List<String> classPath = new ArrayList<>(classPath());
    classPath.add(0, entry.toString());
    return classPath;
  }

  /** auto: Java, and one line why; require: an exception that says why, on every call. */
  private void checkFallback(List<String> classPath, String reason) {
    Map<String, String> auto = run(classPath, "auto", "status");
    assertThat(auto.get("native")).isEqualTo("false");
    assertThat(auto.get("reason")).contains(reason);
    assertThat(auto.get("sum")).isEqualTo("3.0");
    assertThat(auto.get("").lines().filter(l -> l.contains("Hopfield ops run in Java"))).hasSize(1);
    Map<String, String> require = run(classPath, "require", "status");
    assertThat(require.get("exception")).contains("native ops are required", reason);
    assertThat(require.get("second")).isEqualTo(require.get("exception"));
  }

  @Test
  void offRunsInJavaAndAnotherWordIsRejected() {
    Map<String, String> off = run(classPath(), "off", "status");
    assertThat(off.get("native")).isEqualTo("false");
    assertThat(off.get("reason")).contains("switched off");
    assertThat(off.get("sum")).isEqualTo("3.0");
    Map<String, String> wrong = run(classPath(), "yes", "status");
    assertThat(wrong.get("exception")).contains("expected auto, require or off, found yes");
  }

  @Test
  void aSpringBootJarRunsNatively() throws IOException {
    needsNative();
    Path jar = folder.resolve("application.jar");
    springBootJar(jar);
    String file = folder.resolve("graph.fb").toString();
    Map<String, String> saved = java("require", List.of("-jar", jar.toString()), "save", file);
    assertThat(saved.get("native")).as(saved.get("")).isEqualTo("true");
    Map<String, String> loaded = java("auto", List.of("-jar", jar.toString()), "load", file);
    assertThat(number(loaded, "y")).isCloseTo(number(saved, "y"), within(1e-10));
  }

  /**
   * The layout that Spring Boot's plugin makes: libraries as stored jars inside the jar, its loader
   * in front.
   */
  private static void springBootJar(Path jar) throws IOException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
    main.putValue("Start-Class", Scenario.class.getName());
    main.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
    main.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
    int number = 0;
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (String directory : new String[] {"BOOT-INF/", "BOOT-INF/classes/", "BOOT-INF/lib/"}) {
        out.putNextEntry(new JarEntry(directory));
      }
      for (String entry : classPath()) {
        Path path = Path.of(entry);
        if (Files.isDirectory(path)) {
          try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
              String name = "BOOT-INF/classes/" + path.relativize(file);
              out.putNextEntry(new JarEntry(name.replace(File.separatorChar, '/')));
              Files.copy(file, out);
            }
          }
        } else if (entry.contains("spring-boot-loader")) {
          try (JarInputStream in = new JarInputStream(Files.newInputStream(path))) {
            for (JarEntry e = in.getNextJarEntry(); e != null; e = in.getNextJarEntry()) {
              if (e.getName().endsWith(".class")) {
                out.putNextEntry(new JarEntry(e.getName()));
                in.transferTo(out);
              }
            }
          }
        } else {
          stored(
              out, "BOOT-INF/lib/" + number++ + "-" + path.getFileName(), Files.readAllBytes(path));
        }
      }
    }
  }

  private static void stored(JarOutputStream out, String name, byte[] bytes) throws IOException {
    JarEntry entry = new JarEntry(name);
    entry.setMethod(JarEntry.STORED);
    entry.setSize(bytes.length);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    entry.setCrc(crc.getValue());
    out.putNextEntry(entry);
    ((OutputStream) out).write(bytes);
    out.closeEntry();
  }
}
