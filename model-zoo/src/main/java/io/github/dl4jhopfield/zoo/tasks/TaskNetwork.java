package io.github.dl4jhopfield.zoo.tasks;

import io.github.dl4jhopfield.layers.Hopfield;
import io.github.dl4jhopfield.layers.HopfieldBase;
import io.github.dl4jhopfield.layers.HopfieldLayer;
import io.github.dl4jhopfield.layers.HopfieldPooling;
import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.zoo.learn.ClipGradientNorm;
import io.github.dl4jhopfield.zoo.learn.DecoupledWeightDecay;
import io.github.dl4jhopfield.zoo.networks.FlattenSteps;
import io.github.dl4jhopfield.zoo.networks.InstanceRows;
import io.github.dl4jhopfield.zoo.networks.RowInstances;
import io.github.dl4jhopfield.zoo.networks.UniformStart;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * The networks that the example tasks compare: input [B, T, F] (NWC), output [B, 1], the
 * probability of label 1. Each is one layer over the sequence and a logistic output.
 *
 * <p>Settings are those of the examples of hopfield-layers: AdamW (Adam with weight decay 0.01
 * apart from the gradient) at 1e-3, gradients clipped to norm 1. The ADAPTED ones have 8 heads of
 * depth 8, 3 update steps, beta 0.25, half of the association dropped; the adapted lookup starts
 * from the distinct steps of the training data, with targets of its own that are not trained. RELU
 * and PFU are the plain ones with a Lagrangian unit (LwPF). The pooling baselines are ours: a dense
 * ReLU layer as wide as the input, then the average or maximum over the steps. Layers that are not
 * Hopfield's start as PyTorch's do ({@link UniformStart}).
 */
enum TaskNetwork {
  LSTM,
  AVERAGE_POOLING,
  MAX_POOLING,
  HOPFIELD,
  POOLING,
  LOOKUP,
  HOPFIELD_ADAPTED,
  POOLING_ADAPTED,
  LOOKUP_ADAPTED,
  HOPFIELD_RELU,
  POOLING_RELU,
  LOOKUP_RELU,
  HOPFIELD_PFU,
  POOLING_PFU,
  LOOKUP_PFU;

  private static final double LEARNING_RATE = 1e-3;
  private static final double WEIGHT_DECAY = 0.01;
  private static final int LSTM_UNITS = 4;

  /** As options and reports call it: {@code hopfield-adapted}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The network of that label, of the given ones. */
  static TaskNetwork of(String label, List<TaskNetwork> known) {
    return known.stream()
        .filter(network -> network.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "option networks: expected all, or some of "
                        + String.join(", ", known.stream().map(TaskNetwork::label).toList())
                        + " separated by commas, found \""
                        + label
                        + '"'));
  }

  private String kind() {
    return name().split("_")[0];
  }

  private boolean is(String variant) {
    return name().endsWith("_" + variant);
  }

  /** Whether the other one is this with a Lagrangian unit. */
  boolean isPlainOf(TaskNetwork other) {
    return !hasUnit() && !isAdapted() && other.hasUnit() && kind().equals(other.kind());
  }

  boolean hasUnit() {
    return is("RELU") || is("PFU");
  }

  boolean isAdapted() {
    return is("ADAPTED");
  }

  /** The network, not trained. */
  MultiLayerNetwork build(SequenceSet data, long seed) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder().seed(seed).updater(Updaters.adam()).list();
    int features = data.features();
    int width = features;
    INDArray stored = null;
    switch (kind()) {
      case "LSTM" -> {
        list.layer(
            new LastTimeStep(
                new LSTM.Builder()
                    .nIn(features)
                    .nOut(LSTM_UNITS)
                    .activation(Activation.TANH)
                    .biasUpdater(Updaters.ofTwoBiases())
                    .dataFormat(RNNFormat.NWC)
                    .build()));
        width = LSTM_UNITS;
      }
      case "AVERAGE", "MAX" ->
          list.layer(new DenseLayer.Builder().nOut(features).activation(Activation.RELU).build())
              .layer(
                  new GlobalPoolingLayer.Builder(
                          this == MAX_POOLING ? PoolingType.MAX : PoolingType.AVG)
                      .poolingDimensions(1)
                      .build())
              .inputPreProcessor(0, new InstanceRows())
              .inputPreProcessor(1, new RowInstances());
      case "HOPFIELD" ->
          list.layer(options(new Hopfield.Builder().rnnFormat(RNNFormat.NWC)).build());
      case "POOLING" ->
          list.layer(options(new HopfieldPooling.Builder().rnnFormat(RNNFormat.NWC)).build());
      case "LOOKUP" -> {
        stored = data.distinctSteps();
        list.layer(
            options(new HopfieldLayer.Builder().rnnFormat(RNNFormat.NWC))
                .quantity((int) stored.size(0))
                .lookupWeightsAsSeparated(isAdapted())
                .lookupTargetsAsTrainable(!isAdapted())
                .build());
      }
      default -> throw new IllegalStateException(name());
    }
    if (kind().equals("HOPFIELD") || kind().equals("LOOKUP")) {
      list.inputPreProcessor(1, new FlattenSteps(data.steps(), features));
      width = data.steps() * features;
    }
    list.layer(
        new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
            .nIn(width)
            .nOut(1)
            .activation(Activation.SIGMOID)
            .build());
    list.setInputType(InputType.recurrent(features, data.steps(), RNNFormat.NWC));
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    UniformStart.of(network);
    if (this == LOOKUP_ADAPTED) {
      network.getLayer(0).setParam("lookup", stored);
    }
    network.setListeners(
        new ClipGradientNorm(1), new DecoupledWeightDecay(LEARNING_RATE * WEIGHT_DECAY));
    return network;
  }

  private <B extends HopfieldBase.Builder<B>> B options(B builder) {
    if (isAdapted() && this != LOOKUP_ADAPTED) {
      builder.nHeads(8).hiddenSize(8).updateSteps(3).beta(0.25).associationDropout(0.5);
    }
    if (is("RELU")) {
      builder.lagrangianUnit(LagrangianUnit.relu());
    } else if (is("PFU")) {
      builder.lagrangianUnit(LagrangianUnit.pfu());
    }
    return builder;
  }

  /** Apart, since passing an Adam as an IUpdater makes the JVM load ND4J with this enum. */
  private static final class Updaters {
    static IUpdater adam() {
      return new Adam(LEARNING_RATE);
    }

    /** For the one bias that stands for the two of PyTorch's LSTM, which move together. */
    static IUpdater ofTwoBiases() {
      return new Adam(2 * LEARNING_RATE);
    }
  }

  /** All but the LSTM, which the bit pattern task does not know. */
  static List<TaskNetwork> withoutLstm() {
    return Arrays.stream(values()).filter(network -> network != LSTM).toList();
  }
}
