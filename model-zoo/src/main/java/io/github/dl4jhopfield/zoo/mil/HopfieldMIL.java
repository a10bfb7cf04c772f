package io.github.dl4jhopfield.zoo.mil;

import io.github.dl4jhopfield.zoo.networks.InstanceRows;
import io.github.dl4jhopfield.zoo.networks.RowInstances;
import io.github.dl4jhopfield.zoo.networks.UntrainedModel;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.zoo.ModelMetaData;
import org.deeplearning4j.zoo.ZooType;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Multiple-instance classifier with Hopfield pooling: says whether a bag of instances is positive,
 * and the association of its pooling says which instances decided.
 *
 * <pre>
 *   h_t = relu(W_1 x_t + b_1)               each instance x_t of the bag, embedded
 *   z   = HopfieldPooling(h_1 ... h_T)      one state pattern, H heads, padding left out
 *   p   = sigmoid(w_2 z + b_2)              probability that the bag is positive
 * </pre>
 *
 * <p>{@link MilParameters#network} puts another pooling in the place of Hopfield pooling: an
 * association of the instances before it, a lookup, attention, mean or maximum, to be compared
 * with.
 *
 * <p>Input [B, T, F] (B bags, T instances, F features; {@link RNNFormat#NWC}) with a mask [B, T] of
 * 1 for an instance and 0 for padding; output [B, 1]; float. Trained with cross-entropy and Adam,
 * with dropout of h and z.
 *
 * <p>Source: Ramsauer et al., Hopfield Networks is All You Need, ICLR 2021, section 4 (multiple
 * instance learning). There the depth of the embedding is searched too; here it is one layer. To
 * train and use it on data see {@link BagClassifier}.
 */
public final class HopfieldMIL extends UntrainedModel<MultiLayerNetwork> {
  /** Name of the pooling layer. */
  public static final String POOLING = PoolingLayers.NAME;

  private final MilParameters parameters;
  private final long seed;
  private int features;

  private HopfieldMIL(Builder builder) {
    super(MultiLayerNetwork.class);
    features = builder.features;
    parameters = builder.parameters;
    seed = builder.seed;
  }

  /** A builder with the default hyperparameters. */
  public static Builder builder() {
    return new Builder();
  }

  /** The network's configuration. */
  public MultiLayerConfiguration conf() {
    double retain = 1 - parameters.dropout();
    DenseLayer.Builder embedding =
        new DenseLayer.Builder()
            .name("embedding")
            .nIn(features)
            .nOut(parameters.embedding())
            .activation(Activation.RELU);
    OutputLayer.Builder output =
        new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
            .name("output")
            .nOut(1)
            .activation(Activation.SIGMOID);
    if (retain < 1) {
      output.dropOut(retain);
    }
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .weightInit(WeightInit.XAVIER)
            .updater(new Adam(parameters.learningRate()))
            .list()
            .layer(embedding.build());
    List<Layer> layers = PoolingLayers.of(parameters, parameters.embedding());
    if (retain < 1) {
      // of the embedded instances
      layers.get(0).setIDropout(new Dropout(retain));
    }
    layers.forEach(list::layer);
    return list.layer(output.build())
        .inputPreProcessor(0, new InstanceRows())
        .inputPreProcessor(1, new RowInstances())
        .setInputType(InputType.recurrent(features, RNNFormat.NWC))
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
   * @param inputShape {{F}}: the number of features
   */
  @Override
  public void setInputShape(int[][] inputShape) {
    if (inputShape.length != 1 || inputShape[0].length != 1 || inputShape[0][0] < 1) {
      throw new IllegalArgumentException(
          "HopfieldMIL: expected an input shape of {{features}}, found "
              + Arrays.deepToString(inputShape));
    }
    features = inputShape[0][0];
  }

  @Override
  public ModelMetaData metaData() {
    return new ModelMetaData(new int[][] {{features}}, 1, ZooType.RNN);
  }

  /** Builder of {@link HopfieldMIL}. */
  public static final class Builder {
    private int features = 1;
    private MilParameters parameters = MilParameters.DEFAULT;
    private long seed = 1;

    private Builder() {}

    /** Number of features of an instance. */
    public Builder features(int features) {
      if (features < 1) {
        throw new IllegalArgumentException("features: expected at least 1, found " + features);
      }
      this.features = features;
      return this;
    }

    /** Hyperparameters. */
    public Builder parameters(MilParameters parameters) {
      this.parameters = Objects.requireNonNull(parameters, "parameters");
      return this;
    }

    /** Seed of the initial weights. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** The model. */
    public HopfieldMIL build() {
      return new HopfieldMIL(this);
    }
  }
}
