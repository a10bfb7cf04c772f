package io.github.dl4jhopfield.zoo.vision;

import io.github.dl4jhopfield.layers.HopfieldEncoderLayer;
import io.github.dl4jhopfield.zoo.networks.UntrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.ModelMetaData;
import org.deeplearning4j.zoo.PretrainedType;
import org.deeplearning4j.zoo.ZooType;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Vision Transformer: an image cut into patches, blocks of Hopfield association (attention, where
 * nothing else is asked for) and feed-forward parts, one vector, classes.
 *
 * <pre>
 *   PatchEmbedding -> VitBlock (or HopfieldEncoderLayer), depth times -> TokenHead -> OutputLayer (softmax)
 * </pre>
 *
 * <p>Input [B, C, H, W] (NCHW), preprocessed as the weights ask for; output [B, classes],
 * probabilities. Weights of timm and torchvision: {@link VitWeights}.
 *
 * <p>Source: Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021; with Lagrangian units
 * Ota et al., AISTATS 2023.
 */
public final class VisionTransformer extends UntrainedModel<MultiLayerNetwork> {
  /** Name of the first layer. */
  public static final String EMBEDDING = "embedding";

  /** Name of the layer that makes one vector of the tokens. */
  public static final String HEAD = "head";

  /** Name of the output layer. */
  public static final String OUTPUT = "output";

  private final DataType dataType;
  private final IUpdater updater;
  private final long seed;
  private final Map<PretrainedType, Weights> pretrained;
  private VitShape shape;

  /** A file of the user's, and its SHA-256. */
  private record Weights(Path file, String sha256) {}

  private VisionTransformer(Builder builder) {
    super(MultiLayerNetwork.class);
    shape = builder.shape;
    dataType = builder.dataType;
    updater = builder.updater;
    seed = builder.seed;
    pretrained = Map.copyOf(builder.pretrained);
  }

  /** A builder of Base/16. */
  public static Builder builder() {
    return new Builder();
  }

  /** The name of a block, from 0. */
  public static String block(int number) {
    return "block" + number;
  }

  /** The shape. */
  public VitShape shape() {
    return shape;
  }

  /** The network's configuration. */
  public MultiLayerConfiguration conf() {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder().seed(seed).dataType(dataType).updater(updater).list();
    PatchEmbedding embedding = new PatchEmbedding(shape);
    embedding.setLayerName(EMBEDDING);
    list.layer(embedding);
    for (int i = 0; i < shape.depth(); i++) {
      double skip = shape.depth() == 1 ? 0 : shape.stochasticDepth() * i / (shape.depth() - 1);
      Layer block =
          shape.block() == VitShape.Block.ENCODER
              ? encoder(shape.ofBlock(i))
              : new VitBlock(shape.ofBlock(i), skip);
      block.setLayerName(block(i));
      list.layer(block);
    }
    TokenHead head = new TokenHead(shape);
    head.setLayerName(HEAD);
    list.layer(head);
    list.layer(
        new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .name(OUTPUT)
            .nIn(shape.width())
            .nOut(shape.classes())
            .activation(Activation.SOFTMAX)
            .build());
    return list.setInputType(
            InputType.convolutional(shape.imageHeight(), shape.imageWidth(), shape.channels()))
        .build();
  }

  /** Whether the user has brought a file of them. */
  @Override
  public boolean pretrainedAvailable(PretrainedType kind) {
    return pretrained.containsKey(kind);
  }

  /**
   * The network with the weights of the file that the user has brought, which is checked first.
   *
   * @throws UnsupportedOperationException if none was brought: nothing is downloaded
   * @throws io.github.dl4jhopfield.zoo.files.DataFormatException if it has another SHA-256
   * @throws io.github.dl4jhopfield.zoo.files.TreeFileException if its arrays don't fit
   * @throws IOException if it cannot be read
   */
  @Override
  @SuppressWarnings("unchecked")
  public MultiLayerNetwork initPretrained(PretrainedType kind) throws IOException {
    Weights weights = pretrained.get(kind);
    if (weights == null) {
      throw new UnsupportedOperationException(
          "VisionTransformer: expected a file of "
              + kind
              + " weights by builder().pretrained(...), found none; nothing is downloaded");
    }
    PretrainedVit.requireSha256(weights.file(), weights.sha256());
    MultiLayerNetwork network = init();
    VitWeights.load(weights.file(), network, shape);
    return network;
  }

  private static Layer encoder(VitShape s) {
    return new HopfieldEncoderLayer.Builder()
        .nIn(s.width())
        .nHeads(s.heads())
        .beta(s.effectiveBeta())
        .updateSteps(s.updateSteps())
        .separation(s.separation())
        .lagrangianUnit(s.unit())
        .feedForwardSize(s.hidden())
        .residualDropout(s.dropout())
        .residualNormEps(s.eps())
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
   * @param inputShape {{channels, height, width}}
   */
  @Override
  public void setInputShape(int[][] inputShape) {
    if (inputShape.length != 1 || inputShape[0].length != 3) {
      throw new IllegalArgumentException(
          "VisionTransformer: expected an input shape of {{channels, height, width}}, found "
              + Arrays.deepToString(inputShape));
    }
    shape =
        shape.toBuilder()
            .channels(inputShape[0][0])
            .image(inputShape[0][1], inputShape[0][2])
            .build();
  }

  @Override
  public ModelMetaData metaData() {
    return new ModelMetaData(
        new int[][] {{shape.channels(), shape.imageHeight(), shape.imageWidth()}}, 1, ZooType.CNN);
  }

  /** Builder of {@link VisionTransformer}. */
  public static final class Builder {
    private VitShape shape = VitShape.base();
    private DataType dataType = DataType.FLOAT;
    private IUpdater updater = new Adam(1e-3);
    private long seed = 1;
    private final Map<PretrainedType, Weights> pretrained = new EnumMap<>(PretrainedType.class);

    private Builder() {}

    /**
     * Published weights and the model they are for, from a file as timm publishes it; for {@link
     * VisionTransformer#initPretrained}.
     *
     * @throws IllegalArgumentException for weights that are published as a {@code .pth}
     */
    public Builder pretrained(PretrainedVit known, Path file) {
      if (!known.isSafetensors()) {
        throw new IllegalArgumentException(
            "VisionTransformer: expected weights that are published as .safetensors, found "
                + known.fileName()
                + "; what pth_to_safetensors.py makes of it has a SHA-256 of its own:"
                + " pretrained(type, file, sha256)");
      }
      return shape(known.shape()).pretrained(known.type(), file, known.sha256());
    }

    /**
     * Weights in a file of the user's, for {@link VisionTransformer#initPretrained}.
     *
     * @param type what they were trained on
     * @param file {@code .safetensors}, in timm's names or torchvision's
     * @param sha256 its SHA-256 in hexadecimal digits, which is checked before it is read
     */
    public Builder pretrained(PretrainedType type, Path file, String sha256) {
      pretrained.put(
          type,
          new Weights(
              Objects.requireNonNull(file, "file"), Objects.requireNonNull(sha256, "sha256")));
      return this;
    }

    /** What it is made of. */
    public Builder shape(VitShape shape) {
      this.shape = Objects.requireNonNull(shape, "shape");
      return this;
    }

    /** Of parameters and activations; FLOAT by default. */
    public Builder dataType(DataType dataType) {
      this.dataType = Objects.requireNonNull(dataType, "dataType");
      return this;
    }

    /** How it is trained; Adam with 1e-3 by default. */
    public Builder updater(IUpdater updater) {
      this.updater = Objects.requireNonNull(updater, "updater");
      return this;
    }

    /** Seed of the initial weights. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** The model. */
    public VisionTransformer build() {
      return new VisionTransformer(this);
    }
  }
}
