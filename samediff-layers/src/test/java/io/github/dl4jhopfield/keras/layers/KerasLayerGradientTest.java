package io.github.dl4jhopfield.keras.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.keras.layers.AxisNormalization.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/**
 * The layers that Keras models become have the gradients of what they compute, for their parameters
 * and, through a dense layer before them, for their inputs; their configurations survive JSON.
 */
class KerasLayerGradientTest {

  private static DataType before;

  @BeforeAll
  static void inDouble() {
    before = Nd4j.defaultFloatingPointType();
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void asBefore() {
    Nd4j.setDefaultDataTypes(before, before);
  }

  private static INDArray random(long seed, long... shape) {
    Nd4j.getRandom().setSeed(seed);
    return Nd4j.randn(DataType.DOUBLE, shape);
  }

  /** A layer after a dense one, on inputs of a shape. */
  private record Case(String name, Layer layer, long[] shape) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Case> CASES = new ArrayList<>();

  private static void add(String name, Layer layer, long... shape) {
    CASES.add(new Case(name, layer, shape));
  }

  private static Convolution.Window window(
      String padding, int stride, int dilation, int... kernel) {
    int[] strides = new int[kernel.length];
    int[] dilations = new int[kernel.length];
    Arrays.fill(strides, stride);
    Arrays.fill(dilations, dilation);
    return new Convolution.Window(kernel, strides, dilations, padding, null);
  }

  static Stream<Case> layers() {
    CASES.clear();
    recurrence();
    convolutions();
    pooling();
    for (Kind kind : Kind.values()) {
      int[] axes = kind == Kind.GROUP ? new int[] {2} : new int[] {1};
      long[] of = kind == Kind.GROUP ? new long[] {1, 4} : new long[] {3, 1};
      boolean learned = kind != Kind.UNIT;
      add(
          "normalisation " + kind,
          new AxisNormalization(kind, axes, 1e-3, learned, learned, of, 2),
          2,
          3,
          4);
    }
    add("statistics, axis 2", new StatisticsNormalization(2, 4, 1e-3, 0.9, true), 3, 3, 4);
    add("statistics, axis 1", new StatisticsNormalization(1, 3, 1e-3, 0.9, false), 3, 3, 4);
    add("statistics, rank 2", new StatisticsNormalization(1, 4, 1e-3, 0.9, false), 5, 4);
    long[] kernel = {4, 2, 3};
    long[] bias = {3, 1, 2};
    add("einsum", new EinsumDense("abc,cde->aebd", kernel, bias, "tanh"), 2, 5, 4);
    add("scale", new ScaleParameter(4, 0.5), 2, 3, 4);
    add("affine", new FixedAffine(new long[] {1, 4}, false), 2, 3, 4);
    operations();
    return CASES.stream();
  }

  private static void recurrence() {
    for (RecurrentCell.Kind kind : RecurrentCell.Kind.values()) {
      for (boolean back : new boolean[] {false, true}) {
        RecurrentCell cell = new RecurrentCell(kind, 3, 2, "tanh", "sigmoid", back, false);
        for (RecurrentSequence.Result result : RecurrentSequence.Result.values()) {
          String name = kind + " " + result + (back ? " backwards" : "");
          add(name, new RecurrentSequence(cell, result), 2, 4, 3);
        }
      }
    }
    for (String function : ScalarFunction.NAMES) {
      RecurrentCell cell =
          new RecurrentCell(RecurrentCell.Kind.LSTM, 3, 2, function, "softsign", false, false);
      add(
          "LSTM of " + function,
          new RecurrentSequence(cell, RecurrentSequence.Result.LAST),
          2,
          3,
          3);
    }
  }

  private static Convolution convolution(
      Convolution.Window w, int in, int out, int groups, boolean transposed, boolean first) {
    return new Convolution(w, in, out, groups, transposed, first, true, "tanh");
  }

  private static void convolutions() {
    add("causal, dilated", convolution(window("causal", 1, 2, 2), 4, 3, 1, false, false), 2, 5, 4);
    add("groups", convolution(window("same", 2, 1, 2, 3), 4, 6, 2, false, false), 2, 4, 3, 4);
    add("depthwise", convolution(window("valid", 1, 1, 2, 2), 3, 6, 3, false, false), 2, 3, 4, 3);
    add("space", convolution(window("same", 2, 1, 2, 2, 3), 2, 3, 1, false, false), 1, 3, 4, 3, 2);
    add("transposed line", convolution(window("same", 2, 1, 3), 3, 2, 1, true, false), 2, 3, 3);
    add(
        "transposed plane, channels first",
        convolution(window("valid", 2, 1, 2, 3), 3, 2, 1, true, true),
        2,
        3,
        2,
        3);
    add(
        "transposed space",
        convolution(window("same", 2, 1, 3, 2, 2), 2, 2, 1, true, false),
        1,
        2,
        2,
        2,
        2);
  }

  private static void pooling() {
    for (boolean maximum : new boolean[] {false, true}) {
      String of = maximum ? " of maxima" : " of means";
      Convolution.Window space = window("same", 2, 1, 2, 3, 2);
      add("pooling in space" + of, new WindowPooling(maximum, space, false), 1, 3, 4, 3, 2);
      Convolution.Window plane = window("valid", 1, 1, 2, 2);
      add("pooling, channels first" + of, new WindowPooling(maximum, plane, true), 2, 2, 3, 4);
      int[] sizes = {2, 3};
      add("pooling, fitted" + of, WindowPooling.fitted(maximum, sizes, false), 2, 5, 4, 2);
    }
  }

  private static void operation(String name, Operation o) {
    add("operation " + name, new OperationLayer(o), 2, 3, 4);
  }

  private static void operations() {
    List<String> ofEach =
        List.of(
            "negative",
            "absolute",
            "square",
            "exp",
            "expm1",
            "sin",
            "cos",
            "tan",
            "sinh",
            "cosh",
            "arctan",
            "arcsinh",
            "erf",
            "celu",
            "glu",
            "log_sigmoid",
            "tanh_shrink",
            "squareplus",
            "sparse_plus",
            "hard_swish",
            "mish",
            "swish",
            "gelu",
            "leaky_relu",
            "relu6");
    for (String name : ofEach) {
      operation(name, Operation.of(name, 1));
    }
    for (String name :
        List.of("mean", "sum", "max", "min", "var", "std", "logsumexp", "norm", "prod")) {
      operation(name, Operation.of(name, 1).sizes(1));
      operation(name + " kept", Operation.of(name, 1).sizes(2).keepDims(true));
    }
    for (String name : List.of("add", "subtract", "multiply", "divide", "maximum")) {
      Operation.Constant c = new Operation.Constant(new long[] {4}, 0.5, 1.5, 2, 3);
      operation(name + " a constant", Operation.on(name, 0, -1).constant(c));
    }
    Operation.Constant two = new Operation.Constant(new long[0], 2);
    Operation.Constant three = new Operation.Constant(new long[0], 3);
    operation("a constant less", Operation.on("subtract", -1, 0).constant(two));
    operation("cube", Operation.on("power", 0, -1).constant(three));
    operation("softmax", Operation.of("softmax", 1).sizes(1));
    operation("softmax of two axes", Operation.of("softmax", 1).sizes(1, 2));
    operation("log_softmax", Operation.of("log_softmax", 1).sizes(1));
    operation("l2_normalize", Operation.of("l2_normalize", 1).sizes(2).numbers(1e-12));
    operation("clip", Operation.of("clip", 1).numbers(-0.4, 0.4));
    operation("rectify", Operation.of("rectify", 1).numbers(0.1, 0.05, 0.5));
    operation("cumsum", Operation.of("cumsum", 1).sizes(1));
    operation("transpose", Operation.of("transpose", 1).sizes(0, 2, 1));
    operation("reshape", Operation.of("reshape", 1).sizes(0, 2, 6));
    long open = Moves.OPEN;
    long[] parts = {0, open, open, 1, 0, open, open, -1, 1, -2, 0, 1};
    operation("slice", Operation.of("slice", 1).sizes(parts));
    operation("roll", Operation.of("roll", 1).sizes(1, 1));
    operation("repeat", Operation.of("repeat", 1).sizes(2, 3));
    operation("tile", Operation.of("tile", 1).sizes(1, 2, 1));
    operation("pad and crop", Operation.of("pad", 1).sizes(0, 0, 1, 2, -1, 0));
    operation("take", Operation.of("take", 1).sizes(2, 3, 0, 0));
    Operation bicubic = Operation.of("resize", 1).sizes(4, 5).text("bicubic");
    add("operation resize", new OperationLayer(bicubic), 2, 3, 3, 2);
  }

  private static NeuralNetConfiguration.Builder base() {
    return new NeuralNetConfiguration.Builder()
        .seed(3)
        .dataType(DataType.DOUBLE)
        .updater(new NoOp());
  }

  private static void check(String name, MultiLayerNetwork net, INDArray x, Set<String> untrained) {
    INDArray labels = random(2, net.output(x).shape());
    assertThat(
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.MLNConfig()
                    .net(net)
                    .input(x)
                    .labels(labels)
                    .excludeParams(untrained)
                    .epsilon(1e-6)
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-8)
                    .subset(true)
                    .maxPerParam(5)
                    .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)))
        .as(name)
        .isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void gradientsAreThoseOfTheFunction(Case c) {
    long width = c.shape[c.shape.length - 1];
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            base()
                .list()
                .layer(new LastAxisDense(width, width, true, "tanh"))
                .layer(c.layer.clone())
                .layer(new LastAxisLoss(new LossMSE()))
                .validateOutputLayerConfig(false)
                .build());
    net.init();
    // away from 0, where biases start
    net.params().addi(random(5, net.params().shape()).muli(0.3));
    Set<String> untrained = new HashSet<>();
    net.getLayer(1)
        .paramTable()
        .forEach(
            (name, p) -> {
              if (name.equals("mean") || name.equals("var")) {
                untrained.add("1_" + name);
                p.assign(1.3);
              }
            });
    INDArray x = random(1, c.shape);
    check(c.name, net, x, untrained);
    MultiLayerNetwork again =
        new MultiLayerNetwork(
            MultiLayerConfiguration.fromJson(net.getLayerWiseConfigurations().toJson()));
    again.init(net.params().dup(), false);
    assertThat(again.output(x)).as("after JSON").isEqualTo(net.output(x));
  }

  // --- vertices -----------------------------------------------------------------------------

  private static void check(String name, ComputationGraphConfiguration conf, INDArray... inputs) {
    ComputationGraph net = new ComputationGraph(conf);
    net.init();
    net.params().addi(random(5, net.params().shape()).muli(0.3));
    INDArray labels = random(2, net.output(inputs)[0].shape());
    assertThat(
            GradientCheckUtil.checkGradients(
                new GradientCheckUtil.GraphConfig()
                    .net(net)
                    .inputs(inputs)
                    .labels(new INDArray[] {labels})
                    .epsilon(1e-6)
                    .maxRelError(1e-5)
                    .minAbsoluteError(1e-8)
                    .subset(true)
                    .maxPerParam(5)
                    .print(GradientCheckUtil.PrintMode.FAILURES_ONLY)))
        .as(name)
        .isTrue();
    ComputationGraph again =
        new ComputationGraph(
            ComputationGraphConfiguration.fromJson(net.getConfiguration().toJson()));
    again.init(net.params().dup(), false);
    INDArray y = net.output(inputs)[0];
    assertThat(again.output(inputs)[0]).as(name + " after JSON").isEqualTo(y);
    assertThat(net.clone().output(inputs)[0]).as(name + " cloned").isEqualTo(y);
  }

  private static ComputationGraphConfiguration.GraphBuilder graph(String... inputs) {
    return base().graphBuilder().addInputs(inputs).validateOutputLayerConfig(false);
  }

  private static ComputationGraphConfiguration done(
      ComputationGraphConfiguration.GraphBuilder g, String last) {
    return g.addLayer("loss", new LastAxisLoss(new LossMSE()), last).setOutputs("loss").build();
  }

  private static LastAxisDense dense(int width) {
    return new LastAxisDense(width, width, true, "tanh");
  }

  private static ComputationGraphConfiguration attention(TensorVertex vertex, boolean masked) {
    ComputationGraphConfiguration.GraphBuilder g = masked ? graph("q", "v", "m") : graph("q", "v");
    g.addLayer("dq", dense(4), "q").addLayer("dv", dense(4), "v");
    if (masked) {
      g.addVertex("a", vertex, "dq", "dv", "dv", "m");
    } else {
      g.addVertex("a", vertex, "dq", "dv", "dv");
    }
    return done(g, "a");
  }

  @Test
  void attentionWithSharedHeadsMasksAndScores() {
    INDArray q = random(1, 2, 3, 4);
    INDArray v = random(3, 2, 5, 4);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 2, 3, 5);
    mask.putScalar(0, 1, 2, 0);
    mask.putScalar(1, 0, 4, 0);
    MultiHeadAttention shared = new MultiHeadAttention(4, 4, 4, 4, 2, 2, 3, true, true);
    check("shared heads", attention(shared.sharedHeads(2), false), q, v);
    MultiHeadAttention masked = new MultiHeadAttention(4, 4, 4, 2, 2, 3, 3, true, false);
    check("mask", attention(masked.masked(true), true), q, v, mask);
    MultiHeadAttention scores = new MultiHeadAttention(4, 4, 4, 2, 2, 3, 3, false, false);
    check("scores", attention(scores.scores(true), false), q, v);
    DotProductAttention concatenated = new DotProductAttention(false, true, 4);
    check("concatenated", attention(concatenated.concatenated(true), false), q, v);
    DotProductAttention causal = new DotProductAttention(true, true, 4).causal(true);
    check("causal", attention(causal.scores(true), false), q, v);
  }

  @Test
  void recurrenceFromStates() {
    RecurrentCell cell =
        new RecurrentCell(RecurrentCell.Kind.LSTM, 3, 2, "tanh", "sigmoid", false, false);
    ComputationGraphConfiguration conf =
        done(
            graph("x", "h", "c")
                .addLayer("dx", dense(3), "x")
                .addLayer("dh", dense(2), "h")
                .addLayer("dc", dense(2), "c")
                .addVertex("r", new RecurrentVertex(cell), "dx", "dh", "dc"),
            "r");
    check("states", conf, random(1, 2, 4, 3), random(3, 2, 2), random(4, 2, 2));
  }

  @Test
  void masksKeepTheStates() {
    INDArray mask = Nd4j.createFromArray(new double[][] {{1, 1, 0, 0}, {0, 1, 0, 1}});
    for (RecurrentCell.Kind kind : RecurrentCell.Kind.values()) {
      for (boolean zeros : new boolean[] {false, true}) {
        RecurrentCell cell = new RecurrentCell(kind, 3, 2, "tanh", "sigmoid", zeros, zeros);
        Layer layer = new RecurrentSequence(cell, RecurrentSequence.Result.ALL);
        layer.setLayerName("r");
        GraphVertex inner = new LayerVertex(base().layer(layer).build(), null);
        ComputationGraphConfiguration conf =
            done(
                graph("x", "m")
                    .addLayer("dx", dense(3), "x")
                    .addVertex("r", new MaskedInputs(inner, List.of(0)), "dx", "m"),
                "r");
        check(kind + " masked", conf, random(1, 2, 4, 3), mask);
      }
    }
  }

  private static GraphVertex shared(String name, String owner) {
    Layer layer = dense(3);
    layer.setLayerName(name);
    return new SharedVertex(new LayerVertex(base().layer(layer).build(), null), owner);
  }

  @Test
  void sharedWeightsCollectTheGradientsOfAllPlaces() {
    Operation mean = Operation.of("mean", 1).sizes(1);
    ComputationGraphConfiguration conf =
        done(
            graph("a", "b")
                .addVertex("one", shared("one", null), "a")
                .addVertex("two", shared("two", "one"), "b")
                .addVertex("three", shared("three", "one"), "two")
                .addVertex("ma", new OperationVertex(mean), "one")
                .addVertex("mb", new OperationVertex(mean), "three")
                .addVertex("product", new MergeTensors("multiply", 0, 2), "ma", "mb"),
            "product");
    check("shared", conf, random(1, 2, 4, 3), random(3, 2, 6, 3));
  }

  @Test
  void embeddingsOfAnyRank() {
    INDArray ids = Nd4j.createFromArray(new double[] {0, 1, 4, 4, 2, 3, 0, 0}).reshape(2, 2, 2);
    MultiLayerNetwork net =
        new MultiLayerNetwork(
            base()
                .list()
                .layer(new TokenEmbedding(5, 3))
                .layer(dense(3))
                .layer(new LastAxisLoss(new LossMSE()))
                .validateOutputLayerConfig(false)
                .build());
    net.init();
    check("embedding", net, ids, Set.of());
    INDArray outside = Nd4j.createFromArray(new double[] {0, 5}).reshape(1, 1, 2);
    assertThatThrownBy(() -> net.output(outside))
        .hasMessageContaining("expected ids from 0 to 4, found 5");
  }
}
