package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PositionalEncodingTest {

  private static MultiLayerNetwork network(RNNFormat format, boolean learned) {
    return Networks.of(
        format,
        new PositionalEncoding.Builder().learned(learned).build(),
        new HopfieldPooling.Builder().nHeads(2).hiddenSize(2).nOut(3).build());
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void sinusoidsAreTheFormula(RNNFormat format) {
    INDArray x = Networks.input(format);
    INDArray added = network(format, false).feedForwardToLayer(0, x).get(1).sub(x);
    for (int t = 0; t < Networks.TIME; t++) {
      double[] expected = {
        Math.sin(t), Math.cos(t), Math.sin(t / Math.sqrt(10_000)), Math.cos(t / Math.sqrt(10_000))
      };
      for (int f = 0; f < Networks.FEATURES; f++) {
        double found =
            format == RNNFormat.NCW ? added.getDouble(1, f, t) : added.getDouble(1, t, f);
        assertThat(found).isCloseTo(expected[f], within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void shorterSequencesGetTheFirstRowsOfALearnedEncoding(RNNFormat format) {
    MultiLayerNetwork network = network(format, true);
    INDArray position = network.getLayer(0).getParam("position");
    assertThat(position.shape()).containsExactly(Networks.TIME, Networks.FEATURES);
    INDArray x =
        format == RNNFormat.NCW
            ? Nd4j.zeros(DataType.DOUBLE, 2, Networks.FEATURES, 3)
            : Nd4j.zeros(DataType.DOUBLE, 2, 3, Networks.FEATURES);
    INDArray y = network.feedForwardToLayer(0, x).get(1);
    INDArray second = y.slice(1);
    INDArray rows = format == RNNFormat.NCW ? second.transpose() : second;
    for (int t = 0; t < 3; t++) {
      assertThat(rows.getRow(t)).isEqualTo(position.getRow(t));
    }
  }

  @ParameterizedTest
  @CsvSource({"NCW,true", "NWC,true", "NCW,false", "NWC,false"})
  void gradientsAgreeWithFiniteDifferences(RNNFormat format, boolean learned) {
    DataType floating = Nd4j.defaultFloatingPointType();
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
    try {
      assertThat(
              GradientCheckUtil.checkGradients(
                  new GradientCheckUtil.MLNConfig()
                      .net(network(format, learned))
                      .input(Networks.input(format))
                      .labels(Networks.labels(true, format))
                      .inputMask(Networks.mask())))
          .isTrue();
    } finally {
      Nd4j.setDefaultDataTypes(floating, floating);
    }
  }

  @Test
  void configurationsSurviveJsonAndYaml() {
    for (boolean learned : new boolean[] {false, true}) {
      MultiLayerConfiguration conf =
          Networks.of(
                  RNNFormat.NWC,
                  new PositionalEncoding.Builder()
                      .learned(learned)
                      .maxLength(9)
                      .base(500)
                      .rnnFormat(RNNFormat.NWC)
                      .build(),
                  new HopfieldPooling.Builder().nOut(3).build())
              .getLayerWiseConfigurations();
      assertThat(MultiLayerConfiguration.fromJson(conf.toJson()).toJson()).isEqualTo(conf.toJson());
      assertThat(MultiLayerConfiguration.fromYaml(conf.toYaml()).toJson()).isEqualTo(conf.toJson());
      assertThat(conf.toJson()).contains("500.0", learned ? "LEARNED" : "SINUSOIDAL");
    }
  }

  @Test
  void whatDisagreesIsNamed() {
    MultiLayerNetwork network = network(RNNFormat.NCW, true);
    assertThatThrownBy(() -> network.output(Nd4j.zeros(DataType.DOUBLE, 1, Networks.FEATURES, 6)))
        .hasMessageContaining("maxLength = 5, the input has 6 steps");
    assertThatThrownBy(() -> network.output(Nd4j.zeros(DataType.DOUBLE, 1, 7, 5)))
        .hasMessageContaining("[batch, 4, time]")
        .hasMessageContaining("[1, 7, 5]");
    assertThatThrownBy(
            () ->
                Networks.of(
                    RNNFormat.NCW,
                    new PositionalEncoding.Builder().base(-1).build(),
                    new HopfieldPooling.Builder().build()))
        .hasMessageContaining("base = -1.0, expected a number above 0");
  }
}
