package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exit statuses and messages of the command line. */
class MainTest {
  record Run(int status, String out, String err) {}

  static Run run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Run(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "rnu; unknown command 'rnu' (did you mean 'run'?)",
        "frobnicate; hopfield --help lists the commands",
        "doctor --jsn; unknown option '--jsn' (did you mean '--json'?)",
        "run mli; unknown experiment 'mli'",
        "run; expected an experiment's name",
        "doctor extra; unexpected argument 'extra'",
        "op sparsemax --inn x --out y; unknown option '--inn' (did you mean '--in'?)",
        "verify --referense x; unknown option '--referense' (did you mean '--reference'?)",
        "op sparsemax --in x --out y --beta 1e400; expected a finite number, found '1e400'",
        "op softmx --in x --out y; unknown op 'softmx' (did you mean 'softmax'?)",
        "sweep retrieval; cannot be searched; these can be: ",
        "sweep mil --strategy tpee; found \"tpee\" (did you mean 'tpe'?)",
        "sweep mil --score nestd; found \"nestd\" (did you mean 'nested'?)",
        "sweep mil --outer-folds 3; expected none with cross-validation, found 3",
        "sweep mil --ui 70000; expected a port from 0 to 65535, found 70000",
        "sweep mil --dl4j-ui --workers 2; expected candidates in threads, found --workers",
        "sweep mil --dl4j-ui; expected deeplearning4j-ui 1.0.0-M2.1 on the class path, found none",
        "sweep mil --prune medain; found \"medain\" (did you mean 'median'?)",
        "sweep mil --prune median --strategy hyperband; which gives candidates up itself",
        "sweep mil --objective auc --objective auc; --objective: expected each once",
        "sweep vit --space paper-mil --dry-run; expected the experiment mil, found vit",
        "completion tcsh; expected one of [bash, zsh, fish]",
        "doctor --native maybe; --native",
        "run --seed x; --seed",
        "verify; --reference",
        "verify --reference f --dtype half; --dtype",
      })
  void wrongArgumentsAreOneLineAndStatus2(String line, String expected) {
    Run run = run(line.split(" "));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(expected);
    assertThat(run.err().strip().lines()).hasSize(1);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/no/such/file.json", "/tmp"})
  void anUnreadableFileIsOneLineWithItsNameAndStatus1(String file) {
    Run run = run("verify", "--reference", file);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains(file).doesNotContain("Exception").doesNotContain("\tat ");
    assertThat(run.err().strip().lines()).hasSize(1);
  }

  @Test
  void debugShowsWhereItCameFrom() {
    Run run = run("--debug", "verify", "--reference", "/no/such/file.json");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("NoSuchFileException").contains("\tat ");
  }

  @Test
  void helpNamesEveryCommandOnStdout() {
    Run run = run("--help");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("run", "verify", "doctor", "op", "bench", "test");
    assertThat(run.out()).doesNotContain("warm-up");
    assertThat(run.err()).isEmpty();
    assertThat(run().out()).isEqualTo(run.out());
  }

  @Test
  void everyCommandHasHelp() {
    for (String command : new String[] {"run", "verify", "doctor", "op", "bench", "test"}) {
      Run run = run(command, "--help");
      assertThat(run.status()).as(command).isZero();
      assertThat(run.out()).as(command).contains("Usage: hopfield " + command);
    }
  }

  @Test
  void benchBesideOwnJvmsNeedsTheLauncher() {
    assumeTrue(System.getenv("MALLOC_TRIM_THRESHOLD_") == null, "run by ./hopfield");
    Run run = run("bench", "entmax15", "--own-jvm");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("expected the environment that ./hopfield sets", "start it by");
  }

  @Test
  void helpOfACommandIsAskedForInTwoWays() {
    assertThat(run("help").out()).isEqualTo(run("--help").out());
    assertThat(run("help", "doctor").out()).isEqualTo(run("doctor", "--help").out());
    assertThat(run("help", "op").out()).contains("entmax15", "Example:");
  }

  @Test
  void helpOfAnOpShowsItsOwnOptionsTypesAndAnExample() {
    Run run = run("op", "entmax", "--help");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("alpha-entmax", "--alpha", "--mask", "float16", "op entmax --in scores.npy")
        .doesNotContain("--edge-score", "--median");
    assertThat(run("op", "pfu", "--help").out()).contains("--median").doesNotContain("--alpha");
    assertThat(run("op", "--help").out()).contains("sequential-k-subsets", "Example:");
  }

  @Test
  void shellsCompleteCommandsOptionsAndNames() {
    for (String shell : new String[] {"bash", "zsh", "fish"}) {
      Run run = run("completion", shell);
      assertThat(run.status()).isZero();
      assertThat(run.err()).isEmpty();
      assertThat(run.out())
          .contains("sweep", "publish-local", "fixed-points", "sequential-k-subsets", "HopfieldMIL")
          .doesNotContain("warm-up", "warmup");
    }
    assertThat(run("completion", "fish").out())
        .contains("complete -c hopfield -n '__fish_seen_subcommand_from op' -l in -r -F");
  }

  @Test
  void errorsOfTheJvmAreOneLineThatSaysWhatToDo() {
    assertThat(Main.failureMessage(new OutOfMemoryError("Java heap space")))
        .contains("not enough memory", "HOPFIELD_JAVA_OPTS=-Xmx");
    assertThat(Main.failureMessage(new IllegalStateException("x", new OutOfMemoryError("y"))))
        .contains("not enough memory");
    assertThat(Main.failureMessage(new NoClassDefFoundError("org/nd4j/Nd4j")))
        .contains("native libraries", "cachedir");
    assertThat(Main.failureMessage(new StackOverflowError())).contains("-Xss");
  }

  @Test
  void doctorsJsonIsOneObjectWithTheVersions() throws Exception {
    Run run = run("doctor", "--json");
    assertThat(run.status()).isZero();
    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report.at("/versions/nd4j").asText()).isEqualTo("1.0.0-M2.1");
    assertThat(report.at("/nd4j/backend").asText()).isEqualTo("CpuBackend");
    assertThat(report.at("/machine/threads").asInt()).isPositive();
  }

  @Test
  void stdoutHoldsTheResultAloneInAJvmOfItsOwn() throws Exception {
    Process process =
        new ProcessBuilder(
                java.nio.file.Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "doctor",
                "--json")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(out).startsWith("{");
    assertThat(new ObjectMapper().readTree(out).at("/versions/nd4j").asText())
        .isEqualTo("1.0.0-M2.1");
  }
}
