package io.github.dl4jhopfield.zoo.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** With SGD at 1, a step is the gradient: its length shows the clipping. */
class ClipGradientNormTest {
  private static INDArray step(double most) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(1))
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    network.setListeners(new ClipGradientNorm(most));
    INDArray before = network.params().dup();
    network.fit(Nd4j.linspace(1, 15, 15).reshape(5, 3), Nd4j.ones(5, 2).muli(-10));
    return before.sub(network.params());
  }

  @Test
  void aLongGradientKeepsItsDirectionAndGetsTheGreatestNorm() {
    INDArray free = step(1e9);
    INDArray clipped = step(0.25);
    assertThat(free.norm2Number().doubleValue()).isGreaterThan(1);
    assertThat(clipped.norm2Number().doubleValue()).isCloseTo(0.25, within(1e-5));
    INDArray direction = free.div(free.norm2Number()).muli(0.25);
    assertThat(clipped.sub(direction).norm2Number().doubleValue()).isLessThan(1e-4);
  }

  @Test
  void aNormIsAboveZero() {
    assertThatThrownBy(() -> new ClipGradientNorm(0)).hasMessageContaining("found 0");
  }
}
