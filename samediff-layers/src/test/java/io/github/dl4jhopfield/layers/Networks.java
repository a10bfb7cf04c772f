package io.github.dl4jhopfield.layers;

import java.util.Random;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks for tests. */
final class Networks {

  static final int FEATURES = 4;
  static final int BATCH = 3;
  static final int TIME = 5;

  private Networks() {}

  static NeuralNetConfiguration.Builder configuration(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .dataType(DataType.DOUBLE)
        .updater(updater)
        .optimizationAlgo(OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT)
        .dist(new NormalDistribution(0, 1))
        .seed(42);
  }

  /** A network of Hopfield layers with an output layer after them; larger weights than usual. */
  static MultiLayerNetwork of(RNNFormat format, Layer... layers) {
    return of(new NoOp(), format, layers);
  }

  static MultiLayerNetwork of(IUpdater updater, RNNFormat format, Layer... layers) {
    return of(updater, format, Activation.TANH, layers);
  }

  /**
   * @param activation of the output layer
   */
  static MultiLayerNetwork of(
      IUpdater updater, RNNFormat format, Activation activation, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = configuration(updater).list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    boolean pooled = layers[layers.length - 1] instanceof HopfieldPooling;
    if (pooled) {
      list.layer(new OutputLayer.Builder(LossFunction.MSE).nOut(2).activation(activation).build());
    } else {
      list.layer(
          new RnnOutputLayer.Builder(LossFunction.MSE)
              .nOut(2)
              .activation(activation)
              .dataFormat(format)
              .build());
    }
    list.setInputType(InputType.recurrent(FEATURES, TIME, format));
    MultiLayerNetwork net = new MultiLayerNetwork(list.build());
    net.init();
    spread(net.params(), 7);
    return net;
  }

  /** A vertex whose three inputs have depths 4 (stored), 3 (state) and 2 (projection). */
  static HopfieldVertex.Builder threeInputs() {
    return new HopfieldVertex.Builder()
        .nIn(3)
        .storedPatternSize(4)
        .patternProjectionSize(2)
        .hiddenSize(2)
        .nHeads(2)
        .nOut(3);
  }

  /** Two outputs for each step. */
  static RnnOutputLayer steps(int nIn, RNNFormat format) {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .nIn(nIn)
        .nOut(2)
        .activation(Activation.TANH)
        .dataFormat(format)
        .build();
  }

  /** Two outputs of what was pooled. */
  static OutputLayer pooled(int nIn) {
    return new OutputLayer.Builder(LossFunction.MSE)
        .nIn(nIn)
        .nOut(2)
        .activation(Activation.TANH)
        .build();
  }

  /** Makes every parameter random, so that no gradient is zero by symmetry. */
  static void spread(INDArray parameters, long seed) {
    Random random = new Random(seed);
    for (long i = 0; i < parameters.length(); i++) {
      parameters.putScalar(i, parameters.getDouble(i) + 0.6 * random.nextGaussian());
    }
  }

  static INDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray a = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < a.length(); i++) {
      a.putScalar(i, random.nextGaussian());
    }
    return a;
  }

  static INDArray input(RNNFormat format) {
    return format == RNNFormat.NCW
        ? random(1, BATCH, FEATURES, TIME)
        : random(1, BATCH, FEATURES, TIME).permute(0, 2, 1).dup('c');
  }

  static INDArray labels(boolean pooled, RNNFormat format) {
    if (pooled) {
      return random(2, BATCH, 2);
    }
    INDArray labels = random(2, BATCH, 2, TIME);
    return format == RNNFormat.NCW ? labels : labels.permute(0, 2, 1).dup('c');
  }

  /** Lengths 5, 3 and 1. */
  static INDArray mask() {
    return Nd4j.createFromArray(new double[][] {{1, 1, 1, 1, 1}, {1, 1, 1, 0, 0}, {1, 0, 0, 0, 0}});
  }
}
