package io.github.dl4jhopfield.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jhopfield.io.NpyFile;
import io.github.dl4jhopfield.layers.HopfieldPooling;
import io.github.dl4jhopfield.zoo.experiment.Experiment;
import io.github.dl4jhopfield.zoo.experiment.ExperimentOption;
import io.github.dl4jhopfield.zoo.experiment.Experiments;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflow;
import io.github.dl4jhopfield.zoo.experiment.ModelWorkflows;
import io.github.dl4jhopfield.zoo.files.NetworkFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import picocli.CommandLine;

/**
 * Every command, fed what no command can use: always one line for each fault that names what was
 * given, status 1 or 2, nothing on stdout, and never an "internal error".
 */
class HostileInputTest {
  @TempDir Path folder;
  private final Map<String, Path> bad = new LinkedHashMap<>();
  private Path model;
  private Path input;

  @BeforeEach
  void files() throws IOException {
    model = folder.resolve("model.zip");
    input = folder.resolve("x.npy");
    NetworkFile.write(model, pooling(6, null));
    NpyFile.write(input, Nd4j.rand(DataType.FLOAT, 2, 6, 5));
    bad.put("missing", folder.resolve("missing.file"));
    bad.put("folder", Files.createDirectory(folder.resolve("a folder")));
    byte[] random = new byte[4096];
    new Random(7).nextBytes(random);
    write("empty", new byte[0]);
    write("random", random);
    write("text", "hello\nworld\n".getBytes(StandardCharsets.UTF_8));
    write("deep", "[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
    byte[] array = Files.readAllBytes(input);
    write("cut.npy", Arrays.copyOf(array, array.length - 7));
    write("huge.npy", header("<f4", "(2000000000, 2000000000, 2000000000)"));
    write("negative.npy", header("<f4", "(-3, 4)"));
    write("object.npy", header("|O", "(2,)"));
    byte[] zip = Files.readAllBytes(model);
    write("cut.zip", Arrays.copyOf(zip, zip.length / 2));
    write("long.safetensors", new byte[] {-1, -1, -1, -1, -1, -1, -1, 127, '{', '}'});
    write("numbers.csv", "0,1,2\n3,4\n".getBytes(StandardCharsets.UTF_8));
  }

  private void write(String name, byte[] content) throws IOException {
    bad.put(name, Files.write(folder.resolve("bad-" + name), content));
  }

  private static byte[] header(String type, String shape) {
    String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    text = text + " ".repeat(117 - text.length()) + "\n";
    byte[] bytes = ("\u0093NUMPY\u0001\u0000v\u0000" + text).getBytes(StandardCharsets.ISO_8859_1);
    return Arrays.copyOf(bytes, bytes.length + 64);
  }

  private static MultiLayerNetwork pooling(int width, EmbeddingSequenceLayer embedding) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().seed(1).list();
    if (embedding != null) {
      list.layer(embedding);
    }
    list.layer(new HopfieldPooling.Builder().nIn(width).nHeads(2).hiddenSize(3).build());
    list.layer(
        new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
            .nIn(width)
            .nOut(1)
            .activation(Activation.SIGMOID)
            .build());
    if (embedding != null) {
      list.setInputType(InputType.recurrent(1, 5));
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  /** Command lines with BAD where a file is named that the command reads. */
  private List<List<String>> lines() {
    String x = input.toString();
    String m = model.toString();
    String out = folder.resolve("out").toString();
    List<List<String>> lines =
        new ArrayList<>(
            List.of(
                List.of("verify", "--reference", "BAD"),
                List.of("op", "sparsemax", "--in", "BAD", "--out", out),
                List.of("op", "pfu", "--in", x, "--mask", "BAD", "--out", out),
                List.of("import-keras", "BAD"),
                List.of("import-keras", "BAD", "--input", "BAD", "--output", out),
                List.of("explain", "--model", "BAD", x),
                List.of("explain", "--model", m, "BAD"),
                List.of("explain", "--model", m, "--mask", "BAD", x),
                List.of("import-weights", "hflayers", "BAD", "--model", m, "--save", out),
                List.of("import-weights", "hflayers", x, "--model", "BAD", "--save", out),
                List.of("export-weights", "BAD", "--out", out),
                List.of("inspect", "BAD"),
                List.of("inspect", "BAD", "--values", "--json")));
    for (Experiment experiment : Experiments.all()) {
      lines.add(List.of("run", experiment.name(), "--data", "BAD", "--out", out));
    }
    for (String name : new Names.OfSearchable()) {
      lines.add(List.of("sweep", name, "--data", "BAD", "--out", out));
      lines.add(List.of("sweep", name, "--space", "BAD", "--dry-run", "--json"));
    }
    for (ModelWorkflow workflow : ModelWorkflows.all()) {
      String name = workflow.name();
      lines.add(List.of("train", "--model", name, "--data", "BAD", "--out", out));
      lines.add(List.of("predict", "--model", name, "--load", "BAD", "--data", x));
      lines.add(List.of("evaluate", "--model", name, "--load", m, "--data", "BAD"));
    }
    return lines;
  }

  /** What shows a file as it is may well show these. */
  private static boolean mayWork(List<String> line, String kind) {
    return line.get(0).equals("inspect");
  }

  @Test
  void everyCommandSaysInALineWhatIsWrongWithAFile() {
    SoftAssertions all = new SoftAssertions();
    for (List<String> line : lines()) {
      bad.forEach(
          (kind, file) -> {
            String[] arguments =
                line.stream()
                    .map(word -> word.equals("BAD") ? file.toString() : word)
                    .toArray(String[]::new);
            MainTest.Run run = MainTest.run(arguments);
            if (run.status() != 0 || !mayWork(line, kind)) {
              refused(all, String.join(" ", line) + " with " + kind, run);
            }
          });
    }
    all.assertAll();
  }

  private static void refused(SoftAssertions all, String what, MainTest.Run run) {
    all.assertThat(run.status()).as(what + ": " + run.err()).isIn(1, 2);
    all.assertThat(run.out()).as(what).isEmpty();
    List<String> said = run.err().strip().lines().toList();
    all.assertThat(said).as(what).isNotEmpty();
    if (!said.isEmpty()) {
      all.assertThat(said.get(said.size() - 1)).as(what).startsWith("hopfield");
    }
    all.assertThat(run.err())
        .as(what)
        .doesNotContain("internal error", "Exception", "\tat ", ".part", "java.")
        .doesNotContainPattern("(?m)^null|: null$");
  }

  @Test
  void everyCommandThatReadsFilesIsFedThem() {
    Set<String> fed = new TreeSet<>(lines().stream().map(line -> line.get(0)).toList());
    Set<String> reading = new TreeSet<>();
    CommandLine root = new CommandLine(new HopfieldCommand(System.out, System.err));
    root.getSubcommands()
        .forEach(
            (name, command) -> {
              if (command.getCommandSpec().args().stream().anyMatch(a -> a.type() == Path.class)) {
                reading.add(name);
              }
            });
    assertThat(fed).containsAll(reading);
  }

  @Test
  void numbersThatAreNoneAreRefusedBeforeAnythingIsRead() {
    SoftAssertions all = new SoftAssertions();
    for (Experiment experiment : Experiments.all()) {
      for (ExperimentOption option : experiment.options()) {
        if (option.type() != ExperimentOption.Type.NUMBER
            && option.type() != ExperimentOption.Type.INTEGER) {
          continue;
        }
        for (String value : new String[] {"1e400", "x"}) {
          MainTest.Run run =
              MainTest.run("run", experiment.name(), "--" + option.name() + "=" + value);
          refused(all, experiment.name() + " " + option.name() + " " + value, run);
          all.assertThat(run.status()).isEqualTo(2);
          all.assertThat(run.err()).contains(option.name());
        }
      }
    }
    for (String option : new String[] {"--beta", "--alpha", "--p", "--k", "--axis"}) {
      for (String value : new String[] {"1e400", "NaN", "-Infinity", "", "1e-400x"}) {
        MainTest.Run run =
            MainTest.run("op", "entmax", "--in", "x", "--out", "y", option + "=" + value);
        refused(all, option + "=" + value, run);
        all.assertThat(run.status()).isEqualTo(2);
      }
    }
    all.assertAll();
  }

  @Test
  void arraysThatAModelCannotTakeAreRefused() throws IOException {
    SoftAssertions all = new SoftAssertions();
    Path tokens = folder.resolve("tokens.zip");
    NetworkFile.write(
        tokens,
        pooling(6, new EmbeddingSequenceLayer.Builder().nIn(10).nOut(6).inputLength(5).build()));
    for (double id : new double[] {10, -1, 1e9, 1e18, Double.NaN, Double.POSITIVE_INFINITY}) {
      INDArray ids = Nd4j.zeros(DataType.DOUBLE, 2, 1, 5);
      ids.putScalar(3, id);
      NpyFile.write(input, ids);
      refused(all, "token " + id, MainTest.run("explain", "--model", tokens + "", input + ""));
    }
    for (long[] shape : new long[][] {{}, {6}, {2, 6}, {2, 5, 6, 1}, {2, 7, 5}, {0, 6, 5}}) {
      NpyFile.write(input, Nd4j.ones(DataType.FLOAT, shape));
      refused(
          all,
          "shape " + Arrays.toString(shape),
          MainTest.run("explain", "--model", model + "", input + ""));
    }
    NpyFile.write(input, Nd4j.rand(DataType.FLOAT, 2, 6, 5));
    Path mask = folder.resolve("mask.npy");
    for (long[] shape : new long[][] {{}, {5}, {2, 4}, {3, 5}, {2, 5, 1}}) {
      NpyFile.write(mask, Nd4j.ones(DataType.FLOAT, shape));
      refused(
          all,
          "mask " + Arrays.toString(shape),
          MainTest.run("explain", "--model", model + "", "--mask", mask + "", input + ""));
      if (shape.length < 2) {
        continue; // broadcasts
      }
      refused(
          all,
          "mask of op " + Arrays.toString(shape),
          MainTest.run(
              "op",
              "softmax",
              "--in",
              input + "",
              "--mask",
              mask + "",
              "--out",
              folder.resolve("y") + ""));
    }
    all.assertAll();
  }
}
