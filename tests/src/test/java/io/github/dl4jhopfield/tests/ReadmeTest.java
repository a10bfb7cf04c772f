package io.github.dl4jhopfield.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jhopfield.layers.HopfieldPooling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** What the README shows works: its code is this test's code, its links lead somewhere. */
class ReadmeTest {
  private static final Path ROOT = Path.of(System.getProperty("hopfield.root", ".."));

  @Test
  void theNetworkOfTheReadmeTrains() {
    INDArray bags = Nd4j.rand(DataType.FLOAT, 4, 8, 5);
    INDArray labels = Nd4j.createFromArray(new float[][] {{0}, {1}, {0}, {1}});
    // README
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .updater(new Adam(1e-3))
            .list()
            .layer(new HopfieldPooling.Builder().nIn(8).nHeads(2).hiddenSize(4).quantity(1).build())
            .layer(
                new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                    .nIn(8)
                    .nOut(1)
                    .activation(Activation.SIGMOID)
                    .build())
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    network.fit(bags, labels);
    // README
    assertThat(network.output(bags).shape()).containsExactly(4, 1);
    assertThat(network.score()).isFinite();
  }

  @Test
  void theReadmeHasThisTestsCode() throws Exception {
    assumeTrue(Files.exists(ROOT.resolve("README.md")), "not in the project's tree: " + ROOT);
    String readme = Files.readString(ROOT.resolve("README.md"));
    Matcher code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertThat(code.find()).isTrue();
    String test =
        Files.readString(
            ROOT.resolve("tests/src/test/java/io/github/dl4jhopfield/tests/ReadmeTest.java"));
    String shown = code.group(1).replaceAll("//[^\n]*", "").replaceAll("\\s+", "");
    assertThat(test.replaceAll("\\s+", "")).contains(shown);
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
