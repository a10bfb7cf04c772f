package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.io.NpyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The command line as a process: what it loads, what it puts on stdout, what it leaves behind. */
class CommandLineTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "run --help",
        "verify",
        "rnu",
        "run mli",
        "op no-such-op --in a --out b"
      })
  void nd4jIsNotLoadedBeforeItIsNeeded(String line) throws Exception {
    Cli.Run run = Cli.run(List.of("-Xlog:class+load=info:stderr"), line.split(" "));
    assertThat(run.err()).contains("io.github.dl4jhopfield.cli.Main");
    assertThat(run.err().lines().filter(l -> l.contains("org.nd4j.") && l.contains("source:")))
        .as("ND4J's classes loaded by %s", line)
        .isEmpty();
  }

  @Test
  void stdoutCarriesOneJsonObjectAndStderrNothingWithQuiet() throws Exception {
    Cli.Run run = Cli.run("doctor", "--json", "--quiet");
    assertThat(run.status()).isZero();
    assertThat(new ObjectMapper().readTree(run.out()).isObject()).isTrue();
    assertThat(run.err()).isEmpty();
  }

  @Test
  void debugShowsTheLibrariesLogOnStderrOnly() throws Exception {
    Cli.Run run = Cli.run("doctor", "--json", "--debug");
    assertThat(run.err()).contains("Backend");
    assertThat(new ObjectMapper().readTree(run.out()).isObject()).isTrue();
  }

  @Test
  void opWritesWhatTheOpGives() throws Exception {
    Path x = folder.resolve("x.npy");
    Path m = folder.resolve("m.npy");
    Path y = folder.resolve("y.npy");
    NpyFile.write(x, Nd4j.createFromArray(new double[][] {{0, Math.log(3), 7}, {1, 1, 1}}));
    NpyFile.write(
        m, Nd4j.createFromArray(new boolean[][] {{true, true, false}, {false, false, false}}));
    Cli.Run run = Cli.run("op", "softmax", "--in", x + "", "--mask", m + "", "--out", y + "");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEqualTo("wrote " + y + ", shape [2, 3]\n");
    INDArray expected = Nd4j.createFromArray(new double[][] {{0.25, 0.75, 0}, {0, 0, 0}});
    assertThat(NpyFile.read(y).equalsWithEps(expected, 1e-12)).isTrue();
  }

  @Test
  void badInputOfOpIsOneLineAndLeavesNoFile() throws Exception {
    Path cut = Files.write(folder.resolve("cut.npy"), new byte[] {(byte) 0x93, 'N', 'U'});
    assertBad(1, "cut.npy: expected a NumPy .npy file", "op", "softmax", "--in", cut + "");
    assertBad(
        1, "none.npy: no such file", "op", "softmax", "--in", folder.resolve("none.npy") + "");
    assertBad(2, "expected --alpha", "op", "entmax", "--in", cut + "");
    assertBad(2, "found --alpha", "op", "sparsemax", "--alpha", "1.5", "--in", cut + "");
    assertBad(2, "alpha", "op", "entmax", "--alpha", "0.5", "--in", cut + "");
    assertBad(2, "did you mean 'sparsemax'", "op", "sparsmax", "--in", cut + "");
    assertThat(folder.resolve("y.npy")).doesNotExist();
  }

  private void assertBad(int status, String message, String... arguments) throws Exception {
    String[] line = Arrays.copyOf(arguments, arguments.length + 2);
    line[arguments.length] = "--out";
    line[arguments.length + 1] = folder.resolve("y.npy").toString();
    Cli.Run run = Cli.run(line);
    assertThat(run.status()).as(run.err()).isEqualTo(status);
    assertThat(run.err()).contains(message).doesNotContain("\tat ");
    assertThat(run.err().strip().lines()).hasSize(1);
  }

  @Test
  void doctorNamesWhatWasDecidedAboutNativeOps() throws Exception {
    JsonNode off = Cli.run("doctor", "--json", "--native", "off").json().get("native");
    assertThat(off.get("setting").asText()).isEqualTo("off");
    assertThat(off.get("loaded").asBoolean()).isFalse();
    assertThat(off.get("reason").asText()).isNotEmpty();
  }
}
