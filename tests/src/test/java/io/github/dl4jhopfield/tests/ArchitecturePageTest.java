package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A file that docs/architecture.md names exists. */
class ArchitecturePageTest {
  private static final Path ROOT = Path.of(System.getProperty("hopfield.root", ".."));
  private static final Pattern NAME =
      Pattern.compile("`((?:[\\w.-]+/)*[\\w-]+\\.(?:java|cpp|h|inl|py|md|sh|xml))`");
  private static final Set<String> NOT_OURS =
      Set.of("target", "build", ".git", ".hopfield", "node_modules");

  private static List<String> files() throws IOException {
    List<String> files = new ArrayList<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return NOT_OURS.contains(String.valueOf(dir.getFileName()))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files.add("/" + ROOT.relativize(file).toString().replace('\\', '/'));
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  static Set<String> missing(String page, List<String> files) {
    Set<String> missing = new TreeSet<>();
    Matcher name = NAME.matcher(page);
    while (name.find()) {
      String ending = "/" + name.group(1);
      if (!ending.equals("/FAMILY.cpp") && files.stream().noneMatch(f -> f.endsWith(ending))) {
        missing.add(name.group(1));
      }
    }
    return missing;
  }

  @Test
  void everyFileThatThePageNamesExists() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/architecture.md"));
    assertThat(NAME.matcher(page).results().count()).isGreaterThan(50);
    assertThat(missing(page, files())).as("named in docs/architecture.md").isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsNoticed() {
    assertThat(missing("`a/B.java` `C.java` `D.java`", List.of("/x/a/B.java", "/y/C.java")))
        .containsExactly("D.java");
  }
}
