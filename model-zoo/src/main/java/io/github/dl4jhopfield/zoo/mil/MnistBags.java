package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.networks.UntrainedModel;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.zoo.ModelMetaData;
import org.deeplearning4j.zoo.ZooType;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Says whether a bag of small grey images holds one of a kind, and which: a convolutional embedding
 * of each image ({@link DigitEmbedding}), a pooling over the bag, and a logistic output.
 *
 * <p>Input [B, T, side * side] (B bags, T images row by row from 0 to 1; {@link RNNFormat#NWC})
 * with a mask [B, T]; output [B, 1], float. Adam.
 *
 * <p>Source: Ilse, Tomczak and Welling, Attention-based Deep Multiple Instance Learning, ICML 2018,
 * sections 4.3 and table 6, and the example of hopfield-layers on the same bags, with Hopfield
 * pooling in the place of attention.
 */
public final class MnistBags extends UntrainedModel<MultiLayerNetwork> {
  /** Hopfield pooling with one head as wide as the attention of Ilse et al. */
  public static final MilParameters DEFAULT = new MilParameters(500, 1, 128, 0, 0, 5e-4, 30, 1);

  private static final int FIRST = 20;
  private static final int SECOND = 50;

  private final MilParameters parameters;
  private final long seed;
  private int side;

  /**
   * @param side of an image in pixels
   * @param parameters of them {@code embedding} is the width of an image's features
   * @param seed of the initial weights
   */
  public MnistBags(int side, MilParameters parameters, long seed) {
    super(MultiLayerNetwork.class);
    this.side = side;
    this.parameters = parameters;
    this.seed = seed;
  }

  /** The network's configuration. */
  public MultiLayerConfiguration conf() {
    DigitEmbedding embedding = new DigitEmbedding(side, FIRST, SECOND, parameters.embedding());
    embedding.setLayerName("embedding");
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .weightInit(WeightInit.XAVIER)
            .updater(new Adam(parameters.learningRate()))
            .list()
            .layer(embedding);
    PoolingLayers.of(parameters, parameters.embedding()).forEach(list::layer);
    return list.layer(
            new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                .name("output")
                .nOut(1)
                .activation(Activation.SIGMOID)
                .build())
        .setInputType(InputType.recurrent((long) side * side, RNNFormat.NWC))
        .build();
  }

  @Override
  @SuppressWarnings("unchecked")
  public MultiLayerNetwork init() {
    MultiLayerNetwork network = new MultiLayerNetwork(conf());
    network.init();
    return network;
  }

  /**
   * @param inputShape {{side, side}}
   */
  @Override
  public void setInputShape(int[][] inputShape) {
    if (inputShape.length != 1
        || inputShape[0].length != 2
        || inputShape[0][0] != inputShape[0][1]) {
      throw new IllegalArgumentException(
          "MnistBags: expected an input shape of {{side, side}}, found "
              + Arrays.deepToString(inputShape));
    }
    side = inputShape[0][0];
  }

  @Override
  public ModelMetaData metaData() {
    return new ModelMetaData(new int[][] {{side, side}}, 1, ZooType.CNN);
  }
}
