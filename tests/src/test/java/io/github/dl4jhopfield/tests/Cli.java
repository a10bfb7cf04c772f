package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line in a JVM of its own: what touches ND4J is decided once a process. */
final class Cli {
  private static final long LIMIT_SECONDS = 300;

  private Cli() {}

  record Run(int status, String out, String err) {
    JsonNode json() throws IOException {
      assertThat(status).as(err).isLessThan(2);
      return new ObjectMapper().readTree(out);
    }
  }

  static Run run(List<String> jvmOptions, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.awt.headless=true");
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.github.dl4jhopfield.cli.Main");
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile("hopfield", ".out");
    Path err = Files.createTempFile("hopfield", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      assertThat(ended).as("%s ends within %d s", command, LIMIT_SECONDS).isTrue();
      return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  static Run run(String... arguments) throws Exception {
    return run(List.of(), arguments);
  }
}
