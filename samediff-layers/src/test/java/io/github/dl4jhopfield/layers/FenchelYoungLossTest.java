package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.ops.FenchelYoungLoss;
import io.github.dl4jhopfield.ops.NDHopfield;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.ops.SeparationActivation;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** The Fenchel-Young losses and the separations as activation, in DL4J networks. */
class FenchelYoungLossTest {
  private static final long SEED = 5;
  private static final int CLASSES = 4;
  private static final int ROWS = 6;

  private final Random random = new Random(SEED);

  static Stream<Separation> separations() {
    return Stream.of(
        Separation.softmax(),
        Separation.softmax1(),
        Separation.sparsemax(),
        Separation.entmax15(),
        Separation.entmax(1.3),
        Separation.normmax(2),
        Separation.kSubsets(1, false));
  }

  private INDArray normal(long... shape) {
    INDArray x = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < x.length(); i++) {
      x.data().put(i, random.nextGaussian());
    }
    return x;
  }

  private INDArray oneHot() {
    INDArray y = Nd4j.zeros(DataType.DOUBLE, ROWS, CLASSES);
    for (int i = 0; i < ROWS; i++) {
      y.putScalar(i, random.nextInt(CLASSES), 1);
    }
    return y;
  }

  /**
   * @param hidden activation of the hidden layer
   */
  private static MultiLayerConfiguration configuration(
      FenchelYoungLoss loss, IActivation output, IActivation hidden, boolean training) {
    return new NeuralNetConfiguration.Builder()
        .dataType(DataType.DOUBLE)
        .seed(SEED)
        .updater(training ? new Sgd(0.5) : new NoOp())
        .list()
        .layer(new DenseLayer.Builder().nIn(3).nOut(5).activation(hidden).build())
        .layer(new OutputLayer.Builder(loss).nIn(5).nOut(CLASSES).activation(output).build())
        .build();
  }

  private static IActivation tanh() {
    return Activation.TANH.getActivationFunction();
  }

  @ParameterizedTest
  @MethodSource("separations")
  void gradientsOfANetworkAreThoseOfFiniteDifferences(Separation separation) {
    FenchelYoungLoss loss = new FenchelYoungLoss(separation);
    check(configuration(loss, new ActivationIdentity(), tanh(), false));
    check(configuration(loss, new SeparationActivation(separation), tanh(), false));
    check(
        configuration(loss, new ActivationIdentity(), new SeparationActivation(separation), false));
  }

  private void check(MultiLayerConfiguration configuration) {
    MultiLayerNetwork net = new MultiLayerNetwork(configuration);
    net.init();
    net.setInput(normal(ROWS, 3));
    net.setLabels(oneHot());
    net.computeGradientAndScore();
    INDArray gradient = net.gradient().gradient().dup();
    INDArray params = net.params();
    double step = 1e-6;
    for (long i = 0; i < params.length(); i++) {
      double old = params.getDouble(i);
      params.putScalar(i, old + step);
      net.computeGradientAndScore();
      double up = net.score();
      params.putScalar(i, old - step);
      net.computeGradientAndScore();
      double down = net.score();
      params.putScalar(i, old);
      assertThat(gradient.getDouble(i) / ROWS)
          .as("parameter %d, %s", i, configuration.getConf(1).getLayer())
          .isCloseTo((up - down) / (2 * step), Offset.offset(1e-6));
    }
  }

  @ParameterizedTest
  @MethodSource("separations")
  void isTheLossOfTheScoresRowByRowAndFallsInTraining(Separation separation) {
    FenchelYoungLoss loss = new FenchelYoungLoss(separation);
    INDArray z = normal(ROWS, CLASSES);
    INDArray y = oneHot();
    INDArray expected = NDHopfield.ops().fenchelYoungLoss(separation, z, y, -1);
    INDArray mask = Nd4j.createFromArray(1.0, 0, 1, 1, 0.5, 1).reshape(ROWS, 1);
    IActivation identity = new ActivationIdentity();
    assertThat(loss.computeScoreArray(y, z, identity, null)).isEqualTo(expected);
    assertThat(loss.computeScore(y, z, identity, mask, true))
        .isCloseTo(expected.mul(mask).sumNumber().doubleValue() / ROWS, Offset.offset(1e-12));
    assertThat(loss.computeGradient(y, z, identity, mask).getRow(1).amaxNumber().doubleValue())
        .isZero();

    MultiLayerNetwork net =
        new MultiLayerNetwork(
            configuration(loss, new SeparationActivation(separation), tanh(), true));
    net.init();
    INDArray x = normal(ROWS, 3);
    double before = 0;
    for (int i = 0; i < 60; i++) {
      net.fit(x, y);
      before = i == 0 ? net.score() : before;
    }
    assertThat(net.score()).as(separation.toString()).isLessThan(before * 0.7);
    INDArray mass = net.output(x).sum(1);
    if (separation.equals(Separation.softmax1())) { // the rest goes to nothing
      assertThat(mass.maxNumber().doubleValue()).isLessThan(1);
    } else {
      assertThat(mass.sub(1).amaxNumber().doubleValue()).isLessThan(1e-10);
    }
  }

  @ParameterizedTest
  @MethodSource("separations")
  void survivesJson(Separation separation) {
    MultiLayerConfiguration configuration =
        configuration(
            new FenchelYoungLoss(separation), new SeparationActivation(separation), tanh(), true);
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(configuration.toJson());
    assertThat(read).isEqualTo(configuration);
    OutputLayer layer = (OutputLayer) read.getConf(1).getLayer();
    assertThat(((FenchelYoungLoss) layer.getLossFn()).getSeparation()).isEqualTo(separation);
  }

  @Test
  void wrongArgumentsAreRefused() {
    FenchelYoungLoss loss = FenchelYoungLoss.sparsemax();
    INDArray z = normal(ROWS, CLASSES);
    assertThatThrownBy(() -> loss.computeScore(oneHot(), z, new ActivationSoftmax(), null, true))
        .hasMessageContaining("activation: expected the identity or the SeparationActivation");
    assertThatThrownBy(
            () -> loss.computeScore(normal(ROWS, 3), z, new ActivationIdentity(), null, true))
        .hasMessageContaining("labels: expected shape [6, 4]");
    assertThatThrownBy(
            () -> loss.computeScore(oneHot(), z, new ActivationIdentity(), oneHot(), true))
        .hasMessageContaining("mask: expected 6 numbers");
    assertThatThrownBy(() -> new FenchelYoungLoss(Separation.sequentialKSubsets(2, 1)))
        .hasMessageContaining("not sequential");
  }
}
