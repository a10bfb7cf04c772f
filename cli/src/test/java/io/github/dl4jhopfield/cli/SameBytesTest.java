package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same run in two JVMs, whose maps and sets without order have different ones. */
class SameBytesTest {
  @TempDir Path folder;

  private Process train(Path data, String out) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            "train",
            "--model",
            "HopfieldMIL",
            "--data",
            data.toString(),
            "--tune",
            "false",
            "--epochs",
            "2",
            "--out",
            folder.resolve(out).toString())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(out + ".log").toFile())
        .start();
  }

  @Test
  void twoRunsWriteTheSameFiles() throws Exception {
    StringBuilder rows = new StringBuilder();
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      rows.append(i / 2 % 2).append(",b").append(i / 2);
      for (int f = 0; f < 3; f++) {
        rows.append(',').append(i / 2 % 2 + random.nextDouble());
      }
      rows.append('\n');
    }
    Path data = Files.writeString(folder.resolve("bags.csv"), rows);
    Process first = train(data, "first");
    Process second = train(data, "second");
    assertThat(first.waitFor()).as(Files.readString(folder.resolve("first.log"))).isZero();
    assertThat(second.waitFor()).as(Files.readString(folder.resolve("second.log"))).isZero();
    List<String> names = new ArrayList<>();
    try (var files = Files.list(folder.resolve("first"))) {
      files.map(f -> f.getFileName().toString()).sorted().forEach(names::add);
    }
    assertThat(names).contains("metrics.json", "model.zip");
    for (String name : names) {
      Path a = folder.resolve("first").resolve(name);
      Path b = folder.resolve("second").resolve(name);
      if (name.equals("metrics.json")) {
        String seconds = "\"seconds\" : [0-9.E-]+";
        assertThat(Files.readString(a).replaceFirst(seconds, ""))
            .isEqualTo(Files.readString(b).replaceFirst(seconds, ""));
      } else {
        assertThat(a).as(name).hasSameBinaryContentAs(b);
      }
    }
  }
}
