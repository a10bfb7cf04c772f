package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows works: its program compiles and trains, its links lead somewhere. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("hopfield.root", ".."));

  private static String readme() throws IOException {
    assumeTrue(Files.exists(ROOT.resolve("README.md")), "not in the project's tree: " + ROOT);
    return Files.readString(ROOT.resolve("README.md"));
  }

  private static String block(String language) throws IOException {
    Matcher code =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme());
    assertThat(code.find()).isTrue();
    return code.group(1);
  }

  @Test
  void theProgramOfTheReadmeCompilesAndTrains(@TempDir Path folder) throws Exception {
    Path source = Files.writeString(folder.resolve("Bags.java"), block("java"));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-cp", classPath, "-d", folder.toString(), source.toString());
    assertThat(status).isZero();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                folder + File.pathSeparator + classPath,
                "Bags")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    assertThat(out.strip()).matches("(?s).*loss 0\\.\\d+");
  }

  @Test
  void thePomOfTheReadmeHasThisBuildsVersions() throws Exception {
    String shown = block("xml");
    String parent = Files.readString(ROOT.resolve("pom.xml"));
    Matcher version = Pattern.compile("<javacpp.version>(.*?)<").matcher(parent);
    assertThat(version.find()).isTrue();
    assertThat(shown)
        .contains("<version>" + version.group(1) + "</version>", "-" + version.group(1) + "<")
        .contains("<version>1.0.0-M2.1</version>");
    Matcher ours = Pattern.compile("parent</artifactId>\\s*<version>(.*?)<").matcher(parent);
    assertThat(ours.find()).isTrue();
    assertThat(shown).contains("<version>" + ours.group(1) + "</version>");
  }

  @Test
  void everyLinkToAFileLeadsToOne() throws Exception {
    assumeTrue(Files.exists(ROOT.resolve("README.md")), "not in the project's tree: " + ROOT);
    try (var pages = Files.list(ROOT.resolve("docs"))) {
      for (Path page :
          Stream.concat(
                  pages.filter(p -> p.toString().endsWith(".md")),
                  Stream.of(ROOT.resolve("README.md")))
              .toList()) {
        Matcher link = Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(page));
        while (link.find()) {
          assertThat(page.resolveSibling(link.group(1))).as("link in %s", page).exists();
        }
      }
    }
  }
}
