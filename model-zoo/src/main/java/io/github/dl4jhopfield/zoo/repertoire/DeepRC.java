package io.github.dl4jhopfield.zoo.repertoire;

import io.github.dl4jhopfield.layers.HopfieldPoolingVertex;
import io.github.dl4jhopfield.zoo.learn.Target;
import io.github.dl4jhopfield.zoo.networks.UntrainedModel;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.zoo.ModelMetaData;
import org.deeplearning4j.zoo.ZooType;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/**
 * Classifier of immune repertoires: bags of up to millions of short amino-acid sequences, a few of
 * which tell the label.
 *
 * <pre>
 *   e_i = max over positions of selu(conv(residues of sequence i)), or of an LSTM; with genes a row
 *         of a table for V and for J behind it                         {@link SequenceEmbedding}
 *   k_i = [selu layers(e_i), 1]                                         {@link SequenceKeys}
 *   a   = separation(q k_1 ... q k_n)                                   HopfieldPoolingVertex
 *   y   = f(W sum_i a_i e_i + b)                                        one output a target
 * </pre>
 *
 * <p>Input "sequences" [B, S, maxLength + 1], with genes [B, S, maxLength + 3] (B repertoires, S
 * sequences; {@link SequenceRows}), with a mask [B, S] of 1 for a sequence and 0 for padding;
 * outputs in the targets' order, [B, 1] or [B, classes]. What a repertoire gets depends on nothing
 * but its sequences. The graph pools all sequences that it is given; to take the {@linkplain
 * DeepRcParameters#topFraction() top fraction} of many more see {@link RepertoireScorer}.
 *
 * <p>Source: Widrich et al., Modern Hopfield Networks and Attention for Immune Repertoire
 * Classification, NeurIPS 2020; units: Ota et al., Learning with Partial Forgetting in Modern
 * Hopfield Networks, AISTATS 2023.
 */
public final class DeepRC extends UntrainedModel<ComputationGraph> {
  /** Name of the network's input. */
  public static final String SEQUENCES = "sequences";

  static final String EMBEDDING = "embedding";
  static final String KEYS = "keys";
  static final String POOLING = "pooling";
  static final String OUTPUT = "target-";

  private final DeepRcParameters parameters;
  private final List<Target> targets;
  private final IUpdater updater;
  private final double l2;
  private final double auxiliaryWeight;
  private final DataType dataType;
  private final long seed;

  private DeepRC(Builder builder) {
    super(ComputationGraph.class);
    parameters = builder.parameters;
    targets = builder.targets;
    updater = builder.updater == null ? new Adam(1e-3) : builder.updater;
    l2 = builder.l2;
    auxiliaryWeight = builder.auxiliaryWeight;
    dataType = builder.dataType;
    seed = builder.seed;
  }

  /** A builder with the default parameters and one binary target "label". */
  public static Builder builder() {
    return new Builder();
  }

  /** The network's configuration. */
  public ComputationGraphConfiguration conf() {
    int width = parameters.width();
    NeuralNetConfiguration.Builder all =
        new NeuralNetConfiguration.Builder().seed(seed).dataType(dataType).updater(updater);
    if (l2 > 0) {
      all.l2(l2);
    }
    ComputationGraphConfiguration.GraphBuilder graph =
        all.graphBuilder()
            .addInputs(SEQUENCES)
            .addLayer(EMBEDDING, SequenceEmbedding.of(parameters), SEQUENCES)
            .addLayer(
                KEYS,
                new SequenceKeys(width, parameters.attentionUnits(), parameters.attentionLayers()),
                EMBEDDING)
            .addVertex(POOLING, pooling(parameters, width), KEYS, EMBEDDING);
    String[] outputs = new String[targets.size()];
    for (int t = 0; t < outputs.length; t++) {
      Target target = targets.get(t);
      outputs[t] = OUTPUT + t;
      graph.addLayer(outputs[t], output(target, width, t == 0 ? 1 : auxiliaryWeight), POOLING);
    }
    return graph.setOutputs(outputs).build();
  }

  /** The pooling of embeddings by keys: no projections, the state pattern is a parameter. */
  static HopfieldPoolingVertex pooling(DeepRcParameters parameters, int width) {
    int key = parameters.attentionUnits() + 1;
    return new HopfieldPoolingVertex.Builder()
        .nIn(key)
        .storedPatternSize(key)
        .patternProjectionSize(width)
        .rnnFormat(RNNFormat.NWC)
        .retrieval()
        .beta(1)
        .separation(parameters.separation())
        .lagrangianUnit(parameters.unit())
        .build();
  }

  private static OutputLayer output(Target target, int width, double weight) {
    INDArray weights =
        weight == 1 ? null : Nd4j.valueArrayOf(new long[] {1, target.outputs()}, weight);
    ILossFunction loss =
        switch (target.kind()) {
          case BINARY -> new LossBinaryXENT(weights);
          case MULTICLASS -> new LossMCXENT(weights);
          case REGRESSION -> new LossMSE(weights);
        };
    Activation activation =
        switch (target.kind()) {
          case BINARY -> Activation.SIGMOID;
          case MULTICLASS -> Activation.SOFTMAX;
          case REGRESSION -> Activation.IDENTITY;
        };
    return new OutputLayer.Builder(loss)
        .nIn(width)
        .nOut(target.outputs())
        .activation(activation)
        .weightInit(WeightInit.XAVIER)
        .build();
  }

  @Override
  @SuppressWarnings("unchecked")
  public ComputationGraph init() {
    // layers of SameDiff draw from the generator of this thread
    Nd4j.getRandom().setSeed(seed);
    ComputationGraph network = new ComputationGraph(conf());
    network.init();
    INDArray query = network.getVertex(POOLING).paramTable(false).get("pooling");
    query.assign(
        Nd4j.randn(query.dataType(), query.shape()).muli(1 / Math.sqrt(query.length() - 1.0)));
    query.putScalar(query.length() - 1, 0);
    return network;
  }

  @Override
  public void setInputShape(int[][] inputShape) {
    throw new UnsupportedOperationException("DeepRC: the input's shape follows from maxLength");
  }

  @Override
  public ModelMetaData metaData() {
    return new ModelMetaData(
        new int[][] {{SequenceRows.columns(parameters)}}, targets.size(), ZooType.RNN);
  }

  /** Builder of {@link DeepRC}. */
  public static final class Builder {
    private DeepRcParameters parameters = DeepRcParameters.DEFAULT;
    private List<Target> targets = List.of(Target.binary("label"));
    private IUpdater updater;
    private double l2;
    private double auxiliaryWeight = 1;
    private DataType dataType = DataType.FLOAT;
    private long seed = 1;

    private Builder() {}

    /** What the network is made of. */
    public Builder parameters(DeepRcParameters parameters) {
      this.parameters = Objects.requireNonNull(parameters, "parameters");
      return this;
    }

    /** The targets, at least one. */
    public Builder targets(List<Target> targets) {
      if (targets.isEmpty()) {
        throw new IllegalArgumentException("targets: expected at least one, found none");
      }
      this.targets = List.copyOf(targets);
      return this;
    }

    /** The updater. Default Adam(1e-3). */
    public Builder updater(IUpdater updater) {
      this.updater = Objects.requireNonNull(updater, "updater");
      return this;
    }

    /** Coupled l2 of all weights. Default 0. */
    public Builder l2(double l2) {
      if (!(l2 >= 0)) {
        throw new IllegalArgumentException("l2: expected 0 or more, found " + l2);
      }
      this.l2 = l2;
      return this;
    }

    /** Weight of the loss of every target but the first. Default 1; the original has 0.02. */
    public Builder auxiliaryWeight(double weight) {
      if (!(weight > 0) || Double.isInfinite(weight)) {
        throw new IllegalArgumentException(
            "auxiliaryWeight: expected a number above 0, found " + weight);
      }
      this.auxiliaryWeight = weight;
      return this;
    }

    /** Type of parameters and activations: FLOAT, the default, or DOUBLE. */
    public Builder dataType(DataType type) {
      this.dataType = Objects.requireNonNull(type, "dataType");
      return this;
    }

    /** Seed of the initial weights. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /** The model. */
    public DeepRC build() {
      return new DeepRC(this);
    }
  }
}
