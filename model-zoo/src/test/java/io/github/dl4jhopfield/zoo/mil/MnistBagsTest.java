package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dl4jhopfield.zoo.experiment.ExperimentContext;
import io.github.dl4jhopfield.zoo.files.LabelledImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class MnistBagsTest {
  @TempDir Path folder;

  @Test
  void bagsHaveTheirLabelsAndSizes() throws IOException {
    LabelledImages images = LabelledImages.mnistSubset().queries();
    DigitBags bags = new DigitBags(images, 9, 300, 10, 2, 5);
    double mean = 0;
    for (DigitBags.DigitBag bag : bags.bags()) {
      boolean holds = Arrays.stream(bag.images()).anyMatch(i -> images.label(i) == 9);
      assertThat(bag.label()).isEqualTo(holds ? 1 : 0);
      mean += bag.images().length / 300.0;
    }
    assertThat(mean).isBetween(9.5, 10.5);
    assertThat(Arrays.stream(bags.labels()).sum()).isEqualTo(150);
    assertThat(new DigitBags(images, 9, 300, 10, 2, 5).bags().get(7).images())
        .isEqualTo(bags.bags().get(7).images());
    var two = bags.tensors(bags.bags().subList(0, 2));
    int longest = Math.max(bags.bags().get(0).images().length, bags.bags().get(1).images().length);
    assertThat(two.getFeatures().shape()).containsExactly(2, longest, 784);
    assertThat(two.getFeaturesMaskArray().sumNumber().intValue())
        .isEqualTo(bags.bags().get(0).images().length + bags.bags().get(1).images().length);
  }

  @Test
  void theEmbeddingsGradientsAreRight() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    try {
      DigitEmbedding embedding = new DigitEmbedding(16, 2, 3, 4);
      InstancePooling pooling = new InstancePooling(BagNetwork.Pooling.GATED_ATTENTION, 4, 3);
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .dataType(DataType.DOUBLE)
                  .seed(3)
                  .updater(new NoOp())
                  .list()
                  .layer(embedding)
                  .layer(pooling)
                  .layer(
                      new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                          .nOut(1)
                          .activation(Activation.SIGMOID)
                          .build())
                  .setInputType(InputType.recurrent(256, RNNFormat.NWC))
                  .build());
      network.init();
      INDArray mask = Nd4j.createFromArray(new double[][] {{1, 1, 0}, {1, 1, 1}});
      assertThat(
              GradientCheckUtil.checkGradients(
                  new GradientCheckUtil.MLNConfig()
                      .net(network)
                      .input(Nd4j.rand(DataType.DOUBLE, 2, 3, 256))
                      .labels(Nd4j.createFromArray(new double[][] {{1}, {0}}))
                      .inputMask(mask)
                      .epsilon(1e-6)
                      .maxRelError(1e-3)
                      .minAbsoluteError(1e-8)))
          .isTrue();
    } finally {
      Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
    }
  }

  @Test
  void aShortRunReportsEveryMethod() throws IOException {
    var result =
        new MnistBagsExperiment()
            .run(
                ExperimentContext.builder()
                    .out(folder)
                    .option("bags", "6,8")
                    .option("test-bags", "12")
                    .option("bag-size", "4")
                    .option("epochs", "1")
                    .option("methods", "hopfield-pooling,max")
                    .build());
    JsonNode json = new ObjectMapper().readTree(result.toJson());
    assertThat(json.at("/methods/8/hopfield-pooling/auc")).hasSize(1);
    assertThat(json.at("/methods/6/hopfield-pooling/attentionAuc/0").asDouble()).isBetween(0., 1.);
    assertThat(json.at("/methods/6/max/attentionAuc").isMissingNode()).isTrue();
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("What was attended to", "By the number of bags");
    assertThat(folder.resolve("model.zip")).exists();
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(
            () ->
                new MnistBagsExperiment()
                    .run(ExperimentContext.builder().option("bags", "200,x").build()))
        .hasMessageContaining("option bags: expected whole numbers");
    assertThatThrownBy(
            () ->
                new MnistBagsExperiment()
                    .run(ExperimentContext.builder().option("methods", "miles").build()))
        .hasMessageContaining("option methods: miles has no images");
  }
}
