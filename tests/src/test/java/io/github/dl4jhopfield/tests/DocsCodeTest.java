package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java code of the guide pages compiles and runs, each block with what the text around it
 * supposes ({@link #SETTINGS}). A block without an entry runs as it is.
 */
class DocsCodeTest {
  private static final Path ROOT = Path.of(System.getProperty("hopfield.root", ".."));
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  @TempDir static Path folder;

  /** What stands before and after a block, and whether it can be run here. */
  private record Setting(String before, String after, boolean run) {}

  private static final String BAG_NETWORK =
      """
      MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder().list()
          .layer(new Hopfield.Builder().nOut(4).build())
          .layer(new HopfieldPooling.Builder().nOut(3).build())
          .layer(new OutputLayer.Builder(LossFunction.MSE).nIn(3).nOut(2).build())
          .setInputType(InputType.recurrent(4, 5)).build());
      network.init();
      INDArray x = Nd4j.rand(DataType.FLOAT, 2, 4, 5);
      INDArray mask = Nd4j.ones(DataType.FLOAT, 2, 5);
      """;

  private static final Map<String, Setting> SETTINGS = new HashMap<>();

  private static void setting(String block, String before, String after) {
    SETTINGS.put(block, new Setting(before, after, true));
  }

  static {
    setting(
        "keras.md 1",
        "INDArray x = Nd4j.rand(DataType.FLOAT, 3, 5, 6);"
            + " DataSet data = new DataSet(x, Nd4j.ones(DataType.FLOAT, 3, 1));",
        "");
    setting(
        "keras.md 2",
        """
        KerasImport imported = HopfieldKerasImport.importModel(Path.of("graph.keras"));
        INDArray x = Nd4j.rand(DataType.FLOAT, 3, 2, 3); INDArray example = x;
        """,
        "");
    // DL4J's own importer wants native HDF5, which this project doesn't bring
    SETTINGS.put("keras.md 3", new Setting("", "", false));
    setting(
        "layers.md 2",
        "Object built = new NeuralNetConfiguration.Builder().list()",
        ".setInputType(InputType.recurrent(4)).build();");
    setting("layers.md 3", "Object built = ", ".build();");
    setting("layers.md 4", BAG_NETWORK, "");
    setting("memories.md 1", "INDArray queries = Nd4j.rand(DataType.FLOAT, 2, 784);", "");
    setting(
        "memories.md 2",
        "Path path = Path.of(\"patterns\"); INDArray rows = Nd4j.rand(DataType.FLOAT, 20, 768);",
        "");
    setting(
        "ops.md 1",
        """
        INDArray q = Nd4j.rand(DataType.FLOAT, 2, 5, 2, 3);
        INDArray k = q; INDArray v = q; INDArray mask = Nd4j.ones(DataType.FLOAT, 2, 5);
        """,
        "");
    setting(
        "reports.md 1",
        """
        double[] stored = {10, 100, 1000}; double[] mean = {30, 60, 90};
        double[] low = {20, 50, 85}; double[] high = {40, 70, 95};
        """,
        "");
    setting(
        "serving.md 1",
        BAG_NETWORK + "INDArray example = x; INDArray[] inputs = {x}; INDArray[] masks = {mask};",
        "");
    setting(
        "training.md 1",
        BAG_NETWORK
            + """
            List<MultiDataSet> data = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
              data.add(new org.nd4j.linalg.dataset.MultiDataSet(
                  Nd4j.rand(DataType.FLOAT, 2, 4, 5), Nd4j.rand(DataType.FLOAT, 2, 2)));
            }
            DataSet held = new DataSet(x, Nd4j.rand(DataType.FLOAT, 2, 2));
            """,
        "");
    setting(
        "training.md 2",
        """
        double[] labels = {0, 1, 0, 1, 1, 0};
        double[][] ours = {{.1}, {.8}, {.3}, {.7}, {.6}, {.5}};
        double[][] theirs = {{.4}, {.5}, {.3}, {.9}, {.2}, {.6}};
        """,
        "");
    setting(
        "vision.md 1",
        """
        SafetensorsFile.write(
            Path.of("model.safetensors"),
            VitWeights.stateDict(VisionTransformer.builder().shape(VitShape.tiny()).build().init()));
        """,
        "");
    setting(
        "vision.md 2",
        """
        SafetensorsFile.write(
            Path.of("model.safetensors"),
            VitWeights.stateDict(VisionTransformer.builder().shape(VitShape.tiny()).build().init()));
        String sha256 = new Fingerprint().add(Path.of("model.safetensors")).toString();
        """,
        "");
    setting("vision.md 3", "", "");
    // compiled only: there is no cluster; arbiter-search's tests run the same
    SETTINGS.put(
        "spark.md 1", new Setting("List<DataSet> minibatches = new ArrayList<>();", "", false));
    setting(
        "weights.md 1",
        BAG_NETWORK
            + """
            Hopfield layerConfiguration = (Hopfield) network.getLayer(0).conf().getLayer();
            Map<String, INDArray> named = new LinkedHashMap<>();
            HflayersWeights.of(layerConfiguration).stateDict(network.getLayer(0).paramTable())
                .forEach((n, a) -> named.put("encoder." + n, a));
            SafetensorsFile.write(Path.of("model.safetensors"), named);
            """,
        "");
    setting(
        "weights.md 2",
        BAG_NETWORK
            + "HflayersWeights weights ="
            + " HflayersWeights.of((Hopfield) network.getLayer(0).conf().getLayer());",
        "");
  }

  private static final String HEAD =
      """
      import io.github.dl4jhopfield.io.*;
      import io.github.dl4jhopfield.keras.*;
      import io.github.dl4jhopfield.layers.*;
      import io.github.dl4jhopfield.memory.*;
      import io.github.dl4jhopfield.ops.*;
      import io.github.dl4jhopfield.search.layers.*;
      import io.github.dl4jhopfield.zoo.files.*;
      import io.github.dl4jhopfield.search.spark.*;
      import io.github.dl4jhopfield.zoo.learn.*;
      import io.github.dl4jhopfield.zoo.mil.*;
      import io.github.dl4jhopfield.zoo.report.*;
      import io.github.dl4jhopfield.zoo.vision.*;
      import java.nio.file.*;
      import java.util.*;
      import org.deeplearning4j.arbiter.MultiLayerSpace;
      import org.deeplearning4j.arbiter.layers.OutputLayerSpace;
      import org.deeplearning4j.arbiter.optimize.generator.RandomSearchGenerator;
      import org.deeplearning4j.nn.conf.*;
      import org.deeplearning4j.nn.conf.inputs.InputType;
      import org.deeplearning4j.nn.conf.layers.OutputLayer;
      import org.deeplearning4j.nn.modelimport.keras.KerasModelImport;
      import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
      import org.deeplearning4j.zoo.PretrainedType;
      import org.nd4j.linalg.activations.Activation;
      import org.nd4j.linalg.api.buffer.DataType;
      import org.nd4j.linalg.api.ndarray.INDArray;
      import org.nd4j.linalg.dataset.DataSet;
      import org.nd4j.linalg.dataset.api.MultiDataSet;
      import org.nd4j.linalg.factory.Nd4j;
      import org.nd4j.linalg.learning.config.*;
      import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

      public class Blocks {
      """;

  /** The blocks of all pages by page and number; files in them are files of the test's folder. */
  private static Map<String, String> blocks() throws IOException {
    Map<String, String> blocks = new java.util.TreeMap<>();
    try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
      for (Path page : pages.filter(p -> p.toString().endsWith(".md")).toList()) {
        Matcher code = CODE.matcher(Files.readString(page));
        for (int n = 1; code.find(); n++) {
          blocks.put(page.getFileName() + " " + n, code.group(1));
        }
      }
    }
    return blocks;
  }

  private static String method(String block, String code) {
    Setting setting = SETTINGS.getOrDefault(block, new Setting("", "", true));
    String whole =
        setting.before()
            + "\n"
            + code.replace("INDArray digits = ...;", "INDArray digits = Nd4j.rand(20, 784);")
            + setting.after();
    String files = folder.toAbsolutePath().toString().replace("\\", "\\\\") + "/";
    return "public static void "
        + name(block)
        + "() throws Exception {\n"
        + whole.replace("Path.of(\"", "Path.of(\"" + files)
        + "\n}\n";
  }

  private static String name(String block) {
    return block.replaceAll("[^A-Za-z0-9]", "_");
  }

  private static void copyModel(String fixture, String name) throws IOException {
    Files.copy(
        ROOT.resolve("samediff-layers/src/test/resources/keras/keras3").resolve(fixture),
        folder.resolve(name));
  }

  @TestFactory
  List<DynamicTest> everyBlockRuns() throws Exception {
    copyModel("dense_hopfield_pooling.keras", "model.keras");
    copyModel("embedding_of_reshaped_ids.keras", "graph.keras");
    Map<String, String> blocks = blocks();
    assertThat(blocks).hasSizeGreaterThan(10);
    assertThat(blocks.keySet()).as("blocks that this test knows").containsAll(SETTINGS.keySet());
    StringBuilder source = new StringBuilder(HEAD);
    blocks.forEach((block, code) -> source.append(method(block, code)));
    Path file = Files.writeString(folder.resolve("Blocks.java"), source.append("}\n"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(compiler).as("the tests run on a JDK").isNotNull();
    StringWriter said = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                said,
                null,
                null,
                List.of(
                    "-proc:none",
                    "-nowarn",
                    "-d",
                    folder.toString(),
                    "-cp",
                    System.getProperty("java.class.path")),
                null,
                compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
            .call();
    if (!compiled) {
      fail("the code of the guide pages does not compile:\n" + said);
    }
    URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, Thread.currentThread().getContextClassLoader());
    Class<?> compiledBlocks = loader.loadClass("Blocks");
    List<DynamicTest> tests = new ArrayList<>();
    for (String block : blocks.keySet()) {
      Setting setting = SETTINGS.get(block);
      if (setting == null || setting.run()) {
        tests.add(DynamicTest.dynamicTest(block, () -> run(compiledBlocks, name(block))));
      }
    }
    return tests;
  }

  private static void run(Class<?> blocks, String method) throws Throwable {
    try {
      blocks.getMethod(method).invoke(null);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
