package io.github.dl4jhopfield.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jhopfield.ops.LagrangianUnit;
import io.github.dl4jhopfield.ops.PostTransform;
import io.github.dl4jhopfield.ops.Separation;
import io.github.dl4jhopfield.runtime.MendedSameDiffLayer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * Configurations survive JSON, YAML, ModelSerializer and clone, and impossible ones are refused.
 */
class ConfigurationTest {

  /** Every option gets a value that is not its default; a new option is found by reflection. */
  private static <T extends LayerOptions> T different(T defaults, T o)
      throws IllegalAccessException {
    for (Field f : defaults.getClass().getFields()) {
      if (Modifier.isStatic(f.getModifiers())) {
        continue;
      }
      Class<?> t = f.getType();
      if (t == boolean.class) {
        f.set(o, !f.getBoolean(o));
      } else if (t == int.class) {
        f.set(o, f.getInt(o) + 3);
      } else if (t == long.class) {
        f.set(o, f.getLong(o) + 4);
      } else if (t == double.class) {
        f.set(o, f.getDouble(o) + 0.25);
      } else if (t == double[].class) {
        f.set(o, new double[] {0.5, 1.5});
      } else if (t == int[].class) {
        f.set(o, new int[] {2, AssociationOptions.UNTIL_CONVERGED});
      } else if (t == Activation.class) {
        f.set(o, Activation.TANH);
      } else if (t == UpdateStepScope.class) {
        f.set(o, UpdateStepScope.REFERENCE);
      } else if (t == PostTransform.class) {
        f.set(o, PostTransform.LAYER_NORM);
      } else if (t == DiffusionMode.class) {
        f.set(o, DiffusionMode.SPECTRAL);
      } else if (t == DiffusionOptions.class) {
        f.set(o, different(new DiffusionOptions(), new DiffusionOptions()));
      } else if (t == Separation.class) {
        f.set(o, Separation.learnedEntmax(1.3));
      } else if (t == LagrangianUnit.class) {
        f.set(o, LagrangianUnit.pfuBuilder().mu(0.1).bias(-2).sigma(0.5).build());
      } else {
        throw new AssertionError("give this test a value for option " + f.getName());
      }
      assertThat(f.get(o)).as(f.getName()).isNotEqualTo(f.get(defaults));
    }
    return o;
  }

  @TestFactory
  Stream<DynamicTest> everyOptionAloneSurvivesEveryWayOfSaving() {
    return OptionCases.all().entrySet().stream()
        .map(option -> DynamicTest.dynamicTest(option.getKey(), () -> survives(option.getValue())));
  }

  private static void survives(HopfieldBase layer) throws IOException {
    MultiLayerNetwork net = Networks.of(RNNFormat.NCW, layer);
    MultiLayerConfiguration conf = net.getLayerWiseConfigurations();
    INDArray x = Networks.input(RNNFormat.NCW);
    INDArray expected = net.output(x);
    for (MultiLayerNetwork read :
        List.of(
            withParameters(MultiLayerConfiguration.fromJson(conf.toJson()), net),
            withParameters(MultiLayerConfiguration.fromYaml(conf.toYaml()), net),
            restored(net),
            net.clone())) {
      assertThat(read.getLayerWiseConfigurations().getConf(0).getLayer()).isEqualTo(layer);
      assertThat(read.output(x)).isEqualTo(expected);
    }
  }

  private static MultiLayerNetwork withParameters(
      MultiLayerConfiguration conf, MultiLayerNetwork source) {
    MultiLayerNetwork net = new MultiLayerNetwork(conf);
    net.init();
    net.setParams(source.params());
    return net;
  }

  /** Every field of a configuration's classes, down to those of DL4J. */
  private static List<Field> ownFields(Object configuration) {
    List<Field> fields = new ArrayList<>();
    Class<?> type = configuration.getClass();
    while (type.getName().startsWith("io.github.dl4jhopfield")) {
      for (Field f : type.getDeclaredFields()) {
        if (!Modifier.isStatic(f.getModifiers()) && !f.isSynthetic()) {
          f.setAccessible(true);
          fields.add(f);
        }
      }
      type = type.getSuperclass();
    }
    return fields;
  }

  private static Object other(Field field, Object value) throws IllegalAccessException {
    if (value instanceof LayerOptions options) {
      return different((LayerOptions) options.copy(), (LayerOptions) options.copy());
    }
    if (value instanceof Boolean on) {
      return !on;
    }
    if (value instanceof Long number) {
      return number + 3;
    }
    if (value instanceof Double number) {
      return number + 0.25;
    }
    if (field.getType() == RNNFormat.class) {
      return RNNFormat.NWC;
    }
    if (field.getType() == IWeightNoise.class) {
      return new DropConnect(0.5);
    }
    if (value instanceof PositionalEncoding.Kind) {
      return PositionalEncoding.Kind.LEARNED;
    }
    throw new AssertionError("give this test a value for field " + field);
  }

  private static <T> T everyFieldChanged(T configuration) throws IllegalAccessException {
    for (Field f : ownFields(configuration)) {
      Object value = other(f, f.get(configuration));
      assertThat(value).as(f.toString()).isNotEqualTo(f.get(configuration));
      f.set(configuration, value);
    }
    return configuration;
  }

  private static void sameFields(Object read, Object written, String how)
      throws IllegalAccessException {
    assertThat(read).as(how).isNotSameAs(written).isEqualTo(written);
    for (Field f : ownFields(written)) {
      assertThat(f.get(read)).as(f + " " + how).isEqualTo(f.get(written));
    }
  }

  @Test
  void everyFieldOfALayerSurvives() throws Exception {
    for (MendedSameDiffLayer layer :
        List.of(
            new Hopfield.Builder().build(),
            new HopfieldPooling.Builder().build(),
            new HopfieldLayer.Builder().build(),
            new HopfieldEncoderLayer.Builder().build(),
            new PositionalEncoding.Builder().build())) {
      everyFieldChanged(layer);
      MultiLayerConfiguration conf = Networks.configuration(new NoOp()).list().layer(layer).build();
      sameFields(layer.clone(), layer, "after clone");
      sameFields(
          MultiLayerConfiguration.fromJson(conf.toJson()).getConf(0).getLayer(),
          layer,
          "after JSON");
      sameFields(
          MultiLayerConfiguration.fromYaml(conf.toYaml()).getConf(0).getLayer(),
          layer,
          "after YAML");
    }
  }

  @Test
  void everyFieldOfAVertexSurvives() throws Exception {
    for (HopfieldVertexBase vertex :
        List.of(
            new HopfieldVertex.Builder().build(),
            new HopfieldPoolingVertex.Builder().build(),
            new HopfieldEncoderVertex.Builder().build(),
            new HopfieldDecoderVertex.Builder().build())) {
      everyFieldChanged(vertex);
      List<String> inputs = new ArrayList<>(vertex.patternInputs());
      inputs.addAll(vertex.maskInputs());
      ComputationGraphConfiguration conf =
          Networks.configuration(new NoOp())
              .graphBuilder()
              .addInputs(inputs)
              .addVertex("v", vertex, inputs.toArray(new String[0]))
              .setOutputs("v")
              .build();
      sameFields(vertex.clone(), vertex, "after clone");
      sameFields(
          ComputationGraphConfiguration.fromJson(conf.toJson()).getVertices().get("v"),
          vertex,
          "after JSON");
      sameFields(
          ComputationGraphConfiguration.fromYaml(conf.toYaml()).getVertices().get("v"),
          vertex,
          "after YAML");
    }
  }

  @Test
  void cloneSharesNoOptions() {
    Hopfield layer = new Hopfield.Builder().nIn(4).beta(1, 2).build();
    Hopfield copy = (Hopfield) layer.clone();
    copy.getAssociation().beta[0] = 7;
    copy.getAssociation().diffusion.eta = 9;
    assertThat(layer.getAssociation().beta).containsExactly(1, 2);
    assertThat(layer.getAssociation().diffusion.eta).isEqualTo(0.1);
  }

  /** What a newer version may have put before an option of this one, at every level. */
  private static final Map<String, String> BEFORE =
      Map.of(
          "\"association\" :", "of the layer",
          "\"nHeads\" :", "a Hopfield association",
          "\"eta\" :", "a diffusion",
          "\"kind\" : \"ENTMAX\"", "a separation",
          "\"kind\" : \"PFU\"", "a Lagrangian unit",
          "\"feedForward\" :", "of the layer",
          "\"normEps\" :", "a feed-forward block");

  private static <B extends AssociationBuilder<B> & FeedForwardBuilder<B>> B encoder(B builder) {
    return builder
        .nIn(4)
        .separation(Separation.entmax(1.3))
        .lagrangianUnit(LagrangianUnit.pfu())
        .feedForwardSize(3);
  }

  private static void refusesNewerOptions(String json, String type, Function<String, ?> reader) {
    assertThat(reader.apply(json)).isNotNull();
    BEFORE.forEach(
        (known, subject) -> {
          assertThat(json).contains(known);
          String newer = json.replace(known, "\"nTails\" : 3, " + known);
          assertThatThrownBy(() -> reader.apply(newer))
              .as(known)
              .hasStackTraceContaining("\"nTails\" = 3")
              .hasStackTraceContaining(subject.equals("of the layer") ? type : subject)
              .hasStackTraceContaining("newer version");
        });
    assertThatThrownBy(() -> reader.apply(json.replace("\"ENTMAX\"", "\"ENTMAX3\"")))
        .hasStackTraceContaining("ENTMAX3");
    assertThatThrownBy(() -> reader.apply(json.replace(type + '"', type + "2\"")))
        .hasStackTraceContaining(type + "2");
  }

  @Test
  void whatANewerVersionWroteIsRefusedByName() {
    refusesNewerOptions(
        Networks.configuration(new NoOp())
            .list()
            .layer(encoder(new HopfieldEncoderLayer.Builder()).build())
            .build()
            .toJson(),
        "HopfieldEncoderLayer",
        MultiLayerConfiguration::fromJson);
    refusesNewerOptions(
        Networks.configuration(new NoOp())
            .graphBuilder()
            .addInputs("x")
            .addVertex("v", encoder(new HopfieldEncoderVertex.Builder()).build(), "x")
            .setOutputs("v")
            .build()
            .toJson(),
        "HopfieldEncoderVertex",
        ComputationGraphConfiguration::fromJson);
  }

  @Test
  void aSavedNetworkComputesAndTrainsAsBefore() throws IOException {
    MultiLayerNetwork net =
        Networks.of(
            RNNFormat.NCW,
            new HopfieldLayer.Builder().nOut(4).quantity(3).nHeads(2).build(),
            new Hopfield.Builder().nOut(4).nHeads(2).updateSteps(2).build(),
            new HopfieldEncoderLayer.Builder().feedForwardSize(7).residualDropout(0).build(),
            new HopfieldPooling.Builder().nOut(3).quantity(2).build());
    MultiLayerNetwork restored = restored(net);
    INDArray x = Networks.input(RNNFormat.NCW);
    INDArray mask = Networks.mask();
    assertThat(restored.output(x, false, mask, null)).isEqualTo(net.output(x, false, mask, null));
    assertThat(restored.getLayerWiseConfigurations()).isEqualTo(net.getLayerWiseConfigurations());
    INDArray labels = Networks.labels(true, RNNFormat.NCW);
    net.fit(x, labels, mask, null);
    restored.fit(x, labels, mask, null);
    assertThat(restored.params()).isEqualTo(net.params());
    assertThat(net.clone().output(x)).isEqualTo(net.output(x));
  }

  private static MultiLayerNetwork restored(MultiLayerNetwork net) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(net, file, true);
    return ModelSerializer.restoreMultiLayerNetwork(
        new ByteArrayInputStream(file.toByteArray()), true);
  }

  @Test
  void aSavedGraphComputesAsBefore() throws IOException {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(new NoOp())
                .graphBuilder()
                .addInputs("y", "r", "z")
                .addVertex(
                    "v",
                    new HopfieldVertex.Builder()
                        .nIn(3)
                        .storedPatternSize(4)
                        .patternProjectionSize(2)
                        .hiddenSize(2)
                        .build(),
                    "y",
                    "r",
                    "z")
                .addVertex(
                    "w",
                    new HopfieldDecoderVertex.Builder()
                        .nIn(3)
                        .memorySize(4)
                        .feedForwardSize(5)
                        .cross(c -> c.updateSteps(2))
                        .build(),
                    "v",
                    "y")
                .setOutputs("w")
                .build());
    graph.init();
    Networks.spread(graph.params(), 5);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelSerializer.writeModel(graph, file, false);
    ComputationGraph restored =
        ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()));
    INDArray[] in = {
      Networks.random(1, 3, 4, 5), Networks.random(2, 3, 3, 2), Networks.random(3, 3, 2, 5)
    };
    assertThat(restored.output(in)[0]).isEqualTo(graph.output(in)[0]);
    assertThat(graph.clone().output(in)[0]).isEqualTo(graph.output(in)[0]);
  }

  private static void refused(HopfieldBase.Builder<?> builder, String... words) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              MultiLayerNetwork net =
                  new MultiLayerNetwork(
                      Networks.configuration(new NoOp())
                          .list()
                          .layer(builder.name("mine").build())
                          .setInputType(InputType.recurrent(6, 5))
                          .build());
              net.init();
            })
        .withMessageContainingAll("\"mine\"")
        .withMessageContainingAll(words);
  }

  @Test
  void impossibleConfigurationsNameTheLayerAndTheNumbersThatDisagree() {
    refused(new Hopfield.Builder().nHeads(4), "nIn = 6", "nHeads = 4");
    refused(
        new Hopfield.Builder().statePatternAsStatic(true).hiddenSize(2),
        "nIn = 6",
        "hiddenSize = 2");
    refused(new Hopfield.Builder().nHeads(2).beta(1, 2, 3), "beta has 3", "nHeads = 2");
    refused(new Hopfield.Builder().updateSteps(1, 2), "updateSteps has 2", "nHeads = 1");
    refused(new Hopfield.Builder().disableOutProjection(true).nOut(5), "= 6", "nOut = 5");
    refused(
        new Hopfield.Builder().patternProjectionAsConnected(true).patternSize(3),
        "patternSize = 3",
        "hiddenSize = 6");
    refused(new HopfieldPooling.Builder().quantity(0), "quantity = 0");
    refused(
        new HopfieldLayer.Builder().storedPatternSize(3).patternProjectionSize(4),
        "storedPatternSize = 3",
        "patternProjectionSize = 4");
    refused(new Hopfield.Builder().associationDropout(1), "associationDropout = 1.0");
    refused(new Hopfield.Builder().associationActivation(Activation.RATIONALTANH), "RATIONALTANH");
    refused(new Hopfield.Builder().updateStepsEps(-1), "updateStepsEps = -1.0");
    refused(new Hopfield.Builder().separation(Separation.learnedEntmax(2.5)), "2.5");
    refused(new HopfieldEncoderLayer.Builder().nOut(5), "depth 5", "depth 6");
    refused(new HopfieldEncoderLayer.Builder().nHeads(4), "nIn = 6", "nHeads = 4");
    refused(new HopfieldEncoderLayer.Builder().feedForwardSize(0), "feedForwardSize = 0");
    refused(new HopfieldEncoderLayer.Builder().residualDropout(1), "residualDropout = 1.0");
    refused(
        new HopfieldPooling.Builder()
            .diffusion(
                d -> {
                  d.mode = DiffusionMode.FACTORED;
                  d.compatible = true;
                }),
        "compatible");
    refused(
        new Hopfield.Builder()
            .diffusion(
                d -> {
                  d.mode = DiffusionMode.SPECTRAL;
                  d.energyTolerance = 0.1;
                }),
        "energyTolerance = 0.1",
        "SPECTRAL");
    refused(
        new HopfieldLayer.Builder()
            .diffusion(
                d -> {
                  d.mode = DiffusionMode.SIMPLE;
                  d.adaptiveEta = true;
                }),
        "trained patterns");
    refused(
        new HopfieldLayer.Builder()
            .storedPatternSize(3)
            .diffusion(
                d -> {
                  d.mode = DiffusionMode.SIMPLE;
                  d.adaptiveEta = true;
                }),
        "depth 6",
        "depth 3");
    refused(new Hopfield.Builder().postTransformAffine(true), "postTransformAffine", "NONE");
    refused(
        new Hopfield.Builder()
            .postTransform(PostTransform.LAYER_NORM)
            .postTransformAffine(true)
            .patternSize(2),
        "hiddenSize = 6",
        "patternSize = 2");
  }

  @Test
  void aWrongInputNamesTheLayerAndTheNumbers() {
    MultiLayerNetwork net = Networks.of(RNNFormat.NCW, new Hopfield.Builder().name("mine").build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.output(Networks.random(1, 3, 7, 5)))
        .withMessageContainingAll("\"mine\"", "nIn = 4", "7 features");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Networks.configuration(new NoOp())
                    .list()
                    .overrideNinUponBuild(false)
                    .layer(new Hopfield.Builder().name("mine").nIn(5).build())
                    .setInputType(InputType.recurrent(4, 5))
                    .build())
        .withMessageContainingAll("\"mine\"", "nIn = 5", "depth 4");
  }

  @Test
  void aMaskOfTheWrongLengthNamesTheVertexAndBothShapes() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.configuration(new NoOp())
                .graphBuilder()
                .addInputs("x", "mask")
                .addVertex(
                    "mine",
                    new HopfieldEncoderVertex.Builder()
                        .nIn(4)
                        .feedForwardSize(3)
                        .associationMaskInput(true)
                        .build(),
                    "x",
                    "mask")
                .setOutputs("mine")
                .build());
    graph.init();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> graph.output(Networks.random(1, 2, 4, 5), Networks.random(2, 2, 5, 4)))
        .withMessageContainingAll("\"mine\"", "associationMask", "[2, 5, 5]", "[2, 5, 4]");
  }

  @Test
  void setParamChecksTheShapeAndSets() {
    MultiLayerNetwork net = Networks.of(RNNFormat.NCW, new Hopfield.Builder().name("mine").build());
    INDArray wq = Networks.random(9, 4, 4);
    net.getLayer(0).setParam("Wq", wq);
    assertThat(net.getParam("0_Wq")).isEqualTo(wq);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.getLayer(0).setParam("Wq", Networks.random(9, 5, 4)))
        .withMessageContainingAll("\"mine\"", "Wq", "[4, 4]", "[5, 4]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.getLayer(0).setParam("Wx", wq))
        .withMessageContainingAll("\"mine\"", "Wx");
  }

  @Test
  void setParamRefusesWhatTheTypeOfTheNetworkCannotHold() {
    MultiLayerNetwork net =
        Networks.of(RNNFormat.NCW, new Hopfield.Builder().name("mine").build())
            .convertDataType(DataType.FLOAT);
    INDArray wq = Networks.random(9, 4, 4);
    net.getLayer(0).setParam("Wq", wq);
    wq.putScalar(1, 2, -1e39);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.getLayer(0).setParam("Wq", wq))
        .withMessageContainingAll("\"mine\"", "Wq", "FLOAT", "1.0E39");
  }
}
