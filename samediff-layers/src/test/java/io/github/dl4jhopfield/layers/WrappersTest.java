package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The layers inside DL4J's wrappers and tools: each works, or says why it does not. */
@ExtendWith(GradientChecks.class)
class WrappersTest {

  private static List<HopfieldBase> sequences(RNNFormat format) {
    return List.of(
        new Hopfield.Builder().nOut(4).nHeads(2).rnnFormat(format).name("mine").build(),
        new HopfieldLayer.Builder().nOut(4).quantity(3).rnnFormat(format).name("mine").build(),
        new HopfieldEncoderLayer.Builder()
            .feedForwardSize(5)
            .residualDropout(0)
            .rnnFormat(format)
            .name("mine")
            .build());
  }

  private static OutputLayer vectors() {
    return new OutputLayer.Builder(LossFunction.MSE).nOut(2).activation(Activation.TANH).build();
  }

  private static RnnOutputLayer steps(RNNFormat format) {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .nOut(2)
        .activation(Activation.TANH)
        .dataFormat(format)
        .build();
  }

  private static MultiLayerConfiguration configuration(
      IUpdater updater, RNNFormat format, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = Networks.configuration(updater).list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    return list.setInputType(InputType.recurrent(Networks.FEATURES, Networks.TIME, format)).build();
  }

  private static MultiLayerNetwork network(IUpdater updater, RNNFormat format, Layer... layers) {
    MultiLayerNetwork net = new MultiLayerNetwork(configuration(updater, format, layers));
    net.init();
    Networks.spread(net.params(), 7);
    return net;
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void lastTimeStepTakesTheLastUnmaskedStep(RNNFormat format) throws IOException {
    for (HopfieldBase layer : sequences(format)) {
      MultiLayerNetwork all = network(new NoOp(), format, layer.clone(), steps(format));
      MultiLayerNetwork last =
          network(new NoOp(), format, new LastTimeStep(layer.clone()), vectors());
      last.setParams(all.params());
      INDArray x = Networks.input(format);
      INDArray mask = Networks.mask();
      INDArray everyStep = all.output(x, false, mask, null);
      if (format == RNNFormat.NWC) {
        everyStep = everyStep.permute(0, 2, 1);
      }
      INDArray expected = Nd4j.create(DataType.DOUBLE, Networks.BATCH, 2);
      int[] ends = {4, 2, 0};
      for (int i = 0; i < Networks.BATCH; i++) {
        expected.putRow(
            i,
            everyStep
                .get(NDArrayIndex.point(i), NDArrayIndex.all(), NDArrayIndex.point(ends[i]))
                .dup());
      }
      INDArray found = last.output(x, false, mask, null);
      assertThat(Difference.of(found, expected)).as(layer.toString()).isLessThan(1e-12);
      assertThat(
              GradientCheckUtil.checkGradients(
                  new GradientCheckUtil.MLNConfig()
                      .net(last)
                      .epsilon(1e-6)
                      .maxRelError(1e-5)
                      .minAbsoluteError(1e-8)
                      .subset(true)
                      .maxPerParam(6)
                      .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)
                      .input(x)
                      .inputMask(mask)
                      .labels(Networks.labels(true, format))))
          .as(layer.toString())
          .isTrue();
      ByteArrayOutputStream saved = new ByteArrayOutputStream();
      ModelSerializer.writeModel(last, saved, false);
      MultiLayerNetwork loaded =
          ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(saved.toByteArray()));
      assertThat(loaded.output(x, false, mask, null)).isEqualTo(found);
    }
  }

  @Test
  void lastTimeStepOfPoolingSaysThatThereAreNoSteps() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                configuration(
                    new NoOp(),
                    RNNFormat.NCW,
                    new LastTimeStep(new HopfieldPooling.Builder().nOut(3).name("mine").build()),
                    vectors()))
        .withMessageContainingAll("\"mine\"", "no time steps", "LastTimeStep");
  }

  @Test
  void bidirectionalSaysThatItIsNotNeeded() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Bidirectional(new Hopfield.Builder().nOut(4).build()))
        .withMessageContaining("non-recurrent");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                configuration(
                    new NoOp(),
                    RNNFormat.NCW,
                    new Bidirectional(
                        new LastTimeStep(new Hopfield.Builder().nOut(4).name("mine").build())),
                    vectors()))
        .withMessageContainingAll("Hopfield \"layer0\"", "before and after");
  }

  @Test
  void maskZeroLayerMasksStepsOfZeros() {
    for (HopfieldBase layer : sequences(RNNFormat.NCW)) {
      MultiLayerNetwork plain =
          network(new NoOp(), RNNFormat.NCW, layer.clone(), steps(RNNFormat.NCW));
      MultiLayerNetwork masking =
          network(
              new NoOp(), RNNFormat.NCW, new MaskZeroLayer(layer.clone(), 0), steps(RNNFormat.NCW));
      masking.setParams(plain.params());
      INDArray x = Networks.input(RNNFormat.NCW);
      x.muli(Networks.mask().reshape(Networks.BATCH, 1, Networks.TIME));
      assertThat(Difference.of(masking.output(x), plain.output(x, false, Networks.mask(), null)))
          .as(layer.toString())
          .isLessThan(1e-12);
    }
  }

  @Test
  void maskZeroLayerWhereFeaturesComeLastSaysWhatItTakes() {
    for (HopfieldBase layer : sequences(RNNFormat.NWC)) {
      MultiLayerNetwork net =
          network(new NoOp(), RNNFormat.NWC, new MaskZeroLayer(layer, 0), steps(RNNFormat.NWC));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> net.output(Networks.input(RNNFormat.NWC)))
          .withMessageContainingAll("\"layer0\"", "MaskZeroLayer", "NWC");
    }
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void aMaskOfAnotherShapeNamesTheLayerAndBothShapes(RNNFormat format) {
    INDArray x = Networks.input(format);
    for (HopfieldBase layer : sequences(format)) {
      MultiLayerNetwork net = network(new NoOp(), format, layer, steps(format));
      for (long[] shape : new long[][] {{3, 4}, {3, 6}, {2, 5}, {3, 1}}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> net.output(x, false, Nd4j.ones(DataType.DOUBLE, shape), null))
            .withMessageContainingAll(
                "\"mine\"", "mask", "[3, 5]", java.util.Arrays.toString(shape));
      }
    }
  }

  @Test
  void aMaskOfAnotherShapeNamesTheVertexAndTheInput() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(new NoOp())
                .graphBuilder()
                .addInputs("x", "memory")
                .addVertex(
                    "mine",
                    new HopfieldDecoderVertex.Builder().nIn(4).feedForwardSize(3).build(),
                    "x",
                    "memory")
                .setOutputs("mine")
                .build());
    graph.init();
    INDArray[] in = {Networks.random(1, 2, 4, 5), Networks.random(2, 2, 4, 6)};
    INDArray[] masks = {null, Nd4j.ones(DataType.DOUBLE, 2, 5)};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.output(false, in, masks, null))
        .withMessageContainingAll("\"mine\"", "input \"memory\"", "[2, 6]", "[2, 5]");
  }

  @Test
  void memoryReportsCountParametersUpdaterAndActivations() {
    for (HopfieldBase layer : sequences(RNNFormat.NCW)) {
      MultiLayerConfiguration conf =
          configuration(
              new org.nd4j.linalg.learning.config.Adam(1e-3),
              RNNFormat.NCW,
              layer,
              steps(RNNFormat.NCW));
      MultiLayerNetwork net = new MultiLayerNetwork(conf);
      net.init();
      assertThat(conf.getMemoryReport(InputType.recurrent(4, 5)).toString())
          .contains(layer.getClass().getSimpleName());
      MemoryReport report = layer.getMemoryReport(InputType.recurrent(4, 5));
      long parameters = net.getLayer(0).numParams();
      long predicting =
          report.getTotalMemoryBytes(1, MemoryUseMode.INFERENCE, CacheMode.NONE, DataType.DOUBLE);
      long training =
          report.getTotalMemoryBytes(1, MemoryUseMode.TRAINING, CacheMode.NONE, DataType.DOUBLE);
      assertThat(predicting).isGreaterThan(8 * parameters);
      // beside the parameters the two moments of Adam
      assertThat(training).isGreaterThan(3 * 8 * parameters).isGreaterThan(predicting);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new HopfieldPooling.Builder()
                    .nIn(4)
                    .nOut(3)
                    .name("mine")
                    .build()
                    .getMemoryReport(InputType.recurrent(4)))
        .withMessageContainingAll("\"mine\"", "length");
  }

  @Test
  void memoryReportsOfVertices() {
    HopfieldVertex vertex = new HopfieldVertex.Builder().nIn(4).nOut(4).build();
    vertex.setName("mine");
    InputType type = InputType.recurrent(4, 5, RNNFormat.NCW);
    assertThat(vertex.getMemoryReport(type, type, type).toString()).contains("mine");
  }

  @Test
  void nOutReplaceOfTheLayerBeforeSaysWhatToDo() {
    MultiLayerNetwork net =
        network(
            new NoOp(),
            RNNFormat.NCW,
            new LSTM.Builder().nOut(4).build(),
            new Hopfield.Builder().nOut(4).name("mine").build(),
            steps(RNNFormat.NCW));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new TransferLearning.Builder(net).nOutReplace(0, 6, WeightInit.XAVIER).build())
        .withMessageContainingAll("\"mine\"", "nIn = 4", "gives 6", "removeLayersFromOutput");
    MultiLayerNetwork after =
        new TransferLearning.Builder(net).nOutReplace(2, 6, WeightInit.XAVIER).build();
    assertThat(after.output(Networks.input(RNNFormat.NCW)).size(1)).isEqualTo(6);
  }

  @Test
  void samplesWithEveryStepMaskedLeaveTrainingFinite() {
    INDArray oneMasked = Networks.mask();
    oneMasked.putRow(1, Nd4j.zeros(DataType.DOUBLE, Networks.TIME));
    INDArray allMasked = Nd4j.zeros(DataType.DOUBLE, Networks.BATCH, Networks.TIME);
    for (HopfieldBase layer : OptionCases.all().values()) {
      trainsFinitely(layer, oneMasked, allMasked);
    }
    for (HopfieldBase layer : sequences(RNNFormat.NCW)) {
      trainsFinitely(layer, oneMasked, allMasked);
    }
    trainsFinitely(
        new HopfieldPooling.Builder()
            .nOut(3)
            .updateSteps(2)
            .lagrangianUnit(LagrangianUnit.pfu())
            .build(),
        oneMasked,
        allMasked);
  }

  private static void trainsFinitely(HopfieldBase layer, INDArray... masks) {
    boolean pooled = layer instanceof HopfieldPooling;
    MultiLayerNetwork net =
        network(
            new Sgd(0.01), RNNFormat.NCW, layer.clone(), pooled ? vectors() : steps(RNNFormat.NCW));
    INDArray x = Networks.input(RNNFormat.NCW);
    for (INDArray mask : masks) {
      net.fit(x, Networks.labels(pooled, RNNFormat.NCW), mask, pooled ? null : mask);
      assertThat(net.score()).as(layer.toString()).isFinite();
      assertThat(net.params().sumNumber().doubleValue()).as(layer.toString()).isFinite();
    }
  }
}
