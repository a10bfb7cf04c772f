package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's gradient check on small networks, every random draw repeated; as an extension it makes
 * double the default type, which the check needs.
 */
final class GradientChecks implements BeforeAllCallback, AfterAllCallback {

  private static final double EPSILON = 1e-6;
  private static final double MOST_RELATIVE = 1e-5;
  private static final double LEAST_ABSOLUTE = 1e-8;
  private static final int RANDOM_SEED = 12345;

  private DataType before;

  @Override
  public void beforeAll(ExtensionContext context) {
    before = Nd4j.defaultFloatingPointType();
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Nd4j.setDefaultDataTypes(before, before);
  }

  /** Checks what is trained of a network of copies of these layers and an output layer. */
  static void layers(
      String name, RNNFormat format, boolean masked, int perParameter, Layer... layers) {
    Layer[] copies = new Layer[layers.length];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = layers[i].clone();
    }
    MultiLayerNetwork net = Networks.of(format, copies);
    Set<String> untrained = new HashSet<>();
    for (int i = 0; i < copies.length; i++) {
      for (String parameter : net.getLayer(i).paramTable().keySet()) {
        if (!((HopfieldBase) copies[i]).trainable(parameter)) {
          untrained.add(i + "_" + parameter);
        }
      }
    }
    boolean pooled = copies[copies.length - 1] instanceof HopfieldPooling;
    GradientCheckUtil.MLNConfig config =
        new GradientCheckUtil.MLNConfig()
            .net(net)
            .epsilon(EPSILON)
            .maxRelError(MOST_RELATIVE)
            .minAbsoluteError(LEAST_ABSOLUTE)
            .subset(true)
            .maxPerParam(perParameter)
            .excludeParams(untrained)
            .callEachIter(n -> Nd4j.getRandom().setSeed(RANDOM_SEED))
            .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)
            .input(Networks.input(format))
            .labels(Networks.labels(pooled, format));
    if (masked) {
      config.inputMask(Networks.mask());
      if (!pooled) {
        config.labelMask(Networks.mask());
      }
    }
    assertThat(GradientCheckUtil.checkGradients(config)).as(name).isTrue();
  }

  /** Checks a graph; masks may be null. */
  static void graph(
      String name,
      ComputationGraph graph,
      int perParameter,
      INDArray[] inputs,
      INDArray[] labels,
      INDArray[] inputMasks,
      INDArray[] labelMasks) {
    GradientCheckUtil.GraphConfig config =
        new GradientCheckUtil.GraphConfig()
            .net(graph)
            .epsilon(EPSILON)
            .maxRelError(MOST_RELATIVE)
            .minAbsoluteError(LEAST_ABSOLUTE)
            .subset(true)
            .maxPerParam(perParameter)
            .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)
            .callEachIter(n -> Nd4j.getRandom().setSeed(RANDOM_SEED))
            .inputs(inputs)
            .labels(labels);
    if (inputMasks != null) {
      config.inputMask(inputMasks);
    }
    if (labelMasks != null) {
      config.labelMask(labelMasks);
    }
    assertThat(GradientCheckUtil.checkGradients(config)).as(name).isTrue();
  }

  /** A batch of sequences in that order of dimensions. */
  static INDArray sequence(long seed, long features, long time, RNNFormat format) {
    INDArray ncw = Networks.random(seed, Networks.BATCH, features, time);
    return format == RNNFormat.NCW ? ncw : ncw.permute(0, 2, 1).dup('c');
  }

  /** An association mask [batch, time, time] that hides what comes later. */
  static INDArray causal(int batch, int time) {
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, batch, time, time);
    for (int b = 0; b < batch; b++) {
      for (int l = 0; l < time; l++) {
        for (int t = l + 1; t < time; t++) {
          mask.putScalar(new int[] {b, l, t}, Double.NEGATIVE_INFINITY);
        }
      }
    }
    return mask;
  }
}
