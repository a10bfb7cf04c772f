package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.Separation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What the layers do at run time beyond the reference numbers: masks, training, regularisation. */
class RuntimeTest {

  private static INDArray first(INDArray a, int n) {
    return a.get(NDArrayIndex.interval(0, n)).dup('c');
  }

  private static void equal(INDArray a, INDArray b) {
    assertThat(Difference.of(a, b)).as(a + " and " + b).isLessThan(1e-12);
  }

  private static List<HopfieldBase> layers() {
    return List.of(
        new Hopfield.Builder().nOut(4).nHeads(2).updateSteps(3).updateStepsEps(0.3).build(),
        new HopfieldPooling.Builder()
            .nOut(4)
            .lagrangianUnit(LagrangianUnit.pfu())
            .updateSteps(4)
            .updateStepsEps(0.2)
            .build(),
        new HopfieldLayer.Builder()
            .nOut(4)
            .quantity(6)
            .updateUntilConverged()
            .updateStepsEps(1e-3)
            .build(),
        new HopfieldEncoderLayer.Builder().nHeads(2).feedForwardSize(5).build());
  }

  @Test
  void aPredictionDoesNotDependOnItsBatchMates() {
    for (HopfieldBase layer : layers()) {
      MultiLayerNetwork net = Networks.of(RNNFormat.NCW, layer);
      INDArray x = Networks.input(RNNFormat.NCW).mul(2);
      INDArray mask = Networks.mask();
      INDArray all = net.output(x, false, mask, null);
      for (int i = 0; i < Networks.BATCH; i++) {
        INDArray one = x.get(NDArrayIndex.interval(i, i + 1)).dup('c');
        INDArray its = mask.get(NDArrayIndex.interval(i, i + 1)).dup('c');
        equal(net.output(one, false, its, null), all.get(NDArrayIndex.interval(i, i + 1)).dup('c'));
      }
    }
  }

  @Test
  void paddingDoesNotChangeAPrediction() {
    for (HopfieldBase layer : layers()) {
      MultiLayerNetwork net = Networks.of(RNNFormat.NCW, layer);
      INDArray x = Networks.input(RNNFormat.NCW);
      INDArray second = x.get(NDArrayIndex.interval(1, 2)).dup('c');
      INDArray three =
          second.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 3)).dup('c');
      INDArray mask = Networks.mask().get(NDArrayIndex.interval(1, 2)).dup('c');
      INDArray padded = net.output(second, false, mask, null);
      INDArray unpadded = net.output(three);
      if (padded.rank() == 3) {
        padded =
            padded
                .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(0, 3))
                .dup('c');
      }
      equal(padded, unpadded);
    }
  }

  @Test
  void aSampleWithEveryStepMaskedRetrievesZeros() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            Networks.configuration(new NoOp())
                .list()
                .layer(new HopfieldPooling.Builder().nOut(3).build())
                .setInputType(InputType.recurrent(4, 5))
                .build());
    net.init();
    Networks.spread(net.params(), 1);
    INDArray mask = Networks.mask();
    mask.putRow(0, Nd4j.zeros(DataType.DOUBLE, 5));
    INDArray out = net.output(Networks.input(RNNFormat.NCW), false, mask, null);
    equal(first(out, 1), net.getParam("0_bo").dup('c'));
    assertThat(Associations.of(net, 0, Networks.input(RNNFormat.NCW), mask).getDouble(0)).isZero();
  }

  @Test
  void aMaskOfOneCallIsForgottenInTheNext() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(new NoOp())
                .graphBuilder()
                .addInputs("x")
                .addVertex("v", new HopfieldPoolingVertex.Builder().nIn(4).build(), "x", "x")
                .setOutputs("v")
                .build());
    graph.init();
    Networks.spread(graph.params(), 3);
    INDArray[] x = {Networks.input(RNNFormat.NCW)};
    INDArray plain = graph.output(x)[0].dup();
    INDArray masked = graph.output(false, x, new INDArray[] {Networks.mask()}, null)[0].dup();
    assertThat(Difference.of(masked, plain)).isGreaterThan(1e-3);
    equal(graph.output(x)[0], plain);
  }

  @Test
  void bothFormatsGiveTheSame() {
    Hopfield layer = new Hopfield.Builder().nOut(4).nHeads(2).build();
    MultiLayerNetwork ncw = Networks.of(RNNFormat.NCW, (Hopfield) layer.clone());
    MultiLayerNetwork nwc = Networks.of(RNNFormat.NWC, (Hopfield) layer.clone());
    INDArray a = ncw.output(Networks.input(RNNFormat.NCW), false, Networks.mask(), null);
    INDArray b = nwc.output(Networks.input(RNNFormat.NWC), false, Networks.mask(), null);
    equal(b.permute(0, 2, 1).dup('c'), a);
  }

  @Test
  void lookupTakesVectorsToo() {
    HopfieldLayer layer = new HopfieldLayer.Builder().nOut(3).quantity(5).build();
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            Networks.configuration(new NoOp())
                .list()
                .layer(layer)
                .setInputType(InputType.feedForward(4))
                .build());
    net.init();
    assertThat(net.output(Networks.random(1, 2, 4)).shape()).containsExactly(2, 3);
  }

  @Test
  void weightsStartAsInTheOriginalsFromTheSeed() {
    MultiLayerNetwork[] nets = new MultiLayerNetwork[2];
    for (int i = 0; i < 2; i++) {
      nets[i] =
          new MultiLayerNetwork(
              Networks.configuration(new NoOp())
                  .list()
                  .layer(new HopfieldPooling.Builder().nIn(100).nOut(90).build())
                  .build());
      nets[i].init();
    }
    assertThat(nets[0].params()).isEqualTo(nets[1].params());
    INDArray wq = nets[0].getParam("0_Wq");
    assertThat(wq.stdNumber().doubleValue()).isCloseTo(0.02, within(0.001));
    assertThat(wq.meanNumber().doubleValue()).isCloseTo(0, within(0.001));
    assertThat(nets[0].getParam("0_bq").amaxNumber().doubleValue()).isZero();
    assertThat(nets[0].getParam("0_gainStored").meanNumber().doubleValue()).isEqualTo(1);
  }

  @Test
  void regularisationIsInTheScore() {
    Hopfield plain = new Hopfield.Builder().nOut(4).build();
    Hopfield regularised = new Hopfield.Builder().nOut(4).l1(0.03).l2(0.2).build();
    MultiLayerNetwork a = Networks.of(RNNFormat.NCW, plain);
    MultiLayerNetwork b = Networks.of(RNNFormat.NCW, regularised);
    DataSet data =
        new DataSet(Networks.input(RNNFormat.NCW), Networks.labels(false, RNNFormat.NCW));
    double expected = 0;
    for (String name : List.of("Wq", "Wk", "Wv", "Wo")) {
      INDArray w = b.getParam("0_" + name);
      expected += 0.03 * w.norm1Number().doubleValue();
      expected += 0.5 * 0.2 * Math.pow(w.norm2Number().doubleValue(), 2);
    }
    assertThat(b.score(data) - a.score(data)).isCloseTo(expected, within(1e-9));
  }

  @Test
  void constraintsHold() {
    MultiLayerNetwork net =
        Networks.of(
            new Sgd(0.5),
            RNNFormat.NCW,
            new Hopfield.Builder().nOut(4).constrainWeights(new MaxNormConstraint(0.3, 0)).build());
    net.fit(new DataSet(Networks.input(RNNFormat.NCW), Networks.labels(false, RNNFormat.NCW)));
    assertThat(net.getParam("0_Wq").norm2(0).maxNumber().doubleValue()).isLessThan(0.3 + 1e-6);
  }

  @Test
  void associationDropoutActsInTrainingOnly() {
    MultiLayerNetwork net =
        Networks.of(RNNFormat.NCW, new Hopfield.Builder().nOut(4).associationDropout(0.5).build());
    INDArray x = Networks.input(RNNFormat.NCW);
    equal(net.output(x), net.output(x));
    INDArray one = net.output(x, true).dup();
    INDArray two = net.output(x, true).dup();
    assertThat(Difference.of(one, two)).isGreaterThan(1e-3);
    assertThat(Difference.of(one, net.output(x))).isGreaterThan(1e-3);
  }

  @Test
  void associationDropoutKeepsTheMean() {
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            Networks.configuration(new NoOp())
                .list()
                .layer(new HopfieldPooling.Builder().nOut(2).associationDropout(0.4).build())
                .setInputType(InputType.recurrent(4, 5))
                .build());
    net.init();
    Networks.spread(net.params(), 2);
    INDArray x = Networks.input(RNNFormat.NCW);
    INDArray mean = Nd4j.zeros(DataType.DOUBLE, 3, 2);
    int n = 600;
    for (int i = 0; i < n; i++) {
      mean.addi(net.output(x, true));
    }
    assertThat(Difference.of(mean.divi(n), net.output(x))).isLessThan(0.2);
  }

  @Test
  void residualDropoutActsInTrainingOnly() {
    MultiLayerNetwork net =
        Networks.of(
            RNNFormat.NCW,
            new HopfieldEncoderLayer.Builder().feedForwardSize(9).residualDropout(0.5).build());
    INDArray x = Networks.input(RNNFormat.NCW);
    equal(net.output(x), net.output(x));
    assertThat(Difference.of(net.output(x, true).dup(), net.output(x, true))).isGreaterThan(1e-3);
    net.fit(new DataSet(x, Networks.labels(false, RNNFormat.NCW)));
    assertThat(Double.isFinite(net.score())).isTrue();
  }

  @Test
  void dropOutOfTheLayerActsOnItsInputInTrainingOnly() {
    MultiLayerNetwork net =
        Networks.of(RNNFormat.NCW, new Hopfield.Builder().nOut(4).dropOut(0.5).build());
    INDArray x = Networks.input(RNNFormat.NCW);
    equal(net.output(x), net.output(x));
    assertThat(Difference.of(net.output(x, true).dup(), net.output(x, true))).isGreaterThan(1e-3);
  }

  @Test
  void untrainedPatternsAndFrozenLayersStay() {
    MultiLayerNetwork net =
        Networks.of(
            new Sgd(0.5),
            RNNFormat.NCW,
            new FrozenLayer(new Hopfield.Builder().nIn(4).nOut(4).build()),
            new HopfieldPooling.Builder().nOut(3).trainable(false).l2(0.1).build());
    INDArray pooling = net.getParam("1_pooling").dup();
    INDArray frozen = net.getParam("0_Wq").dup();
    INDArray trained = net.getParam("1_Wq").dup();
    net.fit(new DataSet(Networks.input(RNNFormat.NCW), Networks.labels(true, RNNFormat.NCW)));
    assertThat(net.getParam("1_pooling")).isEqualTo(pooling);
    assertThat(net.getParam("0_Wq")).isEqualTo(frozen);
    assertThat(net.getParam("1_Wq")).isNotEqualTo(trained);
  }

  @Test
  void changingShapesGiveWhatAFreshNetworkGives() {
    MultiLayerNetwork used = Networks.of(RNNFormat.NCW, new Hopfield.Builder().nOut(4).build());
    for (int[] shape : new int[][] {{3, 5}, {1, 5}, {3, 5}, {2, 9}, {1, 1}, {40, 70}, {3, 5}}) {
      MultiLayerNetwork fresh = used.clone();
      INDArray x = Networks.random(shape[0], shape[0], 4, shape[1]);
      equal(used.output(x), fresh.output(x));
      DataSet data = new DataSet(x, Networks.random(4, shape[0], 2, shape[1]));
      assertThat(used.score(data)).isEqualTo(fresh.score(data));
      used.fit(data);
      fresh.fit(data);
      assertThat(used.gradient().gradient()).isEqualTo(fresh.gradient().gradient());
    }
  }

  @Test
  void floatAgreesWithDouble() {
    MultiLayerNetwork d =
        Networks.of(RNNFormat.NCW, new Hopfield.Builder().nOut(4).nHeads(2).updateSteps(1).build());
    MultiLayerNetwork f = d.convertDataType(DataType.FLOAT);
    INDArray x = Networks.input(RNNFormat.NCW).castTo(DataType.FLOAT);
    assertThat(Difference.of(f.output(x), d.output(x.castTo(DataType.DOUBLE)))).isLessThan(1e-5);
  }

  @Test
  void nothingIsPrintedToStdout() {
    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      MultiLayerNetwork net = Networks.of(RNNFormat.NCW, new Hopfield.Builder().nOut(4).build());
      net.fit(new DataSet(Networks.input(RNNFormat.NCW), Networks.labels(false, RNNFormat.NCW)));
    } finally {
      System.setOut(out);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("differentiated");
  }

  @Test
  void associationsOfATrainedNetworkAreThoseThatItUses() {
    MultiLayerNetwork net =
        Networks.of(
            RNNFormat.NCW,
            new Hopfield.Builder().nOut(4).nHeads(2).build(),
            new HopfieldPooling.Builder()
                .nOut(3)
                .nHeads(2)
                .hiddenSize(2)
                .disableOutProjection(true)
                .nOut(4)
                .build());
    INDArray x = Networks.input(RNNFormat.NCW);
    INDArray mask = Networks.mask();
    INDArray association = Associations.of(net, 1, x, mask);
    assertThat(association.shape()).containsExactly(3, 2, 1, 5);
    for (int b = 0; b < 3; b++) {
      for (int t = 0; t < 5; t++) {
        if (mask.getDouble(b, t) == 0) {
          assertThat(association.getDouble(b, 0, 0, t)).isZero();
        }
      }
    }
    INDArray projected = Associations.projectedPatterns(net, 1, x, mask);
    List<INDArray> activations = net.feedForward(x, mask, null);
    INDArray retrieved = Nd4j.matmul(association, projected).reshape(3, 4);
    equal(retrieved, activations.get(2));
  }

  @Test
  void associationsCanBeSeenAtEveryStep() {
    MultiLayerNetwork net =
        Networks.of(
            RNNFormat.NCW,
            new Hopfield.Builder()
                .nOut(4)
                .nHeads(2)
                .updateSteps(7)
                .updateStepsEps(0.05)
                .lagrangianUnit(LagrangianUnit.relu())
                .build());
    INDArray x = Networks.input(RNNFormat.NCW);
    equal(Associations.atStep(net, 0, x, null, 7), Associations.of(net, 0, x));
    for (int steps = 0; steps < 3; steps++) {
      MultiLayerNetwork fewer = net.clone();
      ((Hopfield) fewer.getLayer(0).conf().getLayer()).getAssociation().updateSteps =
          new int[] {steps};
      equal(Associations.atStep(net, 0, x, null, steps), Associations.of(fewer, 0, x));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Associations.atStep(net, 0, x, null, 8))
        .withMessageContaining("association-8");
  }

  @Test
  void theFusedAssociationIsTheComposedOne() {
    List<Hopfield.Builder> builders =
        List.of(
            new Hopfield.Builder().nHeads(2).addZeroAssociation(true),
            new Hopfield.Builder().nHeads(2).updateSteps(3, 5).updateStepsEps(0.05, 0),
            new Hopfield.Builder().separation(Separation.entmax15()).beta(0.7),
            new Hopfield.Builder()
                .nHeads(2)
                .beta(0.5, 2)
                .separation(Separation.learnedEntmax(1.3))
                .updateSteps(2),
            new Hopfield.Builder().lagrangianUnit(LagrangianUnit.pfuBuilder().sigma(0).build()),
            new Hopfield.Builder()
                .nHeads(2)
                .hiddenSize(4)
                .normaliseHopfieldSpace(true)
                .retrieval());
    for (Hopfield.Builder builder : builders) {
      for (boolean masked : new boolean[] {false, true}) {
        Hopfield fused = builder.build();
        Hopfield composed = (Hopfield) fused.clone();
        // dropout too small to drop anything keeps the training pass on the composed path
        composed.getAssociation().dropout = 1e-12;
        MultiLayerNetwork a = Networks.of(new Sgd(0.1), RNNFormat.NCW, fused);
        MultiLayerNetwork b = Networks.of(new Sgd(0.1), RNNFormat.NCW, composed);
        INDArray mask = masked ? Networks.mask() : null;
        DataSet data =
            new DataSet(Networks.input(RNNFormat.NCW), Networks.random(2, 3, 2, 5), mask, mask);
        a.fit(data);
        b.fit(data);
        assertThat(Difference.of(a.params(), b.params()))
            .as(fused + " masked " + masked)
            .isLessThan(1e-10);
      }
    }
  }

  /** Adds 0.1 to the weights of a layer's projections. */
  private static final class Shift implements IWeightNoise {
    private static final long serialVersionUID = 1L;

    @Override
    public INDArray getParameter(
        Layer layer,
        String parameter,
        int iteration,
        int epoch,
        boolean training,
        LayerWorkspaceMgr workspaces) {
      INDArray value = layer.getParam(parameter);
      return parameter.startsWith("W") ? value.add(0.1) : value;
    }

    @Override
    public Shift clone() {
      return this;
    }
  }

  @Test
  void weightNoiseActsInTrainingOnlyAndInBothPasses() {
    MultiLayerNetwork noisy =
        Networks.of(
            RNNFormat.NCW,
            new Hopfield.Builder().nOut(4).weightNoise(new DropConnect(0.5)).build());
    INDArray x = Networks.input(RNNFormat.NCW);
    equal(noisy.output(x), noisy.output(x));
    assertThat(Difference.of(noisy.output(x, true).dup(), noisy.output(x, true)))
        .isGreaterThan(1e-3);
    // noise that is a constant shift of each weight: fitting moves from the shifted weights' slope
    MultiLayerNetwork shifted =
        Networks.of(
            new Sgd(0.1),
            RNNFormat.NCW,
            new Hopfield.Builder().nOut(4).weightNoise(new Shift()).build());
    MultiLayerNetwork plain =
        Networks.of(new Sgd(0.1), RNNFormat.NCW, new Hopfield.Builder().nOut(4).build());
    INDArray before = shifted.params().dup();
    for (String w : List.of("Wq", "Wk", "Wv", "Wo")) {
      plain.getLayer(0).setParam(w, plain.getParam("0_" + w).add(0.1));
    }
    INDArray beforePlain = plain.params().dup();
    DataSet data = new DataSet(x, Networks.labels(false, RNNFormat.NCW));
    shifted.fit(data);
    plain.fit(data);
    assertThat(Difference.of(shifted.params().sub(before), plain.params().sub(beforePlain)))
        .isLessThan(1e-10);
  }

  private static ComputationGraph withVertex(IUpdater updater, IWeightNoise noise) {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(updater)
                .graphBuilder()
                .addInputs("stored", "state")
                .setInputTypes(InputType.recurrent(4, 5), InputType.recurrent(4, 5))
                .addVertex(
                    "v",
                    new HopfieldVertex.Builder().nIn(4).nOut(3).weightNoise(noise).build(),
                    "stored",
                    "state",
                    "stored")
                .addLayer("out", new RnnOutputLayer.Builder(LossFunction.MSE).nOut(2).build(), "v")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  @Test
  void weightNoiseOfAVertexActsInTrainingOnlyAndInBothPasses() {
    INDArray[] x = {Networks.random(1, 3, 4, 5), Networks.random(2, 3, 4, 5)};
    ComputationGraph noisy = withVertex(new NoOp(), new DropConnect(0.5));
    equal(noisy.outputSingle(x), noisy.outputSingle(x));
    assertThat(Difference.of(noisy.outputSingle(true, x).dup(), noisy.outputSingle(true, x)))
        .isGreaterThan(1e-6);
    ComputationGraph shifted = withVertex(new Sgd(0.1), new Shift());
    ComputationGraph plain = withVertex(new Sgd(0.1), null);
    INDArray before = shifted.params().dup();
    Map<String, INDArray> weights = plain.getVertex("v").paramTable(false);
    for (String w : List.of("Wq", "Wk", "Wv", "Wo")) {
      weights.get(w).addi(0.1);
    }
    INDArray beforePlain = plain.params().dup();
    MultiDataSet data = new MultiDataSet(x, new INDArray[] {Networks.random(3, 3, 2, 5)});
    shifted.fit(data);
    plain.fit(data);
    assertThat(Difference.of(plain.params(), beforePlain)).isGreaterThan(1e-4);
    assertThat(Difference.of(shifted.params().sub(before), plain.params().sub(beforePlain)))
        .isLessThan(1e-10);
  }

  @Test
  void workspacesChangeNothing() {
    for (HopfieldBase layer : layers()) {
      boolean pooled = layer instanceof HopfieldPooling;
      layer.getAssociation().lagrangianUnit = LagrangianUnit.none();
      if (layer instanceof HopfieldEncoderLayer encoder) {
        encoder.getFeedForward().dropout = 0;
      }
      MultiLayerNetwork with = Networks.of(new Adam(0.01), RNNFormat.NCW, layer);
      MultiLayerNetwork without = with.clone();
      workspaces(with, WorkspaceMode.ENABLED);
      workspaces(without, WorkspaceMode.NONE);
      DataSet data =
          new DataSet(
              Networks.input(RNNFormat.NCW),
              Networks.labels(pooled, RNNFormat.NCW),
              Networks.mask(),
              null);
      for (int i = 0; i < 3; i++) {
        with.fit(data);
        without.fit(data);
      }
      equal(with.params(), without.params());
      equal(with.output(data.getFeatures()), without.output(data.getFeatures()));
    }
  }

  private static void workspaces(MultiLayerNetwork network, WorkspaceMode mode) {
    network.getLayerWiseConfigurations().setTrainingWorkspaceMode(mode);
    network.getLayerWiseConfigurations().setInferenceWorkspaceMode(mode);
  }

  @Test
  void parallelWrapperTrains() throws Exception {
    MultiLayerNetwork net =
        Networks.of(
            new Sgd(0.02),
            RNNFormat.NCW,
            new Hopfield.Builder().nOut(4).nHeads(2).updateSteps(1).build(),
            new HopfieldPooling.Builder().nOut(3).build());
    List<DataSet> batches = new ArrayList<>();
    for (int seed = 1; seed < 9; seed++) {
      INDArray x = Networks.random(seed, 3, 4, 5);
      batches.add(new DataSet(x, x.mean(2).get(NDArrayIndex.all(), NDArrayIndex.interval(0, 2))));
    }
    double before = batches.stream().mapToDouble(net::score).sum();
    try (ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(net).workers(2).averagingFrequency(1).build()) {
      for (int epoch = 0; epoch < 20; epoch++) {
        wrapper.fit(new ExistingDataSetIterator(batches));
      }
    }
    assertThat(batches.stream().mapToDouble(net::score).sum()).isLessThan(0.8 * before);
  }

  private static OutputLayer outputOf(int depth) {
    return Networks.pooled(depth);
  }

  @Test
  void anotherDepthTakesAnotherLayer() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(new NoOp())
                .graphBuilder()
                .addInputs("x")
                .addLayer("encoder", new Hopfield.Builder().nIn(4).build(), "x")
                .addLayer("mine", new HopfieldPooling.Builder().nIn(4).nOut(3).build(), "encoder")
                .addLayer("out", outputOf(3), "mine")
                .setOutputs("out")
                .build());
    graph.init();
    assertThatThrownBy(
            () ->
                new TransferLearning.GraphBuilder(graph)
                    .nOutReplace("mine", 5, WeightInit.XAVIER)
                    .build())
        .hasMessageContainingAll("\"mine\"", "removeVertexAndConnections");
    // what the message says to do
    ComputationGraph changed =
        new TransferLearning.GraphBuilder(graph)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).seed(1).build())
            .setFeatureExtractor("encoder")
            .removeVertexAndConnections("out")
            .removeVertexAndConnections("mine")
            .addLayer("mine", new HopfieldPooling.Builder().nIn(4).nOut(5).build(), "encoder")
            .addLayer("out", outputOf(5), "mine")
            .setOutputs("out")
            .build();
    INDArray frozen = changed.getLayer("encoder").params().dup();
    // DL4J makes the changed graph one of floats
    assertThat(Difference.of(frozen, graph.getLayer("encoder").params())).isLessThan(1e-8);
    INDArray pooling = changed.getParam("mine_Wo").dup();
    assertThat(pooling.shape()).containsExactly(4, 5);
    changed.fit(new DataSet(Networks.input(RNNFormat.NCW), Networks.labels(true, RNNFormat.NCW)));
    equal(changed.getLayer("encoder").params().dup(), frozen);
    assertThat(Difference.of(changed.getParam("mine_Wo"), pooling)).isGreaterThan(0);
  }

  @Test
  void transferLearningKeepsFrozenLayersAndTrainsNewOnes() {
    MultiLayerNetwork net =
        Networks.of(
            RNNFormat.NCW,
            new HopfieldEncoderLayer.Builder().feedForwardSize(6).residualDropout(0).build(),
            new HopfieldPooling.Builder().nOut(3).build());
    MultiLayerNetwork changed =
        new TransferLearning.Builder(net)
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).seed(1).build())
            .setFeatureExtractor(0)
            .removeLayersFromOutput(2)
            .addLayer(new HopfieldPooling.Builder().nIn(4).nOut(5).build())
            .addLayer(outputOf(5))
            .build();
    INDArray frozen = changed.getLayer(0).params().dup();
    INDArray pooling = changed.getParam("1_Wo").dup();
    equal(frozen, net.getLayer(0).params().dup());
    assertThat(pooling.shape()).containsExactly(4, 5);
    changed.fit(new DataSet(Networks.input(RNNFormat.NCW), Networks.labels(true, RNNFormat.NCW)));
    equal(changed.getLayer(0).params().dup(), frozen);
    assertThat(Difference.of(changed.getParam("1_Wo"), pooling)).isGreaterThan(0);
  }
}
