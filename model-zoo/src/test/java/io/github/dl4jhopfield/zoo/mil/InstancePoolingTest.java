package io.github.dl4jhopfield.zoo.mil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** Every pooling: gradients, padding, and what it computes where that is known. */
class InstancePoolingTest {
  @BeforeEach
  void inDouble() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterEach
  void inFloat() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static MultiLayerNetwork network(BagNetwork.Pooling pooling) {
    MilParameters parameters =
        new MilParameters(5, 2, 3, 0, 0, 0.01, 1, 8).withNetwork(BagNetwork.of(pooling));
    MultiLayerConfiguration conf =
        HopfieldMIL.builder().features(4).parameters(parameters).seed(7).build().conf();
    conf.setDataType(DataType.DOUBLE);
    conf.getConfs()
        .forEach(
            c -> {
              c.setDataType(DataType.DOUBLE);
              if (c.getLayer() instanceof BaseLayer layer) {
                layer.setIUpdater(new NoOp());
              } else if (c.getLayer() instanceof AbstractSameDiffLayer layer) {
                layer.setUpdater(new NoOp());
              }
            });
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    return network;
  }

  private static DataSet bags() {
    List<Bag> bags = SyntheticBags.of(6, 4, 11).bags();
    DataSet floats = BagTensors.of(bags, Standardizer.fit(bags));
    return new DataSet(
        floats.getFeatures().castTo(DataType.DOUBLE),
        floats.getLabels().castTo(DataType.DOUBLE),
        floats.getFeaturesMaskArray().castTo(DataType.DOUBLE),
        null);
  }

  @ParameterizedTest
  @EnumSource(BagNetwork.Pooling.class)
  void gradientsAreRight(BagNetwork.Pooling pooling) {
    DataSet data = bags();
    assertThat(
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .net(network(pooling))
                    .input(data.getFeatures())
                    .labels(data.getLabels())
                    .inputMask(data.getFeaturesMaskArray())
                    .epsilon(1e-6)
                    .maxRelError(1e-3)
                    .minAbsoluteError(1e-8)))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource(BagNetwork.Pooling.class)
  void aBatchOfOneBagOfOneInstanceTrains(BagNetwork.Pooling pooling) {
    MultiLayerNetwork network = network(pooling);
    INDArray before = network.params().dup();
    for (int size : new int[] {1, 3}) {
      network.fit(
          new DataSet(
              Nd4j.rand(DataType.DOUBLE, 1, size, 4),
              Nd4j.ones(1, 1),
              Nd4j.ones(DataType.DOUBLE, 1, size),
              null));
    }
    assertThat(network.params()).isNotEqualTo(before);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(BagNetwork.Pooling.class)
  void paddingChangesNothing(BagNetwork.Pooling pooling) {
    MultiLayerNetwork network = network(pooling);
    DataSet data = bags();
    INDArray together =
        network.output(data.getFeatures(), false, data.getFeaturesMaskArray(), null);
    for (int b = 0; b < 6; b++) {
      int size = data.getFeaturesMaskArray().getRow(b).sumNumber().intValue();
      INDArray own =
          data.getFeatures()
              .get(
                  org.nd4j.linalg.indexing.NDArrayIndex.interval(b, b + 1),
                  org.nd4j.linalg.indexing.NDArrayIndex.interval(0, size),
                  org.nd4j.linalg.indexing.NDArrayIndex.all())
              .dup('c');
      INDArray alone = network.output(own, false, Nd4j.ones(DataType.DOUBLE, 1, size), null);
      assertThat(alone.getDouble(0)).isCloseTo(together.getDouble(b, 0), within(1e-12));
      INDArray unmasked = network.output(own, false);
      assertThat(unmasked.getDouble(0)).isCloseTo(together.getDouble(b, 0), within(1e-12));
    }
  }
}
