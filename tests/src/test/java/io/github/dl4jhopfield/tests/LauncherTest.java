package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a small project of its own, with a Maven, a Java and an apt-get that only note
 * how they were called: what it builds, when it doesn't, and what it says.
 */
class LauncherTest {
  private static final Path ROOT = Path.of(System.getProperty("hopfield.root", ".."));
  private static final String[] TOOLS = {
    "bash",
    "sh",
    "env",
    "readlink",
    "dirname",
    "find",
    "flock",
    "mkdir",
    "touch",
    "mv",
    "rm",
    "tee",
    "awk",
    "grep",
    "head",
    "tail",
    "cat",
    "sleep",
    "uname"
  };

  @TempDir Path temporary;
  private Path project;
  private Path bin;
  private Path javaHome;

  record Run(int status, String out, String err) {}

  @BeforeAll
  static void needsBash() {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no /bin/bash here");
    assumeTrue(Files.exists(ROOT.resolve("hopfield")), "not in the project's tree: " + ROOT);
  }

  @BeforeEach
  void makeProject() throws IOException {
    project = Files.createDirectories(temporary.resolve("a project"));
    for (String module :
        List.of(
            "custom-ops-cpp",
            "dl4j-hopfield-ops",
            "samediff-layers",
            "model-zoo",
            "arbiter-search",
            "cli")) {
      write(project.resolve(module).resolve("pom.xml"), "<project/>");
      write(project.resolve(module).resolve("src/main/Source.java"), "class Source {}");
      write(project.resolve(module).resolve("src/test/SourceTest.java"), "class SourceTest {}");
    }
    write(project.resolve("pom.xml"), "<project/>");
    write(project.resolve(".mvn/maven.config"), "");
    Files.copy(
        ROOT.resolve("hopfield"), project.resolve("hopfield"), StandardCopyOption.COPY_ATTRIBUTES);
    // Sources of a checkout are older than the build; this test is faster than a file system's
    // clock.
    age(project);

    bin = Files.createDirectories(temporary.resolve("bin"));
    for (String tool : TOOLS) {
      Path real = Path.of("/usr/bin", tool);
      Files.createSymbolicLink(
          bin.resolve(tool), Files.exists(real) ? real : Path.of("/bin", tool));
    }
    for (String tool : List.of("cmake", "make", "g++")) {
      script(bin.resolve(tool), "");
    }
    script(bin.resolve("fc-list"), "echo font");
    script(bin.resolve("id"), "echo 1000");
    script(bin.resolve("apt-get"), "echo apt-get \"$@\" >>'" + log("apt") + "'");
    script(bin.resolve("apt-cache"), "");
    script(
        bin.resolve("mvn"),
        "echo \"$@\" >>'"
            + log("mvn")
            + "'; mkdir -p cli/target/lib; touch cli/target/cli-1.jar cli/target/lib/a.jar; echo '[INFO] Building cli 0.1 [7/7]'");
    javaHome = java("jdk17", "17.0.9");
  }

  private Path java(String name, String version) throws IOException {
    Path home = temporary.resolve(name);
    script(
        home.resolve("bin/java"),
        "for a; do case $a in warm-up) exit 0;; esac; done; printf '%s\\n' \"$@\" >>'"
            + log("java")
            + "'; echo from java");
    script(home.resolve("bin/javac"), "");
    write(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private Path log(String tool) {
    return temporary.resolve(tool + ".log");
  }

  private List<String> logged(String tool) throws IOException {
    return Files.exists(log(tool)) ? Files.readAllLines(log(tool)) : List.of();
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void script(Path file, String body) throws IOException {
    write(file, "#!/bin/bash\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void age(Path tree) throws IOException {
    FileTime old = FileTime.from(Instant.now().minusSeconds(3600));
    try (var paths = Files.walk(tree)) {
      for (Path path : paths.toList()) {
        Files.setLastModifiedTime(path, old);
      }
    }
  }

  private ProcessBuilder command(Path folder, String... command) {
    List<String> line = new ArrayList<>(List.of("/bin/bash"));
    line.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("HOME", temporary.toString());
    builder.environment().put("JAVA_HOME", javaHome.toString());
    return builder;
  }

  private Process start(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(project.resolve("hopfield").toString()));
    line.addAll(List.of(arguments));
    return command(project, line.toArray(String[]::new))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private Run run(Path folder, String... line) throws Exception {
    Path out = Files.createTempFile(temporary, "out", "");
    Path err = Files.createTempFile(temporary, "err", "");
    Process process =
        command(folder, line).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the launcher ends").isTrue();
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private Run hopfield(String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(project.resolve("hopfield").toString()));
    line.addAll(List.of(arguments));
    return run(project, line.toArray(String[]::new));
  }

  @Test
  void theFirstStartBuildsAndTheSecondDoesNot() throws Exception {
    Run first = hopfield("doctor");
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.err())
        .contains("building with Java 17")
        .contains("[7/7] cli")
        .contains("built in");
    assertThat(first.out()).as("stdout is the command's").isEqualTo("from java\n");
    assertThat(logged("mvn")).hasSize(1);
    Run second = hopfield("doctor");
    assertThat(second.err()).isEmpty();
    assertThat(logged("mvn")).as("Maven's starts").hasSize(1);
  }

  @Test
  void anEditAnAdditionAndADeletionEachBuildAgain() throws Exception {
    hopfield("doctor");
    write(project.resolve("model-zoo/src/main/Source.java"), "class Source { int edited; }");
    hopfield("doctor");
    assertThat(logged("mvn")).as("after an edit").hasSize(2);
    write(project.resolve("cli/src/main/deep/New.java"), "class New {}");
    hopfield("doctor");
    assertThat(logged("mvn")).as("after an addition").hasSize(3);
    Files.delete(project.resolve("custom-ops-cpp/src/main/Source.java"));
    hopfield("doctor");
    assertThat(logged("mvn")).as("after a deletion").hasSize(4);
    write(project.resolve("pom.xml"), "<project> </project>");
    hopfield("doctor");
    assertThat(logged("mvn")).as("after a change of the parent").hasSize(5);
    hopfield("doctor");
    assertThat(logged("mvn")).as("with nothing changed").hasSize(5);
  }

  @Test
  void anEditedTestDoesNotBuildTheProgramAgain() throws Exception {
    hopfield("doctor");
    write(project.resolve("cli/src/test/SourceTest.java"), "class SourceTest { int edited; }");
    hopfield("doctor");
    assertThat(logged("mvn")).hasSize(1);
  }

  @Test
  void aFailedBuildSaysWhyAndIsTriedAgain() throws Exception {
    Path maven = bin.resolve("mvn");
    String good = Files.readString(maven);
    script(maven, "echo '[ERROR] Source.java:[3,4] cannot find symbol'; exit 1");
    Run failed = hopfield("doctor");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err()).contains("cannot find symbol").contains("the build failed");
    assertThat(failed.out()).isEmpty();
    Files.writeString(maven, good);
    assertThat(hopfield("doctor").status()).isZero();
  }

  @Test
  void anInterruptedBuildIsNotTakenForAFinishedOne() throws Exception {
    Path maven = bin.resolve("mvn");
    String good = Files.readString(maven);
    script(
        maven,
        "mkdir -p cli/target/lib cli/target/classes; touch cli/target/classes/Half.class '"
            + log("started")
            + "'; sleep 60");
    Process process = start("doctor");
    for (int i = 0; i < 300 && !Files.exists(log("started")); i++) {
      Thread.sleep(100);
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
    Files.writeString(maven, good);
    Run next = hopfield("doctor");
    assertThat(next.status()).as(next.err()).isZero();
    assertThat(next.err()).contains("the last build did not finish");
    assertThat(project.resolve("cli/target/classes/Half.class")).doesNotExist();
  }

  @Test
  void twoStartsAtOnceBuildOnce() throws Exception {
    Path maven = bin.resolve("mvn");
    script(maven, "sleep 1\n" + Files.readString(maven));
    Process first = start("doctor");
    Process second = start("doctor");
    assertThat(first.waitFor()).isZero();
    assertThat(second.waitFor()).isZero();
    assertThat(logged("mvn")).hasSize(1);
    assertThat(logged("java").stream().filter("doctor"::equals)).hasSize(2);
  }

  @Test
  void worksThroughASymbolicLinkFromAnotherFolderAndKeepsArgumentsWhole() throws Exception {
    Path link = temporary.resolve("linked");
    Files.createSymbolicLink(link, project.resolve("hopfield"));
    Path elsewhere = Files.createDirectories(temporary.resolve("else where"));
    Run run = run(elsewhere, link.toString(), "run", "mil", "--data", "my file.csv", "", "a*");
    assertThat(run.status()).as(run.err()).isZero();
    List<String> java = logged("java");
    assertThat(java).containsSubsequence("run", "mil", "--data", "my file.csv", "", "a*");
    assertThat(String.join("\n", java)).contains(project + "/cli/target/lib/a.jar");
  }

  @Test
  void withoutRootItNamesWhatIsMissingAndStops() throws Exception {
    Files.delete(bin.resolve("mvn"));
    Files.delete(bin.resolve("cmake"));
    Run run = hopfield("run", "mil");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .contains("missing: maven cmake")
        .contains("sudo apt-get install maven cmake");
    assertThat(logged("apt")).as("apt-get's starts").isEmpty();
    assertThat(logged("java")).isEmpty();
  }

  @Test
  void asRootItInstallsWhatIsMissing() throws Exception {
    String maven = Files.readString(bin.resolve("mvn"));
    Files.delete(bin.resolve("mvn"));
    script(bin.resolve("id"), "echo 0");
    write(temporary.resolve("mvn.new"), maven);
    script(
        bin.resolve("apt-get"),
        "echo \"$@\" >>'"
            + log("apt")
            + "'; case $1 in install) cat '"
            + temporary.resolve("mvn.new")
            + "' >'"
            + bin.resolve("mvn")
            + "'; /bin/chmod +x '"
            + bin.resolve("mvn")
            + "';; esac");
    Run run = hopfield("doctor");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("installing maven");
    assertThat(logged("apt")).containsExactly("update", "install -y --no-install-recommends maven");
    assertThat(logged("mvn")).hasSize(1);
  }

  @Test
  void onAnotherSystemItNamesThePackagesAndStops() throws Exception {
    Files.delete(bin.resolve("mvn"));
    Files.delete(bin.resolve("apt-get"));
    Run run = hopfield("doctor");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("missing: maven").contains("on this system");
  }

  @Test
  void aTooOldJavaIsNamedAndAnotherUsed() throws Exception {
    Path new17 = javaHome;
    javaHome = java("jdk11", "11.0.2");
    Files.createSymbolicLink(bin.resolve("java"), new17.resolve("bin/java"));
    Run run = hopfield("doctor");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("JAVA_HOME=" + javaHome + " is not usable")
        .contains("using " + new17);
  }

  @Test
  void jvmOptionsOfTheUserArePassedOn() throws Exception {
    hopfield("doctor");
    Files.deleteIfExists(log("java"));
    Path wrapper = temporary.resolve("wrapper.sh");
    script(
        wrapper,
        "HOPFIELD_JAVA_OPTS='-Xmx8g -Dx=y' exec bash \""
            + project.resolve("hopfield")
            + "\" doctor");
    assertThat(run(project, wrapper.toString()).status()).isZero();
    assertThat(logged("java")).containsSubsequence("-Xmx8g", "-Dx=y", "doctor");
  }

  @Test
  void testRunsMavensVerifyAndShowsTheClosingLines() throws Exception {
    script(
        bin.resolve("mvn"),
        "echo \"$@\" >>'"
            + log("mvn")
            + "'; mkdir -p cli/target/lib; echo '[INFO] Building cli 0.1 [7/7]'; echo '[INFO] Tests run: 7, Failures: 0, Errors: 0, Skipped: 1'");
    Run run = hopfield("test", "-Dtest=Some");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("cli +JUnit +Tests run: 7, Failures: 0, Errors: 0, Skipped: 1")
        .contains("hopfield test: passed");
    assertThat(logged("mvn")).containsExactly("--batch-mode --fail-at-end verify -Dtest=Some");
  }

  @Test
  void testFailsWhenMavenFails() throws Exception {
    script(
        bin.resolve("mvn"),
        "echo '[ERROR] Tests run: 7, Failures: 1, Errors: 0, Skipped: 0'; exit 1");
    Run run = hopfield("test");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("Failures: 1").contains("hopfield test: FAILED");
    assertThat(project.resolve(".hopfield/built")).doesNotExist();
  }
}
